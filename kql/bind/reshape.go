package bind

import (
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// pick returns the columns of in at the positions given, in that order. Hidden
// columns that are asked for become ordinary ones.
func pick(in table, positions []int) table {
	s := in.schema()
	exprs := make([]plan.Expr, len(positions))
	out := make([]types.Column, len(positions))
	for i, p := range positions {
		exprs[i] = columnAt(s, p)
		out[i] = s.Columns[p]
		out[i].Hidden = false
	}
	return in.over(&plan.Project{Input: in.node, Exprs: exprs, Out: types.Schema{Columns: out}})
}

// withoutHidden returns in without its hidden columns.
func withoutHidden(in table) table {
	at := visibleColumns(in.schema())
	if len(at) == in.schema().Len() {
		return in
	}
	return pick(in, at)
}

// visibleColumns returns the positions of the columns that are not hidden.
func visibleColumns(s types.Schema) []int {
	at := make([]int, 0, s.Len())
	for i, c := range s.Columns {
		if !c.Hidden {
			at = append(at, i)
		}
	}
	return at
}

// columnAt returns the expression of a column.
func columnAt(s types.Schema, i int) *plan.Column {
	c := s.Columns[i]
	return &plan.Column{Index: i, Name: c.Name, Typ: c.Type}
}

// columnsFrom returns the expressions of n columns beginning with the one at
// position from.
func columnsFrom(s types.Schema, from, n int) []plan.Expr {
	exprs := make([]plan.Expr, n)
	for i := range exprs {
		exprs[i] = columnAt(s, from+i)
	}
	return exprs
}

// uniqueNames gives columns whose name an earlier one has a number: k, k1. A name
// that some column has by itself is never made up for another.
func uniqueNames(cols []types.Column) []types.Column {
	c := newColumns()
	first := map[string]int{}
	for i, col := range cols {
		if _, taken := first[col.Name]; !taken {
			first[col.Name] = i
			c.suffix[col.Name] = 0
		}
	}
	out := make([]types.Column, len(cols))
	for i, col := range cols {
		if first[col.Name] != i {
			col.Name = c.unique(col.Name, "")
		}
		out[i] = col
	}
	return out
}
