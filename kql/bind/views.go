package bind

import (
	"slices"

	"github.com/calypso-kql/calypso/kql/syntax"
)

// viewsInScope returns the names of the views that the text declares: functions
// without parameters, marked as view, which patterns of tables find too.
func viewsInScope(sc *scope) []string {
	var names []string
	for s := sc; s != nil; s = s.outer {
		for name, sym := range s.names {
			if seen, ok := sc.lookup(name); ok && !seen.hidden && isView(sym) {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func isView(sym *symbol) bool {
	let, ok := sym.decl.(*syntax.LetStmt)
	if !ok || sym.fn == nil {
		return false
	}
	f, ok := let.Value.(*syntax.FuncDecl)
	return ok && f.View && len(f.Params) == 0
}
