package bind

import (
	"strings"

	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// Findings about operators; see codes.go.

// oneOfExpected is KS005: a word that is none of those that may stand here.
//
// Example: print a = 1 | join kind=sideways (print a = 1) on a
func oneOfExpected(at syntax.Node, words ...string) syntax.Diagnostic {
	return fault("KS005", at, "expected one of: %s", strings.Join(words, ", "))
}

// joinConditionMissing is KS006: a join without on.
//
// Example: print a = 1 | join (print a = 1)
func joinConditionMissing(at syntax.Node) syntax.Diagnostic {
	return fault("KS006", at, "missing the condition of the join: write on <column>, or on $left.<column> == $right.<column>")
}

// captureAfterText is KS101: a column of a pattern that does not follow a text.
//
// Example: print s = 'ab' | parse s with x:string y:string
func captureAfterText(at syntax.Node) syntax.Diagnostic {
	return fault("KS101", at, "the column must follow a string literal")
}

// textAfterStar is KS102: a star in a pattern that no text follows.
//
// Example: print s = 'ab' | parse s with * x
func textAfterStar(at syntax.Node) syntax.Diagnostic {
	return fault("KS102", at, "a string literal must follow the *")
}

// starAfterText is KS103: a star just after a column that takes any text.
//
// Example: print s = 'ab' | parse s with 'a' x *
func starAfterText(at syntax.Node) syntax.Diagnostic {
	return fault("KS103", at, "* after a column of type string is ambiguous: put a string literal between them")
}

// renameExpected is KS110: something else than new = old.
//
// Example: print a = 1 | project-rename a
func renameExpected(at syntax.Node) syntax.Diagnostic {
	return fault("KS110", at, "expected a rename: new = old")
}

// typeNotAllowed is KS116: a value of a type that cannot be grouped or ordered
// by.
//
// Example: print d = dynamic([1]) | sort by d
func typeNotAllowed(at syntax.Node, t types.Type) syntax.Diagnostic {
	return fault("KS116", at, "a value of type %s is not allowed here: convert it, as with tostring(…)", t)
}

// unknownPlugin is KS124: evaluate of nothing.
//
// Example: print a = 1 | evaluate no_such_plugin()
func unknownPlugin(at syntax.Node, name string, known []string) syntax.Diagnostic {
	return fault("KS124", at, "the name '%s' does not refer to any known plugin%s", name, didYouMean(name, known))
}

// integerExpected is KS134: a number of rows that is no whole number.
//
// Example: print a = 1 | top 1.5 by a
func integerExpected(at syntax.Node) syntax.Diagnostic {
	return fault("KS134", at, "the value must be an integer")
}

// summableExpected is KS138: a bound that cannot be added to.
//
// Example: range x from 'a' to 'b' step 1
func summableExpected(at syntax.Node) syntax.Diagnostic {
	return fault("KS138", at, "the value must be a number, a timespan or a datetime")
}

// zeroStep is KS140: a range that never moves.
//
// Example: range x from 1 to 3 step 0
func zeroStep(at syntax.Node) syntax.Diagnostic {
	return fault("KS140", at, "the step must not be 0")
}

// dynamicExpected is KS141: a value that is not dynamic where elements are
// wanted.
//
// Example: print a = 1 | mv-expand a
func dynamicExpected(at syntax.Node) syntax.Diagnostic {
	return fault("KS141", at, "the expression must have the type dynamic: see parse_json(…) and split(…)")
}

// notOnBothSides is KS145: a key of a join that one side lacks.
//
// Example: print a = 1 | join (print b = 1) on a
func notOnBothSides(at syntax.Node, name string) syntax.Diagnostic {
	return fault("KS145", at, "the column '%s' must exist on both sides of the join: write $left.<column> == $right.<column> if the names differ", name)
}

// operatorNotAllowed is KS177: an operator that this kind of subquery does not
// take.
//
// Example: print a = 1 | fork (fork (count))
func operatorNotAllowed(at syntax.Node) syntax.Diagnostic {
	return fault("KS177", at, "the operator is not allowed here")
}

// notAnInterval is KS178: a step of another kind than the axis.
//
// Example: print a = 1 | make-series count() on a step 1d
func notAnInterval(at syntax.Node, step, axis types.Type) syntax.Diagnostic {
	return fault("KS178", at, "a step of type %s does not fit an axis of type %s", step, axis)
}

// joinCondition is KS182: a condition that joins cannot have.
//
// Example: print a = 1 | join (print a = 1) on $left.a > $right.a
func joinCondition(at syntax.Node) syntax.Diagnostic {
	return fault("KS182", at, "the condition must be a column that both sides have, or $left.<column> == $right.<column>")
}

// joinOperand is KS183: a side of a condition that does not begin with $left or
// $right.
//
// Example: print a = 1 | join (print b = 1) on $left.a == b
func joinOperand(at syntax.Node, side string) syntax.Diagnostic {
	return fault("KS183", at, "this side of the condition must be %s.<column>", side)
}

// packNotLast is KS185: pack(*) before other columns.
//
// Example: find where a == 1 project pack(*), a
func packNotLast(at syntax.Node) syntax.Diagnostic {
	return fault("KS185", at, "pack(*) must come last")
}

// fuzzyNotFound is KS205, a suggestion: a source that union isfuzzy=true leaves
// out.
//
// Example: union isfuzzy=true (print a = 1), NoSuchTable
func fuzzyNotFound(at syntax.Node) syntax.Diagnostic {
	d := fault("KS205", at, "this source does not exist and is left out")
	d.Severity = syntax.Suggestion
	return d
}

// keyTypesDiffer is KS227: a common key of two types.
//
// Example: print a = 1 | join (print a = 'x') on a
func keyTypesDiffer(at syntax.Node, name string) syntax.Diagnostic {
	return fault("KS227", at, "the column '%s' must have the same type on both sides of the join: convert one", name)
}

// graphKeyDynamic is KS240: nodes of a graph with dynamic identifiers.
//
// Example: print a = dynamic(1), b = 2 | make-graph a --> b | graph-to-table nodes
func graphKeyDynamic(at syntax.Node) syntax.Diagnostic {
	return fault("KS240", at, "what tells nodes apart cannot be dynamic: convert it, as with tostring(…)")
}

// keysNotComparable is KS242: two keys of types that never compare.
//
// Example: print a = 1 | join (print b = 'x') on $left.a == $right.b
func keysNotComparable(at syntax.Node, left, right types.Type) syntax.Diagnostic {
	return fault("KS242", at, "the keys have types that cannot be compared: %s and %s", left, right)
}

// joinKeyDynamic is KS241: a join on a dynamic column.
//
// Example: print a = dynamic(1) | join (print a = dynamic(1)) on a
func joinKeyDynamic(at syntax.Node) syntax.Diagnostic {
	return fault("KS241", at, "the key of a join cannot be dynamic: convert it, as with tostring(…)")
}

// stepAlone is KS999: a step of scan without the column that is meant.
//
// Example: range x from 1 to 3 step 1 | scan declare (n: long) with (step s: true => n = s;)
func stepAlone(at syntax.Node, name string) syntax.Diagnostic {
	return fault("KS999", at, "'%s' is a step, not a value: write %s.column", name, name)
}

// schemaDiffers is KS999: rows that do not have the columns that the text says.
//
// Example: print a = 1 | assert-schema (a: string)
func schemaDiffers(at syntax.Node, want, have types.Schema) syntax.Diagnostic {
	return fault("KS999", at, "the rows have the columns (%s), not (%s)", have, want)
}

// boolLiteralExpected is KS223: a property of render that is true or false, and has
// another value.
//
// Example: print a = 1 | render piechart with (accumulate=1)
func boolLiteralExpected(at syntax.Node) syntax.Diagnostic {
	return fault("KS223", at, "expected true or false")
}

// numberLiteralExpected is KS224: a property of render that is a number, and has
// another value.
//
// Example: print a = 1 | render piechart with (ymin="a")
func numberLiteralExpected(at syntax.Node) syntax.Diagnostic {
	return fault("KS224", at, "expected a number")
}
