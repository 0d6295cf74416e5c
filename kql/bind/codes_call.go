package bind

import (
	"errors"

	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// Findings about calls, and about what stands where it cannot.

// constantExpected is KS129: an argument that varies from row to row where it
// may not.
//
// Example: range x from 1 to 3 step rand()
func constantExpected(at syntax.Node) syntax.Diagnostic {
	return fault("KS129", at, "the expression must be a constant")
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

// starNotAllowed is KS191: a * where there are no columns or no lists of them.
//
// Example: print strlen(*)
func starNotAllowed(at syntax.Node) syntax.Diagnostic {
	return fault("KS191", at, "* is not allowed here")
}

// columnExpected is KS109: an expression where only a column can stand.
//
// Example: print x = 1 | extend y = bag_pack_columns(x + 1)
func columnExpected(at syntax.Node) syntax.Diagnostic {
	return fault("KS109", at, "expected the name of a column")
}

// argumentCount is KS119 or, for a function that takes any number, KS120: too few
// or too many arguments.
//
// Example: print strlen('a', 'b')
func argumentCount(at syntax.Node, name string, least, most int) syntax.Diagnostic {
	at = calledName(at)
	switch {
	case least == most && most == 1:
		return fault("KS119", at, "the function '%s' expects 1 argument", name)
	case least == most:
		return fault("KS119", at, "the function '%s' expects %d arguments", name, least)
	case most < 0 && least == 1:
		return fault("KS120", at, "the function '%s' expects at least 1 argument", name)
	case most < 0:
		return fault("KS120", at, "the function '%s' expects at least %d arguments", name, least)
	}
	return fault("KS119", at, "the function '%s' expects between %d and %d arguments", name, least, most)
}

// tooManyArguments is KS120: more arguments than a function takes that takes many.
//
// Example: print coalesce(1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1)
func tooManyArguments(at syntax.Node, name string, most int) syntax.Diagnostic {
	return fault("KS120", calledName(at), "the function '%s' takes at most %d arguments: use several calls", name, most)
}

// oddArguments is KS121: a number of arguments between those that a function
// takes.
//
// Example: print case(true, 1, false, 2)
func oddArguments(at syntax.Node, name string) syntax.Diagnostic {
	return fault("KS121", calledName(at), "the function '%s' does not take this number of arguments", name)
}

// calledName returns the name of the function if at is a call: findings about the
// call as a whole are there.
func calledName(at syntax.Node) syntax.Node {
	if call, ok := at.(*syntax.CallExpr); ok && call.Name != nil {
		return call.Name
	}
	return at
}

// notCompatible is KS127: arguments that no signature takes.
//
// Example: print abs('a')
func notCompatible(at syntax.Node, name string, args []operand, sigs string) syntax.Diagnostic {
	return fault("KS127", calledName(at), "the function '%s' does not take arguments of types (%s): it is %s", name, joinWith(operandTypes(args), ", "), sigs)
}

// nothingCommon is KS232: arguments to choose from that have no type in common.
//
// Example: print max_of(1, 'a')
func nothingCommon(at syntax.Node, name string, args []operand) syntax.Diagnostic {
	return fault("KS232", calledName(at), "the function '%s' chooses between values of one type, not (%s): convert them, as with tostring(…) or tolong(…)",
		name, joinWith(operandTypes(args), ", "))
}

// literalExpected is KS131: an expression where only a literal can stand.
//
// Example: let n = 2; print d = dynamic([1]) | mv-expand d limit n + strlen('a')
func literalExpected(at syntax.Node) syntax.Diagnostic {
	return fault("KS131", at, "the expression must be a literal")
}

// argumentsRequired is KS117: a function's name without its arguments.
//
// Example: let f = (a: long) { a + 1 }; print f
func argumentsRequired(at syntax.Node, name string) syntax.Diagnostic {
	return fault("KS117", at, "the function '%s' requires arguments: write %s(…)", name, name)
}

// tableParameterNeeded is KS108: invoke of a function whose first parameter is no
// table.
//
// Example: let f = (n: long) { n + 1 }; print n = 1 | invoke f()
func tableParameterNeeded(at syntax.Node, p *syntax.FuncParam) syntax.Diagnostic {
	return fault("KS108", at, "invoke passes the rows as the first argument, and '%s' is no table: declare one before it, as in (T: (*), %[1]s: …)", p.Name.Name)
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
	return fault("KS206", at, "expected a value with an order (a number, timespan, datetime, string or bool), got %s: convert it, as with tostring(…)", got)
}

// dynamicKey is KS116: rows cannot be grouped by a dynamic value.
//
// Example: print x = dynamic([1]) | summarize count() by x
func dynamicKey(at syntax.Node) syntax.Diagnostic {
	return fault("KS116", at, "rows cannot be grouped by a dynamic value: convert it, as with tostring(…)")
}

// notAggregated is KS236: a column outside of any aggregate.
//
// Example: range x from 1 to 3 step 1 | summarize count() + x by x
func notAggregated(at syntax.Node, name string) syntax.Diagnostic {
	return fault("KS236", at, "the column '%s' can be used within an aggregate or after by, not beside them", name)
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

// typeIsNoValue is KS999: typeof(…) where no type is asked for. Microsoft's analyzer
// has values of a type of their own for it.
//
// Example: print x = tostring(typeof(long))
func typeIsNoValue(at syntax.Node) syntax.Diagnostic {
	return fault("KS999", at, "typeof(…) is no value: it says what extract(…), mv-expand and their like convert to; gettype(…) tells the type of a value")
}

// badConstant is KS999: a format or a regular expression that cannot be read. A
// word that is none of those known is Microsoft's KS140.
//
// Example: print format_datetime(now(), 'q')
func badConstant(at syntax.Node, name string, err error) syntax.Diagnostic {
	code := "KS999"
	if errors.Is(err, function.ErrNotOneOf) || errors.Is(err, function.ErrUndocumented) {
		code = "KS140"
	}
	return fault(code, at, "%s: %v", name, err)
}

// noBinAutoSize is KS999: a function that takes its bin from the request, which has
// none. Microsoft's analyzer takes it.
//
// Example: print bin_auto(5)
func noBinAutoSize(at syntax.Node) syntax.Diagnostic {
	return fault("KS999", at, "bin_auto() needs the size of a bin: set query_bin_auto_size = 1h; before it")
}

// badParameter is KS999: a value for a query parameter that is not of its type.
//
// Example: declare query_parameters(given: long); print given
func badParameter(at syntax.Node, name, value string, t types.Type) syntax.Diagnostic {
	return fault("KS999", at, "the value '%s' of the query parameter '%s' is no %s", value, name, t)
}
