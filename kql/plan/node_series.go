package plan

import (
	"strings"

	"github.com/calypso-kql/calypso/kql/types"
)

// A MakeSeries groups the rows by Keys and, within each group, by the step of the
// axis that they fall into; it yields a row for each group, with one array for
// each of Values and last the array of the axis. Steps without rows take the
// default.
//
// Step i begins at From + i*Step; it goes up to To, which is not a step itself
// unless Closed. Without From the steps of a group begin at the least value of its
// axis, rounded down to a multiple of Step, and without To they end after the one
// with its greatest. Rows outside of the steps, and those with a null axis, take no
// part; a group all of whose rows are outside is not there. Without Keys there is
// one row even for no rows, all defaults, if From and To are given and NonEmpty is
// set.
//
// Source: the Kusto documentation, "make-series operator".
type MakeSeries struct {
	Input          Node
	Keys           []Expr // over Input
	Axis           Expr   // over Input; a number, datetime or timespan
	From, To, Step Expr   // constants; From and To nil if absent; Step a timespan for a datetime
	Closed         bool   // To is a step too: the older form `in range(start, stop, step)`
	NonEmpty       bool   // kind=nonempty
	// Aggs are computed for each step of each group.
	Aggs []Agg
	// Values are expressions over the columns of Aggs, in their order: what an
	// array holds at a step.
	Values []Expr
	// Defaults are constants, one for each of Values: what it holds at a step
	// without rows.
	Defaults []Expr
	Out      types.Schema // keys, arrays, axis
}

// Schema returns the keys, the arrays and the axis.
func (n *MakeSeries) Schema() types.Schema { return n.Out }

// Inputs returns the input.
func (n *MakeSeries) Inputs() []Node { return []Node{n.Input} }

// WithInputs returns a copy of n over in[0].
func (n *MakeSeries) WithInputs(in []Node) Node { c := *n; c.Input = in[0]; return &c }

func (n *MakeSeries) rewrite(r *exprRewriter) Node {
	c := *n
	c.Keys, c.Axis = r.all(n.Keys), r.one(n.Axis)
	c.From, c.To, c.Step = r.maybe(n.From), r.maybe(n.To), r.one(n.Step)
	c.Aggs, c.Values, c.Defaults = r.aggs(n.Aggs), r.all(n.Values), r.all(n.Defaults)
	return &c
}

func (n *MakeSeries) describe() string {
	out := make([]string, len(n.Values))
	for i, v := range n.Values {
		out[i] = describeColumns([]Expr{v}, n.Out.Columns[len(n.Keys)+i:]) + " default=" + n.Defaults[i].String()
	}
	aggs := make([]string, len(n.Aggs))
	for i, a := range n.Aggs {
		aggs[i] = describeAgg(a, []types.Column{{Name: "agg" + string(rune('0'+i%10))}})
	}
	s := "make-series " + strings.Join(out, ", ") + " of " + strings.Join(aggs, ", ") + " on " + n.Axis.String()
	if n.From != nil {
		s += " from " + n.From.String()
	}
	if n.To != nil {
		s += " to " + n.To.String()
	}
	s += " step " + n.Step.String()
	if len(n.Keys) > 0 {
		s += " by " + describeColumns(n.Keys, n.Out.Columns)
	}
	return s
}

// A TopNested keeps the groups of each level that come first within their group
// of the level above, and yields a row for each group of the last level that is
// left: for each level the value that it groups by and the aggregate that it is
// ordered by.
//
// Source: the Kusto documentation, "top-nested operator".
type TopNested struct {
	Input  Node
	Levels []NestedLevel
	Out    types.Schema // two columns a level: value, aggregate
}

// A NestedLevel is one level of a TopNested. Its groups are those of the level
// above, split by Of.
type NestedLevel struct {
	N      Expr // a constant; nil keeps all groups
	Of     Expr // over the input
	Others Expr // a constant of Of's type: stands for the groups left out, which then give one more group; nil if there is none
	// Aggs are computed for each group over its rows; By is an expression over
	// their columns, and orders the groups.
	Aggs []Agg
	By   Expr
	Desc bool
}

// Schema returns two columns for each level.
func (n *TopNested) Schema() types.Schema { return n.Out }

// Inputs returns the input.
func (n *TopNested) Inputs() []Node { return []Node{n.Input} }

// WithInputs returns a copy of n over in[0].
func (n *TopNested) WithInputs(in []Node) Node { c := *n; c.Input = in[0]; return &c }

func (n *TopNested) rewrite(r *exprRewriter) Node {
	c := *n
	c.Levels = make([]NestedLevel, len(n.Levels))
	for i, l := range n.Levels {
		l.N, l.Of, l.Others = r.maybe(l.N), r.one(l.Of), r.maybe(l.Others)
		l.Aggs, l.By = r.aggs(l.Aggs), r.one(l.By)
		c.Levels[i] = l
	}
	return &c
}

func (n *TopNested) describe() string {
	out := make([]string, len(n.Levels))
	for i, l := range n.Levels {
		s := "top-nested "
		if l.N != nil {
			s += l.N.String() + " "
		}
		s += "of " + l.Of.String()
		if l.Others != nil {
			s += " with others=" + l.Others.String()
		}
		aggs := make([]string, len(l.Aggs))
		for j, a := range l.Aggs {
			aggs[j] = describeAgg(a, n.Out.Columns[2*i+1:])
		}
		out[i] = s + " by " + strings.Join(aggs, ", ")
	}
	return strings.Join(out, ", ")
}

func (*MakeSeries) node() {}
func (*TopNested) node()  {}
