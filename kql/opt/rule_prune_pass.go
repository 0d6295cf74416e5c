package opt

import "github.com/calypso-kql/calypso/kql/plan"

// pass prunes below an operator whose output is its input's columns.
func (pr *pruner) pass(n plan.Node, need []bool) (plan.Node, []int) {
	need = clone(need)
	for _, e := range plan.Exprs(n) {
		mark(e, need)
	}
	in, at := pr.node(n.Inputs()[0], need)
	n = n.WithInputs([]plan.Node{in})
	return plan.RewriteExprs(n, func(e plan.Expr) plan.Expr { return remap(e, at) }), at
}

// filter notes the columns that only the condition needs.
func (pr *pruner) filter(n *plan.Filter, need []bool) (plan.Node, []int) {
	out, at := pr.pass(n, need)
	f, ok := out.(*plan.Filter)
	if !ok {
		return out, at
	}
	f.Spent = nil
	for old, pos := range at {
		if pos >= 0 && !need[old] {
			f.Spent = append(f.Spent, pos)
		}
	}
	return f, at
}
