package plan

import (
	"strconv"

	"github.com/calypso-kql/calypso/kql/types"
)

// A Pivot makes columns of rows. Its input has some keys, then a text and a cell; no
// two rows have the same keys and the same text. Rows with equal keys become one: the
// keys, then for each of Values the cell of the row that has this text. Rows with
// other texts give their keys only.
//
// Source: the Kusto documentation, "pivot plugin".
type Pivot struct {
	Input  Node
	Values []string // distinct
	// Cell is the aggregate that the cells come from: where there is no row, the cell
	// is its value over no rows.
	Cell Agg
	Out  types.Schema
}

// Keys returns the number of keys.
func (n *Pivot) Keys() int { return n.Out.Len() - len(n.Values) }

// Schema returns the keys, then a column for each value.
func (n *Pivot) Schema() types.Schema { return n.Out }

// Inputs returns the input.
func (n *Pivot) Inputs() []Node { return []Node{n.Input} }

// WithInputs returns a copy of n over in[0].
func (n *Pivot) WithInputs(in []Node) Node { c := *n; c.Input = in[0]; return &c }

func (n *Pivot) describe() string {
	s := "pivot"
	for i, v := range n.Values {
		if i == 8 {
			return s + ", … (" + strconv.Itoa(len(n.Values)) + " values)"
		}
		if i > 0 {
			s += ","
		}
		s += " " + strconv.Quote(v)
	}
	return s
}

func (*Pivot) node() {}
