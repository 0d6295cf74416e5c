package workspace

import (
	"slices"

	"github.com/calypso-kql/calypso/kql/plan"
)

// WithoutFile returns the tables of the catalog that p reads and that no file
// has, sorted: they are empty here, which whoever forgot to open one wants to
// know.
func WithoutFile(p *plan.Query) []string {
	f := &emptyFinder{seen: map[plan.Node]bool{}}
	for _, d := range p.Shared {
		f.node(d.Plan)
	}
	for _, r := range p.Results {
		f.node(r.Root)
	}
	slices.Sort(f.names)
	return slices.Compact(f.names)
}

type emptyFinder struct {
	names []string
	seen  map[plan.Node]bool // a plan that is used twice is in it once
}

func (f *emptyFinder) node(n plan.Node) {
	if f.seen[n] {
		return
	}
	f.seen[n] = true
	if r, ok := n.(*plan.Read); ok {
		if _, empty := r.Source.(*emptyTable); empty {
			f.names = append(f.names, r.Table)
		}
	}
	for _, in := range n.Inputs() {
		f.node(in)
	}
	for _, e := range plan.Exprs(n) {
		plan.WalkExpr(e, func(e plan.Expr) bool {
			if s, ok := e.(*plan.Subquery); ok {
				f.node(s.Plan)
			}
			return true
		})
	}
}
