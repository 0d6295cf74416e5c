package bind

import (
	"slices"
	"strconv"

	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// find keeps the rows of many tables that fulfil a condition. A row has the
// columns that all the tables share and those that the condition names; the rest
// of its columns are packed into a bag.
func (b *binder) find(sc *scope, op *syntax.FindOp) table {
	var parts []part
	for _, e := range op.In {
		parts = append(parts, shown(b.parts(sc, e, false))...)
	}
	if op.In == nil {
		parts = shown(b.partsLike(sc, &syntax.Ident{Span: syntax.Span{From: op.From, To: op.From}, Name: "*", Wildcard: true}, true))
	}
	for i := range parts {
		if parts[i].name == "" {
			parts[i].name = "find_arg" + strconv.Itoa(i)
		}
	}
	f := &finding{b: b, op: op, parts: parts, all: unifyNames(parts)}
	for _, p := range parts {
		f.open = f.open || p.t.open
	}
	return f.table(sc)
}

// A finding is a find being bound.
type finding struct {
	b     *binder
	op    *syntax.FindOp
	parts []part
	// all has each name of the parts' columns once.
	all  types.Schema
	open bool
}

func (f *finding) table(sc *scope) table {
	rows := sc.withRow(table{node: &plan.Values{Out: f.all}, open: f.open})
	cond := searchTerms(f.op.Cond, false, f.b.env.Strict)
	where := f.b.condition(rows, cond)
	named := f.columnsNamed(cond)
	f.parts = f.having(named, hasStar(cond))
	cols, pack := f.output(named)
	source := "source_"
	if name := paramWord(syntax.FindParam(f.op.Params, "withsource")); name != "" {
		source = name
	}
	out := types.NewSchema(types.Column{Name: source, Type: types.String})
	taken := map[string]bool{source: true}
	for _, c := range cols {
		out.Columns = append(out.Columns, types.Column{Name: freeName(taken, c.Name), Type: c.Type})
	}
	if pack {
		out.Columns = append(out.Columns, types.Column{Name: "pack_", Type: types.Dynamic})
	}
	n := &plan.Union{Out: out}
	for _, p := range f.parts {
		if p.blank {
			continue
		}
		filtered := plan.NewFilter(f.widen(p), where)
		exprs := []plan.Expr{constOf(types.String, p.name).expr}
		for _, c := range cols {
			exprs = append(exprs, f.value(p, c))
		}
		if pack {
			exprs = append(exprs, f.packed(p, cols))
		}
		n.Parts = append(n.Parts, &plan.Project{Input: filtered, Exprs: exprs, Out: out})
	}
	t := table{node: n, open: f.open && f.op.Project == nil}
	if len(n.Parts) == 0 {
		t.node = &plan.Values{Out: out}
	}
	return t
}

// columnsNamed returns the columns that the condition names.
func (f *finding) columnsNamed(cond syntax.Expr) []types.Column {
	var out []types.Column
	syntax.Walk(cond, func(n syntax.Node) bool {
		if id, ok := n.(*syntax.Ident); ok {
			if i := f.all.Index(id.Name); i >= 0 && !slices.Contains(out, f.all.Columns[i]) {
				out = append(out, f.all.Columns[i])
			}
		}
		return true
	})
	return out
}

// having returns the parts that have a column that the condition names; all if it
// looks into every column, or names none, where the analyzer knows no column.
func (f *finding) having(named []types.Column, star bool) []part {
	if star || len(named) == 0 && !f.b.env.Strict || len(f.parts) == 1 {
		return f.parts
	}
	var out []part
	for _, p := range f.parts {
		has := slices.ContainsFunc(named, func(c types.Column) bool { return p.t.schema().Index(c.Name) >= 0 })
		if has || p.t.open {
			out = append(out, p)
		}
	}
	return out
}

// projected returns the columns that the text asks for.
func (f *finding) projected() (cols []foundColumn, pack bool) {
	for i, e := range f.op.Project {
		switch e := e.(type) {
		case *syntax.CallExpr:
			pack = true
			if i < len(f.op.Project)-1 {
				f.b.report(packNotLast(e))
			}
		case *syntax.ColumnDecl:
			if f.known(e.Name) {
				cols = append(cols, foundColumn{Column: types.Column{Name: e.Name.Name, Type: f.b.typeOf(e.Type)}, from: e.Name.Name})
			}
		case *syntax.Ident:
			if f.known(e) {
				cols = append(cols, foundColumn{Column: f.all.Columns[f.all.Index(e.Name)], from: e.Name})
			}
		}
	}
	return cols, pack
}

func (f *finding) known(id *syntax.Ident) bool {
	if f.all.Index(id.Name) >= 0 {
		return true
	}
	if !f.open {
		f.b.report(unknownName(id, id.Name, "column", columnNames(f.all)))
	}
	return false
}

// common returns the columns whose names all parts have.
func (f *finding) common() []types.Column {
	in := map[string]int{}
	for _, p := range f.parts {
		for _, c := range p.t.schema().Columns {
			in[c.Name]++
		}
	}
	var out []types.Column
	for _, c := range f.all.Columns {
		if n := in[c.Name]; n > 0 && n == len(f.parts) {
			out = append(out, c)
		}
	}
	return out
}

// rest returns the positions of the columns of p that are not among cols.
func rest(p part, cols []foundColumn) []int {
	var at []int
	for i, c := range p.t.schema().Columns {
		if !slices.ContainsFunc(cols, func(d foundColumn) bool { return d.from == c.Name }) {
			at = append(at, i)
		}
	}
	return at
}

// widen gives a part all columns of all parts, for the condition, and its own after
// them, with the types that they have.
func (f *finding) widen(p part) plan.Node {
	s := p.t.schema()
	exprs := make([]plan.Expr, f.all.Len(), f.all.Len()+s.Len())
	for i, c := range f.all.Columns {
		if at := s.Index(c.Name); at >= 0 {
			exprs[i] = f.as(value{expr: columnAt(s, at)}, c.Type)
		} else {
			exprs[i] = nullOf(c.Type).expr
		}
	}
	for i := range s.Columns {
		exprs = append(exprs, columnAt(s, i))
	}
	return &plan.Project{Input: p.t.node, Exprs: exprs, Out: types.NewSchema(slices.Concat(f.all.Columns, s.Columns)...)}
}

// own returns column i of p, over the widened row.
func (f *finding) own(p part, i int) value {
	c := p.t.schema().Columns[i]
	return value{expr: &plan.Column{Index: f.all.Len() + i, Name: c.Name, Typ: c.Type}}
}

// value returns what a row of p has in the column c of the result, over the widened
// row.
func (f *finding) value(p part, c foundColumn) plan.Expr {
	s := p.t.schema()
	at := s.Index(c.from)
	switch {
	case at < 0 || c.only && s.Columns[at].Type != c.Type:
		return nullOf(c.Type).expr
	case c.Type == types.Dynamic:
		return f.as(f.own(p, at), c.Type)
	}
	return f.b.convert(f.op, f.own(p, at), c.Type).expr
}

// as converts a column to the type that the columns of its name have together: where
// that is dynamic, to a value that is what the column holds.
func (f *finding) as(v value, t types.Type) plan.Expr {
	if t != types.Dynamic || v.typ() == t || v.unknown() {
		return f.b.convert(f.op, v, t).expr
	}
	return f.b.asDynamic(f.op, v).expr
}

// packed returns the bag of the columns of p that are not among cols, over the
// widened row.
func (f *finding) packed(p part, cols []foundColumn) plan.Expr {
	var args []operand
	for _, i := range rest(p, cols) {
		name := p.t.schema().Columns[i].Name
		args = append(args, operand{constOf(types.String, name), f.op}, operand{f.own(p, i), f.op})
	}
	if len(args) == 0 {
		return nullOf(types.Dynamic).expr
	}
	return f.b.callNamed(f.op, "bag_pack", args).expr
}

// unifyNames returns each name of the parts' columns once, with the type that all
// of its columns widen to, or dynamic.
func unifyNames(parts []part) types.Schema {
	var out types.Schema
	places := map[string]int{}
	for _, p := range parts {
		for _, c := range p.t.schema().Columns {
			i, ok := places[c.Name]
			if !ok {
				places[c.Name] = out.Len()
				out.Columns = append(out.Columns, types.Column{Name: c.Name, Type: c.Type})
				continue
			}
			if have := out.Columns[i].Type; have != c.Type {
				t, ok := common(have, c.Type)
				if !ok || have == types.Dynamic || c.Type == types.Dynamic {
					t = types.Dynamic
				}
				out.Columns[i].Type = t
			}
		}
	}
	return out
}
