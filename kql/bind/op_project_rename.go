package bind

import (
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// projectRename gives columns new names in their places. Of several names for one
// column the first counts.
func (b *binder) projectRename(in table, op *syntax.ProjectRenameOp) table {
	s := in.schema()
	cols := append([]types.Column(nil), s.Columns...)
	taken := map[string]bool{}
	for _, c := range cols {
		taken[c.Name] = true
	}
	renamed := map[int]bool{}
	for _, e := range op.Exprs {
		if len(e.Names) != 1 {
			b.report(renameExpected(e))
			continue
		}
		i := b.oneColumn(in, e.X)
		if i < 0 {
			b.echoColumns([]syntax.Expr{e.X})
			continue
		}
		if renamed[i] {
			continue
		}
		name := e.Names[0].Name
		if taken[name] && name != cols[i].Name {
			b.report(duplicateColumn(e.Names[0], name))
			continue
		}
		if s.Index(name) >= 0 { // its own, or one that has got another before
			b.tolerate(duplicateColumn(e.Names[0], name))
		}
		renamed[i] = true
		delete(taken, cols[i].Name)
		taken[name] = true
		cols[i].Name, cols[i].Hidden = name, false
	}
	out := types.Schema{Columns: cols}
	return in.over(&plan.Project{Input: in.node, Exprs: columnsFrom(s, 0, s.Len()), Out: out})
}
