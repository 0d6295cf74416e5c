package bind

import (
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// path binds `x.sel`: a member of a dynamic value, a column of $left or $right,
// a table of another database.
func (b *binder) path(sc *scope, e *syntax.PathExpr) entity {
	if id, ok := e.X.(*syntax.Ident); ok {
		if r, ok := sc.side(id.Name); ok {
			return ofValue(b.sideColumn(r, e))
		}
		sym, ok := sc.lookup(id.Name)
		if ok && sym.row != nil && sym.step {
			return ofValue(b.sideColumn(sym.row, e))
		}
		if ok && sym.entity != nil {
			if v, ok := b.entityScalar(e, sym.entity); ok {
				return ofValue(v)
			}
		}
	}
	if call, ok := e.X.(*syntax.CallExpr); ok {
		if p, ok := patternOf(sc, call); ok {
			return b.callPattern(sc, e, p, call.Args, e.Sel)
		}
	}
	if cat, ok := b.otherCatalog(sc, e.X); ok {
		return b.inCatalog(sc, cat, e)
	}
	isTable := scalarExpected(e.X)
	if sel, ok := e.Sel.(*syntax.Ident); ok {
		isTable = memberOfTable(sel, sel.Name)
	}
	x := b.scalarOr(sc, e.X, isTable)
	switch sel := e.Sel.(type) {
	case *syntax.Ident:
		if sel.Braced {
			b.report(clientParameter(sel))
			return ofValue(unknownValue())
		}
		if isTypeOf(e.X) && b.env.Strict {
			b.report(unknownName(sel, sel.Name, "column, table, variable or function", nil))
		}
		return ofValue(b.member(e, x, sel.Name))
	case *syntax.StringLit:
		return ofValue(b.member(e, x, sel.Value))
	case *syntax.BracketExpr:
		return ofValue(b.element(sc, e, operand{x, e.X}, sel.X))
	}
	b.report(notSupported(e.Sel, "this selector"))
	return ofValue(unknownValue())
}

// member binds x.name, where x is dynamic.
func (b *binder) member(e *syntax.PathExpr, x value, name string) value {
	switch x.typ() {
	case types.Unknown:
		return unknownValue()
	case types.Dynamic:
		return b.operate(e, "member", operand{x, e.X}, operand{constOf(types.String, name), e.Sel})
	}
	b.report(noMembers(e.Sel, name, x.typ()))
	return unknownValue()
}

// index binds x[i]: an element of an array by position, or a member of a bag by
// name.
func (b *binder) index(sc *scope, e *syntax.IndexExpr) value {
	return b.element(sc, e, operand{b.scalar(sc, e.X), e.X}, e.Index)
}

func (b *binder) element(sc *scope, e syntax.Expr, x operand, index syntax.Expr) value {
	i := operand{b.scalar(sc, index), index}
	if part, ok := tupleElement(x, i); ok {
		return part
	}
	switch {
	case x.unknown() || i.unknown():
		return unknownOf(types.Dynamic)
	case x.typ() != types.Dynamic:
		b.report(noElements(syntax.Span{From: x.at.End(), To: e.End()}, x.typ()))
		return unknownOf(types.Dynamic)
	case i.typ() == types.Dynamic && b.isConstant(i.expr):
		b.refuse(typeExpected(index, i.typ(), types.Long, types.String))
		return unknownOf(types.Dynamic)
	case i.typ() != types.Dynamic && i.typ() != types.String && !i.typ().IsInteger():
		b.report(typeNeeded(index, indexTypes(b.shapeOf(x.expr))...))
		return unknownOf(types.Dynamic)
	case b.shapeOf(x.expr).is(shapeScalar):
		b.tolerate(noElementsOfScalar(syntax.Span{From: x.at.End(), To: e.End()}))
	case i.typ() == types.String && b.shapeOf(x.expr).is(shapeArray):
		b.tolerate(typeNeeded(index, types.Int, types.Long))
	case i.typ().IsNumeric() && b.shapeOf(x.expr).is(shapeBag):
		b.tolerate(typeNeeded(index, types.String))
	}
	if i.typ() == types.String && b.isConstant(i.expr) {
		return b.operate(e, "member", x, i)
	}
	return b.operate(e, "index", x, i)
}

// indexTypes returns the types of an index into a dynamic value of a shape.
func indexTypes(s *shape) []types.Type {
	switch {
	case s.is(shapeArray):
		return []types.Type{types.Int, types.Long}
	case s.is(shapeBag):
		return []types.Type{types.String}
	}
	return []types.Type{types.Int, types.Long, types.String}
}

// side returns the row that $left or $right stands for.
func (s *scope) side(name string) (*row, bool) {
	switch {
	case name == "$left" && s.left != nil:
		return s.left, true
	case name == "$right" && s.right != nil:
		return s.right, true
	}
	return nil, false
}

// sideColumn binds the column of a side of a join, or of a step of a scan.
func (b *binder) sideColumn(r *row, e *syntax.PathExpr) value {
	id, ok := e.Sel.(*syntax.Ident)
	if !ok {
		b.report(columnExpected(e.Sel))
		return unknownValue()
	}
	i := r.schema.Index(id.Name)
	if i < 0 {
		if r.open {
			b.leaveUnresolved(id)
		} else {
			b.report(unknownName(e.Sel, id.Name, "column", columnNames(r.schema)))
		}
		return unknownValue()
	}
	c := r.schema.Columns[i]
	b.info.Uses[id] = Use{Kind: UseColumn, Type: c.Type}
	return value{expr: &plan.Column{Index: r.offset + i, Name: c.Name, Typ: c.Type}}
}

func columnNames(s types.Schema) []string {
	names := make([]string, s.Len())
	for i, c := range s.Columns {
		names[i] = c.Name
	}
	return names
}

// tupleElement returns the column that an index takes of a call which yields
// several, with its type and its name: series_stats(x)[2] is the greatest.
func tupleElement(x, index operand) (value, bool) {
	l, ok := index.expr.(*plan.Literal)
	if !ok || len(x.tuple) < 2 || !l.Type().IsInteger() || l.Value.Null(0) {
		return value{}, false
	}
	view := column.ViewOf[int64](l.Value)
	at := view.At(0)
	if at < 0 || at >= int64(len(x.tuple)) || x.tuple[at].hidden {
		return value{}, false
	}
	part := x.tuple[at]
	return value{expr: part.expr, tuple: []namedValue{part}, picked: true, aggregate: x.aggregate}, true
}
