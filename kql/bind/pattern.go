package bind

import (
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
)

// A pattern is a name for one of several queries, chosen by constant texts.
type pattern struct {
	decl *syntax.PatternDecl
	// scope is where the pattern was declared: its bodies see that.
	scope *scope
	// active says that a body is being bound: a call of it is a recursion.
	active bool
}

// declarePattern binds a pattern statement. All bodies are checked.
func (b *binder) declarePattern(sc *scope, s *syntax.PatternStmt) {
	if s.Name == nil {
		return
	}
	p := &pattern{decl: s.Decl, scope: sc}
	sc.declare(s.Name.Name, &symbol{decl: s, pattern: p})
	if s.Decl == nil {
		return
	}
	if !b.enter(&p.active) {
		return
	}
	defer b.leave(&p.active)
	for _, m := range s.Decl.Matches {
		if m.Body != nil {
			b.body(sc.nested(), m.Body)
		}
	}
}

// patternOf returns the pattern that a call refers to.
func patternOf(sc *scope, e *syntax.CallExpr) (*pattern, bool) {
	sym, ok := sc.lookup(e.Name.Name)
	if !ok || sym.pattern == nil {
		return nil, false
	}
	return sym.pattern, true
}

// callPattern binds the body that matches the arguments and, if the pattern has
// one, the path: country("Canada").Alberta.
func (b *binder) callPattern(sc *scope, at syntax.Node, p *pattern, args []syntax.Expr, path syntax.Expr) entity {
	if p.decl == nil {
		b.report(noMatch(at))
		return ofTable(unknownTable())
	}
	given := make([]string, len(args))
	for i, a := range args {
		text, ok := b.constText(sc, a)
		if !ok {
			return ofTable(unknownTable())
		}
		given[i] = text
	}
	for _, m := range p.decl.Matches {
		if m.Body != nil && b.matches(p.scope, m, given, path) {
			if !b.enter(&p.active) {
				b.report(recursion(at, "of the pattern"))
				return ofTable(unknownTable())
			}
			defer b.leave(&p.active)
			return b.body(p.scope.nested(), m.Body)
		}
	}
	b.report(noMatch(at))
	return ofTable(unknownTable())
}

// matches reports whether a match is the one for the texts given.
func (b *binder) matches(sc *scope, m *syntax.PatternMatch, given []string, path syntax.Expr) bool {
	if len(m.Values) != len(given) || (m.Path == nil) != (path == nil) {
		return false
	}
	for i, v := range m.Values {
		if text, ok := b.constText(sc, v); !ok || text != given[i] {
			return false
		}
	}
	return path == nil || pathText(m.Path) == pathText(path)
}

// constText returns a literal as text.
func (b *binder) constText(sc *scope, e syntax.Expr) (string, bool) {
	v := b.scalar(sc.withoutRow(), unnamed(e))
	l, ok := v.expr.(*plan.Literal)
	if !ok {
		b.report(constantExpected(e))
		return "", false
	}
	return dynamicOf(l.Value).String(), !v.unknown()
}

// pathText returns the name that a path selects.
func pathText(e syntax.Expr) string {
	switch e := e.(type) {
	case *syntax.Ident:
		return e.Name
	case *syntax.StringLit:
		return e.Value
	case *syntax.BracketExpr:
		return pathText(e.X)
	}
	return ""
}
