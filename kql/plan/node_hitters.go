package plan

import "github.com/calypso-kql/calypso/kql/types"

// A TopHitters yields the N rows with the greatest By, the least of them first. Which
// of equal rows it yields, and in which order, follows from how Kusto looks for them.
//
// Source: the Kusto documentation, "top-hitters operator".
type TopHitters struct {
	Input Node
	N     Expr // without columns
	By    Expr // a column of the input
	passing
}

// NewTopHitters returns the n rows of in with the greatest by.
func NewTopHitters(in Node, n, by Expr) *TopHitters {
	return &TopHitters{Input: in, N: n, By: by, passing: pass(in)}
}

// Schema returns the input's schema.
func (n *TopHitters) Schema() types.Schema { return n.of(n.Input) }

// Inputs returns the input.
func (n *TopHitters) Inputs() []Node { return []Node{n.Input} }

// WithInputs returns a copy of n over in[0].
func (n *TopHitters) WithInputs(in []Node) Node {
	c := *n
	c.Input, c.passing = in[0], pass(in[0])
	return &c
}

func (n *TopHitters) rewrite(r *exprRewriter) Node {
	c := *n
	c.N, c.By = r.one(n.N), r.one(n.By)
	return &c
}

func (n *TopHitters) describe() string {
	return "top-hitters " + n.N.String() + " by " + n.By.String()
}

func (*TopHitters) node() {}
