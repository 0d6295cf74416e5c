package bind

import (
	"slices"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// tableCall binds table("name").
func (b *binder) tableCall(sc *scope, e *syntax.CallExpr) entity {
	if len(e.Args) == 0 {
		b.report(argumentCount(e, e.Name.Name, 1, 2))
		return ofTable(unknownTable())
	}
	name, ok := b.constString(sc.withoutRow(), e.Args[0])
	if len(e.Args) > 1 {
		b.dataScope(sc, e.Args[1])
	}
	if !ok {
		return ofTable(unknownTable())
	}
	if sym, ok := sc.lookup(name); ok && sym.table != nil {
		b.release(sym)
		return ofTable(*sym.table)
	}
	return ofTable(b.catalogTable(b.catalog(sc), e.Args[0], name))
}

// dataScope checks the second argument of table(): which data the table has. All of
// it is equally near here. Microsoft's analyzer takes any text.
func (b *binder) dataScope(sc *scope, e syntax.Expr) {
	scopes := []string{"all", "default", "hotcache"}
	word, ok := b.constString(sc.withoutRow(), e)
	if ok && !slices.Contains(scopes, word) && !b.env.Strict {
		b.report(oneOfExpected(e, scopes...))
	}
}

// catalogTable reads a table of cat.
func (b *binder) catalogTable(cat Catalog, at syntax.Node, name string) table {
	if src, ok := cat.Table(name); ok {
		return readAll(name, b.withoutStub(src))
	}
	b.report(unknownTableName(at, name, cat.TableNames()))
	return unknownTable()
}

// constString binds an argument that must be a text known now.
func (b *binder) constString(sc *scope, e syntax.Expr) (string, bool) {
	v := b.scalar(sc, e)
	s, ok := stringOf(v.expr)
	switch {
	case v.unknown():
	case v.typ() != types.String:
		b.report(typeExpected(e, v.typ(), types.String))
	case b.isPlaceholder(v.expr):
	case ok:
		return s, true
	default:
		b.report(stringExpected(e))
	}
	return "", false
}

// stringOf returns the text of a literal.
func stringOf(e plan.Expr) (string, bool) {
	l, ok := e.(*plan.Literal)
	if !ok {
		return "", false
	}
	v, ok := l.Value.(*column.Vec[string])
	if !ok {
		return "", false
	}
	return v.Vals[0], true
}

// otherCatalog returns the catalog that database("x"), cluster("x").database("y"),
// workspace("x") and their like refer to; !ok if e is none of them.
func (b *binder) otherCatalog(sc *scope, e syntax.Expr) (Catalog, bool) {
	switch e := e.(type) {
	case *syntax.Ident:
		if sym, ok := sc.lookup(e.Name); ok && sym.entity != nil && sym.entity.table == nil {
			return sym.entity.catalog, true
		}
	case *syntax.CallExpr:
		if e.Name.Name == "database" && len(e.Args) > 0 && len(b.aliases) > 0 {
			if name, ok := stringOf(b.scalar(sc.withoutRow(), e.Args[0]).expr); ok {
				if cat, ok := b.aliased(name); ok {
					return cat, true
				}
			}
		}
		return b.catalogCall(sc, b.catalog(sc), e)
	case *syntax.PathExpr:
		cat, ok := b.otherCatalog(sc, e.X)
		if !ok {
			return nil, false
		}
		if call, ok := e.Sel.(*syntax.CallExpr); ok && cat != nil {
			return b.catalogCall(sc, cat, call)
		}
		return cat, cat == nil
	}
	return nil, false
}

// catalogCall returns the catalog that a call refers to, nil if there is none
// of the name; !ok if the call is another.
func (b *binder) catalogCall(sc *scope, cat Catalog, e *syntax.CallExpr) (Catalog, bool) {
	kind := e.Name.Name
	switch kind {
	case "database", "cluster", "workspace", "app", "resource", "adx", "arg":
	default:
		return nil, false
	}
	if sym, ok := sc.lookup(kind); ok && sym.fn != nil {
		return nil, false
	}
	if len(e.Args) == 0 {
		return cat, true
	}
	name, ok := b.constString(sc.withoutRow(), e.Args[0])
	if !ok {
		return nil, true
	}
	other, ok := cat.Other(kind, name)
	if !ok {
		b.report(unknownCatalog(e, kind, name))
		return nil, true
	}
	return other, true
}

// inCatalog binds the table or function of another catalog that e selects.
func (b *binder) inCatalog(sc *scope, cat Catalog, e *syntax.PathExpr) entity {
	if cat == nil {
		return ofTable(unknownTable())
	}
	switch sel := e.Sel.(type) {
	case *syntax.Ident:
		if f, ok := cat.Function(sel.Name); ok && b.callableBare(sel.Name, f) {
			return b.callStored(sc, sel, sel.Name, f, nil)
		}
		return ofTable(b.catalogTable(cat, sel, sel.Name))
	case *syntax.CallExpr:
		if sel.Name.Name == "table" && len(sel.Args) > 0 {
			if name, ok := b.constString(sc.withoutRow(), sel.Args[0]); ok {
				return ofTable(b.catalogTable(cat, sel, name))
			}
			return ofTable(unknownTable())
		}
		if f, ok := cat.Function(sel.Name.Name); ok {
			return b.callStored(sc, sel, sel.Name.Name, f, sel.Args)
		}
		b.report(unknownFunction(sel.Name, sel.Name.Name, cat.FunctionNames()))
		return ofTable(unknownTable())
	}
	b.report(notSupported(e.Sel, "this selector"))
	return ofTable(unknownTable())
}
