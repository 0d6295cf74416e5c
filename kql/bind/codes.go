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
	if b.muted > 0 || b.stopped() || slices.Contains(b.diags, d) {
		return
	}
	b.diags = append(b.diags, d)
}

func (b *binder) reportAll(ds []syntax.Diagnostic) {
	for _, d := range ds {
		b.report(d)
	}
}

// sorted returns the findings in the order of the text, each once: the body of a
// function is bound for its declaration and for each call.
func (b *binder) sorted() []syntax.Diagnostic {
	slices.SortStableFunc(b.diags, func(x, y syntax.Diagnostic) int { return x.Pos - y.Pos })
	seen := map[syntax.Diagnostic]bool{}
	return slices.DeleteFunc(b.diags, func(d syntax.Diagnostic) bool {
		d.Message = ""
		again := seen[d]
		seen[d] = true
		return again
	})
}

// typeExpected is KS107: a value of another type than the operator takes.
//
// Example: print x = not('a')
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

// notSupported is KS999 for a part of the language that the engine does not
// have.
//
// Example: print 1 | __executeAndCache
func notSupported(at syntax.Node, what string) syntax.Diagnostic {
	return fault("KS999", at, "%s is not supported", what)
}

// tooManyParts is KS999 for an expression that no computer can compute.
//
// Example: let f = (x: long) { x + x }; let g = (x: long) { f(f(f(f(f(x))))) }; print g(g(g(g(1))))
func tooManyParts(at syntax.Node) syntax.Diagnostic {
	return fault("KS999", at, "the expression is too complex: its let statements and functions make more than %d calls; compute what is used often in a column of its own, by extend", maxParts)
}

// operatorUndefined is KS106: an operator between types that it does not take.
//
// Example: print x = 'a' < 'b'
func operatorUndefined(at syntax.Node, op string, args []operand) syntax.Diagnostic {
	switch e := at.(type) {
	case *syntax.BinaryExpr:
		at = e.OpAt
	case *syntax.BetweenExpr:
		at = e.OpAt
	case *syntax.InExpr:
		at = e.OpAt
	}
	return fault("KS106", at, "the operator '%s' is not defined for %s: convert one side, as with tostring(…) or tolong(…)",
		op, joinTypesAnd(operandTypes(args)))
}

// singleColumnExpected is KS113: a table without a column to compare with.
//
// Example: print x = 1 | where x in (print x = 1 | project-away x)
func singleColumnExpected(at syntax.Node) syntax.Diagnostic {
	return fault("KS113", at, "expected a table with one column: end it with | project …")
}

// columnsMissing is KS190: a table without a column to take a value from.
//
// Example: print x = toscalar(print x = 1 | project-away x)
func columnsMissing(at syntax.Node) syntax.Diagnostic {
	return fault("KS190", at, "the table has no columns: end it with | project …")
}

// noElements is KS147: an index into something that has no elements.
//
// Example: print x = 'abc' | extend y = x[0]
func noElements(at syntax.Node, t types.Type) syntax.Diagnostic {
	return fault("KS147", at, "a %s has no elements: only dynamic values do, see parse_json(…) and substring(…)", t)
}

// badLiteral is KS004: a literal that makes no sense.
//
// Example: print datetime(2024-13-45)
func badLiteral(at syntax.Node, text string, t types.Type) syntax.Diagnostic {
	return fault("KS004", at, "'%s' is no %s", text, t)
}

// decimalInDynamic is KS215: a decimal within a dynamic literal.
//
// Example: print d = dynamic([1, decimal(1.5)])
func decimalInDynamic(at syntax.Node) syntax.Diagnostic {
	return fault("KS215", at, "a dynamic value holds no decimal: write a real, such as 1.5")
}

// valueCount is KS173: values that do not fill the rows of a datatable.
//
// Example: datatable(a: long, b: long)[1, 2, 3]
func valueCount(at syntax.Node, width int) syntax.Diagnostic {
	return fault("KS173", at, "the number of values must be a multiple of %d, the number of columns", width)
}

// cannotBeFirst is KS174: an operator without rows to work on.
//
// Example: where x == 1
func cannotBeFirst(at syntax.Node) syntax.Diagnostic {
	return fault("KS174", at, "the operator cannot be the first: begin with a table, print, range or datatable")
}

// mustBeFirst is KS175: an operator that makes its own rows after others.
//
// Example: print x = 1 | print y = 2
func mustBeFirst(at syntax.Node) syntax.Diagnostic {
	return fault("KS175", at, "the operator must be the first in a query")
}

// mustBeLast is KS999: an operator over the tables that a fork or a facet yields.
//
// Example: print x = 1 | fork (take 1) (count) | count
func mustBeLast(at syntax.Node) syntax.Diagnostic {
	return fault("KS999", at, "no operator can follow fork or facet, which yield several tables: put it into their subqueries")
}

// mixedComparison is KS106, a warning, where text is compared with another type.
//
// Example: range x from 1 to 3 step 1 | where x == "1"
func mixedComparison(at syntax.Node, x, y types.Type) syntax.Diagnostic {
	d := fault("KS106", at, "Kusto's engine does not compare %s and %s: convert one side, as with tostring(…) or tolong(…)", x, y)
	d.Severity = syntax.Warning
	return d
}

func joinTypes(ts []types.Type) string { return joinWith(ts, " or ") }

func joinTypesAnd(ts []types.Type) string { return joinWith(ts, " and ") }

func joinWith(ts []types.Type, sep string) string {
	names := make([]string, len(ts))
	for i, t := range ts {
		names[i] = t.String()
	}
	return strings.Join(names, sep)
}
