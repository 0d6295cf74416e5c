package kql

import (
	"slices"

	"github.com/calypso-kql/calypso/kql/bind"
	"github.com/calypso-kql/calypso/kql/plan"
)

// Tables is a catalog of named tables and nothing else: no functions, no other
// databases. It must not change while queries use it.
type Tables map[string]plan.Source

// Table implements [bind.Catalog].
func (t Tables) Table(name string) (plan.Source, bool) {
	s, ok := t[name]
	return s, ok
}

// TableNames implements [bind.Catalog].
func (t Tables) TableNames() []string {
	names := make([]string, 0, len(t))
	for n := range t {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// Function implements [bind.Catalog].
func (Tables) Function(string) (*bind.Function, bool) { return nil, false }

// FunctionNames implements [bind.Catalog].
func (Tables) FunctionNames() []string { return nil }

// Other implements [bind.Catalog].
func (Tables) Other(string, string) (bind.Catalog, bool) { return nil, false }
