package plan

import (
	"strconv"
	"strings"

	"github.com/calypso-kql/calypso/kql/types"
)

// An IPLookup matches the addresses of the left rows against the networks of the
// right ones: ipv4_lookup and ipv6_lookup. A left row goes with each right row
// whose network has the address within it, as ipv4_is_match or ipv6_is_match says,
// and whose Extra keys are equal; with Unmatched, one that goes with none has
// nulls in the right columns. The output is all columns of Left, then all of
// Right, under the names of Out.
type IPLookup struct {
	Left, Right           Node
	Address               Expr // over Left, string
	Network               Expr // over Right, string: an address, or one with a prefix, 10.0.0.0/8
	LeftExtra, RightExtra []Expr
	V6                    bool // addresses of both versions, as ipv6_is_match
	Unmatched             bool
	Out                   types.Schema
}

// A Pending stands for an operator whose columns depend on the rows that it reads
// (bag_unpack and pivot without a schema), in a plan that was bound without a way
// to look at them. It does not run: the text is bound again, with the rows at
// hand.
type Pending struct {
	Input Node
	What  string // "bag_unpack"
	Out   types.Schema
}

// Schema returns the left columns, then the right ones.
func (n *IPLookup) Schema() types.Schema { return n.Out }

// Inputs returns the left and the right input.
func (n *IPLookup) Inputs() []Node { return []Node{n.Left, n.Right} }

// WithInputs returns a copy of n over in[0] and in[1].
func (n *IPLookup) WithInputs(in []Node) Node {
	c := *n
	c.Left, c.Right = in[0], in[1]
	return &c
}

func (n *IPLookup) rewrite(r *exprRewriter) Node {
	c := *n
	c.Address, c.Network = r.one(n.Address), r.one(n.Network)
	c.LeftExtra, c.RightExtra = r.all(n.LeftExtra), r.all(n.RightExtra)
	return &c
}

func (n *IPLookup) describe() string {
	on := []string{"$left." + operand(n.Address) + " within $right." + operand(n.Network)}
	for i := range n.LeftExtra {
		on = append(on, "$left."+operand(n.LeftExtra[i])+" == $right."+operand(n.RightExtra[i]))
	}
	version := 4
	if n.V6 {
		version = 6
	}
	s := "ipv" + strconv.Itoa(version) + "-lookup on " + strings.Join(on, ", ")
	if n.Unmatched {
		s += " unmatched too"
	}
	return s + " (" + names(n.Out.Columns) + ")"
}

// Schema returns the columns that are known.
func (n *Pending) Schema() types.Schema { return n.Out }

// Inputs returns the input.
func (n *Pending) Inputs() []Node { return []Node{n.Input} }

// WithInputs returns a copy of n over in[0].
func (n *Pending) WithInputs(in []Node) Node { c := *n; c.Input = in[0]; return &c }

func (n *Pending) describe() string { return n.What + ", columns not known yet" }

func (*IPLookup) node() {}
func (*Pending) node()  {}

// HasPending reports whether q has operators whose columns only the rows can tell.
func HasPending(q *Query) bool {
	found := false
	EachNode(q, func(n Node) {
		_, ok := n.(*Pending)
		found = found || ok
	})
	return found
}
