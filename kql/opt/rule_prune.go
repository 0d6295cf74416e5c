package opt

import (
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// A pruner removes the columns that nothing above needs.
type pruner struct {
	*optimizer
	// reading says that only what is read is asked for, not the plan: inner
	// subqueries are then left as they are.
	reading bool
}

// root prunes a whole tree. The root keeps its own columns.
func (pr *pruner) root(n plan.Node) plan.Node {
	all := make([]bool, n.Schema().Len())
	for i := range all {
		all[i] = true
	}
	out, at := pr.node(n, all)
	for i, p := range at {
		if p != i {
			return columnsOf(out, at)
		}
	}
	if out.Schema().Len() != len(at) {
		return columnsOf(out, at)
	}
	return out
}

// columnsOf returns n cut to the columns at the positions given.
func columnsOf(n plan.Node, positions []int) plan.Node {
	s := n.Schema()
	p := &plan.Project{Input: n}
	for _, i := range positions {
		c := s.Columns[i]
		p.Exprs = append(p.Exprs, &plan.Column{Index: i, Name: c.Name, Typ: c.Type})
		p.Out.Columns = append(p.Out.Columns, c)
	}
	return p
}

// node returns n without some of the columns that need does not mark, and at:
// the new position of each old column, -1 if it is gone. Every needed column is
// still there; others may be.
func (pr *pruner) node(n plan.Node, need []bool) (out plan.Node, at []int) {
	if pr.stopped() {
		return n, identity(len(need))
	}
	switch n := n.(type) {
	case *plan.Read:
		c := *n
		c.Columns, at = keepPositions(n.Columns, need)
		return &c, at
	case *plan.Values:
		return pruneValues(n, need)
	case *plan.Project:
		return pr.project(n, need)
	case *plan.Aggregate:
		return pr.aggregate(n, need)
	case *plan.Join:
		return pr.join(n, need)
	case *plan.Union:
		return pr.union(n, need)
	case *plan.MvExpand:
		return pr.mvExpand(n, need)
	case *plan.Parse:
		return pr.parse(n, need)
	case *plan.ParseKv:
		return pr.parseKv(n, need)
	case *plan.Filter:
		return pr.filter(n, need)
	case *plan.Sort, *plan.Top, *plan.TopHitters, *plan.Take, *plan.Serialize:
		return pr.pass(n, need)
	case *plan.MakeSeries:
		return pr.makeSeries(n)
	case *plan.TopNested:
		return pr.topNested(n)
	case *plan.StepScan:
		return pr.stepScan(n, need)
	case *plan.IPLookup:
		return pr.ipLookup(n, need)
	case *plan.Partition:
		return pr.partition(n, need)
	case *plan.MvApply:
		return pr.mvApply(n, need)
	}
	return pr.nothing(n)
}

// nothing keeps all columns of a node, and all of its inputs' columns:
// right for every operator that has no rule of its own.
func (pr *pruner) nothing(n plan.Node) (plan.Node, []int) {
	in := n.Inputs()
	if len(in) > 0 {
		out := make([]plan.Node, len(in))
		for i, c := range in {
			out[i] = pr.root(c)
		}
		n = n.WithInputs(out)
	}
	return n, identity(n.Schema().Len())
}

func pruneValues(n *plan.Values, need []bool) (plan.Node, []int) {
	kept, at := keepPositions(identity(n.Out.Len()), need)
	out := &plan.Values{Out: keepColumns(n.Out, need)}
	for _, b := range n.Batches {
		out.Batches = append(out.Batches, b.Select(kept))
	}
	return out, at
}

func (pr *pruner) project(n *plan.Project, need []bool) (plan.Node, []int) {
	out := &plan.Project{Out: keepColumns(n.Out, need)}
	out.Exprs, _ = keepPositions(n.Exprs, need)
	_, at := keepPositions(n.Exprs, need)
	below := make([]bool, n.Input.Schema().Len())
	for _, e := range out.Exprs {
		mark(e, below)
	}
	in, inAt := pr.node(n.Input, below)
	out.Input = in
	for i, e := range out.Exprs {
		out.Exprs[i] = remap(e, inAt)
	}
	return out, at
}

func (pr *pruner) aggregate(n *plan.Aggregate, need []bool) (plan.Node, []int) {
	need = clone(need)
	for i := range n.Keys {
		need[i] = true
	}
	out := &plan.Aggregate{Out: keepColumns(n.Out, need)}
	_, at := keepPositions(n.Out.Columns, need)
	below := make([]bool, n.Input.Schema().Len())
	for _, k := range n.Keys {
		mark(k, below)
	}
	pos := len(n.Keys)
	for _, a := range n.Aggs {
		width := 1
		if a.Pick != nil {
			width = len(a.Pick.Cols)
		}
		if a, ok := pruneAgg(a, need[pos:pos+width]); ok {
			markAgg(a, below)
			out.Aggs = append(out.Aggs, a)
		}
		pos += width
	}
	in, inAt := pr.node(n.Input, below)
	out.Input = in
	out.Keys = n.Keys
	return plan.RewriteExprs(out, func(e plan.Expr) plan.Expr { return remap(e, inAt) }), at
}

func pruneAgg(a plan.Agg, need []bool) (plan.Agg, bool) {
	if a.Pick == nil {
		return a, need[0]
	}
	p := *a.Pick
	p.Cols, _ = keepPositions(p.Cols, need)
	a.Pick = &p
	return a, len(p.Cols) > 0
}

func markAgg(a plan.Agg, need []bool) {
	for _, e := range a.Args {
		mark(e, need)
	}
	if a.Pick == nil {
		return
	}
	if a.Pick.By != nil {
		mark(a.Pick.By, need)
	}
	for _, e := range a.Pick.Cols {
		mark(e, need)
	}
}

func (pr *pruner) union(n *plan.Union, need []bool) (plan.Node, []int) {
	out := &plan.Union{Out: keepColumns(n.Out, need)}
	kept, at := keepPositions(identity(n.Out.Len()), need)
	for _, p := range n.Parts {
		in, inAt := pr.node(p, need)
		positions := make([]int, len(kept))
		for i, k := range kept {
			positions[i] = inAt[k]
		}
		if in.Schema().Len() != len(positions) || !isIdentity(positions) {
			in = columnsOf(in, positions)
		}
		out.Parts = append(out.Parts, in)
	}
	return out, at
}

func isIdentity(p []int) bool {
	for i, x := range p {
		if x != i {
			return false
		}
	}
	return true
}

func (pr *pruner) join(n *plan.Join, need []bool) (plan.Node, []int) {
	hasLeft := n.Kind != plan.RightSemi && n.Kind != plan.RightAnti
	hasRight := n.Kind != plan.LeftSemi && n.Kind != plan.LeftAnti
	width := 0
	if hasLeft {
		width = n.Left.Schema().Len()
	}
	needLeft, needRight := make([]bool, n.Left.Schema().Len()), make([]bool, n.Right.Schema().Len())
	if hasLeft {
		copy(needLeft, need[:width])
	}
	if hasRight {
		copy(needRight, need[width:])
	}
	for i := range n.LeftKeys {
		mark(n.LeftKeys[i], needLeft)
		mark(n.RightKeys[i], needRight)
	}
	c := *n
	c.Spent = nil
	var leftAt, rightAt []int
	c.Left, leftAt = pr.node(n.Left, needLeft)
	c.Right, rightAt = pr.node(n.Right, needRight)
	c.LeftKeys, c.RightKeys = make([]plan.Expr, len(n.LeftKeys)), make([]plan.Expr, len(n.RightKeys))
	for i := range n.LeftKeys {
		c.LeftKeys[i] = remap(n.LeftKeys[i], leftAt)
		c.RightKeys[i] = remap(n.RightKeys[i], rightAt)
	}
	out, at := joinLayout(n, &c, leftAt, rightAt, width, hasLeft, hasRight)
	for i, p := range at {
		if p >= 0 && !need[i] {
			c.Spent = append(c.Spent, p)
		}
	}
	return out, at
}

// joinLayout gives the pruned join c its output columns.
func joinLayout(n, c *plan.Join, leftAt, rightAt []int, width int, hasLeft, hasRight bool) (plan.Node, []int) {
	at := make([]int, n.Out.Len())
	newLeft := 0
	if hasLeft {
		newLeft = c.Left.Schema().Len()
	}
	total := newLeft
	if hasRight {
		total += c.Right.Schema().Len()
	}
	cols := make([]types.Column, total)
	for i := range n.Out.Columns {
		if i < width {
			at[i] = leftAt[i]
		} else if at[i] = rightAt[i-width]; at[i] >= 0 {
			at[i] += newLeft
		}
		if at[i] >= 0 {
			cols[at[i]] = n.Out.Columns[i]
		}
	}
	c.Out = types.Schema{Columns: cols}
	return c, at
}

// keepPositions returns the elements that need marks and the new position of
// each, -1 for those left out.
func keepPositions[T any](all []T, need []bool) (kept []T, at []int) {
	at = make([]int, len(all))
	for i, x := range all {
		at[i] = -1
		if need[i] {
			at[i] = len(kept)
			kept = append(kept, x)
		}
	}
	return kept, at
}

func keepColumns(s types.Schema, need []bool) types.Schema {
	cols, _ := keepPositions(s.Columns, need)
	return types.Schema{Columns: cols}
}

func identity(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

func clone(b []bool) []bool { return append([]bool(nil), b...) }

// mark marks the columns that e reads.
func mark(e plan.Expr, need []bool) {
	plan.WalkExpr(e, func(e plan.Expr) bool {
		if c, ok := e.(*plan.Column); ok {
			need[c.Index] = true
		}
		return true
	})
}

// remap returns e over the new positions of its columns.
func remap(e plan.Expr, at []int) plan.Expr {
	return plan.Rewrite(e, func(e plan.Expr) plan.Expr {
		c, ok := e.(*plan.Column)
		if !ok || at[c.Index] == c.Index {
			return e
		}
		return &plan.Column{Index: at[c.Index], Name: c.Name, Typ: c.Typ}
	})
}
