package workspace

import (
	"slices"

	"github.com/calypso-kql/calypso/kql/plan"
)

// Absent names what a query reads and nothing here has. All of it is empty, which
// whoever forgot to give it wants to know. The names are sorted.
type Absent struct {
	// Tables are tables of the catalog that no file has.
	Tables []string
	// Watchlists are calls of _GetWatchlist for lists that were not given.
	Watchlists []string
	// Functions are those without a body, left out of a union with isfuzzy=true.
	Functions []string
}

// absence says why a table is empty.
type absence uint8

const (
	absentTable absence = iota
	absentWatchlist
	absentFunction
)

// AbsentFrom returns what p reads and nothing here has.
func AbsentFrom(p *plan.Query) Absent {
	f := &emptyFinder{seen: map[plan.Node]bool{}}
	for _, d := range p.Shared {
		f.node(d.Plan)
	}
	for _, r := range p.Results {
		f.node(r.Root)
	}
	for _, names := range []*[]string{&f.Tables, &f.Watchlists, &f.Functions} {
		slices.Sort(*names)
		*names = slices.Compact(*names)
	}
	return f.Absent
}

type emptyFinder struct {
	Absent
	seen map[plan.Node]bool // a plan that is used twice is in it once
}

func (f *emptyFinder) node(n plan.Node) {
	if f.seen[n] {
		return
	}
	f.seen[n] = true
	if r, ok := n.(*plan.Read); ok {
		f.read(r)
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

func (f *emptyFinder) read(r *plan.Read) {
	t, ok := r.Source.(*emptyTable)
	if !ok {
		return
	}
	names := map[absence]*[]string{absentTable: &f.Tables, absentWatchlist: &f.Watchlists, absentFunction: &f.Functions}[t.what]
	*names = append(*names, r.Table)
}
