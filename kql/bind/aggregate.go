package bind

import (
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// An aggregation collects the aggregates within a list of expressions, as
// `100.0 * countif(ok) / count()`. The expressions themselves are bound over the
// output of the plan.Aggregate to come: first the keys, then what is collected
// here. A scope with aggs set has no row: outside of aggregates the columns
// cannot be used.
type aggregation struct {
	// rows is the scope of the aggregates' arguments: the rows aggregated.
	rows *scope
	// by has the columns of the input that are keys: `*` leaves them out.
	by map[int]bool
	// keys is the number of columns before the first aggregate.
	keys int
	// aggs are the aggregates; cols are the columns of their results, of which
	// an aggregate with a Pick has several.
	aggs []plan.Agg
	cols []types.Column
}

// withAggregates returns the scope of expressions of aggregates over in. rows is
// the scope of its rows, keys what it is grouped by.
func (s *scope) withAggregates(rows *scope, keys []plan.Expr) *scope {
	c := s.withoutRow()
	c.aggs = &aggregation{rows: rows, by: map[int]bool{}, keys: len(keys)}
	for _, k := range keys {
		if col, ok := k.(*plan.Column); ok {
			c.aggs.by[col.Index] = true
		}
	}
	return c
}

// add adds an aggregate with one result and returns the column that has it.
func (a *aggregation) add(agg plan.Agg, name string) plan.Expr {
	a.aggs = append(a.aggs, agg)
	return a.column(name, agg.Typ)
}

// column adds a column to the results.
func (a *aggregation) column(name string, t types.Type) plan.Expr {
	a.cols = append(a.cols, types.Column{Name: name, Type: t})
	return &plan.Column{Index: a.keys + len(a.cols) - 1, Name: name, Typ: t}
}

// aggregate binds the call of an aggregate: its arguments over the rows
// aggregated, its result as a column of the output.
func (b *binder) aggregate(sc *scope, e *syntax.CallExpr, a *function.Aggregate) value {
	if a.Obsolete != "" {
		b.report(obsolete(e.Name, a.Name(), a.Obsolete))
	}
	switch name := a.Name(); name {
	case "arg_max", "argmax":
		return b.pickBy(sc.aggs, e, plan.PickMax, "max", name == "argmax")
	case "arg_min", "argmin":
		return b.pickBy(sc.aggs, e, plan.PickMin, "min", name == "argmin")
	case "take_any", "any":
		if len(e.Args) != 1 || isStar(e.Args[0]) {
			return b.pickAny(sc.aggs, e, name == "any")
		}
	case "percentile", "percentiles", "percentilew", "percentilesw":
		return b.percentiles(sc.aggs, e, a)
	}
	v, ok := b.fold(sc.aggs, e, a, b.operands(sc.aggs.rows, e.Args))
	if ok && a.Name() == "take_any" && b.resultName(sc.aggs.rows, e.Args[0]) == "" {
		v.tuple = []namedValue{{name: "any_arg0", expr: v.expr}}
	}
	return v
}

// fold adds the aggregate a over args.
func (b *binder) fold(aggs *aggregation, e *syntax.CallExpr, a *function.Aggregate, args []operand) (value, bool) {
	sigs := make([]function.Signature, len(a.Overloads))
	for i := range a.Overloads {
		sigs[i] = a.Overloads[i].Signature
	}
	if anyUnknown(args) {
		b.echoArguments(e, a.Name(), sigs, args)
	}
	fit, ok := choose(sigs, operandTypes(args))
	if !ok {
		if t := b.misfit(e, a.Name(), sigs, a.AnalyzerSigs, args, noFit); t != types.Unknown {
			return unknownOf(t), false
		}
		return unknownOf(commonResult(sigs)), false
	}
	if anyUnknown(args) {
		return unknownOf(possibleResult(sigs, operandTypes(args))), false
	}
	b.checkCount(a.Name(), args)
	if isExtreme(a.Name()) {
		b.checkOrder(args[0])
	}
	o := &a.Overloads[fit.overload]
	b.checkShapes(a.Name(), o.Signature, fit, args)
	// The analyzer wants no constants of an aggregate, the state does.
	if !b.checkKinds(o.Signature, fit, args, b.refuse) {
		return unknownOf(resultType(o.Signature, fit, o.Result, operandTypes(args))), false
	}
	exprs := make([]plan.Expr, len(args))
	ts := make([]types.Type, len(args))
	for i, x := range args {
		exprs[i] = b.convertTo(x, o.In[fit.params[i]], fit.want[i]).expr
		ts[i] = exprs[i].Type()
	}
	agg := plan.Agg{Fn: o, Args: exprs, Typ: resultType(o.Signature, fit, o.Result, ts)}
	v := value{expr: aggs.add(agg, a.Name())}
	if agg.Typ == types.Dynamic {
		b.setShape(v.expr, b.shapeOfCall(a.Name(), exprs))
	}
	return v, true
}

// percentiles adds one aggregate for each percentile, named percentile_x_95. That
// of an int is a long, that of a decimal a real.
func (b *binder) percentiles(aggs *aggregation, e *syntax.CallExpr, a *function.Aggregate) value {
	args := b.operands(aggs.rows, e.Args)
	first := 1
	if a.Name() == "percentilew" || a.Name() == "percentilesw" {
		first = 2
	}
	if len(args) <= first || first == 1 && a.Name() == "percentile" && len(args) > 2 {
		v, _ := b.fold(aggs, e, a, args)
		return v
	}
	name := b.resultName(aggs.rows, e.Args[0])
	var out value
	for i := first; i < len(args); i++ {
		one := append(append([]operand(nil), args[:first]...), args[i])
		v, _ := b.fold(aggs, e, a, one)
		switch v.typ() {
		case types.Int:
			v = b.convert(e, v, types.Long)
		case types.Decimal:
			v = b.convert(e, v, types.Real)
		}
		out.tuple = append(out.tuple, namedValue{name: "percentile_" + name + "_" + fragment(args[i].expr), expr: v.expr})
	}
	out.expr = out.tuple[0].expr
	return out
}

func isStar(e syntax.Expr) bool {
	_, ok := e.(*syntax.StarExpr)
	return ok
}
