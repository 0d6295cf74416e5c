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
	f := &absentFinder{}
	eachRead(p, f.read)
	for _, names := range []*[]string{&f.Tables, &f.Watchlists, &f.Functions} {
		slices.Sort(*names)
		*names = slices.Compact(*names)
	}
	return f.Absent
}

// Read returns the names of the tables that p reads, sorted, in functions and watchlists,
// too.
func Read(p *plan.Query) (tables []string) {
	eachRead(p, func(r *plan.Read) { tables = append(tables, r.Table) })
	slices.Sort(tables)
	return slices.Compact(tables)
}

// eachRead calls f with each node of a plan that reads a table, once.
func eachRead(p *plan.Query, f func(*plan.Read)) {
	plan.EachNode(p, func(n plan.Node) {
		if r, ok := n.(*plan.Read); ok {
			f(r)
		}
	})
}

type absentFinder struct{ Absent }

func (f *absentFinder) read(r *plan.Read) {
	t, ok := r.Source.(*emptyTable)
	if !ok {
		return
	}
	names := map[absence]*[]string{absentTable: &f.Tables, absentWatchlist: &f.Watchlists, absentFunction: &f.Functions}[t.what]
	*names = append(*names, r.Table)
}
