package bind

import "github.com/calypso-kql/calypso/kql/syntax"

// consume reads all rows and yields none.
func (b *binder) consume(in table, _ *syntax.ConsumeOp) table {
	in.none = true
	return in
}
