package bind

import "github.com/calypso-kql/calypso/kql/syntax"

// nameAs keeps the name given by `as` for what follows.
func (b *binder) nameAs(sc *scope, op syntax.Operator, t *table) {}
