package plan

import (
	"strconv"

	"github.com/calypso-kql/calypso/kql/types"
)

// A Reduce groups texts that are alike: that have the same terms at the same
// places. It yields a row for each group, with the terms that its texts share, how
// many they are and one of them; or, with Source, all rows, each with these three
// columns of its group behind its own.
//
// Source: the Kusto documentation, "reduce operator".
type Reduce struct {
	Input Node
	Text  Expr // over Input, string
	// Threshold, from 0 to 1, is the share of the rows that a term at its place,
	// and a group, must exceed.
	Threshold float64
	// Separators are the characters between terms; empty for all that are neither
	// letters nor digits of ASCII.
	Separators string
	Source     bool
	Out        types.Schema
}

// Schema returns the columns of the groups, those of the input before them if
// Source is set.
func (n *Reduce) Schema() types.Schema { return n.Out }

// Inputs returns the input.
func (n *Reduce) Inputs() []Node { return []Node{n.Input} }

// WithInputs returns a copy of n over in[0].
func (n *Reduce) WithInputs(in []Node) Node { c := *n; c.Input = in[0]; return &c }

func (n *Reduce) rewrite(r *exprRewriter) Node {
	c := *n
	c.Text = r.one(n.Text)
	return &c
}

func (n *Reduce) describe() string {
	s := "reduce "
	if n.Source {
		s += "kind=source "
	}
	s += "by " + n.Text.String() + " with threshold=" + strconv.FormatFloat(n.Threshold, 'g', -1, 64)
	if n.Separators != "" {
		s += ", characters='" + escapeText(n.Separators) + "'"
	}
	return s
}

func (*Reduce) node() {}
