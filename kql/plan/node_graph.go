package plan

import (
	"strconv"
	"strings"

	"github.com/calypso-kql/calypso/kql/types"
)

// Graphs. A graph has no rows of its own: the nodes that make and change one
// (MakeGraph, GraphWhere, GraphComponents) are read by those that look for
// something in it (GraphMatch, GraphTable) and by nothing else. Their Schema is the
// edges' columns; [GraphNodes] gives those of its nodes.

// A MakeGraph makes a graph of a table of edges. Its nodes are the values of
// Source and Target, and the rows of Tables.
//
// Source: the Kusto documentation, "make-graph operator".
type MakeGraph struct {
	Edges          Node
	Source, Target Expr // over Edges, of one type
	Undirected     bool
	Tables         []GraphNodeTable
	// Nodes are the columns of the nodes. ID says which of them hold the node's
	// identifier, the value of Source or Target.
	Nodes types.Schema
	ID    []bool
}

// A GraphNodeTable gives properties to nodes. Of rows with the same identifier the
// first counts, and of tables with the same column the first that has the node.
type GraphNodeTable struct {
	Rows Node
	ID   Expr  // over Rows, of the type of the edges' ends
	To   []int // the node's column for each column of Rows, -1 for none
}

// A GraphWhere keeps the nodes of a graph, with the edges between them, or the
// edges, with all nodes.
type GraphWhere struct {
	Input Node
	Nodes bool
	Cond  Expr // over the columns of a node or of an edge
}

// A GraphComponents adds to each node the number of the connected component that
// it is in, a long from 0: a last column of the nodes, called Name.
type GraphComponents struct {
	Input  Node
	Strong bool // components are connected in both directions
	Name   string
}

// A GraphTable yields the nodes of a graph, each after its identifier, or the
// edges, each after the identifiers of its source and its target.
type GraphTable struct {
	Input Node
	Nodes bool
	Out   types.Schema
}

// A GraphMatch yields a row for each place in a graph that a pattern describes.
//
// Cond and Exprs see one row for a match: for each of Vars the columns of the node,
// as [MatchNodes] lists them, or edge, at Offset, and then the Paths. An edge of variable length has no columns
// there.
//
// Source: the Kusto documentation, "graph-match operator" and
// "graph-shortest-paths operator".
type GraphMatch struct {
	Input  Node
	Vars   []GraphVar
	Steps  []GraphStep
	Cycles GraphCycles
	// Shortest keeps, of the matches with the same first and last node, one of
	// those with the fewest edges; ShortestAll keeps all of those.
	Shortest, ShortestAll bool
	Cond                  Expr // nil for none
	Paths                 []GraphPath
	Exprs                 []Expr
	Out                   types.Schema
}

// A GraphVar is a node or an edge of a pattern.
type GraphVar struct {
	Name   string // for EXPLAIN; may be empty
	Edge   bool
	Path   bool // an edge of variable length
	Offset int
}

// A GraphStep is an edge of a pattern between two of its nodes, all positions in
// Vars. Edge is one edge, or Min to Max of them if it is a path.
type GraphStep struct {
	From, Edge, To int
	Direction      GraphDirection
	Min, Max       int
}

// A GraphDirection says which way an edge points, from the From of a step to its
// To.
type GraphDirection uint8

const (
	// GraphForward is an edge from From to To.
	GraphForward GraphDirection = iota
	// GraphBackward is an edge from To to From.
	GraphBackward
	// GraphEither is either.
	GraphEither
)

// GraphCycles says which cycles a match may have.
type GraphCycles uint8

const (
	// CyclesUniqueEdges are those that have no edge twice.
	CyclesUniqueEdges GraphCycles = iota
	// CyclesAll are all.
	CyclesAll
	// CyclesNone are none.
	CyclesNone
)

// A GraphPath is a value of a path: map(), all() or any() of Expr over its edges
// or its inner nodes.
type GraphPath struct {
	Var  int
	Kind GraphPathKind
	// Inner: Expr is over the nodes between the path's edges, not over the edges.
	Inner bool
	Expr  Expr
}

// A GraphPathKind says what a GraphPath makes of the values.
type GraphPathKind uint8

const (
	// PathMap is the array of the values.
	PathMap GraphPathKind = iota
	// PathAll says whether all values are true.
	PathAll
	// PathAny says whether any value is true.
	PathAny
)

// Type returns the type of the value.
func (p GraphPath) Type() types.Type {
	if p.Kind == PathMap {
		return types.Dynamic
	}
	return types.Bool
}

// GraphNodes returns the columns of the nodes of the graph n.
func GraphNodes(n Node) types.Schema {
	switch n := n.(type) {
	case *MakeGraph:
		return n.Nodes
	case *GraphWhere:
		return GraphNodes(n.Input)
	case *GraphComponents:
		s := GraphNodes(n.Input)
		cols := append([]types.Column(nil), s.Columns...)
		return types.Schema{Columns: append(cols, types.Column{Name: n.Name, Type: types.Long})}
	}
	return types.Schema{}
}

// MatchNodes returns the columns of a node in the row of a match in the graph n:
// its own and, behind them and hidden, the numbers of edges that end and that
// begin at it, and its identifier.
func MatchNodes(n Node) types.Schema {
	s := GraphNodes(n)
	return types.Schema{Columns: append(append([]types.Column(nil), s.Columns...),
		types.Column{Name: "$in", Type: types.Long, Hidden: true},
		types.Column{Name: "$out", Type: types.Long, Hidden: true},
		types.Column{Name: "$id", Type: graphID(n), Hidden: true})}
}

