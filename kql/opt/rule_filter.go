package opt

import (
	"slices"

	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

func newCall(env *function.Env, out types.Type) *function.Call { return function.NewCall(env, out) }

// mergeFilters makes one filter of two. A window function must see exactly the
// rows that reach its own filter, so such filters stay apart.
func mergeFilters(n plan.Node) plan.Node {
	f, ok := n.(*plan.Filter)
	if !ok {
		return n
	}
	in, ok := f.Input.(*plan.Filter)
	if !ok || plan.HasWindow(f.Cond) || plan.HasWindow(in.Cond) {
		return n
	}
	return plan.NewFilter(in.Input, and(append(conjuncts(in.Cond), conjuncts(f.Cond)...)))
}

// mergeFilterRuns is mergeFilters for all filters of the tree that stand one on the
// other, each run at once: one by one would take the square of their number.
func mergeFilterRuns(n plan.Node) plan.Node {
	var conds []plan.Expr
	below := n
	for {
		f, ok := below.(*plan.Filter)
		if !ok || plan.HasWindow(f.Cond) {
			break
		}
		conds, below = append(conds, f.Cond), f.Input
	}
	if len(conds) > 1 {
		slices.Reverse(conds)
		return plan.NewFilter(mergeFilterRuns(below), and(conjuncts(&plan.And{Args: conds})))
	}
	in := n.Inputs()
	if len(in) == 0 {
		return n
	}
	out := make([]plan.Node, len(in))
	changed := false
	for i, c := range in {
		out[i] = mergeFilterRuns(c)
		changed = changed || out[i] != c
	}
	if !changed {
		return n
	}
	return n.WithInputs(out)
}

func conjuncts(e plan.Expr) []plan.Expr {
	a, ok := e.(*plan.And)
	if !ok {
		return []plan.Expr{e}
	}
	var out []plan.Expr
	for _, x := range a.Args {
		out = append(out, conjuncts(x)...)
	}
	return out
}

func and(args []plan.Expr) plan.Expr {
	if len(args) == 1 {
		return args[0]
	}
	return &plan.And{Args: args}
}

// pushFilter moves each condition of a filter below its input where that cannot
// change the answer.
func (o *optimizer) pushFilter(n plan.Node) plan.Node {
	f, ok := n.(*plan.Filter)
	if !ok || o.stopped() || plan.IsVolatile(f.Cond) || plan.HasWindow(f.Cond) {
		return n
	}
	switch in := f.Input.(type) {
	case *plan.Filter:
		if merged, ok := mergeFilters(f).(*plan.Filter); ok && merged != f {
			return o.pushFilter(merged)
		}
	case *plan.Sort:
		return plan.NewSort(o.below(in.Input, f.Cond), in.Keys)
	case *plan.Union:
		parts := make([]plan.Node, len(in.Parts))
		for i, p := range in.Parts {
			parts[i] = o.below(p, f.Cond)
		}
		return &plan.Union{Parts: parts, Out: in.Out}
	case *plan.Project:
		return o.pushBelowProject(f, in)
	case *plan.Aggregate:
		return o.pushBelowAggregate(f, in)
	case *plan.Join:
		return o.pushBelowJoin(f, in)
	}
	return n
}

// below puts a filter over n and pushes it further down.
func (o *optimizer) below(n plan.Node, cond plan.Expr) plan.Node {
	return o.pushFilter(plan.NewFilter(n, cond))
}

// pushBelowProject moves the conditions that read only plain columns below a
// projection without window functions.
func (o *optimizer) pushBelowProject(f *plan.Filter, p *plan.Project) plan.Node {
	for _, e := range p.Exprs {
		if plan.HasWindow(e) {
			return f
		}
	}
	return o.split(f, func(e plan.Expr) (plan.Expr, bool) {
		return substitute(e, func(c *plan.Column) (plan.Expr, bool) {
			switch x := p.Exprs[c.Index].(type) {
			case *plan.Column, *plan.Literal:
				return x, true
			}
			return nil, false
		})
	}, func(cond plan.Expr) plan.Node {
		return &plan.Project{Input: o.below(p.Input, cond), Exprs: p.Exprs, Out: p.Out}
	})
}

// pushBelowAggregate moves the conditions on grouping keys below the grouping.
func (o *optimizer) pushBelowAggregate(f *plan.Filter, a *plan.Aggregate) plan.Node {
	if len(a.Keys) == 0 {
		return f
	}
	return o.split(f, func(e plan.Expr) (plan.Expr, bool) {
		return substitute(e, func(c *plan.Column) (plan.Expr, bool) {
			if c.Index >= len(a.Keys) || plan.IsVolatile(a.Keys[c.Index]) {
				return nil, false
			}
			return a.Keys[c.Index], true
		})
	}, func(cond plan.Expr) plan.Node {
		c := *a
		c.Input = o.below(a.Input, cond)
		return &c
	})
}

// pushBelowJoin moves conditions on one side below the join where rows of that
// side that fail them could not appear in the answer in another form. An
// innerunique join keeps any one row of each left key; Kusto, too, filters the
// left side before it chooses.
func (o *optimizer) pushBelowJoin(f *plan.Filter, j *plan.Join) plan.Node {
	left := j.Kind == plan.Inner || j.Kind == plan.InnerUnique || j.Kind == plan.LeftOuter || j.Kind == plan.LeftSemi || j.Kind == plan.LeftAnti
	right := j.Kind == plan.Inner || j.Kind == plan.InnerUnique || j.Kind == plan.RightOuter || j.Kind == plan.RightSemi || j.Kind == plan.RightAnti
	width := j.Left.Schema().Len()
	if j.Kind == plan.RightSemi || j.Kind == plan.RightAnti {
		width = 0
	}
	var node plan.Node = f
	if left {
		node = o.split(f, func(e plan.Expr) (plan.Expr, bool) {
			return substitute(e, func(c *plan.Column) (plan.Expr, bool) { return c, c.Index < width })
		}, func(cond plan.Expr) plan.Node {
			c := *j
			c.Left = o.below(j.Left, cond)
			return &c
		})
	}
	f, ok := node.(*plan.Filter)
	if !ok || !right {
		return node
	}
	j, ok = f.Input.(*plan.Join)
	if !ok {
		return node
	}
	return o.split(f, func(e plan.Expr) (plan.Expr, bool) {
		return substitute(e, func(c *plan.Column) (plan.Expr, bool) {
			return &plan.Column{Index: c.Index - width, Name: c.Name, Typ: c.Typ}, c.Index >= width
		})
	}, func(cond plan.Expr) plan.Node {
		c := *j
		c.Right = o.below(j.Right, cond)
		return &c
	})
}

// split moves the conditions that translate accepts below f's input, built by
// push, and keeps the others above it.
func (o *optimizer) split(f *plan.Filter, translate func(plan.Expr) (plan.Expr, bool), push func(plan.Expr) plan.Node) plan.Node {
	var down, up []plan.Expr
	for _, c := range conjuncts(f.Cond) {
		if t, ok := translate(c); ok {
			down = append(down, t)
		} else {
			up = append(up, c)
		}
	}
	if len(down) == 0 {
		return f
	}
	n := push(and(down))
	if len(up) == 0 {
		return n
	}
	return plan.NewFilter(n, and(up))
}

// substitute returns e with every column replaced by what f gives, or false if f
// refuses one.
func substitute(e plan.Expr, f func(*plan.Column) (plan.Expr, bool)) (plan.Expr, bool) {
	ok := true
	out := plan.Rewrite(e, func(e plan.Expr) plan.Expr {
		c, isColumn := e.(*plan.Column)
		if !isColumn || !ok {
			return e
		}
		r, accepted := f(c)
		if !accepted {
			ok = false
			return e
		}
		return r
	})
	return out, ok
}
