package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/workspace"
)

// tellEmpty says on w what a query read and nothing here has.
func (f *dataFlags) tellEmpty(w io.Writer, a workspace.Absent) {
	if f.quiet {
		return
	}
	for _, c := range []struct {
		names []string
		say   string
	}{
		{a.Tables, "note: no file has %s; read as empty\n"},
		{a.Watchlists, "note: no watchlist is here for %s: give its CSV with --watchlists; read as empty\n"},
		{a.Functions, "note: the text of %s is not here: give it with --functions; left out\n"},
	} {
		const most = 5
		names, more := c.names, ""
		if len(names) > most {
			names, more = names[:most], fmt.Sprintf(" and %d more", len(names)-most)
		}
		if len(names) > 0 {
			fmt.Fprintf(w, c.say, strings.Join(names, ", ")+more)
		}
	}
}

// tellPlaces says on w where the rows of a query are from, where that is not what
// its text says.
func (f *dataFlags) tellPlaces(w io.Writer, q *syntax.Query, ws *workspace.Workspace) {
	if f.quiet {
		return
	}
	if !f.given() && readsAllTables(q) {
		fmt.Fprintln(w, "note: neither -d nor --store was given; all tables are empty")
	}
	for _, name := range otherPlaces(q) {
		if !ws.HasOther(name) {
			fmt.Fprintf(w, "note: no files were given for %q: its tables are those of -d; give them with --workspace %s=PATH\n", name, name)
		}
	}
}

// otherPlaces returns the names of the workspaces and databases that a text reads,
// in its order.
func otherPlaces(q *syntax.Query) []string {
	var names []string
	seen := map[string]bool{}
	syntax.Walk(q, func(n syntax.Node) bool {
		call, ok := n.(*syntax.CallExpr)
		if !ok || len(call.Args) == 0 {
			return true
		}
		switch call.Name.Name {
		case "workspace", "app", "database":
			if s, ok := call.Args[0].(*syntax.StringLit); ok && !seen[s.Value] {
				seen[s.Value] = true
				names = append(names, s.Value)
			}
		}
		return true
	})
	return names
}

// readsAllTables reports whether a text reads tables that it does not name: search,
// find, or a pattern of names.
func readsAllTables(q *syntax.Query) bool {
	found := false
	syntax.Walk(q, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.PipeExpr:
			if n.Source == nil && len(n.Ops) > 0 {
				s, ok := n.Ops[0].(*syntax.SearchOp)
				found = found || ok && s.In == nil
			}
		case *syntax.FindOp:
			found = found || n.In == nil
		case *syntax.UnionOp:
			for _, t := range n.Tables {
				id, ok := t.(*syntax.Ident)
				found = found || ok && id.Wildcard
			}
		}
		return !found
	})
	return found
}
