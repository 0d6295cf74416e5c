package bind

import (
	"github.com/calypso-kql/calypso/kql/syntax"
)

// macroExpand binds a subquery for each entity of a group and unites the results.
//
// Source: the Kusto documentation, "macro-expand operator".
func (b *binder) macroExpand(sc *scope, in table, op *syntax.MacroExpandOp) table {
	if in.node != nil {
		b.report(mustBeFirst(op))
		return unknownTable()
	}
	fuzzy := paramBool(op.Params, "isfuzzy") || b.optionOn(optionBestEffort)
	group, ok := b.groupOf(sc, op.Group, fuzzy)
	if !ok {
		return unknownTable()
	}
	var parts []part
	for i := range group {
		before := len(b.diags)
		t, ok := b.expandMacro(sc, op, &group[i])
		if fuzzy && b.missing(before) {
			b.diags = b.diags[:before]
			b.report(fuzzyNotFound(group[i].at))
			continue
		}
		if !ok {
			return unknownTable()
		}
		parts = append(parts, part{t: t, name: group[i].database})
	}
	if len(parts) == 0 {
		b.report(noEntities(op.Group))
		return unknownTable()
	}
	b.nameParts(parts)
	source := paramWord(syntax.FindParam(op.Params, "withsource"))
	return b.uniteParts(op, parts, source, b.paramOneOf(op.Params, "kind", "outer", "inner") == "inner")
}

// groupOf returns the entities of a group that the text lists, or has named. If
// fuzzy, those that do not exist are left out.
func (b *binder) groupOf(sc *scope, e syntax.Expr, fuzzy bool) ([]entityRef, bool) {
	switch e := e.(type) {
	case *syntax.EntityGroupExpr:
		before := len(b.diags)
		group := b.entityGroup(sc, e)
		if fuzzy && b.missing(before) {
			b.diags = b.diags[:before]
		}
		return group, fuzzy || len(group) == len(e.Entities)
	case *syntax.Ident:
		if sym, ok := sc.lookup(e.Name); ok && sym.group != nil {
			return sym.group, true
		}
		if e.Name != "" {
			b.report(unknownName(e, e.Name, "entity group", b.namesInScope(sc)))
		}
	case *syntax.CallExpr:
		if e.Name.Name == "entity_group" && len(e.Args) == 1 {
			if name, ok := b.constString(sc.withoutRow(), e.Args[0]); ok {
				b.report(unknownEntityGroup(e.Args[0], name))
			}
			return nil, false
		}
		b.report(entityExpected(e))
	case *syntax.BadExpr, nil:
	default:
		b.report(entityExpected(e))
	}
	return nil, false
}

// expandMacro binds the subquery for one entity.
func (b *binder) expandMacro(sc *scope, op *syntax.MacroExpandOp, ref *entityRef) (table, bool) {
	inner := sc.apart()
	inner.statement = inner
	if op.As != nil {
		if old, ok := sc.lookup(op.As.Name); ok && old.entity != nil {
			b.report(alreadyDeclared(op.As, op.As.Name))
			return table{}, false
		}
		inner.declare(op.As.Name, &symbol{entity: ref, decl: op})
	}
	var out *table
	for _, s := range op.Body {
		e, ok := s.(*syntax.ExprStmt)
		switch {
		case !ok:
			b.statement(inner, s)
		case out != nil:
			b.report(oneTableExpected(e))
		default:
			t := b.tabular(inner, e.X)
			t.more, t.after, t.render, t.name = nil, nil, nil, ""
			out = &t
		}
	}
	if out == nil {
		b.report(oneTableExpected(op))
		return table{}, false
	}
	return *out, out.node != nil
}
