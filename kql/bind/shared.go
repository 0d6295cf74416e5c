package bind

import "github.com/calypso-kql/calypso/kql/plan"

// share returns t computed once for all uses.
func (b *binder) share(t table, name string) table {
	if s, ok := t.node.(*plan.Shared); ok {
		if s.Def.Name == "" {
			s.Def.Name = name
		}
		return t
	}
	return t.over(&plan.Shared{Def: &plan.SharedDef{Name: name, Plan: t.node}})
}

// usedShared returns the shared results that the results read, each after those
// that it reads itself. What is declared and not used is not among them.
func usedShared(results []plan.Result) []*plan.SharedDef {
	w := sharedWalk{seen: map[plan.Node]bool{}, defs: map[*plan.SharedDef]bool{}}
	for _, r := range results {
		w.node(r.Root)
	}
	return w.out
}

// A sharedWalk visits every node once: a let that is used often is the same
// node in many places.
type sharedWalk struct {
	seen map[plan.Node]bool
	defs map[*plan.SharedDef]bool
	out  []*plan.SharedDef
}

func (w *sharedWalk) node(n plan.Node) {
	if n == nil || w.seen[n] {
		return
	}
	w.seen[n] = true
	if s, ok := n.(*plan.Shared); ok {
		if !w.defs[s.Def] {
			w.defs[s.Def] = true
			w.node(s.Def.Plan)
			w.out = append(w.out, s.Def)
		}
		return
	}
	for _, in := range n.Inputs() {
		w.node(in)
	}
	for _, e := range plan.Exprs(n) {
		plan.WalkExpr(e, func(e plan.Expr) bool {
			if q, ok := e.(*plan.Subquery); ok {
				w.node(q.Plan)
			}
			return true
		})
	}
}
