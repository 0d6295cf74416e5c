package workspace

import (
	"github.com/calypso-kql/calypso/catalog"
	"github.com/calypso-kql/calypso/kql/bind"
	"github.com/calypso-kql/calypso/kql/plan"
)

// What a workspace has for watchlists, besides the table of their items.
const (
	watchlistTable = "Watchlist"
	getWatchlist   = "_GetWatchlist"
	getAliases     = "_GetWatchlistAlias"
)

// serveWatchlists gives the functions that read watchlists what they read. A list
// that is not here is empty, as a table of the catalog without a file is.
func (w *Workspace) serveWatchlists(name string, f catalog.Function, out *bind.Function) {
	switch name {
	case getAliases:
		if w.watchlists != nil {
			out.Source = w.watchlists.AliasTable()
		}
	case getWatchlist:
		out.ForText = func(alias string) *bind.Function {
			if w.watchlists != nil {
				if items, ok := w.watchlists.Items(alias); ok {
					return &bind.Function{Params: out.Params, Body: itemsWithKeys, Tables: map[string]plan.Source{"items": items}}
				}
			}
			return &bind.Function{Source: &emptyTable{schema: f.Schema, more: true, what: absentWatchlist}}
		}
	}
}

// itemsWithKeys is what is left of the workspace's own function: the items, or those
// with one of the keys.
const itemsWithKeys = `items | where array_length(keys) == 0 or SearchKey in (keys)`
