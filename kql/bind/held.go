package bind

import (
	"slices"

	"github.com/calypso-kql/calypso/kql/syntax"
)

// A rule names its sources by let, and then unites them with isfuzzy=true, so that
// it runs where some do not exist. What a let statement says of a table that is
// missing is therefore held back until the name is used: a part of a fuzzy union
// is left out, any other use reports it. So does the end, for a name that nothing
// uses. Microsoft's analyzer reports it at the declaration.

// hold takes back the findings after the first n, if they say that something that
// s declares does not exist.
func (b *binder) hold(sym *symbol, s *syntax.LetStmt, n int) {
	_, bare := s.Value.(*syntax.Ident)
	if b.env.Strict || b.fuzzy > 0 || !b.missing(n) && !(bare && len(b.diags) > n) {
		return
	}
	sym.held, sym.unused = slices.Clone(b.diags[n:]), true
	b.diags = b.diags[:n]
	b.holders = append(b.holders, sym)
}

// release reports what was held back about a table or function that is used now.
// Where a union leaves missing tables out, it notes one instead.
func (b *binder) release(sym *symbol) {
	if sym.held == nil {
		return
	}
	sym.unused = false
	if b.fuzzy > 0 {
		b.absent++
		return
	}
	b.reportAll(sym.held)
}

// releaseUnused reports what was held back about names that nothing uses.
func (b *binder) releaseUnused() {
	for _, sym := range b.holders {
		if sym.unused {
			b.reportAll(sym.held)
		}
	}
}
