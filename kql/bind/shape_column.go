package bind

import (
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// A place is a column of a node's output.
type place struct {
	node plan.Node
	at   int
}

// columnShape returns the shape of column i of n: that of the expression which
// computed it. It is worked out when first asked for.
func (b *binder) columnShape(n plan.Node, i int) *shape {
	if n == nil {
		return nil
	}
	at := place{n, i}
	if s, ok := b.columnShapes[at]; ok {
		return s
	}
	s := b.findShape(n, i)
	if b.columnShapes == nil {
		b.columnShapes = map[place]*shape{}
	}
	b.columnShapes[at] = s
	return s
}

func (b *binder) findShape(n plan.Node, i int) *shape {
	switch n := n.(type) {
	case *plan.Project:
		return b.exprShape(n.Input, n.Exprs[i])
	case *plan.Aggregate:
		return b.aggregateShape(n, i)
	case *plan.Join:
		if left := n.Left.Schema().Len(); i >= left {
			return b.columnShape(n.Right, i-left)
		}
		return b.columnShape(n.Left, i)
	case *plan.Union:
		return b.unionShape(n, i)
	case *plan.MvExpand:
		return b.expandedShape(n, i)
	case *plan.MvApply:
		if i >= len(n.Cols) {
			return nil
		}
		if c := n.Cols[i]; c.FromSub {
			return b.columnShape(n.Sub, c.Index)
		} else {
			return b.columnShape(n.Expand.Input, c.Index)
		}
	case *plan.Filter, *plan.Sort, *plan.Top, *plan.TopHitters, *plan.Take, *plan.Serialize:
		return b.columnShape(n.Inputs()[0], i)
	case *plan.Partition:
		return b.columnShape(n.Sub, i)
	case *plan.Shared:
		return b.columnShape(n.Def.Plan, i)
	}
	return nil
}

// exprShape returns the shape of an expression over the rows of n.
func (b *binder) exprShape(n plan.Node, e plan.Expr) *shape {
	if s := b.shapeOf(e); s != nil {
		return s
	}
	if c, ok := e.(*plan.Column); ok && c.Typ == types.Dynamic {
		return b.columnShape(n, c.Index)
	}
	return nil
}

func (b *binder) aggregateShape(n *plan.Aggregate, i int) *shape {
	if i < len(n.Keys) {
		return b.exprShape(n.Input, n.Keys[i])
	}
	i -= len(n.Keys)
	for _, a := range n.Aggs {
		width := 1
		if a.Pick != nil {
			width = len(a.Pick.Cols)
		}
		if i >= width {
			i -= width
			continue
		}
		if a.Pick != nil {
			return b.exprShape(n.Input, a.Pick.Cols[i])
		}
		return b.shapeOfCall(a.Fn.Name, a.Args)
	}
	return nil
}

// unionShape is the shape that a column has in all parts that have it.
func (b *binder) unionShape(n *plan.Union, i int) *shape {
	var s *shape
	found := false
	for _, p := range n.Parts {
		if pr, ok := p.(*plan.Project); ok && pr.Exprs[i] == nulls[types.Dynamic] {
			continue
		}
		if x := b.columnShape(p, i); !found {
			s, found = x, true
		} else {
			s = sameShape(s, x)
		}
	}
	return s
}

// expandedShape is the element's shape for a column that is expanded.
func (b *binder) expandedShape(n *plan.MvExpand, i int) *shape {
	for _, c := range n.Cols {
		if c.To != i {
			continue
		}
		if s := b.exprShape(n.Input, c.Expr); s.is(shapeArray) {
			return s.elem
		}
		return nil
	}
	if i < n.Input.Schema().Len() {
		return b.columnShape(n.Input, i)
	}
	return nil
}
