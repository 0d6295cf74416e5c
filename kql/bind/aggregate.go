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
// here. A scope with aggs set has the keys as its row.
type aggregation struct {
	// rows is the scope of the aggregates' arguments: the rows aggregated.
	rows *scope
	// keys is the number of columns before the first aggregate.
	keys int
	// aggs are the aggregates; cols are the columns of their results, of which
	// an aggregate with a Pick has several.
	aggs []plan.Agg
	cols []types.Column
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
	return unknownValue()
}
