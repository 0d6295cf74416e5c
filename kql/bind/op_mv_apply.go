package bind

import (
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// mvApply runs a subquery over the elements of arrays of each row. The result
// has the columns of the input but those that are themselves expanded, with the
// values that the subquery gives to columns of their names, then the other columns
// of the subquery. The elements come in the order that they have in their arrays,
// so that window functions need no sort.
func (b *binder) mvApply(sc *scope, in table, op *syntax.MvApplyOp) table {
	n := &plan.MvApply{Expand: b.expansion(sc, in, op.Params, op.Items, op.Limit)}
	rows := in
	rows.node, rows.serialized = n.Expand, true
	sub, hole := b.subquery(sc, rows, op.Subquery)
	n.Hole, n.Sub = hole, sub.node
	applied := appliedColumns(in.schema(), op.Items)
	taken := map[string]bool{}
	add := func(c types.Column, from plan.ApplyColumn) {
		taken[c.Name] = true
		n.Cols = append(n.Cols, from)
		n.Out.Columns = append(n.Out.Columns, c)
	}
	columns := sub.schema().Visible()
	for i, c := range in.schema().Columns {
		switch at := columns.Index(c.Name); {
		case applied[c.Name]:
		case at >= 0:
			add(columns.Columns[at], plan.ApplyColumn{FromSub: true, Index: sub.schema().Index(c.Name)})
		default:
			add(c, plan.ApplyColumn{Index: i})
		}
	}
	for i, c := range sub.schema().Columns {
		if !taken[c.Name] && !c.Hidden {
			add(c, plan.ApplyColumn{FromSub: true, Index: i})
		}
	}
	out := in.unordered(n)
	out.open = in.open || sub.open
	return out
}

// appliedColumns returns the names of the columns that are expanded in their own
// places: those mentioned without a name of the result.
func appliedColumns(s types.Schema, items []*syntax.MvItem) map[string]bool {
	names := map[string]bool{}
	for _, item := range items {
		if item.X == nil || len(item.X.Names) > 0 {
			continue
		}
		if id, ok := item.X.X.(*syntax.Ident); ok && s.Index(id.Name) >= 0 {
			names[id.Name] = true
		}
	}
	return names
}
