package bind

import (
	"context"
	"errors"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// schemaOf returns the columns that a text declares.
func (b *binder) schemaOf(s *syntax.SchemaDecl) types.Schema {
	var out types.Schema
	for _, c := range s.Columns {
		if c.Name == nil || c.Name.Name == "" {
			continue
		}
		if out.Index(c.Name.Name) >= 0 {
			b.report(duplicateColumn(c.Name, c.Name.Name))
			continue
		}
		out.Columns = append(out.Columns, types.Column{Name: c.Name.Name, Type: b.typeOf(c.Type)})
	}
	return out
}

// typeOf returns the type that a text names.
func (b *binder) typeOf(t *syntax.TypeRef) types.Type {
	if t == nil || t.Name == "" {
		return types.Unknown
	}
	typ, ok := types.Lookup(t.Name)
	if !ok {
		b.report(unknownType(t, t.Name))
	}
	return typ
}

// dataTable binds datatable(schema)[values].
func (b *binder) dataTable(sc *scope, e *syntax.DataTableExpr) table {
	out := b.schemaOf(e.Schema)
	width := out.Len()
	if width == 0 {
		return unknownTable()
	}
	if len(e.Values)%width != 0 {
		b.report(valueCount(e, width))
	}
	builders := make([]column.Builder, width)
	for i, c := range out.Columns {
		builders[i] = column.NewBuilder(c.Type, len(e.Values)/width)
	}
	rows := len(e.Values) / width
	for i, x := range e.Values[:rows*width] {
		b.addValue(sc, builders[i%width], out.Columns[i%width].Type, x)
	}
	cols := make([]column.Column, width)
	for i := range cols {
		cols[i] = builders[i].Finish()
	}
	return table{node: &plan.Values{Out: out, Batches: []*column.Batch{column.NewBatch(rows, cols)}}}
}

// addValue adds a value of a datatable, which must be a literal, converted to the
// column's type.
func (b *binder) addValue(sc *scope, to column.Builder, t types.Type, e syntax.Expr) {
	v := b.scalar(sc.withoutRow(), e)
	lit, ok := v.expr.(*plan.Literal)
	if !ok {
		if !v.unknown() {
			b.report(constantExpected(e))
		}
		to.AppendNull()
		return
	}
	c, ok := convertLiteral(lit.Value, t)
	if !ok && !v.unknown() && t != types.Unknown {
		b.report(typeExpected(e, v.typ(), t))
	}
	if !ok || c.Null(0) {
		to.AppendNull()
		return
	}
	to.AppendFrom(c, 0)
}

// unreadable returns a table whose columns are known and whose rows are out of
// reach: a query over it can be checked and cannot be run.
func unreadable(name string, s types.Schema, why string) table {
	return readAll(name, &closedSource{schema: s, why: why})
}

// A closedSource refuses to be opened and says why.
type closedSource struct {
	schema types.Schema
	why    string
}

func (s *closedSource) Schema() types.Schema { return s.schema }

func (s *closedSource) Open(context.Context, plan.Scan) (column.Reader, error) {
	return nil, errors.New(s.why)
}

// toScalar binds toscalar(X): the first column of the first row.
func (b *binder) toScalar(sc *scope, e *syntax.ToScalarExpr) value {
	x := b.tableFirst(sc.withoutRow(), e.X)
	if x.table == nil {
		return b.once(e, x.value)
	}
	s := x.table.schema().Visible()
	if s.Len() == 0 {
		if !x.table.open {
			b.report(columnsMissing(e.X))
		}
		b.opaque = true
		return unknownValue()
	}
	t := s.Columns[0].Type
	if t == types.Unknown {
		return unknownValue()
	}
	q := &plan.Subquery{Plan: firstColumn(*x.table), Typ: t}
	b.setShape(q, b.columnShape(q.Plan, 0))
	return value{expr: q}
}

// once returns a value that is found once, as toscalar promises, though v calls
// functions that answer each row anew. The same text with the same arguments is
// the same value, wherever a lambda is called.
func (b *binder) once(e *syntax.ToScalarExpr, v value) value {
	if v.unknown() || !isRandom(v.expr) {
		return v
	}
	key := drawn{e, v.expr.String()}
	if known, ok := b.drawn[key]; ok {
		return value{expr: known}
	}
	q := &plan.Subquery{Typ: v.typ(), Plan: &plan.Project{
		Input: oneRow(),
		Exprs: []plan.Expr{v.expr},
		Out:   types.NewSchema(types.Column{Name: "print_0", Type: v.typ()}),
	}}
	if b.drawn == nil {
		b.drawn = map[drawn]*plan.Subquery{}
	}
	b.drawn[key] = q
	return value{expr: q}
}

// A drawn names the value of a toscalar whose argument is random: its place, and
// the argument with its parameters filled in.
type drawn struct {
	at  *syntax.ToScalarExpr
	arg string
}

// materialize binds materialize(X): computed once, however often it is used.
func (b *binder) materialize(sc *scope, e *syntax.MaterializeExpr) entity {
	x := b.tableFirst(sc.withoutRow(), e.X)
	if x.table == nil {
		if !x.value.unknown() {
			b.report(tabularExpected(e.X))
		}
		return ofTable(unknownTable())
	}
	return ofTable(b.share(*x.table, ""))
}
