package bind

import (
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// A value typeof(…) is refused by the engine. For Microsoft's analyzer it has a type of its
// own, which goes where any type does, and is a mistake elsewhere.

// typeValue binds typeof(…) where no type is asked for.
func (b *binder) typeValue(e *syntax.TypeOfExpr) value {
	if e.Type != nil {
		b.typeOf(e.Type)
	}
	b.refuse(typeIsNoValue(e))
	return unknownValue()
}

func isTypeOf(at syntax.Node) bool {
	e, ok := at.(syntax.Expr)
	if ok {
		_, ok = unparen(e).(*syntax.TypeOfExpr)
	}
	return ok
}

// misusedTypes reports each typeof(…) among the arguments of a call, or of an
// operator, that does not take all types.
func (b *binder) misusedTypes(at syntax.Node, name string, counted []function.Signature, args []operand) {
	const all = int(types.Dynamic-types.Bool) + 1
	_, call := at.(*syntax.CallExpr)
	for i, a := range args {
		if !isTypeOf(a.at) {
			continue
		}
		set, shape := acceptedAt(counted, i, len(args))
		switch chooses := name == "coalesce" || name == "max_of" || name == "min_of"; {
		case len(set.Types()) == all && !chooses:
		case !call:
			b.report(operatorUndefined(at, name, args))
			return
		case chooses:
			b.report(nothingCommon(at, name, args))
			return
		case isExtreme(name):
			b.report(orderableExpected(a.at, a.typ()))
		default:
			b.report(argumentType(name, a, set, shape))
		}
	}
}
