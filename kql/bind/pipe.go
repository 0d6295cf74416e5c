package bind

import (
	"strings"

	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
)

// pipe binds `source | op | op`.
func (b *binder) pipe(sc *scope, e *syntax.PipeExpr) table {
	var t table
	switch {
	case e.Source != nil:
		t = b.piped(sc, e.Source)
	case sc.input != nil:
		t = *sc.input
	}
	inner := sc.withoutRow()
	inner.depth++
	for _, op := range e.Ops {
		if b.stopped() {
			return unknownTable()
		}
		b.info.Inputs[op] = t.schema()
		switch op.(type) {
		case *syntax.UnionOp, *syntax.SearchOp: // they tell tables apart by their names
		default:
			t.name = ""
		}
		t.after = nil
		if _, draws := op.(*syntax.RenderOp); t.none && !draws {
			b.refuse(mustBeLast(b.keyword(op)))
			t = table{node: &plan.Values{}, more: t.more}
		}
		t = b.checkPlace(sc, t, op)
		t = b.operator(inner, t, op)
	}
	b.info.Schemas[e] = t.schema().Visible()
	return t
}

// checkPlace reports an operator that stands where it cannot: before all rows,
// or after some. It returns what op reads.
func (b *binder) checkPlace(sc *scope, in table, op syntax.Operator) table {
	switch op.(type) {
	case *syntax.PrintOp, *syntax.RangeOp, *syntax.FindOp:
		_, isFind := op.(*syntax.FindOp)
		switch {
		case in.node != nil && sc.input == nil:
			if isFind {
				b.refuse(mustBeFirst(b.keyword(op)))
			} else {
				b.report(mustBeFirst(b.keyword(op)))
			}
		case sc.input != nil && !isFind:
			b.report(operatorNotAllowed(b.keyword(op)))
		}
	case *syntax.UnionOp, *syntax.SearchOp, *syntax.EvaluateOp, *syntax.BadOp, *syntax.MacroExpandOp:
	default:
		if in.node == nil {
			b.report(cannotBeFirst(b.keyword(op)))
			return unknownTable()
		}
	}
	if isGraph(in) && !readsGraph(op) {
		b.refuse(tableExpected(op))
		return unknownTable()
	}
	return in
}

// keyword returns the place of the word that op begins with.
func (b *binder) keyword(op syntax.Node) syntax.Node {
	from := op.Pos()
	if from >= len(b.source) {
		return op
	}
	rest := b.source[from:min(op.End(), len(b.source))]
	n := len(rest) - len(strings.TrimLeftFunc(rest, func(r rune) bool { return r == '-' || isNameRune(r) }))
	if n == 0 {
		return op
	}
	return syntax.Span{From: from, To: from + n}
}
