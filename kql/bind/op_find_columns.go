package bind

import (
	"slices"

	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// A foundColumn is a column of the result.
type foundColumn struct {
	types.Column
	// from is the name of the columns that it has the values of.
	from string
	// only says that it has those of its own type, and other columns the others'.
	only bool
}

// output returns the columns of the result, and whether the others are packed.
func (f *finding) output(named []types.Column) (cols []foundColumn, pack bool) {
	if f.op.Project != nil {
		cols, pack = f.projected()
	} else {
		some := f.common()
		for _, c := range named {
			if !slices.Contains(some, c) {
				some = append(some, c)
			}
		}
		cols = f.byType(some)
		for _, p := range f.parts {
			pack = pack || len(rest(p, cols)) > 0
		}
	}
	for _, e := range f.op.ProjectAway {
		if isStar(e) {
			return nil, pack && f.op.Project != nil
		}
		if id, ok := e.(*syntax.Ident); ok {
			pack = pack && id.Name != "pack_"
			cols = slices.DeleteFunc(cols, func(c foundColumn) bool { return c.Name == id.Name })
		}
	}
	return cols, pack
}

// byType makes several columns of one that has several types in the tables, each
// named after its type too. The analyzer has one, of a type that takes all.
func (f *finding) byType(cols []types.Column) []foundColumn {
	taken := map[string]bool{}
	for _, c := range cols {
		taken[c.Name] = true
	}
	var out []foundColumn
	for _, c := range cols {
		kinds := f.typesOf(c.Name)
		if len(kinds) < 2 || f.b.env.Strict {
			out = append(out, foundColumn{Column: c, from: c.Name})
			continue
		}
		for _, t := range kinds {
			one := types.Column{Name: freeName(taken, c.Name+"_"+t.String()), Type: t}
			out = append(out, foundColumn{Column: one, from: c.Name, only: true})
		}
	}
	return out
}

// typesOf returns the types that the columns called name have in the tables.
func (f *finding) typesOf(name string) []types.Type {
	var out []types.Type
	for _, p := range f.parts {
		s := p.t.schema()
		if i := s.Index(name); i >= 0 && !slices.Contains(out, s.Columns[i].Type) {
			out = append(out, s.Columns[i].Type)
		}
	}
	return out
}
