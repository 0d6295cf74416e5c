package plan

// EachNode calls f once with each node of q: an operator before its inputs and the
// plans of its subqueries, a shared result where it is first read, and at last those
// that nothing reads.
func EachNode(q *Query, f func(Node)) {
	v := visitor{f: f, seen: map[Node]bool{}}
	for _, r := range q.Results {
		v.visit(r.Root)
	}
	for _, d := range q.Shared {
		v.visit(d.Plan)
	}
}

type visitor struct {
	f    func(Node)
	seen map[Node]bool // a plan that is used twice is in the query once
}

func (v visitor) visit(n Node) {
	if v.seen[n] {
		return
	}
	v.seen[n] = true
	v.f(n)
	if s, ok := n.(*Shared); ok {
		v.visit(s.Def.Plan)
	}
	for _, in := range n.Inputs() {
		v.visit(in)
	}
	for _, e := range Exprs(n) {
		WalkExpr(e, func(e Expr) bool {
			if s, ok := e.(*Subquery); ok {
				v.visit(s.Plan)
			}
			return true
		})
	}
}
