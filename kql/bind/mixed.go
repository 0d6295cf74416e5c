package bind

import (
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// operate applies the operator declared under name.
func (b *binder) operate(at syntax.Node, name string, args ...operand) value {
	f, ok := b.env.Functions.Scalar(name)
	if !ok {
		b.report(notSupported(at, "the operator "+name))
		return unknownValue()
	}
	return b.apply(at, f, b.reconcile(at, f, args), noFitOperator)
}

// reconcile converts operands that an operator does not take as they are: a
// dynamic value to text where text is wanted, and the one side of a comparison
// between text and another type. Microsoft's analyzer takes the latter and
// published rules have it (EventID == "4688"); the engine refuses it, so it is
// reported as a warning.
func (b *binder) reconcile(at syntax.Node, f *function.Scalar, args []operand) []operand {
	sigs := signatures(f)
	if _, ok := choose(sigs, operandTypes(args)); ok || anyUnknown(args) {
		return args
	}
	if name := f.Name(); (name == "==" || name == "!=") && len(args) == 2 {
		x, y := args[0], args[1]
		if x.typ() == types.String || y.typ() == types.String {
			b.report(mixedComparison(at, x.typ(), y.typ()))
			x, y = b.alike(x, y), b.alike(y, x)
			return []operand{x, y}
		}
	}
	out := append([]operand(nil), args...)
	for i, a := range args {
		if a.typ() == types.Dynamic || i > 0 && args[0].typ() == types.Dynamic {
			out[i].value = b.convert(a.at, a.value, types.String)
		}
	}
	if _, ok := choose(sigs, operandTypes(out)); ok {
		return out
	}
	return args
}

// alike returns x as y's type where x is a literal text that reads so, or y's
// other way round as text.
func (b *binder) alike(x, y operand) operand {
	switch {
	case x.typ() == types.String:
		if c, ok := literalAs(x.expr, y.typ()); ok {
			x.value = value{expr: &plan.Literal{Value: c}}
		}
	case y.typ() == types.String:
		if _, ok := literalAs(y.expr, x.typ()); !ok {
			x.value = b.convert(x.at, x.value, types.String)
		}
	}
	return x
}

// literalAs returns a literal text as a value of type t.
func literalAs(e plan.Expr, t types.Type) (column.Column, bool) {
	if _, ok := stringOf(e); !ok {
		return nil, false
	}
	c, ok := convertLiteral(e.(*plan.Literal).Value, t)
	return c, ok && !c.Null(0)
}

func signatures(f *function.Scalar) []function.Signature {
	sigs := make([]function.Signature, len(f.Overloads))
	for i := range f.Overloads {
		sigs[i] = f.Overloads[i].Signature
	}
	return sigs
}
