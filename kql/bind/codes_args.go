package bind

import (
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

// numberOrTimeExpected is KS137: an argument of bin and its like that cannot be
// divided into bins.
//
// Example: print bin('a', 1)
func numberOrTimeExpected(at syntax.Node, got types.Type) syntax.Diagnostic {
	return fault("KS137", at, "expected a number, timespan or datetime, got %s", got)
}

// addendExpected is KS138: an argument of an aggregate that adds values up, which
// cannot be added.
//
// Example: print s = 'a' | summarize sum(s)
func addendExpected(at syntax.Node, got types.Type, want ...types.Type) syntax.Diagnostic {
	return fault("KS138", at, "expected a value of type %s, got %s", joinTypes(want), got)
}

// oneOfTypes is KS141: an argument that has none of several types.
//
// Example: print parse_json(now())
func oneOfTypes(at syntax.Node, got types.Type, want ...types.Type) syntax.Diagnostic {
	return fault("KS141", at, "expected a value of type %s, got %s", joinTypes(want), got)
}

// arrayExpected is KS234: an argument that is no array.
//
// Example: print array_length('a')
func arrayExpected(at syntax.Node, got types.Type) syntax.Diagnostic {
	return fault("KS234", at, "expected a dynamic array, got %s: see parse_json(…) and split(…)", gotShape(got))
}

// bagExpected is KS235: an argument that is no bag.
//
// Example: print bag_keys('a')
func bagExpected(at syntax.Node, got types.Type) syntax.Diagnostic {
	return fault("KS235", at, "expected a dynamic bag, got %s: see parse_json(…)", gotShape(got))
}

// integersExpected is KS136: an argument that is neither an integer nor an array
// of them.
//
// Example: print make_string('a')
func integersExpected(at syntax.Node, got types.Type) syntax.Diagnostic {
	return fault("KS136", at, "expected an integer or a dynamic array of integers, got %s", gotShape(got))
}

// textsExpected is KS233: an argument that is neither a string nor an array of
// them.
//
// Example: print parse_user_agent('a', 1)
func textsExpected(at syntax.Node, got types.Type) syntax.Diagnostic {
	return fault("KS233", at, "expected a string or a dynamic array of strings, got %s", gotShape(got))
}

// gotShape names what an argument is that does not hold what it should.
func gotShape(t types.Type) string {
	if t == types.Dynamic {
		return "another dynamic value"
	}
	return t.String()
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
