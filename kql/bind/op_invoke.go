package bind

import "github.com/calypso-kql/calypso/kql/syntax"

// invoked is the name under which invoke hands over the rows. No text can write
// it.
const invoked = "\x00rows"

// invoke calls a function with the rows so far as its first argument.
func (b *binder) invoke(sc *scope, in table, op *syntax.InvokeOp) table {
	call, ok := op.Call.(*syntax.CallExpr)
	if !ok {
		if id, isName := op.Call.(*syntax.Ident); isName {
			call, ok = &syntax.CallExpr{Span: id.Span, Name: id}, true
		}
	}
	if !ok {
		if _, bad := op.Call.(*syntax.BadExpr); !bad {
			b.report(notSupported(op.Call, "invoke of this expression"))
		}
		return unknownTable()
	}
	inner := sc.apart()
	inner.declare(invoked, &symbol{table: &in, decl: op})
	rows := &syntax.Ident{Span: syntax.Span{From: op.From, To: op.From}, Name: invoked}
	full := *call
	full.Args = append([]syntax.Expr{rows}, call.Args...)
	return b.tabular(inner, &full)
}
