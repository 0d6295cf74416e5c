package opt

import (
	"context"
	"errors"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// The operators here refer to their input's columns in too many places to move
// them. A column that is not needed keeps its place instead and becomes a constant
// null; so nothing below has to yield it.

// blanked returns n with the columns that need does not mark replaced by null,
// and pruned.
func (pr *pruner) blanked(n plan.Node, need []bool) plan.Node {
	s := n.Schema()
	p := &plan.Project{Input: n, Out: s}
	changed := false
	for i, c := range s.Columns {
		if need[i] {
			p.Exprs = append(p.Exprs, &plan.Column{Index: i, Name: c.Name, Typ: c.Type})
			continue
		}
		changed = true
		p.Exprs = append(p.Exprs, &plan.Literal{Value: column.NullConst(c.Type, 1).One})
	}
	if !changed {
		return pr.root(n)
	}
	return pr.root(p)
}

func (pr *pruner) makeSeries(n *plan.MakeSeries) (plan.Node, []int) {
	need := make([]bool, n.Input.Schema().Len())
	mark(n.Axis, need)
	for _, k := range n.Keys {
		mark(k, need)
	}
	for _, a := range n.Aggs {
		markAgg(a, need)
	}
	return n.WithInputs([]plan.Node{pr.blanked(n.Input, need)}), identity(n.Out.Len())
}

func (pr *pruner) topNested(n *plan.TopNested) (plan.Node, []int) {
	need := make([]bool, n.Input.Schema().Len())
	for _, l := range n.Levels {
		mark(l.Of, need)
		for _, a := range l.Aggs {
			markAgg(a, need)
		}
	}
	return n.WithInputs([]plan.Node{pr.blanked(n.Input, need)}), identity(n.Out.Len())
}

func (pr *pruner) stepScan(n *plan.StepScan, need []bool) (plan.Node, []int) {
	width := n.Input.Schema().Len()
	below := clone(need[:width])
	for _, e := range n.PartitionBy {
		mark(e, below)
	}
	// Conditions and assignments see several records side by side.
	record := width + len(n.Defaults)
	seen := make([]bool, record*(1+len(n.Steps)))
	for _, s := range n.Steps {
		mark(s.Cond, seen)
		for _, a := range s.Assigns {
			mark(a.Expr, seen)
		}
	}
	for i, s := range seen {
		if s && i%record < width {
			below[i%record] = true
		}
	}
	return n.WithInputs([]plan.Node{pr.blanked(n.Input, below)}), identity(n.Out.Len())
}

func (pr *pruner) ipLookup(n *plan.IPLookup, need []bool) (plan.Node, []int) {
	width := n.Left.Schema().Len()
	left, right := clone(need[:width]), clone(need[width:])
	mark(n.Address, left)
	mark(n.Network, right)
	for i := range n.LeftExtra {
		mark(n.LeftExtra[i], left)
		mark(n.RightExtra[i], right)
	}
	return n.WithInputs([]plan.Node{pr.blanked(n.Left, left), pr.blanked(n.Right, right)}), identity(n.Out.Len())
}

func (pr *pruner) partition(n *plan.Partition, need []bool) (plan.Node, []int) {
	below := pr.readsOf(n.Sub, n.Hole, need)
	mark(n.Key, below)
	return n.WithInputs([]plan.Node{pr.blanked(n.Input, below), pr.subquery(n.Sub)}), identity(len(need))
}

func (pr *pruner) mvApply(n *plan.MvApply, need []bool) (plan.Node, []int) {
	x := n.Expand
	width := x.Input.Schema().Len()
	below, sub := make([]bool, width), make([]bool, n.Sub.Schema().Len())
	for i, c := range n.Cols {
		switch {
		case !need[i]:
		case c.FromSub:
			sub[c.Index] = true
		default:
			below[c.Index] = true
		}
	}
	reads := pr.readsOf(n.Sub, n.Hole, sub)
	for _, c := range x.Cols {
		reads[c.To] = false // the element, not the input's column
	}
	for i := range width {
		below[i] = below[i] || reads[i]
	}
	for _, c := range x.Cols {
		mark(c.Expr, below)
	}
	return n.WithInputs([]plan.Node{pr.blanked(x.Input, below), pr.subquery(n.Sub)}), identity(n.Out.Len())
}

// subquery prunes the plan of a subquery, unless only what is read is asked for: its
// own subqueries would else be pruned twice at every level.
func (pr *pruner) subquery(n plan.Node) plan.Node {
	if pr.reading {
		return n
	}
	return pr.root(n)
}

// readsOf returns which columns of the hole the subquery reads if need says which
// of its own are wanted: the hole becomes a table, and pruning tells what is read
// of it.
func (pr *pruner) readsOf(sub plan.Node, hole *plan.Hole, need []bool) []bool {
	table := &holeTable{schema: hole.Out}
	reader := &pruner{optimizer: pr.optimizer, reading: true}
	out, _ := reader.node(transform(sub, func(n plan.Node) plan.Node {
		if n == plan.Node(hole) {
			return &plan.Read{Source: table, Columns: identity(hole.Out.Len())}
		}
		return n
	}), need)
	reads := make([]bool, hole.Out.Len())
	markReads(out, table, reads)
	return reads
}

func markReads(n plan.Node, table *holeTable, reads []bool) {
	all := false
	switch n := n.(type) {
	case *plan.Read:
		if n.Source == plan.Source(table) {
			for _, c := range n.Columns {
				reads[c] = true
			}
		}
	case *plan.Shared:
		all = true // may read the rows where pruning does not see it
	}
	for _, e := range plan.Exprs(n) {
		plan.WalkExpr(e, func(e plan.Expr) bool {
			if _, ok := e.(*plan.Subquery); ok {
				all = true
			}
			return !all
		})
	}
	if all {
		for i := range reads {
			reads[i] = true
		}
		return
	}
	for _, in := range n.Inputs() {
		markReads(in, table, reads)
	}
}

// A holeTable stands for a hole while what is read of it is found out.
type holeTable struct{ schema types.Schema }

func (t *holeTable) Schema() types.Schema { return t.schema }

func (t *holeTable) Open(context.Context, plan.Scan) (column.Reader, error) {
	return nil, errors.New("rows of a subquery cannot be read as a table")
}
