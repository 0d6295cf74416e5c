package bind

import (
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// A value is a bound scalar expression. Its expr is never nil; what could not be
// bound is a literal of type types.Unknown, and every use of that is accepted in
// silence.
type value struct {
	expr plan.Expr
	// tuple has the columns of a call that yields several (series_fit_line,
	// arg_max); expr is then the first one.
	tuple []namedValue
	// picked says that the tuple is the one column that an index took of several.
	picked bool
	// aggregate says that the call is one of an aggregate.
	aggregate bool
	// computed says that the text calls a function, although expr is a column.
	computed bool
}

// A namedValue is one column of a tuple.
type namedValue struct {
	name string
	expr plan.Expr
	// hidden columns can be used by name but are not part of the result.
	hidden bool
}

func (v value) typ() types.Type { return v.expr.Type() }

func (v value) unknown() bool { return v.typ() == types.Unknown }

// unknownValue stands for a scalar expression that was wrong.
func unknownValue() value { return unknownOf(types.Unknown) }

// An entity is what an expression turned out to be: a value or, if table is set,
// a table.
type entity struct {
	value value
	table *table
}

func ofTable(t table) entity { return entity{table: &t} }

func ofValue(v value) entity { return entity{value: v} }

// scalar binds an expression that must be a value.
func (b *binder) scalar(sc *scope, e syntax.Expr) value {
	return b.scalarOr(sc, e, scalarExpected(e))
}

// scalarOr is scalar with what is to be said of a table.
func (b *binder) scalarOr(sc *scope, e syntax.Expr, isTable syntax.Diagnostic) value {
	x := b.expr(sc, e)
	if x.table != nil {
		if _, isRead := x.table.node.(*plan.Read); isRead || !x.table.open || x.table.schema().Len() > 0 {
			b.report(isTable)
		}
		return unknownValue()
	}
	b.info.Types[e] = x.value.typ()
	return x.value
}

// tabular binds an expression that must be a table.
func (b *binder) tabular(sc *scope, e syntax.Expr) table {
	before := len(b.diags)
	x := b.tableFirst(sc.withoutRow(), e)
	if x.table == nil {
		if !x.value.unknown() && len(b.diags) == before {
			b.report(tabularExpected(e))
		}
		return unknownTable()
	}
	return *x.table
}

// piped binds what a pipe begins with. Microsoft's analyzer takes a value for a table
// without a column there.
func (b *binder) piped(sc *scope, e syntax.Expr) table {
	before := len(b.diags)
	x := b.tableFirst(sc.withoutRow(), e)
	switch {
	case x.table != nil:
		return *x.table
	case !x.value.unknown() && len(b.diags) == before:
		b.refuse(tabularExpected(e))
		return table{node: &plan.Values{}}
	}
	return unknownTable()
}

// condition binds an expression that must be a bool.
func (b *binder) condition(sc *scope, e syntax.Expr) plan.Expr {
	v := b.scalar(sc, e)
	switch v.typ() {
	case types.Bool:
	case types.Unknown:
		if b.env.Strict && isTypeOf(e) {
			b.report(typeNeeded(e, types.Bool))
		}
	case types.Dynamic:
		b.tolerate(typeNeeded(e, types.Bool))
		return b.convert(e, v, types.Bool).expr
	default:
		b.report(conditionNeeded(e))
	}
	return v.expr
}

// constant binds an expression that must have one value for the whole query, of
// one of the types given (any, if none).
func (b *binder) constant(sc *scope, e syntax.Expr, want ...types.Type) value {
	return b.checkConstant(e, b.typed(sc, e, want...))
}

// typed binds an expression that must have one of the types given (any, if
// none).
func (b *binder) typed(sc *scope, e syntax.Expr, want ...types.Type) value {
	v := b.scalar(sc, e)
	if v.unknown() || len(want) == 0 {
		return v
	}
	for _, t := range want {
		if v.typ() == t {
			return v
		}
	}
	b.report(typeExpected(e, v.typ(), want...))
	return unknownValue()
}

func (b *binder) checkConstant(at syntax.Node, v value) value {
	if !v.unknown() && !b.isConstant(v.expr) {
		b.report(constantExpected(at))
		return unknownValue()
	}
	return v
}

// isRandom reports whether e reads no column and yet differs from row to row.
func isRandom(e plan.Expr) bool {
	random, reads := false, false
	plan.WalkExpr(e, func(e plan.Expr) bool {
		switch e := e.(type) {
		case *plan.Column:
			reads = true
		case *plan.Call:
			random = random || e.Fn.Decl.Volatile
			reads = reads || e.Fn.Decl.Window
		}
		return !reads
	})
	return random && !reads
}

// expr binds an expression where a value is looked for first: a name is a
// column, before it is a table.
func (b *binder) expr(sc *scope, e syntax.Expr) entity {
	if b.stopped() {
		return ofValue(unknownValue())
	}
	switch e := e.(type) {
	case *syntax.ParenExpr:
		return b.expr(sc, e.X)
	case *syntax.Ident:
		return b.ident(sc, e)
	case *syntax.PipeExpr:
		return ofTable(b.pipe(sc.withoutRow(), e))
	case *syntax.CallExpr:
		return b.callExpr(sc, e)
	case *syntax.PathExpr:
		return b.path(sc, e)
	case *syntax.DataTableExpr:
		return ofTable(b.dataTable(sc, e))
	case *syntax.ExternalDataExpr:
		return ofTable(b.externalData(sc, e))
	case *syntax.InlineExternalTableExpr:
		return ofTable(b.inlineExternalTable(sc, e))
	case *syntax.MaterializeExpr:
		return b.materialize(sc, e)
	case *syntax.ToTableExpr:
		return ofTable(b.tabular(sc, e.X))
	case *syntax.DataScopeExpr:
		return b.expr(sc, e.X)
	case *syntax.BadExpr:
		return ofValue(unknownValue())
	}
	return ofValue(b.scalarExpr(sc, e))
}

// scalarExpr binds the expressions that are always values.
func (b *binder) scalarExpr(sc *scope, e syntax.Expr) value {
	switch e := e.(type) {
	case *syntax.Literal:
		return b.literal(e)
	case *syntax.StringLit:
		return constOf(types.String, e.Value)
	case *syntax.DynamicLit:
		return b.dynamicLit(e)
	case *syntax.BinaryExpr:
		return b.binary(sc, e)
	case *syntax.UnaryExpr:
		return b.unary(sc, e)
	case *syntax.BetweenExpr:
		return b.between(sc, e)
	case *syntax.InExpr:
		return b.in(sc, e)
	case *syntax.IndexExpr:
		return b.index(sc, e)
	case *syntax.ToScalarExpr:
		return b.toScalar(sc, e)
	case *syntax.NamedExpr:
		return b.scalar(sc, e.X)
	case *syntax.TypeOfExpr:
		return b.typeValue(e)
	case *syntax.StarExpr:
		b.report(starNotAllowed(e))
		return unknownValue()
	case *syntax.BracketExpr:
		if v := b.scalar(sc, e.X); !v.unknown() && v.typ() != types.String {
			b.report(typeNeeded(e.X, types.String))
			return unknownValue()
		}
	}
	if !isMissing(e) {
		b.report(notSupported(e, "this expression"))
	}
	return unknownValue()
}
