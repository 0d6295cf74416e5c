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
// Example: range x from 1 to 3 step rand()
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


	return strings.Join(names, sep)
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
// Example: print strlen(*)
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

// operatorUndefined is KS106: an operator between types that it does not take.
//
// Example: print x = 'a' < 'b'
func operatorUndefined(at syntax.Node, op string, args []operand) syntax.Diagnostic {
	return fault("KS106", at, "the operator '%s' is not defined for %s: convert one side, as with tostring(…) or tolong(…)",
		op, joinTypesAnd(operandTypes(args)))
}

// columnExpected is KS109: an expression where only a column can stand.
//
// Example: print x = 1 | extend y = bag_pack_columns(x + 1)
func columnExpected(at syntax.Node) syntax.Diagnostic {
	return fault("KS109", at, "expected the name of a column")
}

// singleColumnExpected is KS113: a table without a column to compare with.
//
// Example: print x = 1 | where x in (print x = 1 | project-away x)
func singleColumnExpected(at syntax.Node) syntax.Diagnostic {
	return fault("KS113", at, "expected a table with one column: end it with | project …")
}

// argumentCount is KS119 or KS120: too few or too many arguments.
//
// Example: print strlen('a', 'b')
func argumentCount(at syntax.Node, name string, least, most int) syntax.Diagnostic {
	switch {
	case least == most && most == 1:
		return fault("KS119", at, "the function '%s' expects 1 argument", name)
	case least == most:
		return fault("KS119", at, "the function '%s' expects %d arguments", name, least)
	case most < 0:
		return fault("KS120", at, "the function '%s' expects at least %d arguments", name, least)
	}
	return fault("KS120", at, "the function '%s' expects between %d and %d arguments", name, least, most)
}

// notCompatible is KS127: arguments that no signature takes.
//
// Example: print bin('a', 1)
func notCompatible(at syntax.Node, name string, args []operand, sigs string) syntax.Diagnostic {
	return fault("KS127", at, "the function '%s' does not take arguments of types (%s): it is %s", name, joinWith(operandTypes(args), ", "), sigs)
}

// literalExpected is KS131: an expression where only a literal can stand.
//
// Example: let n = 2; print d = dynamic([1]) | mv-expand d limit n + strlen('a')
func literalExpected(at syntax.Node) syntax.Diagnostic {
	return fault("KS131", at, "the expression must be a literal")
}