// graphID returns the type of the nodes' identifiers.
func graphID(n Node) types.Type {
	switch n := n.(type) {
	case *MakeGraph:
		return n.Source.Type()
	case *GraphWhere:
		return graphID(n.Input)
	case *GraphComponents:
		return graphID(n.Input)
	}
	return types.Unknown
}

// Schema returns the columns of the edges.
func (n *MakeGraph) Schema() types.Schema { return n.Edges.Schema() }

// Schema returns the columns of the edges.
func (n *GraphWhere) Schema() types.Schema { return n.Input.Schema() }

// Schema returns the columns of the edges.
func (n *GraphComponents) Schema() types.Schema { return n.Input.Schema() }

// Schema returns identifiers and columns.
func (n *GraphTable) Schema() types.Schema { return n.Out }

// Schema returns the computed columns.
func (n *GraphMatch) Schema() types.Schema { return n.Out }

// Inputs returns the edges and the tables of nodes.
func (n *MakeGraph) Inputs() []Node {
	in := []Node{n.Edges}
	for _, t := range n.Tables {
		in = append(in, t.Rows)
	}
	return in
}

// Inputs returns the graph.
func (n *GraphWhere) Inputs() []Node { return []Node{n.Input} }

// Inputs returns the graph.
func (n *GraphComponents) Inputs() []Node { return []Node{n.Input} }

// Inputs returns the graph.
func (n *GraphTable) Inputs() []Node { return []Node{n.Input} }

// Inputs returns the graph.
func (n *GraphMatch) Inputs() []Node { return []Node{n.Input} }

// WithInputs returns a copy of n over in.
func (n *MakeGraph) WithInputs(in []Node) Node {
	c := *n
	c.Edges, c.Tables = in[0], append([]GraphNodeTable(nil), n.Tables...)
	for i := range c.Tables {
		c.Tables[i].Rows = in[1+i]
	}
	return &c
}

// WithInputs returns a copy of n over in[0].
func (n *GraphWhere) WithInputs(in []Node) Node { c := *n; c.Input = in[0]; return &c }

// WithInputs returns a copy of n over in[0].
func (n *GraphComponents) WithInputs(in []Node) Node { c := *n; c.Input = in[0]; return &c }

// WithInputs returns a copy of n over in[0].
func (n *GraphTable) WithInputs(in []Node) Node { c := *n; c.Input = in[0]; return &c }

// WithInputs returns a copy of n over in[0].
func (n *GraphMatch) WithInputs(in []Node) Node { c := *n; c.Input = in[0]; return &c }

func (n *MakeGraph) rewrite(r *exprRewriter) Node {
	c := *n
	c.Source, c.Target = r.one(n.Source), r.one(n.Target)
	c.Tables = append([]GraphNodeTable(nil), n.Tables...)
	for i, t := range n.Tables {
		c.Tables[i].ID = r.one(t.ID)
	}
	return &c
}

func (n *GraphWhere) rewrite(r *exprRewriter) Node {
	c := *n
	c.Cond = r.one(n.Cond)
	return &c
}

func (n *GraphMatch) rewrite(r *exprRewriter) Node {
	c := *n
	c.Cond, c.Exprs = r.maybe(n.Cond), r.all(n.Exprs)
	c.Paths = append([]GraphPath(nil), n.Paths...)
	for i, p := range n.Paths {
		c.Paths[i].Expr = r.one(p.Expr)
	}
	return &c
}

func (n *MakeGraph) describe() string {
	arrow := " --> "
	if n.Undirected {
		arrow = " -- "
	}
	return "make-graph " + n.Source.String() + arrow + n.Target.String() + " (" + names(n.Nodes.Columns) + ")"
}

func (n *GraphWhere) describe() string {
	if n.Nodes {
		return "graph-where-nodes " + n.Cond.String()
	}
	return "graph-where-edges " + n.Cond.String()
}

func (n *GraphComponents) describe() string {
	s := "graph-mark-components "
	if n.Strong {
		s += "kind=strong "
	}
	return s + quoteName(n.Name)
}

func (n *GraphTable) describe() string {
	if n.Nodes {
		return "graph-to-table nodes"
	}
	return "graph-to-table edges"
}

func (n *GraphMatch) describe() string {
	s := "graph-match "
	if n.Shortest || n.ShortestAll {
		s = "graph-shortest-paths "
		if n.ShortestAll {
			s += "output=all "
		}
	}
	s += [...]string{CyclesUniqueEdges: "", CyclesAll: "cycles=all ", CyclesNone: "cycles=none "}[n.Cycles]
	steps := make([]string, len(n.Steps))
	for i, st := range n.Steps {
		edge := n.Vars[st.Edge].Name
		if n.Vars[st.Edge].Path {
			edge += "*" + strconv.Itoa(st.Min) + ".." + strconv.Itoa(st.Max)
		}
		left, right := "-[", "]-"
		switch st.Direction {
		case GraphForward:
			right = "]->"
		case GraphBackward:
			left = "<-["
		}
		steps[i] = "(" + n.Vars[st.From].Name + ")" + left + edge + right + "(" + n.Vars[st.To].Name + ")"
	}
	s += strings.Join(steps, ", ")
	if n.Cond != nil {
		s += " where " + n.Cond.String()
	}
	return s + " project " + describeColumns(n.Exprs, n.Out.Columns)
}

func (*MakeGraph) node()       {}
func (*GraphWhere) node()      {}
func (*GraphComponents) node() {}
func (*GraphTable) node()      {}
func (*GraphMatch) node()      {}
