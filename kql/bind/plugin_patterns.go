package bind

import (
	"fmt"
	"math"
	"slices"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// The plugins that find patterns: autocluster, basket, diffpatterns. Their
// arguments go by their order; the text '~' stands for one that is left out.

// autocluster binds autocluster(SizeWeight, WeightColumn, NumSeeds, wildcards…).
func (b *binder) autocluster(sc *scope, in table, op *syntax.EvaluateOp) table {
	p := b.patternsOf(sc, in, op, plan.PatternsCluster)
	p.n.SizeWeight = p.option(plan.Option{Name: "SizeWeight", Most: 1, Default: 0.5})
	p.weight()
	p.n.Seeds = p.option(plan.Option{Name: "NumSeeds", Least: 1, Most: 10000, Default: 25})
	return p.done(shareColumns()...)
}

// basket binds basket(Threshold, WeightColumn, MaxDimensions, wildcards…).
func (b *binder) basket(sc *scope, in table, op *syntax.EvaluateOp) table {
	p := b.patternsOf(sc, in, op, plan.PatternsBasket)
	p.n.Threshold = p.option(threshold())
	p.weight()
	p.n.MaxDimensions = p.option(plan.Option{Name: "MaxDimensions", Least: 1, Most: math.MaxInt32, Default: 5})
	return p.done(shareColumns()...)
}

// diffpatterns binds diffpatterns(SplitColumn, SplitValueA, SplitValueB,
// WeightColumn, Threshold, MaxDimensions, wildcards…).
func (b *binder) diffpatterns(sc *scope, in table, op *syntax.EvaluateOp) table {
	if len(op.Call.Args) < 3 {
		b.report(argumentCount(op.Call, "diffpatterns", 3, -1))
		return unknownTable()
	}
	p := b.patternsOf(sc, in, op, plan.PatternsDiff)
	split := p.next()
	at := b.oneColumn(in, split)
	a, z := p.splitValue(), p.splitValue()
	if at < 0 {
		return unknownTable()
	}
	p.leave(at)
	text := b.convert(split, value{expr: columnAt(in.schema(), at)}, types.String)
	p.n.A = b.callNamed(op, "==", []operand{{text, split}, a}).expr
	p.n.B = b.callNamed(op, "==", []operand{{text, split}, z}).expr
	p.weight()
	p.n.Threshold = p.option(threshold())
	p.n.MaxDimensions = p.option(plan.Option{Name: "MaxDimensions", Least: 1, Most: math.MaxInt32, Default: math.Inf(1)})
	return p.done(types.Column{Name: "CountA", Type: types.Long}, types.Column{Name: "CountB", Type: types.Long},
		types.Column{Name: "PercentA", Type: types.Real}, types.Column{Name: "PercentB", Type: types.Real},
		types.Column{Name: "PercentDiffAB", Type: types.Real})
}

// threshold may be less than the documented 0.015: published rules ask for 0.01,
// and Microsoft's analyzer takes it.
func threshold() plan.Option {
	return plan.Option{Name: "Threshold", Least: 0, Most: 1, Default: 0.05}
}

// A patternsCall is one of these plugins being bound.
type patternsCall struct {
	b    *binder
	sc   *scope
	in   table
	op   *syntax.EvaluateOp
	n    *plan.Patterns
	args []syntax.Expr // those not read yet
	left []int         // columns in which no patterns are looked for
}

func (b *binder) patternsOf(sc *scope, in table, op *syntax.EvaluateOp, kind plan.PatternsKind) *patternsCall {
	in = withoutHidden(in)
	return &patternsCall{b: b, sc: sc, in: in, op: op, n: &plan.Patterns{Input: in.node, Kind: kind}, args: op.Call.Args}
}

// next returns the next argument, nil if it is left out.
func (p *patternsCall) next() syntax.Expr {
	if len(p.args) == 0 {
		return nil
	}
	e := unnamed(p.args[0])
	p.args = p.args[1:]
	if isDefault(e) {
		return nil
	}
	return e
}

// isDefault reports whether e is '~'.
func isDefault(e syntax.Expr) bool {
	s, ok := e.(*syntax.StringLit)
	return ok && s.Value == "~"
}

// option binds o to the next argument.
func (p *patternsCall) option(o plan.Option) plan.Option {
	e := p.next()
	if e == nil {
		return o
	}
	v := p.b.constant(p.sc, e)
	if v.unknown() {
		return o
	}
	if !v.typ().IsNumeric() {
		p.b.report(numberExpected(e, v.typ()))
		return o
	}
	v = p.b.convert(e, v, types.Real)
	if f, ok := literalReal(v.expr); ok && !o.Allows(f) {
		p.b.refuse(badConstant(e, o.Name, fmt.Errorf("want %s", o.Range())))
		return o
	}
	o.Value = v.expr
	return o
}

// literalReal returns the number that e is, if it is a literal or one that has
// been converted.
func literalReal(e plan.Expr) (float64, bool) {
	if c, ok := e.(*plan.Call); ok && len(c.Args) == 1 {
		e = c.Args[0]
	}
	l, ok := e.(*plan.Literal)
	if !ok {
		return 0, false
	}
	c, ok := convertLiteral(l.Value, types.Real)
	if !ok {
		return 0, false
	}
	v := column.FlatVec[float64](c)
	return v.Vals[0], !v.Null(0)
}

// weight binds the column of weights.
func (p *patternsCall) weight() {
	e := p.next()
	if e == nil {
		return
	}
	at := p.b.oneColumn(p.in, e)
	if at < 0 {
		return
	}
	p.leave(at)
	c := columnAt(p.in.schema(), at)
	if !c.Typ.IsNumeric() {
		p.b.refuse(numberExpected(e, c.Typ))
		return
	}
	p.n.Weight = p.b.convert(e, value{expr: c}, types.Real).expr
}

// splitValue binds the text that the rows of one set have.
func (p *patternsCall) splitValue() operand {
	e := unnamed(p.args[0])
	p.args = p.args[1:]
	return operand{p.b.constant(p.sc, e, types.String), e}
}

// leave takes column at out of those with patterns.
func (p *patternsCall) leave(at int) { p.left = append(p.left, at) }

// done binds the wildcards and returns the patterns. stats are the columns between
// the number of the pattern and those of the input.
func (p *patternsCall) done(stats ...types.Column) table {
	s := p.in.schema()
	wild := map[types.Type]plan.Expr{}
	for len(p.args) > 0 {
		e := p.next()
		if e == nil {
			continue
		}
		if v := p.b.constant(p.sc, e); !v.unknown() {
			wild[v.typ()] = v.expr
		}
	}
	cols := append([]types.Column{{Name: "SegmentId", Type: types.Long}}, stats...)
	p.n.Out.Columns = uniqueNames(append(cols, s.Columns...))
	p.n.Wildcards = make([]plan.Expr, s.Len())
	for i, c := range s.Columns {
		p.n.Wildcards[i] = wild[c.Type]
		if !slices.Contains(p.left, i) {
			p.n.Dims, p.n.To = append(p.n.Dims, columnAt(s, i)), append(p.n.To, i)
		}
	}
	return p.in.unordered(p.n)
}

// shareColumns are the statistics of patterns in one set of rows.
func shareColumns() []types.Column {
	return []types.Column{{Name: "Count", Type: types.Long}, {Name: "Percent", Type: types.Real}}
}
