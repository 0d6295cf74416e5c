package bind

import "github.com/calypso-kql/calypso/kql/syntax"

// fork yields a table for each of its subqueries; the rows are read once.
func (b *binder) fork(sc *scope, in table, op *syntax.ForkOp) table {
	rows := b.share(in, "")
	out := table{node: rows.node, none: true}
	for _, branch := range op.Branches {
		results := b.branch(sc, rows, branch.X)
		if n := len(results); n > 0 && branch.Name != nil {
			results[n-1].Name = branch.Name.Name
		}
		out.more = append(out.more, results...)
	}
	return out
}
