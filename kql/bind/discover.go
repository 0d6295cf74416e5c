package bind

import (
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
)

// discover runs a plan whose rows decide which columns an operator has. !ok if
// there is no way to run it now, as after a mistake, or if it failed, which is
// reported.
func (b *binder) discover(at syntax.Node, n plan.Node) ([]*column.Batch, bool) {
	if b.env.Discover == nil || firstError(b.diags) != "" {
		return nil, false
	}
	results := []plan.Result{{Root: n}}
	batches, err := b.env.Discover(&plan.Query{Results: results, Shared: usedShared(results)})
	if err != nil {
		b.report(fault("KS999", at, "the columns could not be found out: %v", err))
		return nil, false
	}
	return batches, true
}
