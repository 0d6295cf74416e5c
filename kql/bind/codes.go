package bind

import (
	"fmt"
	"slices"
	"strings"

	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// One constructor per finding, with Microsoft's code. The line that begins with
// "Example:" is a query that has it; a test runs them all. What Microsoft's
// analyzer has no code for, because only the engine finds it, is KS999.

func fault(code string, at syntax.Node, format string, args ...any) syntax.Diagnostic {
	return syntax.Diagnostic{Code: code, Severity: syntax.Error, Pos: at.Pos(), End: at.End(), Message: fmt.Sprintf(format, args...)}
}

// report adds a finding, once.
func (b *binder) report(d syntax.Diagnostic) {
	if b.muted > 0 || slices.Contains(b.diags, d) {
		return
	}
	b.diags = append(b.diags, d)
}

// sorted returns the findings in the order of the text.
func (b *binder) sorted() []syntax.Diagnostic {
	slices.SortStableFunc(b.diags, func(x, y syntax.Diagnostic) int { return x.Pos - y.Pos })
	return b.diags
}

// typeExpected is KS107: a value of another type than the operator takes.
//
// Example: print x = 'a' | where x
func typeExpected(at syntax.Node, got types.Type, want ...types.Type) syntax.Diagnostic {
	return fault("KS107", at, "expected a value of type %s, got %s", joinTypes(want), got)
}

// scalarExpected is KS108: a table where a value must stand.
//
// Example: range x from 1 to 3 step 1 | where (range y from 1 to 2 step 1)
func scalarExpected(at syntax.Node) syntax.Diagnostic {
	return fault("KS108", at, "expected a scalar value, got a table: wrap it in toscalar(…)")
}

// tabularExpected is KS111: a value where a table must stand.
//
// Example: let x = 1; x | take 1
func tabularExpected(at syntax.Node) syntax.Diagnostic {
	return fault("KS111", at, "expected a table, got a scalar value: begin with a table, or with print")
}

// constantExpected is KS129: an argument that varies from row to row where it
// may not.
//
// Example: range x from 1 to 3 step 1 | take x
func constantExpected(at syntax.Node) syntax.Diagnostic {
	return fault("KS129", at, "the expression must be a constant")
}

// unknownName is KS142: a name of nothing.
//
// Example: print x = 1 | where y == 1
func unknownName(at syntax.Node, name, what string, known []string) syntax.Diagnostic {
	return fault("KS142", at, "the name '%s' does not refer to any known %s%s", name, what, didYouMean(name, known))
}

// notSupported is KS999 for a part of the language that the engine does not
// have.
//
// Example: print 1 | __executeAndCache
func notSupported(at syntax.Node, what string) syntax.Diagnostic {
	return fault("KS999", at, "%s is not supported", what)
}

func joinTypes(ts []types.Type) string {
	names := make([]string, len(ts))
	for i, t := range ts {
		names[i] = t.String()
	}
	return strings.Join(names, " or ")
}

// notMultiple is KS149: several names for one value.
//
// Example: print (a, b) = 1
func notMultiple(at syntax.Node) syntax.Diagnostic {
	return fault("KS149", at, "the expression does not have multiple values: give it one name")
}

// nameWithoutValue is KS150: more names than a call has columns.
//
// Example: print x = 1 | summarize (a, b, c) = arg_max(x, x)
func nameWithoutValue(at syntax.Node) syntax.Diagnostic {
	return fault("KS150", at, "the name has no value: remove it")
}

// duplicateColumn is KS171: a name that an operator gives twice.
//
// Example: print x = 1, x = 2
func duplicateColumn(at syntax.Node, name string) syntax.Diagnostic {
	return fault("KS171", at, "a column with the name '%s' is already declared: choose another", name)
}

// starNotAllowed is KS191: a * where there are no columns or no lists of them.
//
// Example: print *
func starNotAllowed(at syntax.Node) syntax.Diagnostic {
	return fault("KS191", at, "* is not allowed here")
}

// unknownTableName is KS204: a name where a table must stand, of none.
//
// Example: NoSuchTable | take 1
func unknownTableName(at syntax.Node, name string, known []string) syntax.Diagnostic {
	return fault("KS204", at, "the name '%s' does not refer to any known table, tabular variable or function%s", name, didYouMean(name, known))
}

// unknownFunction is KS211: a call of nothing.
//
// Example: print no_such_function(1)
func unknownFunction(at syntax.Node, name string, known []string) syntax.Diagnostic {
	return fault("KS211", at, "the name '%s' does not refer to any known function%s", name, didYouMean(name, known))
}