// noMembers is KS142 for the member of something that has none.
//
// Example: print x = 1 | extend y = x.a
func noMembers(at syntax.Node, name string, t types.Type) syntax.Diagnostic {
	return fault("KS142", at, "a %s has no member '%s': only dynamic values have members, see parse_json(…)", t, name)
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


// argumentsRequired is KS117: a function's name without its arguments.
//
// Example: let f = (a: long) { a + 1 }; print f
func argumentsRequired(at syntax.Node, name string) syntax.Diagnostic {
	return fault("KS117", at, "the function '%s' requires arguments: write %s(…)", name, name)
}

// notAFunction is KS128: a call of a name that is no function.
//
// Example: let x = 1; print x(2)
func notAFunction(at syntax.Node, name string) syntax.Diagnostic {
	return fault("KS128", at, "the name '%s' does not refer to a function", name)
}

// aggregateNotAllowed is KS144: an aggregate outside summarize and its like.
//
// Example: print x = 1 | where count() > 1
func aggregateNotAllowed(at syntax.Node, name string) syntax.Diagnostic {
	return fault("KS144", at, "the aggregate function '%s' is not allowed here: use it in summarize", name)
}

// unknownType is KS160: the name of no type.
//
// Example: datatable(x: number)[1]
func unknownType(at syntax.Node, name string) syntax.Diagnostic {
	return fault("KS160", at, "the name '%s' is not a type: write bool, int, long, real, decimal, string, datetime, timespan, guid or dynamic", name)
}

// valueCount is KS173: values that do not fill the rows of a datatable.
//
// Example: datatable(a: long, b: long)[1, 2, 3]
func valueCount(at syntax.Node, width int) syntax.Diagnostic {
	return fault("KS173", at, "the number of values must be a multiple of %d, the number of columns", width)
}

// nameIgnored is KS193: a named argument of a function of the language, whose
// name has no effect.
//
// Example: print strlen(source='a')
func nameIgnored(at syntax.Node) syntax.Diagnostic {
	d := fault("KS193", at, "this function takes no named arguments: the name is ignored")
	d.Severity = syntax.Warning
	return d
}

// unknownArgument is KS196: a named argument that the function does not have.
//
// Example: let f = (a: long) { a }; print f(b=1)
func unknownArgument(at syntax.Node, name string, known []string) syntax.Diagnostic {
	return fault("KS196", at, "the name '%s' is not a parameter of the function%s", name, didYouMean(name, known))
}

// noRow is KS199: a function of the row's columns where there is no row.
//
// Example: print column_ifexists('a', 1)
func noRow(at syntax.Node) syntax.Diagnostic {
	return fault("KS199", at, "there are no columns here")
}

// expansionFailed is KS200: a mistake in the body of a stored function.
//
// Example: BrokenFunction()
func expansionFailed(at syntax.Node, name, why string) syntax.Diagnostic {
	return fault("KS200", at, "the stored function '%s' does not work: %s", name, why)
}

// recursion is KS200 for a function that calls itself.
//
// Example: Recursive()
func recursion(at syntax.Node, name string) syntax.Diagnostic {
	return fault("KS200", at, "the function '%s' calls itself, which KQL does not allow", name)
}

// alreadyDeclared is KS201: a second let of one name.
//
// Example: let a = 1; let a = 2; print a
func alreadyDeclared(at syntax.Node, name string) syntax.Diagnostic {
	return fault("KS201", at, "a variable with the name '%s' is already declared: choose another", name)
}

// unknownCatalog is KS208: a database, cluster or workspace that is not known.
//
// Example: database('nowhere').T
func unknownCatalog(at syntax.Node, kind, name string) syntax.Diagnostic {
	return fault("KS208", at, "the name '%s' does not refer to any known %s", name, kind)
}

// stringExpected is KS222: an expression where a text must be known before the
// query runs.
//
// Example: print x = 'a' | extend y = column_ifexists(x, 1)
func stringExpected(at syntax.Node) syntax.Diagnostic {
	return fault("KS222", at, "expected a string literal")
}

// missingColumns is KS249: a table without the columns that a function wants.
//
// Example: let t = print b = 1; let f = (T: (a: long)) { T }; f(t)
func missingColumns(at syntax.Node, param string, want types.Schema) syntax.Diagnostic {
	return fault("KS249", at, "the table for '%s' must have the columns (%s)", param, want)
}

// otherRow is KS999: a value of one row used over the rows of another table.
//
// Example: let f = (a: long) { toscalar(range x from 1 to 3 step 1 | where x == a) }; range y from 1 to 3 step 1 | extend z = f(y)
func otherRow(at syntax.Node) syntax.Diagnostic {
	return fault("KS999", at, "the value differs from row to row and cannot be used within a subquery: use join or lookup")
}

// notSerialized is KS999: a window function over rows without an order.
//
// Example: print x = 1 | extend y = row_number()
func notSerialized(at syntax.Node, name string) syntax.Diagnostic {
	return fault("KS999", at, "the function '%s' needs rows in a fixed order: put serialize or sort before it", name)
}

// obsolete is KS999, a suggestion, to use a newer name.
//
// Example: print x = 1 | summarize makeset(x)
func obsolete(at syntax.Node, name, instead string) syntax.Diagnostic {
	d := fault("KS999", at, "the function '%s' is obsolete: use %s", name, instead)
	d.Severity = syntax.Suggestion
	return d
}

// orderableExpected is KS206: a value without an order where one is needed.
//
// Example: print x = dynamic([1]) | summarize arg_max(x, *)
func orderableExpected(at syntax.Node, got types.Type) syntax.Diagnostic {
	return fault("KS206", at, "expected a value with an order (a number, timespan, datetime, string, bool or guid), got %s: convert it, as with tostring(…)", got)
}

// dynamicKey is KS141: rows cannot be grouped by a dynamic value.
//
// Example: print x = dynamic([1]) | summarize count() by x
func dynamicKey(at syntax.Node) syntax.Diagnostic {
	return fault("KS141", at, "rows cannot be grouped by a dynamic value: convert it, as with tostring(…)")
}

// notAggregated is KS236: a column outside of any aggregate.
//
// Example: range x from 1 to 3 step 1 | summarize count() + x by x
func notAggregated(at syntax.Node, name string) syntax.Diagnostic {
	return fault("KS236", at, "the column '%s' can be used within an aggregate or after by, not beside them", name)
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

// mixedComparison is KS106, a warning, where text is compared with another type.
//
// Example: range x from 1 to 3 step 1 | where x == "1"
func mixedComparison(at syntax.Node, x, y types.Type) syntax.Diagnostic {
	d := fault("KS106", at, "Kusto's engine does not compare %s and %s: convert one side, as with tostring(…) or tolong(…)", x, y)
	d.Severity = syntax.Warning
	return d
}

// noMatch is KS188: a pattern without a body for the arguments.
//
// Example: declare pattern p = (a: string) { ('x') = { print 1 }; }; p('y')
func noMatch(at syntax.Node) syntax.Diagnostic {
	return fault("KS188", at, "no match of the pattern has these values")
}

// mixedTypes is KS141: values to choose from that have different kinds of
// numbers, which the engine does not join.
//
// Example: print x = iff(true, 1, 2.0)
func mixedTypes(at syntax.Node, name string, ts []types.Type) syntax.Diagnostic {
	return fault("KS141", at, "the function '%s' chooses between values of one type, not %s: convert them, as with toreal(…)", name, joinTypesAnd(ts))
}

// unresolvedColumn is KS142, a suggestion, for a column of a table that may have
// more columns than are known.
//
// Example: Loosely | where Unknown > 1
func unresolvedColumn(at syntax.Node, name string) syntax.Diagnostic {
	d := fault("KS142", at, "the column '%s' is not known to exist: the table has more columns than are known here", name)
	d.Severity = syntax.Suggestion
	return d
}

func joinTypes(ts []types.Type) string { return joinWith(ts, " or ") }

func joinTypesAnd(ts []types.Type) string { return joinWith(ts, " and ") }

func joinWith(ts []types.Type, sep string) string {
	names := make([]string, len(ts))
	for i, t := range ts {
		names[i] = t.String()
	}
