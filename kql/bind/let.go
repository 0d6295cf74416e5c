package bind

import (
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// let binds a let statement.
func (b *binder) let(sc *scope, s *syntax.LetStmt) {
	sym := &symbol{decl: s}
	before := len(b.diags)
	if g, ok := s.Value.(*syntax.EntityGroupExpr); ok {
		sym.group = b.entityGroup(sc, g)
	} else if f, ok := s.Value.(*syntax.FuncDecl); ok {
		sym.fn = &lambda{params: f.Params, body: f.Body, scope: sc}
		b.checkDecl(sym.fn)
	} else {
		x := b.tableOrValue(sc, s.Value)
		if sym.table = x.table; x.table == nil {
			sym.value = &x.value
			b.ofRow(sym, sc, sc)
		}
	}
	b.hold(sym, s, before)
	if old, ok := sc.names[s.Name.Name]; ok {
		if _, isLet := old.decl.(*syntax.LetStmt); isLet {
			b.report(alreadyDeclared(s.Name, s.Name.Name))
		}
	}
	sc.declare(s.Name.Name, sym)
}

// queryParameters binds the parameters that the text declares, by their default
// values.
func (b *binder) queryParameters(sc *scope, s *syntax.QueryParametersStmt) {
	for _, p := range s.Params {
		t, ok := b.paramType(p)
		if !ok && p.Type != nil && p.Type.Name != "" {
			b.report(unknownType(p.Type, p.Type.Name))
		}
		v := b.parameter(p, t)
		sc.declare(p.Name.Name, &symbol{decl: p, value: &v})
	}
}

// parameter returns the value of a query parameter: the one given, else its
// default. Without either the query can be checked, not run.
func (b *binder) parameter(p *syntax.FuncParam, t types.Type) value {
	if given, ok := b.env.Parameters[p.Name.Name]; ok {
		from := given
		if t != types.String {
			from = b.givenText(given)
		}
		if c, ok := convertLiteral(from, t); ok && (!c.Null(0) || from.Null(0)) {
			return value{expr: &plan.Literal{Value: c}}
		}
		b.report(badParameter(p, p.Name.Name, dynamicOf(given).String(), t))
		return unknownOf(t)
	}
	if p.Default != nil {
		v := b.checkConstant(p.Default, b.scalar(&scope{}, p.Default))
		b.checkDefault(p, v, t)
		return b.convert(p.Default, v, t)
	}
	b.unset = append(b.unset, p.Name.Name)
	return b.placeholder(t)
}
