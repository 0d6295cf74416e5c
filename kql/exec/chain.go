package exec

import (
	"context"
	"slices"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// A chain is operators over a table in parts that make of each row what does not
// depend on others.
type chain struct {
	q       *query
	nodes   []plan.Node // the topmost first, without the table
	filters []plan.Expr // conditions of those directly above the table
	read    *plan.Read
}

// chainBelow returns the operators from n down to a table in parts, which are then
// resolved; !ok if there are others.
func (q *query) chainBelow(n plan.Node) (c *chain, ok bool, err error) {
	if !isChain(n) {
		return nil, false, nil
	}
	c = &chain{q: q}
	for {
		if n, err = q.resolve(n); err != nil {
			return nil, false, err
		}
		switch x := n.(type) {
		case *plan.Read:
			c.read = x
			return c, true, nil
		case *plan.Filter:
			c.filters = append(c.filters, x.Cond)
		default:
			c.filters = nil
		}
		c.nodes = append(c.nodes, n)
		n = n.Inputs()[0]
	}
}

// isChain reports whether chainBelow can say what n is.
func isChain(n plan.Node) bool {
	switch n := n.(type) {
	case *plan.Read:
		src, ok := n.Source.(plan.Parted)
		return ok && src.Fragments() != nil && n.Limit == 0
	case *plan.Filter:
		return !hasWindow(n.Cond) && isChain(n.Input)
	case *plan.Project:
		return !slices.ContainsFunc(n.Exprs, hasWindow) && isChain(n.Input)
	}
	return false
}

// describe adds what the operators above the lowest filters make of the rows. It is
// !ok if that depends on more than the rows.
func (c *chain) describe(w *fingerprinter) bool {
	for _, n := range c.nodes[:len(c.nodes)-len(c.filters)] {
		switch n := n.(type) {
		case *plan.Filter:
			w.text("filter")
			if !w.expr(n.Cond) {
				return false
			}
		case *plan.Project:
			w.text("project")
			if !w.exprs(n.Exprs) {
				return false
			}
		}
	}
	return true
}

// over returns the operators over some parts of the table.
func (c *chain) over(parts []plan.Source) plan.Node {
	read := *c.read
	read.Source = &partSources{schema: c.read.Source.Schema(), parts: parts}
	var n plan.Node = &read
	c.q.rewritten(c.read, n)
	for _, old := range slices.Backward(c.nodes) {
		above := old.WithInputs([]plan.Node{n})
		c.q.rewritten(old, above)
		n = above
	}
	return n
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
