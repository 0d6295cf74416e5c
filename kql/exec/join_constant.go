package exec

import (
	"context"
	"errors"
	"io"
	"slices"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
)

// maxConstantRows bounds the rows of a side of a join that is said by its rows, where it is
// asked what answers depend on.
const maxConstantRows = 1 << 12

// joinsConstant reports whether a join makes of each row of its left side, alone and in
// its order, what the right side says: that is a few rows which the query or a list
// holds, and of them the table is built.
func joinsConstant(j *plan.Join) bool {
	switch j.Kind {
	case plan.Inner, plan.LeftOuter, plan.LeftSemi, plan.LeftAnti:
		return isConstant(j.Right)
	}
	return false
}

// isConstant reports whether the rows of n are few and in memory, perhaps only some of them or
// some of their columns.
func isConstant(n plan.Node) bool {
	switch n := n.(type) {
	case *plan.Values:
		return estimate(n) <= maxConstantRows
	case *plan.Read:
		m, ok := n.Source.(*plan.Memory)
		return ok && m.Rows() <= maxConstantRows && n.Limit == 0
	case *plan.Filter, *plan.Project:
		return !slices.ContainsFunc(plan.Exprs(n), plan.HasWindow) && isConstant(n.Inputs()[0])
	}
	return false
}

// constant adds the rows of a node that isConstant; !ok if they depend on more than what is
// there, such as the time.
func (w *fingerprinter) constant(n plan.Node) bool {
	switch n := n.(type) {
	case *plan.Values:
		w.text("values")
		return w.batches(n.Batches)
	case *plan.Read:
		w.text("rows")
		r, err := n.Source.Open(context.Background(), plan.Scan{Columns: n.Columns})
		if err != nil {
			return false // whoever reads them says so
		}
		defer r.Close()
		var all []*column.Batch
		for {
			b, err := r.Next(context.Background())
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				return false
			}
			all = append(all, b)
		}
		return w.batches(all)
	}
	return w.node(n) && w.constant(n.Inputs()[0])
}

// batches adds rows.
func (w *fingerprinter) batches(all []*column.Batch) bool {
	for _, b := range all {
		w.numbers(b.Len(), b.Width())
		for i := range b.Width() {
			c, err := b.Column(i)
			if err != nil {
				return false
			}
			c = column.Flat(c)
			for row := range b.Len() {
				if !w.value(c, row) {
					return false
				}
			}
		}
	}
	return true
}
