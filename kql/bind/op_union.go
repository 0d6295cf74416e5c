package bind

import (
	"slices"
	"strconv"

	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// union puts the rows of several tables into one.
func (b *binder) union(sc *scope, in table, op *syntax.UnionOp) table {
	var parts []part
	if in.node != nil {
		parts = append(parts, part{t: in})
	}
	fuzzy := paramBool(op.Params, "isfuzzy") || b.optionOn(optionBestEffort)
	left := false // a part was left out: its columns are not known
	for _, e := range op.Tables {
		more := b.parts(sc, e, fuzzy)
		left = left || len(more) == 0
		parts = append(parts, more...)
	}
	b.nameParts(parts)
	kind := b.paramOneOf(op.Params, "kind", "outer", "inner")
	source := paramWord(syntax.FindParam(op.Params, "withsource"))
	if source == "" {
		source = paramWord(syntax.FindParam(op.Params, "with_source"))
	}
	out := uniteParts(parts, source, kind == "inner")
	out.open = out.open || left
	return out
}

// A part is one table of a union.
type part struct {
	t table
	// name is the table's own name, or what stands for it in the column that
	// tells the parts apart.
	name string
}

// parts binds one expression of the list: a table, a pattern of tables, a query
// in parentheses. If fuzzy, what does not exist is left out.
func (b *binder) parts(sc *scope, e syntax.Expr, fuzzy bool) []part {
	if id, ok := e.(*syntax.Ident); ok && id.Wildcard {
		return b.partsLike(sc, id, fuzzy)
	}
	before := len(b.diags)
	if fuzzy {
		b.fuzzy++
		defer func() { b.fuzzy-- }()
	}
	t := b.tabular(sc.apart(), e)
	if fuzzy && b.missing(before) {
		b.diags = b.diags[:before]
		b.report(fuzzyNotFound(e))
		return nil
	}
	return []part{{t, b.tableName(sc, e)}}
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
		parts = append(parts, part{t, name})
	}
	if len(parts) == 0 {
		if fuzzy {
			b.report(fuzzyNotFound(id))
		} else {
			b.report(unknownTableName(id, id.Name, nil))
		}
	}
	return parts
}

// tablesLike returns the names of the tables of the database that fit a pattern,
// then those of the views that the text declares.
func (b *binder) tablesLike(sc *scope, pattern string) []string {
	var names []string
	for _, name := range b.env.Catalog.TableNames() {
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

// uniteParts returns the union of parts. If source is not empty, the first column
// has that name and tells which part a row is from. If inner, only the columns
// that all parts have are kept.
func uniteParts(parts []part, source string, inner bool) table {
	u := unify(parts, inner)
	var head []types.Column
	if source != "" {
		head = []types.Column{{Name: source, Type: types.String}}
	}
	out := types.Schema{Columns: append(head, u.cols...)}
	n := &plan.Union{Out: out}
	t := table{node: n}
	for i, p := range parts {
		exprs := make([]plan.Expr, 0, out.Len())
		if source != "" {
			exprs = append(exprs, constOf(types.String, p.name).expr)
		}
		for j, c := range u.cols {
			if at := u.from[j][i]; at >= 0 {
				exprs = append(exprs, columnAt(p.t.schema(), at))
			} else {
				exprs = append(exprs, nullOf(c.Type).expr)
			}
		}
		n.Parts = append(n.Parts, &plan.Project{Input: p.t.node, Exprs: exprs, Out: out})
		t.open = t.open || p.t.open
	}
	return t
}

// A unified is the columns of a union.
type unified struct {
	cols []types.Column
	// from says for each column where it is in each part, -1 where it is not.
	from [][]int
}

// unify finds the columns of a union. Columns of one name and type are one; of
// one name and several types, each is named after its type too: a_long, a_string.
func unify(parts []part, inner bool) unified {
	var u unified
	places := map[types.Column]int{}
	order := map[string][]types.Column{}
	var names []string
	for i, p := range parts {
		for at, c := range p.t.schema().Columns {
			if c.Hidden {
				continue
			}
			key := types.Column{Name: c.Name, Type: c.Type}
			j, seen := places[key]
			if !seen {
				j = len(u.from)
				places[key] = j
				u.from = append(u.from, absent(len(parts)))
				if len(order[c.Name]) == 0 {
					names = append(names, c.Name)
				}
				order[c.Name] = append(order[c.Name], key)
			}
			u.from[j][i] = at
		}
	}
	mergeUnknown(places, order, u.from)
	hidden := hiddenColumns(parts, order)
	from := u.from
	u.from = nil
	taken := map[string]bool{}
	for _, name := range names {
		taken[name] = taken[name] || len(order[name]) == 1
	}
	for _, name := range names {
		for _, c := range order[name] {
			where := from[places[c]]
			if inner && !everywhere(where) {
				continue
			}
			if len(order[name]) > 1 {
				c.Name = freeName(taken, name+"_"+c.Type.String())
			}
			u.cols = append(u.cols, c)
			u.from = append(u.from, where)
		}
	}
	u.cols = append(u.cols, hidden.cols...)
	u.from = append(u.from, hidden.from...)
	return u
}

// hiddenColumns returns the hidden columns of parts: those of one name are one, of
// the first one's type, unless a visible column has the name.
func hiddenColumns(parts []part, visible map[string][]types.Column) unified {
	var u unified
	places := map[string]int{}
	for i, p := range parts {
		for at, c := range p.t.schema().Columns {
			if !c.Hidden || len(visible[c.Name]) > 0 {
				continue
			}
			j, seen := places[c.Name]
			if !seen {
				j = len(u.cols)
				places[c.Name] = j
				u.cols = append(u.cols, c)
				u.from = append(u.from, absent(len(parts)))
			}
			if u.cols[j].Type == c.Type {
				u.from[j][i] = at
			}
		}
	}
	return u
}

// mergeUnknown gives columns whose type is not known the first type that another
// part has under their name.
func mergeUnknown(places map[types.Column]int, order map[string][]types.Column, from [][]int) {
	for name, cols := range order {
		unknown := slices.Index(cols, types.Column{Name: name})
		if unknown < 0 || len(cols) == 1 {
			continue
		}
		where := from[places[cols[unknown]]]
		cols = slices.Delete(slices.Clone(cols), unknown, unknown+1)
		for i, at := range where {
			if to := from[places[cols[0]]]; to[i] < 0 {
				to[i] = at
			}
		}
		order[name] = cols
	}
}

func absent(n int) []int {
	at := make([]int, n)
	for i := range at {
		at[i] = -1
	}
	return at
}

func everywhere(at []int) bool {
	for _, i := range at {
		if i < 0 {
			return false
		}
	}
	return true
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
