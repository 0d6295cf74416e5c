package bind

import (
	"strings"

	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// Findings about the types of arguments.

// numberExpected is KS137: an argument that is no number.
//
// Example: print round('a')
func numberExpected(at syntax.Node, got types.Type) syntax.Diagnostic {
	return fault("KS137", at, "expected a number, got %s", got)
}

// oneOfTypes is KS141: an argument that has none of several types.
//
// Example: print parse_json(now())
func oneOfTypes(at syntax.Node, got types.Type, want ...types.Type) syntax.Diagnostic {
	return fault("KS141", at, "expected a value of type %s, got %s", joinTypes(want), got)
}

// arrayExpected is KS234 or, for a function of bags, KS235: an argument that is
// not dynamic.
//
// Example: print array_length('a')
func arrayExpected(at syntax.Node, name string, got types.Type) syntax.Diagnostic {
	switch {
	case strings.HasPrefix(name, "bag_"), strings.HasPrefix(name, "geo_"), name == "treepath":
		return fault("KS235", at, "expected a dynamic bag, got %s: see parse_json(…)", got)
	}
	return fault("KS234", at, "expected a dynamic array, got %s: see parse_json(…) and split(…)", got)
}

// unresolvedArgument is KS107, which the analyzer reports beside KS142: a name
// that is unknown has no type either.
//
// Example: print ago(nothing)
func unresolvedArgument(at syntax.Node, want types.Type) syntax.Diagnostic {
	return fault("KS107", at, "expected a value of type %s", want)
}

// noColumn is KS109, which the analyzer reports beside KS142: a name that
// is unknown is no column either.
//
// Example: print a = 1 | project-away b
func noColumn(at syntax.Node) syntax.Diagnostic {
	return fault("KS109", at, "expected the name of a column")
}
