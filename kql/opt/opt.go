// Package opt turns a plan into a better plan with the same answer: constants
// folded, filters close to their tables, columns read only where they are used,
// JSON paths taken from the text. One rule, one file.
package opt

import (
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/plan"
)

// Optimize returns q rewritten by all rules. It changes nothing of q itself. env
// gives now() its value, so the result is for one run at that time only. It fails
// only where env's context ends.
func Optimize(q *plan.Query, reg *function.Registry, env *function.Env) (*plan.Query, error) {
	q = cloneShared(q)
	inlineShared(q)
	o := &optimizer{reg: reg, env: env, subs: subqueryCopies{}}
	for _, d := range q.Shared {
		d.Plan = o.root(d.Plan)
	}
	out := &plan.Query{Shared: q.Shared, Results: make([]plan.Result, len(q.Results))}
	for i, r := range q.Results {
		r.Root = o.root(r.Root)
		out.Results[i] = r
	}
	return out, env.Context.Err()
}

type optimizer struct {
	reg  *function.Registry
	env  *function.Env
	subs subqueryCopies
}

// stopped reports whether the query has ended: its plan is of no use any more, and
// rules leave what they have not seen yet as it is.
func (o *optimizer) stopped() bool { return o.env.Context.Err() != nil }

// root applies the rules to a plan all of whose columns are wanted. Each rule
// sees what the ones before it have made.
func (o *optimizer) root(n plan.Node) plan.Node {
	n = o.subqueries(n)
	n = mergeFilterRuns(n)
	n = o.exprs(n, o.fold)
	n = o.nodes(n, constantFilter)
	n = o.nodes(n, o.pushFilter)
	// Below a projection a condition may be about constants: a part of a union
	// that lacks the column is then not read.
	n = o.exprs(n, o.fold)
	n = o.nodes(n, constantFilter)
	n = o.nodes(n, mergeProjects)
	n = o.nodes(n, computeExpanded)
	n = o.nodes(n, sortTakeToTop)
	n = o.exprs(n, o.jsonPath)
	n = (&pruner{optimizer: o}).root(n)
	return o.nodes(n, limitRead)
}

// nodes applies a rule to every operator of the tree, inputs first.
func (o *optimizer) nodes(n plan.Node, rule func(plan.Node) plan.Node) plan.Node {
	return transform(n, func(n plan.Node) plan.Node {
		if o.stopped() {
			return n
		}
		return rule(n)
	})
}

// exprs applies a rule to every part of every expression of the tree.
func (o *optimizer) exprs(n plan.Node, rule func(plan.Expr) plan.Expr) plan.Node {
	return o.nodes(n, func(n plan.Node) plan.Node { return rewritten(n, rule) })
}

// subqueries optimizes the plans of scalar subqueries, of which only the first
// column is read.
func (o *optimizer) subqueries(n plan.Node) plan.Node {
	return o.exprs(n, func(e plan.Expr) plan.Expr {
		return o.subs.copied(e, func(n plan.Node) plan.Node { return o.root(firstColumn(n)) })
	})
}

// subqueryCopies has the copies of subqueries, so that one that stands in several
// places is still one, and is computed once.
type subqueryCopies map[*plan.Subquery]*plan.Subquery

// copied returns e, of a subquery its copy whose plan f has rewritten.
func (m subqueryCopies) copied(e plan.Expr, f func(plan.Node) plan.Node) plan.Expr {
	s, ok := e.(*plan.Subquery)
	if !ok {
		return e
	}
	c := m[s]
	if c == nil {
		c = &plan.Subquery{Typ: s.Typ, List: s.List, Plan: f(s.Plan)}
		m[s] = c
	}
	return c
}

// firstColumn returns n cut to its first column.
func firstColumn(n plan.Node) plan.Node {
	s := n.Schema()
	if s.Len() <= 1 {
		return n
	}
	return columnsOf(n, []int{0})
}

// transform rewrites a tree bottom-up; f gets a node whose inputs are done and
// returns it or what replaces it. It does not enter shared plans.
func transform(n plan.Node, f func(plan.Node) plan.Node) plan.Node {
	in := n.Inputs()
	if len(in) > 0 {
		out := make([]plan.Node, len(in))
		changed := false
		for i, c := range in {
			out[i] = transform(c, f)
			changed = changed || out[i] != c
		}
		if changed {
			n = n.WithInputs(out)
		}
	}
	return f(n)
}

// rewritten returns n with f applied to every part of its own expressions.
func rewritten(n plan.Node, f func(plan.Expr) plan.Expr) plan.Node {
	return plan.RewriteExprs(n, func(e plan.Expr) plan.Expr { return plan.Rewrite(e, f) })
}

// cloneShared returns q over copies of its shared definitions, so that rules
// can set their plans.
func cloneShared(q *plan.Query) *plan.Query {
	c := &sharedCloner{defs: map[*plan.SharedDef]*plan.SharedDef{}, subs: subqueryCopies{}}
	out := &plan.Query{Results: make([]plan.Result, len(q.Results))}
	for _, d := range q.Shared {
		out.Shared = append(out.Shared, c.def(d))
	}
	for i, r := range q.Results {
		r.Root = c.node(r.Root)
		out.Results[i] = r
	}
	return out
}

type sharedCloner struct {
	defs map[*plan.SharedDef]*plan.SharedDef
	subs subqueryCopies
}

func (c *sharedCloner) def(d *plan.SharedDef) *plan.SharedDef {
	if copied, ok := c.defs[d]; ok {
		return copied
	}
	copied := &plan.SharedDef{Name: d.Name}
	c.defs[d] = copied
	copied.Plan = c.node(d.Plan)
	return copied
}

func (c *sharedCloner) node(n plan.Node) plan.Node {
	return transform(n, func(n plan.Node) plan.Node {
		if s, ok := n.(*plan.Shared); ok {
			return &plan.Shared{Def: c.def(s.Def)}
		}
		return rewritten(n, func(e plan.Expr) plan.Expr { return c.subs.copied(e, c.node) })
	})
}
