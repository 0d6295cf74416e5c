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
	return walk(results, func(plan.Expr) bool { return false }).out
}

// usesUnknown reports whether the results compute anything that could not be
// bound, or a parameter without a value.
func (b *binder) usesUnknown() bool {
	return walk(b.results, func(e plan.Expr) bool { return isPoison(e) || b.isPlaceholder(e) }).unknown
}

func walk(results []plan.Result, isUnknown func(plan.Expr) bool) *planWalk {
	w := &planWalk{isUnknown: isUnknown, seen: map[plan.Node]bool{}, defs: map[*plan.SharedDef]bool{}}
	for _, r := range results {
		w.node(r.Root)
	}
	return w
}

// A planWalk visits every node of results once: a let that is used often is the
// same node in many places.
type planWalk struct {
	seen map[plan.Node]bool
	defs map[*plan.SharedDef]bool
	out  []*plan.SharedDef
	// unknown says that isUnknown is true of some expression.
	isUnknown func(plan.Expr) bool
	unknown   bool
}

func (w *planWalk) node(n plan.Node) {
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
			w.unknown = w.unknown || w.isUnknown(e)
			if q, ok := e.(*plan.Subquery); ok {
				w.node(q.Plan)
			}
			return true
		})
	}
}
