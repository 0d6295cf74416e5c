package plan

import "github.com/calypso-kql/calypso/kql/types"

// The operators with a subquery of their own, which runs again and again over
// rows that the operator gives it. Their Inputs are the input and then the
// subquery's plan, so that rewrites reach both; the subquery reads its rows where
// its Hole stands, and may read anything else besides.

// A Hole is the place in a subquery where rows come in: those that the operator
// holding the same *Hole gives it. Its address is its identity; rewrites leave
// it as it is.
type Hole struct{ Out types.Schema }

// A Partition runs Sub once for each distinct value of Key (null is one) over the
// rows of Input that have it, in the order of Input. The output is that of all
// runs, one after another, in the order in which the values first appear.
type Partition struct {
	Input Node
	Key   Expr // over Input
	Hole  *Hole
	Sub   Node
}

// An MvApply runs Sub once for each row of Expand.Input, over the rows that
// Expand makes of that one row. Each row that Sub yields gives an output row, of
// columns of the input row and of Sub's row. A row for which Sub yields nothing is
// gone. A value without elements (null, empty array or
// bag) makes no rows in MvApply, unlike in MvExpand: Sub then runs over nothing,
// and may yield a row all the same, as summarize without keys does.
type MvApply struct {
	Expand *MvExpand
	Hole   *Hole // Out is Expand's
	Sub    Node
	Cols   []ApplyColumn
	Out    types.Schema
}

// An ApplyColumn is where an output column of an MvApply comes from: column Index
// of Sub or, if FromSub is not set, of Expand.Input.
type ApplyColumn struct {
	FromSub bool
	Index   int
}

// Schema returns the columns of the rows that come in.
func (n *Hole) Schema() types.Schema { return n.Out }

// Inputs returns nothing: a Hole is a leaf.
func (n *Hole) Inputs() []Node { return nil }

// WithInputs returns n itself.
func (n *Hole) WithInputs([]Node) Node { return n }

// Schema returns the columns of the subquery.
func (n *Partition) Schema() types.Schema { return n.Sub.Schema() }

// Inputs returns the input and the subquery.
func (n *Partition) Inputs() []Node { return []Node{n.Input, n.Sub} }

// WithInputs returns a copy of n over in[0] with the subquery in[1].
func (n *Partition) WithInputs(in []Node) Node { c := *n; c.Input, c.Sub = in[0], in[1]; return &c }

func (n *Partition) rewrite(r *exprRewriter) Node {
	c := *n
	c.Key = r.one(n.Key)
	return &c
}

func (n *Partition) describe() string { return "partition by " + n.Key.String() }

// Schema returns the columns of the input and the subquery that are put out.
func (n *MvApply) Schema() types.Schema { return n.Out }

// Inputs returns the input and the subquery.
func (n *MvApply) Inputs() []Node { return []Node{n.Expand.Input, n.Sub} }

// WithInputs returns a copy of n over in[0] with the subquery in[1].
func (n *MvApply) WithInputs(in []Node) Node {
	c, x := *n, *n.Expand
	x.Input = in[0]
	c.Expand, c.Sub = &x, in[1]
	return &c
}

func (n *MvApply) rewrite(r *exprRewriter) Node {
	c, x := *n, *n.Expand
	x.Cols = make([]Expand, len(n.Expand.Cols))
	for i, col := range n.Expand.Cols {
		x.Cols[i] = Expand{Expr: r.one(col.Expr), To: col.To}
	}
	c.Expand = &x
	return &c
}

func (n *MvApply) describe() string {
	return "mv-apply" + describeMvExpand(n.Expand)[len("mv-expand"):]
}

func (n *Hole) describe() string { return "rows of the subquery" }

func (*Hole) node()      {}
func (*Partition) node() {}
func (*MvApply) node()   {}
