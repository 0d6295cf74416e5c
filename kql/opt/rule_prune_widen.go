package opt

import (
	"slices"

	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// The operators here keep their input's columns in place, replace some and add
// others behind them: mv-expand, parse, parse-kv. What they make is never
// pruned, only what they pass on.

// widened prunes below such an operator. made are the output columns that it
// makes, in the input or behind it; reads are its expressions.
func (pr *pruner) widened(input plan.Node, out types.Schema, need []bool, made []int, reads []plan.Expr) (in plan.Node, newOut types.Schema, at, inAt []int) {
	width := input.Schema().Len()
	below := make([]bool, width)
	copy(below, need[:width])
	for _, e := range reads {
		mark(e, below)
	}
	for _, m := range made {
		if m < width {
			below[m] = true // keeps the place of the column that replaces it
		}
	}
	in, inAt = pr.node(input, below)
	newWidth := in.Schema().Len()
	at = make([]int, out.Len())
	cols := append([]types.Column(nil), in.Schema().Columns...)
	for i, c := range out.Columns {
		if i >= width {
			at[i] = newWidth + i - width
			cols = append(cols, c)
			continue
		}
		if at[i] = inAt[i]; at[i] >= 0 {
			cols[at[i]] = c
		}
	}
	return in, types.Schema{Columns: cols}, at, inAt
}

func (pr *pruner) mvExpand(n *plan.MvExpand, need []bool) (plan.Node, []int) {
	var made []int
	for _, c := range n.Cols {
		made = append(made, c.To)
	}
	c := *n
	in, out, at, inAt := pr.widened(n.Input, n.Out, need, made, plan.Exprs(n))
	c.Input, c.Out = in, out
	c.Cols = make([]plan.Expand, len(n.Cols))
	for i, x := range n.Cols {
		c.Cols[i] = plan.Expand{Expr: remap(x.Expr, inAt), To: at[x.To]}
	}
	return &c, at
}

func (pr *pruner) parse(n *plan.Parse, need []bool) (plan.Node, []int) {
	var made []int
	for _, s := range n.Steps {
		if s.To >= 0 {
			made = append(made, s.To)
		}
	}
	c := *n
	in, out, at, inAt := pr.widened(n.Input, n.Out, need, made, []plan.Expr{n.Text})
	c.Input, c.Out, c.Text = in, out, remap(n.Text, inAt)
	c.Spent = spent(need, made, inAt)
	c.Steps = make([]plan.ParseStep, len(n.Steps))
	for i, s := range n.Steps {
		if s.To >= 0 {
			s.To = at[s.To]
		}
		c.Steps[i] = s
	}
	return &c, at
}

func (pr *pruner) parseKv(n *plan.ParseKv, need []bool) (plan.Node, []int) {
	c := *n
	in, out, at, inAt := pr.widened(n.Input, n.Out, need, n.To, []plan.Expr{n.Text})
	c.Input, c.Out, c.Text = in, out, remap(n.Text, inAt)
	c.Spent = spent(need, n.To, inAt)
	c.To = make([]int, len(n.To))
	for i, t := range n.To {
		c.To[i] = at[t]
	}
	return &c, at
}

// spent returns the columns of the pruned input that nothing above reads, nor has
// in another's place.
func spent(need []bool, made, inAt []int) []int {
	var out []int
	for old, pos := range inAt {
		if pos >= 0 && !need[old] && !slices.Contains(made, old) {
			out = append(out, pos)
		}
	}
	return out
}
