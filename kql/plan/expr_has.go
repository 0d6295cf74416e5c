package plan

// HasPart reports whether e or any part of it is as asked. Subqueries' plans are not
// looked into.
func HasPart(e Expr, is func(Expr) bool) bool {
	found := false
	WalkExpr(e, func(e Expr) bool {
		found = found || is(e)
		return !found
	})
	return found
}

// HasWindow reports whether a window function (prev, row_number) is part of e.
func HasWindow(e Expr) bool {
	return HasPart(e, func(e Expr) bool {
		c, ok := e.(*Call)
		return ok && c.Fn.Decl != nil && c.Fn.Decl.Window
	})
}

// IsVolatile reports whether e may be another value each time it is computed.
func IsVolatile(e Expr) bool {
	return HasPart(e, func(e Expr) bool {
		c, ok := e.(*Call)
		return ok && c.Fn.Decl != nil && c.Fn.Decl.Volatile
	})
}

// HasSubquery reports whether another plan's result is part of e.
func HasSubquery(e Expr) bool {
	return HasPart(e, func(e Expr) bool {
		_, ok := e.(*Subquery)
		return ok
	})
}
