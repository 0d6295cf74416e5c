package bind

import "github.com/calypso-kql/calypso/kql/syntax"

// resultName returns the name that an expression gives to the column that it
// computes, or "" if it gives none.
func (b *binder) resultName(sc *scope, e syntax.Expr) string {
	switch e := e.(type) {
	case *syntax.ParenExpr:
		return b.resultName(sc, e.X)
	case *syntax.Ident:
		return e.Name
	}
	return ""
}

// isNamePath reports whether e is a name or a path of names.
func isNamePath(e syntax.Expr) bool {
	switch e := e.(type) {
	case *syntax.Ident:
		return true
	case *syntax.PathExpr:
		return isNamePath(e.X)
	}
	return false
}
