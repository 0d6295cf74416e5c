package bind

import (
	"strings"

	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// An entityRef is what an entity of a group is: a place with tables, or a table.
type entityRef struct {
	at syntax.Expr
	// catalog is nil for a table, and for a place that there is not.
	catalog Catalog
	table   *table
	// database and cluster are the names that the text gives, or "".
	database, cluster string
}

// entityGroup binds the entities of `entity_group [ … ]`.
func (b *binder) entityGroup(sc *scope, e *syntax.EntityGroupExpr) []entityRef {
	var out []entityRef
	for _, x := range e.Entities {
		if ref, ok := b.entityRef(sc, x); ok {
			out = append(out, ref)
		}
	}
	return out
}

// entityRef binds one entity.
func (b *binder) entityRef(sc *scope, e syntax.Expr) (entityRef, bool) {
	ref := entityRef{at: e}
	if cat, ok := b.otherCatalog(sc, e); ok {
		ref.catalog = cat
		b.nameEntity(sc, &ref, e)
		return ref, cat != nil
	}
	switch e.(type) {
	case *syntax.Ident, *syntax.PathExpr:
		before := len(b.diags)
		t := b.tabular(sc.apart(), e)
		ref.table = &t
		return ref, len(b.diags) == before
	case *syntax.BadExpr:
	default:
		b.report(entityExpected(e))
	}
	return ref, false
}

// nameEntity finds the names of database and cluster in cluster("c").database("d").
func (b *binder) nameEntity(sc *scope, ref *entityRef, e syntax.Expr) {
	switch e := e.(type) {
	case *syntax.PathExpr:
		b.nameEntity(sc, ref, e.X)
		b.nameEntity(sc, ref, e.Sel)
	case *syntax.Ident:
		if sym, ok := sc.lookup(e.Name); ok && sym.entity != nil {
			ref.database, ref.cluster = sym.entity.database, sym.entity.cluster
		}
	case *syntax.CallExpr:
		if len(e.Args) == 0 {
			return
		}
		name, _ := b.constString(sc.withoutRow(), e.Args[0])
		if e.Name.Name == "cluster" || e.Name.Name == "adx" {
			ref.cluster = name
		} else {
			ref.database = name
		}
	}
}

// entityScalar binds X.$current_database and X.$current_cluster_endpoint.
func (b *binder) entityScalar(e *syntax.PathExpr, ref *entityRef) (value, bool) {
	sel, ok := e.Sel.(*syntax.Ident)
	if !ok {
		return value{}, false
	}
	switch sel.Name {
	case "$current_database":
		if ref.database == "" {
			return b.callNamed(e, "current_database", nil), true
		}
		return constOf(types.String, ref.database), true
	case "$current_cluster_endpoint":
		switch {
		case ref.cluster == "":
			return b.callNamed(e, "current_cluster_endpoint", nil), true
		case strings.ContainsAny(ref.cluster, ".:"):
			return constOf(types.String, ref.cluster), true
		}
		return constOf(types.String, "https://"+ref.cluster+".kusto.windows.net"), true
	}
	return value{}, false
}

// An aliasOf is a database that the text gives another name. Whether it is there
// is asked when it is used.
type aliasOf struct {
	scope *scope
	value syntax.Expr
}

// alias binds `alias database name = …`: database("name") is that database from
// here on.
//
// Source: the Kusto documentation, "Alias statement".
func (b *binder) alias(sc *scope, s *syntax.AliasStmt) {
	switch s.Value.(type) {
	case *syntax.CallExpr, *syntax.PathExpr:
	case *syntax.BadExpr:
		return
	default:
		b.report(databaseExpected(s.Value))
		return
	}
	if b.aliases == nil {
		b.aliases = map[string]aliasOf{}
	}
	b.aliases[s.Name.Name] = aliasOf{sc, s.Value}
}

// aliased returns the catalog of an alias; !ok if name is none. An alias does not
// mean itself.
func (b *binder) aliased(name string) (Catalog, bool) {
	a, ok := b.aliases[name]
	if !ok {
		return nil, false
	}
	delete(b.aliases, name)
	defer func() { b.aliases[name] = a }()
	cat, ok := b.otherCatalog(a.scope, a.value)
	if !ok {
		b.report(databaseExpected(a.value))
	}
	return cat, true
}
