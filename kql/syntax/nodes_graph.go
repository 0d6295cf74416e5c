package syntax

// GraphPattern is one path of a graph pattern: `(a)-[e]->(b)<-[f*1..3]-(c)`. Nodes and
// edges take turns, a node first.
type GraphPattern struct {
	Span
	Elems []GraphElem
}

// GraphElem is a *GraphNode or a *GraphEdge.
type GraphElem interface {
	Node
	graphElem()
}

// GraphNode is `(name)` or `()`; Name is nil in the second form.
type GraphNode struct {
	Span
	Name *Ident
}

// GraphEdge is `-[name]->`, `<-[name]-`, `-[name]-`, or `-->`, `<--`, `--` without a name.
// Min and Max are the bounds of `*min..max`, nil if absent.
type GraphEdge struct {
	Span
	Name      *Ident
	Direction GraphDirection
	Min, Max  Expr
}

// GraphDirection is where an edge points.
type GraphDirection uint8

// The directions of an edge, reading from left to right.
const (
	GraphRight GraphDirection = iota // -->
	GraphLeft                        // <--
	GraphAny                         // --
)

var graphDirectionNames = [...]string{"-->", "<--", "--"}

// String is the arrow of an edge without a name.
func (d GraphDirection) String() string { return graphDirectionNames[d] }

func (*GraphNode) graphElem() {}
func (*GraphEdge) graphElem() {}
