package plan

import (
	"strconv"
	"strings"

	"github.com/calypso-kql/calypso/kql/types"
)

// A Patterns finds values of several columns that often occur together. Each row
// of its output is such a pattern: a number from 0, how many rows have it, their
// share in percent, and for each column of the input the value that the pattern
// has there, or the column's wildcard where it may be any.
//
// Source: the Kusto documentation, "autocluster plugin", "basket plugin" and
// "diffpatterns plugin".
type Patterns struct {
	Input Node
	Kind  PatternsKind
	// Dims are the columns in which patterns are looked for, over Input. To has
	// the position of each among the columns of the input, which follow the
	// statistics in Out; the others always have their wildcard.
	Dims []Expr
	To   []int
	// Weight, a real, is what a row counts; nil is 1. Rows whose weight is null or
	// not above 0 do not count.
	Weight Expr
	// A and B say of each row, in diffpatterns, which of the two sets it is in.
	A, B Expr
	// The options of the plugins; those that a plugin does not have are zero.
	SizeWeight, Threshold, Seeds, MaxDimensions Option
	// Wildcards are constants of the types of the input's columns, nil for null.
	Wildcards []Expr
	Out       types.Schema
}

// A PatternsKind is a way to choose patterns.
type PatternsKind uint8

const (
	// PatternsCluster are a few that balance how many rows they have against in how
	// many columns (autocluster).
	PatternsCluster PatternsKind = iota
	// PatternsBasket are all whose share of the rows reaches the threshold (basket).
	PatternsBasket
	// PatternsDiff are those whose shares of two sets of rows differ by the
	// threshold (diffpatterns).
	PatternsDiff
)

// String returns the name of the plugin.
func (k PatternsKind) String() string {
	return [...]string{PatternsCluster: "autocluster", PatternsBasket: "basket", PatternsDiff: "diffpatterns"}[k]
}

// An Option is a number that a query may give an operator, within bounds.
type Option struct {
	Name                 string
	Value                Expr // a constant number; nil for Default
	Least, Most, Default float64
}

// Allows reports whether v is within the bounds.
func (o Option) Allows(v float64) bool { return v >= o.Least && v <= o.Most }

// Range says what the bounds are: "a number from 0 to 1".
func (o Option) Range() string {
	return "a number from " + strconv.FormatFloat(o.Least, 'g', -1, 64) + " to " + strconv.FormatFloat(o.Most, 'g', -1, 64)
}

func (o Option) rewrite(r *exprRewriter) Option {
	o.Value = r.maybe(o.Value)
	return o
}

// Stats returns how many columns of Out come before those of the input.
func (n *Patterns) Stats() int { return n.Out.Len() - len(n.Wildcards) }

// Schema returns the statistics and the columns of the input.
func (n *Patterns) Schema() types.Schema { return n.Out }

// Inputs returns the input.
func (n *Patterns) Inputs() []Node { return []Node{n.Input} }

// WithInputs returns a copy of n over in[0].
func (n *Patterns) WithInputs(in []Node) Node { c := *n; c.Input = in[0]; return &c }

func (n *Patterns) rewrite(r *exprRewriter) Node {
	c := *n
	c.Dims, c.Weight, c.A, c.B = r.all(n.Dims), r.maybe(n.Weight), r.maybe(n.A), r.maybe(n.B)
	c.SizeWeight, c.Threshold = n.SizeWeight.rewrite(r), n.Threshold.rewrite(r)
	c.Seeds, c.MaxDimensions = n.Seeds.rewrite(r), n.MaxDimensions.rewrite(r)
	c.Wildcards = make([]Expr, len(n.Wildcards))
	for i, w := range n.Wildcards {
		c.Wildcards[i] = r.maybe(w)
	}
	return &c
}

func (n *Patterns) describe() string {
	dims := make([]string, len(n.Dims))
	for i, d := range n.Dims {
		dims[i] = d.String()
	}
	s := n.Kind.String() + " " + strings.Join(dims, ", ")
	if n.Weight != nil {
		s += " weight=" + n.Weight.String()
	}
	if n.Kind == PatternsDiff {
		s += " between " + n.A.String() + " and " + n.B.String()
	}
	for _, o := range []Option{n.SizeWeight, n.Threshold, n.Seeds, n.MaxDimensions} {
		if o.Value != nil {
			s += " " + o.Name + "=" + o.Value.String()
		}
	}
	return s
}

func (*Patterns) node() {}
