package opt

import "github.com/calypso-kql/calypso/kql/plan"

// mostParts bounds the expressions that are put into others: a long pipe of
// projections would else become one expression as deep as the pipe is long, and be
// looked through at each of them.
const mostParts = 500

// mergeProjects makes one projection of two where the outer one only picks
// columns, or each computed column of the inner one is read at most once.
func mergeProjects(n plan.Node) plan.Node {
	outer, ok := n.(*plan.Project)
	if !ok {
		return n
	}
	inner, ok := outer.Input.(*plan.Project)
	if !ok || !mergeable(outer, inner) {
		return n
	}
	exprs := make([]plan.Expr, len(outer.Exprs))
	for i, e := range outer.Exprs {
		exprs[i], _ = substitute(e, func(c *plan.Column) (plan.Expr, bool) { return inner.Exprs[c.Index], true })
	}
	return &plan.Project{Input: inner.Input, Exprs: exprs, Out: outer.Out}
}

func mergeable(outer, inner *plan.Project) bool {
	uses := make([]int, len(inner.Exprs))
	for _, e := range outer.Exprs {
		if plan.HasWindow(e) || plan.IsVolatile(e) || plan.HasSubquery(e) {
			return false
		}
		plan.WalkExpr(e, func(e plan.Expr) bool {
			if c, ok := e.(*plan.Column); ok {
				uses[c.Index]++
			}
			return true
		})
	}
	for i, e := range inner.Exprs {
		if uses[i] > 0 && isLarge(e) {
			return false
		}
		if plan.HasWindow(e) || plan.IsVolatile(e) {
			return false
		}
		switch e.(type) {
		case *plan.Column, *plan.Literal:
			continue
		}
		if uses[i] > 1 {
			return false
		}
	}
	return true
}

// isLarge reports whether e has more than mostParts parts.
func isLarge(e plan.Expr) bool {
	parts := 0
	plan.WalkExpr(e, func(plan.Expr) bool {
		parts++
		return parts <= mostParts
	})
	return parts > mostParts
}
