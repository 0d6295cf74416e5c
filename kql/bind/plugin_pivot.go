package bind

import (
	"slices"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// pivot binds pivot(column, aggregate, columns…): each value of a column becomes
// a column of aggregates over the rows that have the value.
func (b *binder) pivot(sc *scope, in table, op *syntax.EvaluateOp) table {
	args := op.Call.Args
	if len(args) == 0 {
		b.report(argumentCount(op.Call, "pivot", 1, -1))
		return unknownTable()
	}
	p := &pivoting{b: b, op: op, in: in, sc: sc, rows: sc.withRow(in), at: b.oneColumn(in, unnamed(args[0]))}
	if p.at < 0 || !p.bindAggregate() {
		return unknownTable()
	}
	if in.schema().Columns[p.at].Type == types.Dynamic {
		b.tolerate(typeNotAllowed(args[0], types.Dynamic))
	}
	if len(args) > 2 {
		p.keys = b.columnList(in, args[2:])
	} else {
		p.keys = p.otherColumns()
	}
	if declared, ok := b.declaredColumns(op); ok {
		if op.Schema.Star {
			declared = p.withKeys(declared)
		}
		return p.declared(declared)
	}
	found, ok := b.discover(op, p.valuesPlan())
	if !ok {
		var known []types.Column
		for _, i := range p.keys {
			known = append(known, in.schema().Columns[i])
		}
		return b.pendingPlugin(in, "pivot", known)
	}
	values := valuesFound(found)
	if !b.fitsTable(op, len(p.keys)+len(values)) {
		return unknownTable()
	}
	return p.over(values)
}

// A pivoting is a pivot being bound.
type pivoting struct {
	b    *binder
	op   *syntax.EvaluateOp
	in   table
	sc   *scope
	rows *scope
	at   int   // of the column that is turned
	keys []int // of the columns that stay
	agg  *function.Aggregate
	call *syntax.CallExpr
	args []operand // of agg
}

// bindAggregate finds the aggregate, count() if the text has none.
func (p *pivoting) bindAggregate() bool {
	p.call = &syntax.CallExpr{Span: p.op.Call.Span, Name: &syntax.Ident{Span: p.op.Call.Name.Span, Name: "count"}}
	if len(p.op.Call.Args) > 1 {
		call, ok := unnamed(p.op.Call.Args[1]).(*syntax.CallExpr)
		if !ok {
			p.b.refuse(badPivot(p.op.Call.Args[1], "pivot without an aggregate as its second argument"))
			return false
		}
		p.call = call
	}
	name := p.call.Name.Name
	agg, ok := p.b.env.Functions.Aggregate(name)
	if !ok {
		p.b.report(unknownFunction(p.call.Name, name, p.b.env.Functions.AggregateNames()))
		return false
	}
	if !pivots(name) {
		p.b.refuse(badPivot(p.call, "pivot with "+name+"()"))
		return false
	}
	p.agg = agg
	p.args = p.b.operands(p.rows, p.call.Args)
	return p.checkArguments()
}

// checkArguments checks the arguments of the aggregate before any row is read.
func (p *pivoting) checkArguments() bool {
	sigs := make([]function.Signature, len(p.agg.Overloads))
	for i := range sigs {
		sigs[i] = p.agg.Overloads[i].Signature
	}
	if _, ok := choose(sigs, operandTypes(p.args)); ok || anyUnknown(p.args) {
		return true
	}
	p.b.reportAll(noFit(p.call, p.call.Name.Name, sigs, p.args))
	return false
}

// pivots reports whether pivot takes the aggregate called name.
func pivots(name string) bool {
	switch name {
	case "any", "avg", "count", "dcount", "make_bag", "make_list", "make_set", "max", "min", "stdev", "sum", "take_any", "variance":
		return true
	}
	return false
}

// otherColumns returns the columns besides the one that is turned and those that
// are aggregated.
func (p *pivoting) otherColumns() []int {
	used := map[int]bool{p.at: true}
	for _, a := range p.args {
		plan.WalkExpr(a.expr, func(e plan.Expr) bool {
			if c, ok := e.(*plan.Column); ok {
				used[c.Index] = true
			}
			return true
		})
	}
	return slices.DeleteFunc(visibleColumns(p.in.schema()), func(i int) bool { return used[i] })
}

// declared makes the columns that the text declares: those with the name of a key
// are that key, the others values.
func (p *pivoting) declared(cols []types.Column) table {
	s := p.in.schema()
	var values []string
	for _, c := range cols {
		if i := s.Index(c.Name); i < 0 || !slices.Contains(p.keys, i) {
			values = append(values, c.Name)
		}
	}
	t := p.over(values)
	have := t.schema()
	exprs := make([]plan.Expr, len(cols))
	for j, c := range cols {
		v := unknownOf(c.Type)
		if i := have.Index(c.Name); i >= 0 {
			v = p.b.convert(p.op, value{expr: columnAt(have, i)}, c.Type)
		}
		exprs[j] = v.expr
	}
	return t.over(&plan.Project{Input: t.node, Exprs: exprs, Out: types.NewSchema(cols...)})
}

// withKeys puts the columns that stay before the declared ones, of which they are
// none.
func (p *pivoting) withKeys(declared []types.Column) []types.Column {
	var out []types.Column
	for _, i := range p.keys {
		c := p.in.schema().Columns[i]
		if !slices.ContainsFunc(declared, func(d types.Column) bool { return d.Name == c.Name }) {
			out = append(out, types.Column{Name: c.Name, Type: c.Type})
		}
	}
	return append(out, declared...)
}

// over makes a column for each of the values.
func (p *pivoting) over(values []string) table {
	s := p.in.schema()
	keys := make([]plan.Expr, len(p.keys), len(p.keys)+1)
	out, rows := newColumns(), newColumns()
	for j, i := range p.keys {
		keys[j] = columnAt(s, i)
		p.b.notDynamic(p.op, s.Columns[i].Type)
		out.put(out.unique(s.Columns[i].Name, ""), keys[j], false)
	}
	rows.exprs, rows.cols = slices.Clone(out.exprs), slices.Clone(out.cols)
	keys = append(keys, p.text().expr)
	inner := p.sc.withAggregates(p.rows, keys)
	v, ok := p.b.fold(inner.aggs, p.call, p.agg, p.args)
	if !ok {
		return unknownTable()
	}
	rows.put("", keys[len(p.keys)], false)
	rows.put("", v.expr, false)
	for _, text := range values {
		name := text
		if text == "" {
			name = p.b.defaultName(p.sc, false)
		}
		out.put(out.unique(name, ""), v.expr, false)
	}
	cells := &plan.Aggregate{Input: p.in.node, Keys: keys, Aggs: inner.aggs.aggs, Out: rows.schema()}
	return p.in.unordered(&plan.Pivot{Input: cells, Values: values, Cell: inner.aggs.aggs[0], Out: out.schema()})
}

// text is the column that is turned, as text.
func (p *pivoting) text() value {
	return p.b.convert(p.op, value{expr: columnAt(p.in.schema(), p.at)}, types.String)
}

// valuesPlan yields the values of the column that is turned.
func (p *pivoting) valuesPlan() plan.Node {
	out := types.NewSchema(types.Column{Name: "value", Type: types.String})
	return &plan.Aggregate{Input: p.in.node, Keys: []plan.Expr{p.text().expr}, Out: out}
}

func valuesFound(found []*column.Batch) []string {
	var values []string
	for _, batch := range found {
		view := column.ViewOf[string](batch.Raw(0))
		for i := range batch.Len() {
			values = append(values, view.At(i))
		}
	}
	slices.Sort(values)
	return values
}
