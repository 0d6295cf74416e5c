package bind

import (
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// columnList returns the positions of the columns that a list of names and
// patterns refers to, in the list's order. Patterns pass over hidden columns. A
// column may come more than once.
func (b *binder) columnList(in table, list []syntax.Expr) []int {
	var at []int
	for _, e := range list {
		at = append(at, b.columnsOf(in, e)...)
	}
	return at
}

// columnsOf returns the positions of the columns that one name, pattern or star
// refers to.
func (b *binder) columnsOf(in table, e syntax.Expr) []int {
	s := in.schema()
	switch e := e.(type) {
	case *syntax.OrderedExpr:
		return b.columnsOf(in, e.X)
	case *syntax.StarExpr:
		return visibleColumns(s)
	case *syntax.BracketExpr:
		return b.columnsOf(in, e.X)
	case *syntax.Ident:
		switch {
		case e.Name == "":
			return nil
		case e.Wildcard:
			return b.columnsLike(in, e)
		case e.Braced:
			b.report(clientParameter(e))
			return nil
		}
		if i := s.Index(e.Name); i >= 0 {
			return []int{i}
		}
		if !in.open {
			b.report(unknownName(e, e.Name, "column", columnNames(s)))
		}
		return nil
	}
	if !isMissing(e) {
		b.report(columnExpected(e))
	}
	return nil
}

// isMissing reports whether the parser has found e to be missing.
func isMissing(e syntax.Expr) bool {
	if in, ok := e.(*syntax.BracketExpr); ok {
		e = in.X
	}
	_, missing := e.(*syntax.BadExpr)
	return missing
}

// columnsLike returns the positions of the columns that a pattern matches.
func (b *binder) columnsLike(in table, e *syntax.Ident) []int {
	at := like(in.schema(), e.Name)
	if len(at) == 0 && !in.open {
		b.report(noColumnLike(e))
	}
	return at
}

func like(s types.Schema, pattern string) []int {
	var at []int
	for i, c := range s.Columns {
		if !c.Hidden && matchWildcard(pattern, c.Name) {
			at = append(at, i)
		}
	}
	return at
}

// selected is columnsOf for project-away and its like: to the engine, a pattern that
// matches no column is none; to the analyzer it is a mistake.
func (b *binder) selected(in table, e syntax.Expr) []int {
	if id := patternIn(e); id != nil && !in.open && len(like(in.schema(), id.Name)) == 0 {
		b.tolerate(noColumnLike(id))
		return nil
	}
	return b.columnsOf(in, e)
}

// patternIn returns the pattern that e is, or nil.
func patternIn(e syntax.Expr) *syntax.Ident {
	switch e := e.(type) {
	case *syntax.OrderedExpr:
		return patternIn(e.X)
	case *syntax.BracketExpr:
		return patternIn(e.X)
	case *syntax.Ident:
		if e.Wildcard {
			return e
		}
	}
	return nil
}

// oneColumn returns the position of the column that e names, or -1 with a
// finding.
func (b *binder) oneColumn(in table, e syntax.Expr) int {
	at := b.columnsOf(in, e)
	if len(at) != 1 {
		if len(at) > 1 {
			b.report(columnExpected(e))
		}
		return -1
	}
	return at[0]
}

// matchWildcard reports whether name fits pattern, in which each `*` stands for
// any characters. Both are case-sensitive.
func matchWildcard(pattern, name string) bool {
	// star and from are where to go on after a `*` took too little.
	star, from := -1, 0
	p, n := 0, 0
	for n < len(name) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, from = p, n
			p++
		case p < len(pattern) && pattern[p] == name[n]:
			p++
			n++
		case star >= 0:
			from++
			p, n = star+1, from
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p] == '*' {
		p++
	}
	return p == len(pattern)
}

// notDynamic reports a key that is dynamic, which cannot be grouped or ordered
// by. It returns whether it is fine.
func (b *binder) notDynamic(at syntax.Node, t types.Type) bool {
	if t == types.Dynamic {
		b.report(typeNotAllowed(at, t))
		return false
	}
	return true
}
