package bind

import "github.com/calypso-kql/calypso/kql/syntax"

// as gives the rows so far a name for what follows in the statement. They are
// computed once for all uses.
func (b *binder) as(sc *scope, in table, op *syntax.AsOp) table {
	if op.Name == nil || op.Name.Name == "" {
		return in
	}
	t := b.share(in, op.Name.Name)
	t.name = op.Name.Name
	named := t
	named.render, named.more, named.after = nil, nil, nil
	if sc.statement != nil {
		sc.statement.declare(op.Name.Name, &symbol{table: &named, decl: op})
	}
	return t
}
