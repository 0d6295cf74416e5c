package exec

import (
	"context"
	"fmt"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// A graph is in memory whole. Nodes and edges are numbered from 0; their
// properties are the rows of two batches.
type graph struct {
	nodes, edges   *column.Batch
	ids            column.Column // of the nodes
	source, target []uint32      // of the edges
	undirected     bool
	out, in        adjacency // edges by source and by target
}

// adjacency is the edges at each node.
type adjacency struct {
	starts []uint32 // of each node, and the end
	edges  []uint32
}

func (a adjacency) at(node uint32) []uint32 { return a.edges[a.starts[node]:a.starts[node+1]] }

func newAdjacency(ends []uint32, n int) adjacency {
	a := adjacency{starts: make([]uint32, n+1), edges: make([]uint32, len(ends))}
	for _, e := range ends {
		a.starts[e+1]++
	}
	for i := range n {
		a.starts[i+1] += a.starts[i]
	}
	next := append([]uint32(nil), a.starts[:n]...)
	for i, e := range ends {
		a.edges[next[e]] = uint32(i)
		next[e]++
	}
	return a
}

// overGraph returns the flow of an operator that reads a graph and yields what run
// makes of it. The lease pays for the graph; the reader releases it.
func (q *query) overGraph(n plan.Node, run func(ctx context.Context, g *graph, l *lease) (column.Reader, error)) *flow {
	b := &breaker{schema: n.Schema(), run: func(ctx context.Context) (column.Reader, error) {
		l := q.lease("Graph")
		g, err := q.graph(ctx, n.Inputs()[0], l)
		var out column.Reader
		if err == nil {
			out, err = run(ctx, g, l)
		}
		if err != nil {
			l.release()
		}
		return out, err
	}}
	return &flow{q: q, schema: n.Schema(), source: counted(b, q.statsOf(n))}
}

// graph makes the graph that n describes.
func (q *query) graph(ctx context.Context, n plan.Node, l *lease) (*graph, error) {
	n, err := q.resolve(n)
	if err != nil {
		return nil, err
	}
	switch n := n.(type) {
	case *plan.MakeGraph:
		return q.makeGraph(ctx, n, l)
	case *plan.GraphWhere:
		g, err := q.graph(ctx, n.Input, l)
		if err != nil {
			return nil, err
		}
		return g.where(newCompiler(q).selector(n.Cond), n.Nodes)
	case *plan.GraphComponents:
		g, err := q.graph(ctx, n.Input, l)
		if err != nil {
			return nil, err
		}
		return g.marked(n.Strong), nil
	}
	return nil, &Error{Kind: Unsupported, Err: fmt.Errorf("operator %T yields no graph", n)}
}

// makeGraph reads edges and nodes. Nodes of the tables come first, then those that
// only edges name, in their order.
func (q *query) makeGraph(ctx context.Context, n *plan.MakeGraph, l *lease) (*graph, error) {
	edges, err := q.whole(ctx, n.Edges, l)
	if err != nil {
		return nil, err
	}
	c := newCompiler(q)
	ends, err := evalAll([]*evaluator{c.compile(n.Source), c.compile(n.Target)}, edges)
	if err != nil {
		return nil, err
	}
	group := newGrouper([]types.Type{n.Source.Type()})
	read := newKeyReader(group, false)
	tables := make([]*column.Batch, len(n.Tables))
	rows := make([][]uint32, len(n.Tables)) // of each table, by node: its row plus one
	for i, t := range n.Tables {
		if tables[i], err = q.whole(ctx, t.Rows, l); err != nil {
			return nil, err
		}
		id, err := newCompiler(q).compile(t.ID).eval(tables[i])
		if err != nil {
			return nil, err
		}
		for row, node := range read.groups([]column.Column{id}, tables[i].Len()) {
			for len(rows[i]) <= int(node) {
				rows[i] = append(rows[i], 0)
			}
			if rows[i][node] == 0 {
				rows[i][node] = uint32(row) + 1
			}
		}
	}
	g := &graph{edges: edges, undirected: n.Undirected}
	if err := g.number(read, ends); err != nil {
		return nil, err
	}
	size := group.len()
	g.ids = group.keys()[0]
	if g.nodes, err = g.properties(n, tables, rows, size); err != nil {
		return nil, err
	}
	g.out, g.in = newAdjacency(g.source, size), newAdjacency(g.target, size)
	return g, l.add(group.size() + batchSize(g.nodes) + 24*int64(edges.Len()))
}

// whole reads all rows of n into one batch.
func (q *query) whole(ctx context.Context, n plan.Node, l *lease) (*column.Batch, error) {
	f, err := q.build(n)
	if err != nil {
		return nil, err
	}
	rows, err := collect(ctx, f.reader(), l)
	if err != nil {
		return nil, err
	}
	if rows.n == 0 {
		return emptyBatch(n.Schema()), nil
	}
	return rows.batch(), nil
}

// number numbers the ends of the edges, the source of each before its target.
func (g *graph) number(read *keyReader, ends []column.Column) error {
	n := g.edges.Len()
	g.source, g.target = make([]uint32, n), make([]uint32, n)
	if n == 0 {
		return nil
	}
	both, err := concat([]column.Column{column.Flat(ends[0]), column.Flat(ends[1])})
	if err != nil {
		return err
	}
	turn := make([]uint32, 2*n)
	for i := range n {
		turn[2*i], turn[2*i+1] = uint32(i), uint32(n+i)
	}
	nodes := read.groups([]column.Column{column.Gather(both, turn)}, 2*n)
	for i := range n {
		g.source[i], g.target[i] = nodes[2*i], nodes[2*i+1]
	}
	return nil
}

// properties puts the columns of the nodes together.
func (g *graph) properties(n *plan.MakeGraph, tables []*column.Batch, rows [][]uint32, size int) (*column.Batch, error) {
	cols := make([]column.Column, n.Nodes.Len())
	for to, c := range n.Nodes.Columns {
		if n.ID[to] {
			cols[to] = g.ids
			continue
		}
		var from []column.Column
		var at [][]uint32
		for i, t := range n.Tables {
			for j, k := range t.To {
				if k != to {
					continue
				}
				v, err := tables[i].Column(j)
				if err != nil {
					return nil, err
				}
				from, at = append(from, v), append(at, rows[i])
			}
		}
		b := column.NewBuilder(c.Type, size)
		for node := range size {
			appendFirst(b, from, at, node)
		}
		cols[to] = b.Finish()
	}
	return column.NewBatch(size, cols), nil
}

// appendFirst adds the value of the first table that has the node.
func appendFirst(b column.Builder, from []column.Column, rows [][]uint32, node int) {
	for i, c := range from {
		if node < len(rows[i]) && rows[i][node] > 0 {
			b.AppendFrom(c, int(rows[i][node]-1))
			return
		}
	}
	b.AppendNull()
}

// where keeps the nodes or the edges for which a condition is true. Edges at nodes
// that are gone go too.
func (g *graph) where(cond *selector, nodes bool) (*graph, error) {
	b := g.edges
	if nodes {
		b = g.nodes
	}
	if b.Len() == 0 {
		return g, nil
	}
	kept, err := cond.rows(b)
	if err != nil || kept.all {
		return g, err
	}
	out := &graph{nodes: g.nodes, ids: g.ids, undirected: g.undirected}
	edges := kept.rows
	number := make([]uint32, g.nodes.Len())
	for i := range number {
		number[i] = uint32(i)
	}
	if nodes {
		out.nodes, out.ids = g.nodes.Gather(kept.rows), column.Gather(column.Flat(g.ids), kept.rows)
		for i := range number {
			number[i] = none
		}
		for i, r := range kept.rows {
			number[r] = uint32(i)
		}
		edges = nil
		for e := range g.source {
			if number[g.source[e]] != none && number[g.target[e]] != none {
				edges = append(edges, uint32(e))
			}
		}
	}
	out.edges = g.edges.Gather(edges)
	for _, e := range edges {
		out.source = append(out.source, number[g.source[e]])
		out.target = append(out.target, number[g.target[e]])
	}
	out.out, out.in = newAdjacency(out.source, out.nodes.Len()), newAdjacency(out.target, out.nodes.Len())
	return out, nil
}

// forMatch returns g with the columns of nodes that plan.MatchNodes describes.
func (g *graph) forMatch() *graph {
	n := g.nodes.Len()
	in, out := make([]int64, n), make([]int64, n)
	for i := range n {
		in[i], out[i] = int64(len(g.in.at(uint32(i)))), int64(len(g.out.at(uint32(i))))
		if g.undirected {
			in[i] += out[i]
			out[i] = in[i]
		}
	}
	var cols []column.Column
	for i := range g.nodes.Width() {
		cols = append(cols, g.nodes.Raw(i))
	}
	c := *g
	c.nodes = column.NewBatch(n, append(cols, column.NewVec(types.Long, in, nil), column.NewVec(types.Long, out, nil), g.ids))
	return &c
}

// buildGraphTable yields the nodes or the edges with the identifiers of nodes.
//
// Source: the Kusto documentation, "graph-to-table operator".
func (q *query) buildGraphTable(n *plan.GraphTable) (*flow, error) {
	return q.overGraph(n, func(_ context.Context, g *graph, l *lease) (column.Reader, error) {
		b, cols := g.nodes, []column.Column{g.ids}
		if !n.Nodes {
			ids := column.Flat(g.ids)
			b, cols = g.edges, []column.Column{column.Gather(ids, g.source), column.Gather(ids, g.target)}
		}
		for i := range b.Width() {
			cols = append(cols, b.Raw(i))
		}
		out := []*column.Batch{column.NewBatch(b.Len(), cols)}
		return &batchReader{schema: n.Out, batches: out, rows: q.BatchRows, release: l.release}, nil
	}), nil
}
