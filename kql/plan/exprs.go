package plan

// Exprs returns the expressions that n itself evaluates, in a fixed
// order.
func Exprs(n Node) []Expr {
	var out []Expr
	RewriteExprs(n, func(e Expr) Expr {
		out = append(out, e)
		return e
	})
	return out
}

// RewriteExprs returns n with f applied to each expression that n itself
// evaluates (whole, not its parts); n itself where f changes none.
func RewriteExprs(n Node, f func(Expr) Expr) Node {
	r := exprRewriter{f: f}
	var out Node
	switch n := n.(type) {
	case *Range:
		c := *n
		c.From, c.To, c.Step = r.one(n.From), r.one(n.To), r.one(n.Step)
		out = &c
	case *Filter:
		c := *n
		c.Cond = r.one(n.Cond)
		out = &c
	case *Project:
		c := *n
		c.Exprs = r.all(n.Exprs)
		out = &c
	case *Aggregate:
		c := *n
		c.Keys, c.Aggs = r.all(n.Keys), r.aggs(n.Aggs)
		out = &c
	case *Sort:
		c := *n
		c.Keys = r.keys(n.Keys)
		out = &c
	case *Top:
		c := *n
		c.N, c.Keys = r.one(n.N), r.keys(n.Keys)
		out = &c
	case *Take:
		c := *n
		c.N = r.one(n.N)
		out = &c
	case *Join:
		c := *n
		c.LeftKeys, c.RightKeys = r.all(n.LeftKeys), r.all(n.RightKeys)
		out = &c
	case *MvExpand:
		c := *n
		c.Cols = make([]Expand, len(n.Cols))
		for i, x := range n.Cols {
			c.Cols[i] = Expand{Expr: r.one(x.Expr), To: x.To}
		}
		out = &c
	case *Parse:
		c := *n
		c.Text = r.one(n.Text)
		out = &c
	case *ParseKv:
		c := *n
		c.Text = r.one(n.Text)
		out = &c
	case interface{ rewrite(*exprRewriter) Node }:
		out = n.rewrite(&r)
	}
	if r.changed {
		return out
	}
	return n
}

type exprRewriter struct {
	f       func(Expr) Expr
	changed bool
}

func (r *exprRewriter) one(e Expr) Expr {
	out := r.f(e)
	r.changed = r.changed || out != e
	return out
}

// maybe is one for an expression that may be absent.
func (r *exprRewriter) maybe(e Expr) Expr {
	if e == nil {
		return nil
	}
	return r.one(e)
}

func (r *exprRewriter) all(es []Expr) []Expr {
	out := make([]Expr, len(es))
	for i, e := range es {
		out[i] = r.one(e)
	}
	return out
}

func (r *exprRewriter) keys(ks []SortKey) []SortKey {
	out := make([]SortKey, len(ks))
	for i, k := range ks {
		k.Expr = r.one(k.Expr)
		out[i] = k
	}
	return out
}

func (r *exprRewriter) aggs(as []Agg) []Agg {
	out := make([]Agg, len(as))
	for i, a := range as {
		a.Args = r.all(a.Args)
		if a.Pick != nil {
			p := *a.Pick
			if p.By != nil {
				p.By = r.one(p.By)
			}
			p.Cols = r.all(p.Cols)
			a.Pick = &p
		}
		out[i] = a
	}
	return out
}
