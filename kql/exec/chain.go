package exec

import (
	"context"
	"slices"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// A chain is operators that make of each row what does not depend on others, over a
// table in parts, or over something else. The first input of each is the next one's.
type chain struct {
	q       *query
	nodes   []plan.Node // the topmost first, without what they are over
	filters []plan.Expr // conditions of those directly above the table
	read    *plan.Read  // the table in parts; nil if it is something else
	below   plan.Node   // what the operators are over
}

// chainsBelow returns the operators from n down, which are then resolved: one chain,
// or where unions are met, several, in the order of their rows. There are none if
// none can be over a table in parts.
func (q *query) chainsBelow(n plan.Node) ([]*chain, error) {
	if !isChain(n) {
		return nil, nil
	}
	return (&chain{q: q}).down(n)
}

// down adds the operators from n down.
func (c *chain) down(n plan.Node) ([]*chain, error) {
	if !isChain(n) {
		c.below = n
		return []*chain{c}, nil
	}
	n, err := c.q.resolve(n)
	if err != nil {
		return nil, err
	}
	switch x := n.(type) {
	case *plan.Read:
		c.read, c.below = x, x
		return []*chain{c}, nil
	case *plan.Union:
		var all []*chain
		for _, p := range x.Parts {
			more, err := (&chain{q: c.q, nodes: slices.Clone(c.nodes), filters: slices.Clone(c.filters)}).down(p)
			if err != nil {
				return nil, err
			}
			all = append(all, more...)
		}
		return all, nil
	case *plan.Filter:
		if isNever(x.Cond) {
			c.below = x // which reads nothing
			return []*chain{c}, nil
		}
		c.filters = append(c.filters, x.Cond)
	default:
		c.filters = nil
	}
	c.nodes = append(c.nodes, n)
	return c.down(n.Inputs()[0])
}

// isChain reports whether chainsBelow can say what n is.
func isChain(n plan.Node) bool {
	switch n := n.(type) {
	case *plan.Read:
		src, ok := n.Source.(plan.Parted)
		return ok && src.Fragments() != nil && n.Limit == 0
	case *plan.Union:
		return slices.ContainsFunc(n.Parts, isChain)
	case *plan.Join:
		return joinsConstant(n) && !slices.ContainsFunc(plan.Exprs(n), plan.HasWindow) && isChain(n.Left)
	case *plan.Filter, *plan.Project, *plan.Parse, *plan.ParseKv, *plan.MvExpand:
		return !slices.ContainsFunc(plan.Exprs(n), plan.HasWindow) && isChain(n.Inputs()[0])
	}
	return false
}

// describe adds what the operators above the lowest filters make of the rows. It is
// !ok if that depends on more than the rows.
func (c *chain) describe(w *fingerprinter) bool {
	for _, n := range c.nodes[:len(c.nodes)-len(c.filters)] {
		if !w.node(n) {
			return false
		}
	}
	return true
}

// over returns the operators over some parts of the table.
func (c *chain) over(parts []plan.Source) plan.Node {
	read := *c.read
	read.Source = &partSources{schema: c.read.Source.Schema(), parts: parts}
	c.q.rewritten(c.read, &read)
	return c.above(&read)
}

// above returns the operators over n.
func (c *chain) above(n plan.Node) plan.Node {
	for _, old := range slices.Backward(c.nodes) {
		in := slices.Clone(old.Inputs())
		in[0] = n
		next := old.WithInputs(in)
		c.q.rewritten(old, next)
		n = next
	}
	return n
}

// whole returns a chain whose operators make all columns of their output as they
// are, also those that nothing above is known to read.
func (c *chain) whole() *chain {
	out := *c
	out.nodes = make([]plan.Node, len(c.nodes))
	for i, n := range c.nodes {
		out.nodes[i] = unspent(n)
		c.q.rewritten(n, out.nodes[i])
	}
	return &out
}

func unspent(n plan.Node) plan.Node {
	switch x := n.(type) {
	case *plan.Filter:
		c := *x
		c.Spent = nil
		return &c
	case *plan.Parse:
		c := *x
		c.Spent = nil
		return &c
	case *plan.ParseKv:
		c := *x
		c.Spent = nil
		return &c
	case *plan.Join:
		c := *x
		c.Spent = nil
		return &c
	}
	return n
}

// drops reports whether the operators leave rows out.
func (c *chain) drops() bool {
	return slices.ContainsFunc(c.nodes, func(n plan.Node) bool {
		switch n := n.(type) {
		case *plan.Filter:
			return true
		case *plan.Parse:
			return n.Where
		case *plan.Join:
			return n.Kind != plan.LeftOuter
		}
		return false
	})
}

// partSources are parts of a table, one after the other.
type partSources struct {
	schema types.Schema
	parts  []plan.Source
}

// Schema implements plan.Source.
func (s *partSources) Schema() types.Schema { return s.schema }

// Rows implements plan.Sizer.
func (s *partSources) Rows() (n int64) {
	for _, p := range s.parts {
		z, ok := p.(plan.Sizer)
		if !ok {
			return -1
		}
		n += z.Rows()
	}
	return n
}

// Open implements plan.Source.
func (s *partSources) Open(ctx context.Context, scan plan.Scan) (column.Reader, error) {
	if len(s.parts) == 1 {
		return s.parts[0].Open(ctx, scan)
	}
	all, err := plan.Concat("", s.parts, s.schema, false)
	if err != nil {
		return nil, err
	}
	return all.Open(ctx, scan)
}
