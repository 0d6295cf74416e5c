package bind

import (
	"fmt"
	"strings"

	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// Findings that only Microsoft's analyzer has: the engine runs such queries.

// tolerate reports what Microsoft's analyzer refuses and the engine does not:
// where a query is checked it is an error, as in Microsoft's editors; where it is
// run, a warning.
func (b *binder) tolerate(d syntax.Diagnostic) {
	if !b.env.Strict {
		d.Severity = syntax.Warning
	}
	b.report(d)
}

// typeNeeded is KS141: a value whose type makes no sense for what stands beside
// it.
//
// Example: print x = split('a b', ' ')['first']
func typeNeeded(at syntax.Node, want ...types.Type) syntax.Diagnostic {
	return fault("KS141", at, "the expression must have the type %s here", joinTypes(want))
}

// conditionNeeded is KS141: a condition that is none. Who writes = for == names a value.
//
// Example: datatable(a: string)[] | where a = "x"
func conditionNeeded(at syntax.Expr) syntax.Diagnostic {
	d := typeNeeded(at, types.Bool)
	if _, ok := at.(*syntax.NamedExpr); ok {
		d.Message += ": to compare, write == in place of ="
	}
	return d
}

// textExpected is KS133: an empty text where there must be something.
//
// Example: print format_datetime(now(), "")
func textExpected(at syntax.Node) syntax.Diagnostic {
	return fault("KS133", at, "the literal must not be empty")
}

// noElementsOfScalar is KS147: an index into a dynamic value that is no array and
// no bag.
//
// Example: print x = split('a b', ' ')[0][1]
func noElementsOfScalar(at syntax.Node) syntax.Diagnostic {
	return fault("KS147", at, "this value is no array and no bag: it has no elements")
}

// repeatedColumn is KS171: a column that a list names twice.
//
// Example: print a = 1 | project-reorder a, a
func repeatedColumn(at syntax.Node, name string) syntax.Diagnostic {
	return fault("KS171", at, "the column '%s' is named twice", name)
}

// columnsForgotten is KS999, a suggestion: columns of a union that Microsoft's analyzer
// gives one type, and that are several where the query runs.
//
// Example: union (print a = 1), (print a = 2), (print a = 'x')
func columnsForgotten(at syntax.Node, names []string) syntax.Diagnostic {
	const most = 5
	more := ""
	if n := len(names); n > most {
		more, names = fmt.Sprintf(" and %d more", n-most), names[:most]
	}
	d := fault("KS999", at, "of several types, and so named after the type too where the query runs: %s%s", strings.Join(names, ", "), more)
	d.Severity = syntax.Suggestion
	return d
}

// checkLiteral reports a constant that is not written out where the analyzer wants
// a literal: the part of a datetime, a format. The engine takes any constant, as
// functions of the documentation do, so it is only said where a query is checked.
func (b *binder) checkLiteral(a operand) {
	if e, ok := a.at.(syntax.Expr); ok && b.env.Strict && !isLiteral(e) {
		b.report(literalExpected(a.at))
	}
}

// checkBare reports a column that is named anew or in parentheses where the analyzer
// wants its name.
func (b *binder) checkBare(e syntax.Expr) {
	if _, bare := e.(*syntax.Ident); !bare {
		b.tolerate(columnExpected(e))
	}
}

// checkFormat reports a format without a character, which the engine takes.
func (b *binder) checkFormat(a operand) {
	if text, ok := stringOf(a.expr); ok && text == "" {
		b.tolerate(textExpected(a.at))
	}
}

// checkDefault reports the default of a parameter that is of another type, unless
// both are numbers.
func (b *binder) checkDefault(p *syntax.FuncParam, v value, t types.Type) {
	if got := v.typ(); got != t && got != types.Unknown && t != types.Unknown && !(got.IsNumeric() && t.IsNumeric()) {
		b.tolerate(typeNeeded(p.Default, t))
	}
}

// checkDynamic reports a dynamic value that is compared with, or divided by, a time,
// one of which a text that is none is looked for, and one of a known shape that is
// a term to look for: the analyzer wants it converted.
func (b *binder) checkDynamic(at syntax.Node, op syntax.BinaryOp, x, y operand) {
	wrong := false
	switch op {
	case syntax.OpLt, syntax.OpLe, syntax.OpGt, syntax.OpGe, syntax.OpDiv, syntax.OpMod:
		wrong = x.typ() == types.Dynamic && isTime(y.typ()) || isTime(x.typ()) && y.typ() == types.Dynamic
	case syntax.OpAdd, syntax.OpSub, syntax.OpMul, syntax.OpEq, syntax.OpNe:
	case syntax.OpHas, syntax.OpNotHas, syntax.OpHasCS, syntax.OpNotHasCS,
		syntax.OpHasPrefix, syntax.OpNotHasPrefix, syntax.OpHasPrefixCS, syntax.OpNotHasPrefixCS,
		syntax.OpHasSuffix, syntax.OpNotHasSuffix, syntax.OpHasSuffixCS, syntax.OpNotHasSuffixCS:
		wrong = y.typ() == types.Dynamic && b.shapeOf(y.expr) != nil ||
			x.typ() == types.Dynamic && y.typ() != types.Dynamic && y.typ() != types.String && y.typ() != types.Unknown
	default:
		wrong = x.typ() == types.Dynamic && y.typ() != types.Dynamic && y.typ() != types.String && y.typ() != types.Unknown
	}
	if wrong {
		b.tolerate(operatorUndefined(at, op.String(), []operand{x, y}))
	}
}

// checkDynamicRange reports a dynamic value between others than two numbers of one
// type.
func (b *binder) checkDynamicRange(at syntax.Node, x, lo, hi operand) {
	if x.typ() != types.Dynamic || anyUnknown([]operand{lo, hi}) {
		return
	}
	if t := lo.typ(); t == hi.typ() && t.IsNumeric() {
		return
	}
	for _, d := range noFitOperator(at, "between", nil, []operand{x, lo, hi}) {
		b.tolerate(d)
	}
}

func isTime(t types.Type) bool { return t == types.DateTime || t == types.TimeSpan }

// checkShapes reports arguments that are of no use to a function: a bag where an
// array is read, an array or a bag where text is parsed, values with and without a
// type to choose from.
func (b *binder) checkShapes(name string, sig function.Signature, f fit, args []operand) {
	for i, a := range args {
		if s := b.shapeOf(a.expr); s != nil && a.typ() == types.Dynamic {
			b.checkShape(name, &sig.Params[f.params[i]], a, s.kind)
		}
	}
	switch name {
	case "todynamic", "toobject":
		if args[0].typ() == types.Dynamic && b.shapeOf(args[0].expr) != nil {
			b.tolerate(typeExpected(args[0].at, types.Dynamic, types.String))
		}
	case "coalesce":
		b.checkCoalesce(args)
	case "format_datetime", "format_timespan":
		b.checkFormat(args[1])
	case "prev", "next":
		// Published queries have expressions here, such as prev(tostring(Place.city)).
		if !isColumn(args[0].expr) && !args[0].unknown() {
			b.tolerate(columnExpected(args[0].at))
		}
	case "max_of", "min_of":
		for _, a := range args {
			if a.typ() == types.Dynamic {
				b.tolerate(orderableExpected(a.at, types.Dynamic))
			}
		}
	case "make_timespan":
		b.checkSeconds(args)
	}
}

// checkConversion reports a guid that is converted to one.
func (b *binder) checkConversion(a operand) {
	if a.typ() == types.GUID {
		b.tolerate(oneOfTypes(a.at, types.GUID, types.String, types.Dynamic))
	}
}

// checkSeconds reports seconds with a fraction, which the documentation has.
func (b *binder) checkSeconds(args []operand) {
	for _, a := range args[1:] {
		if t := a.typ(); t == types.Real || t == types.Decimal {
			b.tolerate(integerExpected(a.at))
		}
	}
}

// checkShape reports an argument of which it is known that it does not hold what
// the parameter p reads.
func (b *binder) checkShape(name string, p *function.Param, a operand, k shapeKind) {
	switch one, _ := p.Accepts.One(); {
	case p.Shape == function.Array && k != shapeArray, p.Shape == function.Bag && k != shapeBag:
		b.tolerate(argumentType(name, a, p.Accepts, p.Shape))
	case one == types.String:
		b.tolerate(typeExpected(a.at, types.Dynamic, types.String))
	}
}

func (b *binder) checkCoalesce(args []operand) {
	some := false
	for _, a := range args {
		some = some || a.typ() == types.Dynamic
	}
	for _, a := range args {
		if some && a.typ() != types.Dynamic {
			b.tolerate(typeNeeded(a.at, types.Dynamic))
		}
	}
}

// checkOrder reports a guid of which the least or the greatest is asked.
func (b *binder) checkOrder(a operand) {
	if a.typ() == types.GUID {
		b.tolerate(orderableExpected(a.at, types.GUID))
	}
}

// checkCount reports an argument of count that is no condition.
func (b *binder) checkCount(name string, args []operand) {
	if name == "count" && len(args) == 1 && args[0].typ() != types.Bool && !args[0].unknown() {
		b.tolerate(typeExpected(args[0].at, args[0].typ(), types.Bool))
	}
}

// echoArguments reports, beside a name that is unknown, that it is not of the type
// that the function wants: the analyzer says both. Where a query runs, one finding
// is enough.
func (b *binder) echoArguments(at syntax.Node, name string, sigs []function.Signature, args []operand) {
	if !b.env.Strict || len(sigs) == 0 {
		return
	}
	counted := withCount(sigs, len(args))
	b.misusedTypes(at, name, counted, args)
	for i, a := range args {
		if !a.unknown() || len(counted) == 0 || !b.unknownAt(a.at) {
			continue
		}
		set, _ := acceptedAt(counted, i, len(args))
		if t, ok := set.One(); ok && t != types.Dynamic {
			b.report(unresolvedArgument(a.at, t))
		}
	}
}

// echoColumns is echoArguments for names that must be columns.
func (b *binder) echoColumns(list []syntax.Expr) {
	for _, e := range list {
		if b.env.Strict && b.unknownAt(e) {
			b.report(noColumn(e))
		}
	}
}

// unknownAt reports whether at is a name that was found to be unknown.
func (b *binder) unknownAt(at syntax.Node) bool {
	if _, ok := at.(*syntax.Ident); !ok {
		return false
	}
	for _, d := range b.diags {
		if d.Code == "KS142" && d.Pos == at.Pos() && d.End == at.End() {
			return true
		}
	}
	return false
}
