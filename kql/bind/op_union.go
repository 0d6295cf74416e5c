package bind

import (
	"strconv"

	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
)

// union puts the rows of several tables into one.
func (b *binder) union(sc *scope, in table, op *syntax.UnionOp) table {
	var parts []part
	if in.node != nil {
		parts = append(parts, part{t: in, name: in.name})
	}
	fuzzy := paramBool(op.Params, "isfuzzy") || b.optionOn(optionBestEffort)
	left := false // a part was left out: its columns are not known
	for _, e := range op.Tables {
		more := b.parts(sc, e, fuzzy)
		left = left || len(more) == 0
		parts = append(parts, more...)
	}
	if fuzzy && len(parts) == 0 && !b.env.Strict {
		b.report(noneFound(op))
	}
	b.nameParts(parts)
	kind := b.paramOneOf(op.Params, "kind", "outer", "inner")
	source := paramWord(syntax.FindParam(op.Params, "withsource"))
	if source == "" {
		source = paramWord(syntax.FindParam(op.Params, "with_source"))
	}
	out := b.uniteParts(op, parts, source, kind == "inner")
	out.open = out.open || left
	return out
}

// A part is one table of a union.
type part struct {
	t table
	// name is the table's own name, or what stands for it in the column that
	// tells the parts apart.
	name string
	// blank parts have columns and never rows: a plan needs none of them.
	blank bool
}

// parts binds one expression of the list: a table, a pattern of tables, a query
// in parentheses. If fuzzy, what does not exist is left out.
func (b *binder) parts(sc *scope, e syntax.Expr, fuzzy bool) []part {
	if id, ok := e.(*syntax.Ident); ok && id.Wildcard {
		return b.partsLike(sc, id, fuzzy)
	}
	before, absent := len(b.diags), b.absent
	if fuzzy {
		b.fuzzy++
		defer func() { b.fuzzy-- }()
	}
	t := b.tabular(sc.apart(), e)
	if fuzzy && (b.absent > absent || b.missing(before)) {
		b.diags = b.diags[:before]
		b.report(fuzzyNotFound(e))
		return nil
	}
	name := b.tableName(sc, e)
	if name == "" {
		name = t.name // that of a final as
	}
	return []part{{t: t, name: name}}
}

// shown returns parts without their hidden columns.
func shown(parts []part) []part {
	for i, p := range parts {
		parts[i].t = withoutHidden(p.t)
	}
	return parts
}

// missing reports whether a finding after the first n says that a table, a
// function or a database does not exist, or that a stored function does not work
// here: workspaces have parsers for tables that they lack.
func (b *binder) missing(n int) bool {
	for _, d := range b.diags[n:] {
		switch d.Code {
		case "KS200", "KS204", "KS208", "KS211":
			return true
		}
	}
	return false
}

// partsLike returns the tables and views whose names fit a pattern.
func (b *binder) partsLike(sc *scope, id *syntax.Ident, fuzzy bool) []part {
	var parts []part
	for _, name := range b.tablesLike(sc, id.Name) {
		t := b.tabular(sc.apart(), &syntax.Ident{Span: id.Span, Name: name})
		parts = append(parts, part{t: t, name: name, blank: isBlank(t)})
	}
	if len(parts) == 0 {
		if fuzzy {
			b.report(fuzzyNotFound(id))
		} else {
			b.report(noTableLike(id))
		}
	}
	return parts
}

// isBlank reports whether t is a table that never has rows.
func isBlank(t table) bool {
	r, ok := t.node.(*plan.Read)
	if !ok {
		return false
	}
	s, ok := r.Source.(plan.Blank)
	return ok && s.NoRows()
}

// tablesLike returns the names of the tables of the database that fit a pattern,
// then those of the views that the text declares.
func (b *binder) tablesLike(sc *scope, pattern string) []string {
	var names []string
	for _, name := range b.catalog(sc).TableNames() {
		if matchWildcard(pattern, name) {
			names = append(names, name)
		}
	}
	for _, name := range viewsInScope(sc) {
		if matchWildcard(pattern, name) {
			names = append(names, name)
		}
	}
	return names
}

// tableName returns the name of a table that stands alone, else "".
func (b *binder) tableName(sc *scope, e syntax.Expr) string {
	switch e := e.(type) {
	case *syntax.Ident:
		if sym, ok := sc.lookup(e.Name); ok && sym.table != nil {
			if _, isLet := sym.decl.(*syntax.LetStmt); isLet {
				return ""
			}
		}
		return e.Name
	case *syntax.PathExpr:
		return b.tableName(sc, e.Sel)
	}
	return ""
}

// nameParts names the parts that have no name of their own union_arg0,
// union_arg1 …, by their place.
func (b *binder) nameParts(parts []part) {
	for i := range parts {
		if parts[i].name == "" {
			parts[i].name = "union_arg" + strconv.Itoa(i)
		}
	}
}

// freeName returns name or, if it is taken, name with a number, and takes it.
func freeName(taken map[string]bool, name string) string {
	free := name
	for i := 1; taken[free]; i++ {
		free = name + strconv.Itoa(i)
	}
	taken[free] = true
	return free
}
