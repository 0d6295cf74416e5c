package opt

import (
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
)

// computeExpanded lets an mv-expand compute the arrays that a projection below
// makes for nothing else: it then has only those of some rows in memory at a
// time.
func computeExpanded(n plan.Node) plan.Node {
	x, ok := n.(*plan.MvExpand)
	if !ok {
		return n
	}
	below, ok := x.Input.(*plan.Project)
	if !ok {
		return n
	}
	passed := map[int]int{} // columns below the projection, by where it has them
	for i, e := range below.Exprs {
		if plan.HasWindow(e) {
			return n
		}
		if c, ok := e.(*plan.Column); ok {
			passed[c.Index] = i
		}
	}
	uses := columnUses(x)
	p, out := *below, *x
	p.Exprs = append([]plan.Expr(nil), below.Exprs...)
	out.Cols = append([]plan.Expand(nil), x.Cols...)
	changed := false
	for i, col := range x.Cols {
		c, ok := col.Expr.(*plan.Column)
		if !ok || col.To != c.Index || uses[c.Index] != 1 {
			continue
		}
		e, ok := arrayExpr(below.Exprs[c.Index], below, passed)
		if !ok {
			continue
		}
		out.Cols[i].Expr = e
		// The place of the column that is replaced stays.
		p.Exprs[c.Index] = &plan.Literal{Value: column.NullConst(c.Typ, 1).One}
		changed = true
	}
	if !changed {
		return n
	}
	out.Input = &p
	return &out
}

// arrayExpr returns e, an expression over below's input, over its output; !ok if
// that lacks a column, or if there is nothing to compute.
func arrayExpr(e plan.Expr, below *plan.Project, passed map[int]int) (plan.Expr, bool) {
	switch e.(type) {
	case *plan.Column, *plan.Literal:
		return nil, false
	}
	if plan.IsVolatile(e) || plan.HasSubquery(e) {
		return nil, false
	}
	return substitute(e, func(c *plan.Column) (plan.Expr, bool) {
		i, ok := passed[c.Index]
		if !ok {
			return nil, false
		}
		return &plan.Column{Index: i, Name: below.Out.Columns[i].Name, Typ: c.Typ}, true
	})
}

// columnUses counts where x reads each of its input's columns.
func columnUses(x *plan.MvExpand) map[int]int {
	uses := map[int]int{}
	for _, col := range x.Cols {
		plan.WalkExpr(col.Expr, func(e plan.Expr) bool {
			if c, ok := e.(*plan.Column); ok {
				uses[c.Index]++
			}
			return true
		})
	}
	return uses
}
