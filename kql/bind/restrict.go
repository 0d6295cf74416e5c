package bind

import (
	"slices"
	"strings"

	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
)

// A restriction is what `restrict access to (…)` leaves visible to the statements
// after it. What was declared before keeps its own view: a view may read a table
// that its callers may not.
type restriction struct {
	// names are the names that the text declares and that stay visible. Scalars
	// and functions with a scalar result always do.
	names map[string]bool
	// catalog has the tables and functions that stay visible.
	catalog Catalog
}

// restrict binds `restrict access to (…)` and returns the scope of what follows.
func (b *binder) restrict(sc *scope, s *syntax.RestrictStmt) *scope {
	if len(s.With) > 0 {
		b.report(notSupported(s.With[0], "a property of restrict access"))
	}
	r := &restriction{names: map[string]bool{}}
	var rules []entityRule
	for _, e := range s.Entities {
		rules = append(rules, b.entityRules(sc, r, e)...)
	}
	r.catalog = restrictedCatalog{b.catalog(sc), rules}
	inner := &scope{outer: sc, restricted: r}
	inner.statement = inner
	return inner
}

// entityRules binds one of the entities: it adds the declared names that it stands
// for to r, and returns what of the catalog it stands for.
func (b *binder) entityRules(sc *scope, r *restriction, e syntax.Expr) []entityRule {
	switch e := e.(type) {
	case *syntax.Ident:
		return b.namedEntity(sc, r, e)
	case *syntax.CallExpr:
		if e.Name.Name == "table" && len(e.Args) > 0 {
			if name, ok := b.constString(sc, e.Args[0]); ok {
				return b.namedEntity(sc, r, &syntax.Ident{Span: e.Span, Name: name})
			}
			return nil
		}
	case *syntax.PathExpr:
		cat, ok := b.otherCatalog(sc, e.X)
		if !ok || cat == nil {
			break
		}
		steps, ok := b.catalogSteps(sc, e.X)
		if name := lastName(e.Sel); ok && name != "" {
			return []entityRule{{steps, name}}
		}
	}
	b.report(entityExpected(e))
	return nil
}

// namedEntity is a name or a pattern of names, of declarations and of the catalog.
// A star alone stands for what the text declares.
func (b *binder) namedEntity(sc *scope, r *restriction, e *syntax.Ident) []entityRule {
	cat := b.catalog(sc)
	found := false
	for _, name := range declaredInScope(sc) {
		if matchWildcard(e.Name, name) {
			r.names[name], found = true, true
		}
	}
	if e.Name == "*" {
		return nil
	}
	like := func(name string) bool { return matchWildcard(e.Name, name) }
	_, isTable := cat.Table(e.Name)
	if !found && !isTable && !slices.ContainsFunc(cat.TableNames(), like) && !slices.ContainsFunc(cat.FunctionNames(), like) {
		b.report(unknownTableName(e, e.Name, append(declaredInScope(sc), cat.TableNames()...)))
	}
	return []entityRule{{nil, e.Name}}
}

// declaredInScope returns the names that the text declares and that are visible.
func declaredInScope(sc *scope) []string {
	var names []string
	for s := sc; s != nil; s = s.outer {
		for name := range s.names {
			if _, visible := sc.lookup(name); visible {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// lastName returns the name that stands behind the dot of database("x").name, or
// "".
func lastName(e syntax.Expr) string {
	switch e := e.(type) {
	case *syntax.Ident:
		return e.Name
	case *syntax.StarExpr:
		return "*"
	}
	return ""
}

// A catalogStep leads from a catalog to another: Catalog.Other(kind, name).
type catalogStep struct{ kind, name string }

// catalogSteps returns the way from the query's catalog to that which e refers to.
func (b *binder) catalogSteps(sc *scope, e syntax.Expr) ([]catalogStep, bool) {
	switch e := e.(type) {
	case *syntax.CallExpr:
		if len(e.Args) == 0 {
			return nil, true
		}
		name, ok := b.constString(sc, e.Args[0])
		return []catalogStep{{e.Name.Name, name}}, ok
	case *syntax.PathExpr:
		first, ok := b.catalogSteps(sc, e.X)
		last, more := b.catalogSteps(sc, e.Sel)
		return append(first, last...), ok && more
	}
	return nil, false
}

// An entityRule lets the tables and functions through whose names fit pattern, in
// the catalog at the end of the steps.
type entityRule struct {
	steps   []catalogStep
	pattern string
}

// A restrictedCatalog has what its rules let through.
type restrictedCatalog struct {
	all   Catalog
	rules []entityRule
}

func (c restrictedCatalog) visible(name string) bool {
	return slices.ContainsFunc(c.rules, func(r entityRule) bool {
		return len(r.steps) == 0 && matchWildcard(r.pattern, name)
	})
}

func (c restrictedCatalog) Table(name string) (plan.Source, bool) {
	if !c.visible(name) {
		return nil, false
	}
	return c.all.Table(name)
}

func (c restrictedCatalog) Function(name string) (*Function, bool) {
	if !c.visible(name) {
		return nil, false
	}
	return c.all.Function(name)
}

func (c restrictedCatalog) TableNames() []string    { return c.only(c.all.TableNames()) }
func (c restrictedCatalog) FunctionNames() []string { return c.only(c.all.FunctionNames()) }

func (c restrictedCatalog) only(names []string) []string {
	var out []string
	for _, name := range names {
		if c.visible(name) {
			out = append(out, name)
		}
	}
	return out
}

func (c restrictedCatalog) Other(kind, name string) (Catalog, bool) {
	other, ok := c.all.Other(kind, name)
	if !ok {
		return nil, false
	}
	inner := restrictedCatalog{all: other}
	for _, r := range c.rules {
		if len(r.steps) > 0 && r.steps[0].kind == kind && strings.EqualFold(r.steps[0].name, name) {
			inner.rules = append(inner.rules, entityRule{r.steps[1:], r.pattern})
		}
	}
	return inner, true
}

// catalog returns the tables and functions that are visible in sc.
func (b *binder) catalog(sc *scope) Catalog {
	for s := sc; s != nil; s = s.outer {
		if s.restricted != nil {
			return s.restricted.catalog
		}
	}
	return b.env.Catalog
}

// hides returns what a name that was declared before is after the restriction;
// !ok if it is not to be seen.
func (r *restriction) hides(name string, sym *symbol) (*symbol, bool) {
	switch {
	case r.names[name] || sym.value != nil:
		return sym, true
	case sym.fn != nil:
		values := *sym
		values.hidden = true
		return &values, true
	}
	return nil, false
}

// visible returns the result of a call of sym, unless it is a table that a
// restriction hides.
func (b *binder) visible(at syntax.Expr, sym *symbol, x entity) entity {
	if !sym.hidden || x.table == nil {
		return x
	}
	b.report(restricted(at))
	return ofTable(unknownTable())
}
