package plan

import "github.com/calypso-kql/calypso/kql/types"

// The schema of each operator.

// Schema returns the columns read.
func (n *Read) Schema() types.Schema {
	all := n.Source.Schema().Columns
	cols := make([]types.Column, len(n.Columns))
	for i, c := range n.Columns {
		cols[i] = all[c]
	}
	return types.Schema{Columns: cols}
}

// Schema returns the columns of the rows.
func (n *Values) Schema() types.Schema { return n.Out }

// Schema returns the one column.
func (n *Range) Schema() types.Schema { return n.Out }

// Schema returns the input's schema.
func (n *Filter) Schema() types.Schema { return n.of(n.Input) }

// Schema returns the computed columns.
func (n *Project) Schema() types.Schema { return n.Out }

// Schema returns the keys, then the aggregates.
func (n *Aggregate) Schema() types.Schema { return n.Out }

// Schema returns the input's schema.
func (n *Sort) Schema() types.Schema { return n.of(n.Input) }

// Schema returns the input's schema.
func (n *Top) Schema() types.Schema { return n.of(n.Input) }

// Schema returns the input's schema.
func (n *Take) Schema() types.Schema { return n.of(n.Input) }

// Schema returns the input's schema.
func (n *Serialize) Schema() types.Schema { return n.of(n.Input) }

// Schema returns the left columns, then the right ones.
func (n *Join) Schema() types.Schema { return n.Out }

// Schema returns the schema of every part.
func (n *Union) Schema() types.Schema { return n.Out }

// Schema returns the input's columns with the expanded ones.
func (n *MvExpand) Schema() types.Schema { return n.Out }

// Schema returns the input's columns with the captured ones.
func (n *Parse) Schema() types.Schema { return n.Out }

// Schema returns the input's columns with the extracted ones.
func (n *ParseKv) Schema() types.Schema { return n.Out }

// Schema returns the schema of what is shared.
func (n *Shared) Schema() types.Schema { return n.Def.Plan.Schema() }

// The inputs of each operator. A Shared has none: its plan runs on its own.

// Inputs returns nothing: a Read is a leaf.
func (n *Read) Inputs() []Node { return nil }

// Inputs returns nothing: Values is a leaf.
func (n *Values) Inputs() []Node { return nil }

// Inputs returns nothing: a Range is a leaf.
func (n *Range) Inputs() []Node { return nil }

// Inputs returns nothing: what is shared runs on its own.
func (n *Shared) Inputs() []Node { return nil }

// Inputs returns the input.
func (n *Filter) Inputs() []Node { return []Node{n.Input} }

// Inputs returns the input.
func (n *Project) Inputs() []Node { return []Node{n.Input} }

// Inputs returns the input.
func (n *Aggregate) Inputs() []Node { return []Node{n.Input} }

// Inputs returns the input.
func (n *Sort) Inputs() []Node { return []Node{n.Input} }

// Inputs returns the input.
func (n *Top) Inputs() []Node { return []Node{n.Input} }

// Inputs returns the input.
func (n *Take) Inputs() []Node { return []Node{n.Input} }

// Inputs returns the input.
func (n *Serialize) Inputs() []Node { return []Node{n.Input} }

// Inputs returns the left and the right input.
func (n *Join) Inputs() []Node { return []Node{n.Left, n.Right} }

// Inputs returns the parts.
func (n *Union) Inputs() []Node { return n.Parts }

// Inputs returns the input.
func (n *MvExpand) Inputs() []Node { return []Node{n.Input} }

// Inputs returns the input.
func (n *Parse) Inputs() []Node { return []Node{n.Input} }

// Inputs returns the input.
func (n *ParseKv) Inputs() []Node { return []Node{n.Input} }

// WithInputs returns n itself.
func (n *Read) WithInputs([]Node) Node { return n }

// WithInputs returns n itself.
func (n *Values) WithInputs([]Node) Node { return n }

// WithInputs returns n itself.
func (n *Range) WithInputs([]Node) Node { return n }

// WithInputs returns n itself.
func (n *Shared) WithInputs([]Node) Node { return n }

// WithInputs returns a copy of n over in[0].
func (n *Filter) WithInputs(in []Node) Node {
	c := *n
	c.Input, c.passing = in[0], pass(in[0])
	return &c
}

// WithInputs returns a copy of n over in[0].
func (n *Project) WithInputs(in []Node) Node { c := *n; c.Input = in[0]; return &c }

// WithInputs returns a copy of n over in[0].
func (n *Aggregate) WithInputs(in []Node) Node { c := *n; c.Input = in[0]; return &c }

// WithInputs returns a copy of n over in[0].
func (n *Sort) WithInputs(in []Node) Node {
	c := *n
	c.Input, c.passing = in[0], pass(in[0])
	return &c
}

// WithInputs returns a copy of n over in[0].
func (n *Top) WithInputs(in []Node) Node { c := *n; c.Input, c.passing = in[0], pass(in[0]); return &c }

// WithInputs returns a copy of n over in[0].
func (n *Take) WithInputs(in []Node) Node {
	c := *n
	c.Input, c.passing = in[0], pass(in[0])
	return &c
}

// WithInputs returns a copy of n over in[0].
func (n *Serialize) WithInputs(in []Node) Node {
	c := *n
	c.Input, c.passing = in[0], pass(in[0])
	return &c
}

// WithInputs returns a copy of n over in[0] and in[1].
func (n *Join) WithInputs(in []Node) Node { c := *n; c.Left, c.Right = in[0], in[1]; return &c }

// WithInputs returns a copy of n over in.
func (n *Union) WithInputs(in []Node) Node { c := *n; c.Parts = in; return &c }

// WithInputs returns a copy of n over in[0].
func (n *MvExpand) WithInputs(in []Node) Node { c := *n; c.Input = in[0]; return &c }

// WithInputs returns a copy of n over in[0].
func (n *Parse) WithInputs(in []Node) Node { c := *n; c.Input = in[0]; return &c }

// WithInputs returns a copy of n over in[0].
func (n *ParseKv) WithInputs(in []Node) Node { c := *n; c.Input = in[0]; return &c }

func (*Read) node()      {}
func (*Values) node()    {}
func (*Range) node()     {}
func (*Filter) node()    {}
func (*Project) node()   {}
func (*Aggregate) node() {}
func (*Sort) node()      {}
func (*Top) node()       {}
func (*Take) node()      {}
func (*Serialize) node() {}
func (*Join) node()      {}
func (*Union) node()     {}
func (*MvExpand) node()  {}
func (*Parse) node()     {}
func (*ParseKv) node()   {}
func (*Shared) node()    {}
