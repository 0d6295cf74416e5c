package exec

import (
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
)

// marked returns g whose nodes have the number of their component as a last
// column. Components are numbered in the order of their first nodes.
//
// Source: the Kusto documentation, "graph-mark-components operator".
func (g *graph) marked(strong bool) *graph {
	n := g.nodes.Len()
	var of []uint32
	if strong && !g.undirected {
		of = g.strong()
	} else {
		of = g.weak()
	}
	number := map[uint32]int64{}
	vals := make([]int64, n)
	for i, c := range of {
		id, ok := number[c]
		if !ok {
			id = int64(len(number))
			number[c] = id
		}
		vals[i] = id
	}
	cols := make([]column.Column, 0, g.nodes.Width()+1)
	for i := range g.nodes.Width() {
		cols = append(cols, g.nodes.Raw(i))
	}
	out := *g
	out.nodes = column.NewBatch(n, append(cols, column.NewVec(types.Long, vals, nil)))
	return &out
}

// weak joins the ends of all edges; nodes with the same root are connected.
func (g *graph) weak() []uint32 {
	root := make([]uint32, g.nodes.Len())
	for i := range root {
		root[i] = uint32(i)
	}
	find := func(i uint32) uint32 {
		for root[i] != i {
			root[i] = root[root[i]]
			i = root[i]
		}
		return i
	}
	for e, s := range g.source {
		a, b := find(s), find(g.target[e])
		root[max(a, b)] = min(a, b)
	}
	for i := range root {
		root[i] = find(uint32(i))
	}
	return root
}

// strong is Tarjan's algorithm, without recursion.
func (g *graph) strong() []uint32 {
	n := g.nodes.Len()
	index, low, of := make([]uint32, n), make([]uint32, n), make([]uint32, n)
	next := make([]uint32, n) // edge of each node to look at next
	for i := range of {
		of[i] = none
	}
	var count, components uint32
	var open, path []uint32
	visit := func(v uint32) {
		count++
		index[v], low[v] = count, count
		open, path = append(open, v), append(path, v)
	}
	for start := range uint32(n) {
		if index[start] == 0 {
			visit(start)
		}
		for len(path) > 0 {
			v := path[len(path)-1]
			if edges := g.out.at(v); int(next[v]) < len(edges) {
				w := g.target[edges[next[v]]]
				next[v]++
				switch {
				case index[w] == 0:
					visit(w)
				case of[w] == none:
					low[v] = min(low[v], index[w])
				}
				continue
			}
			path = path[:len(path)-1]
			if len(path) > 0 {
				up := path[len(path)-1]
				low[up] = min(low[up], low[v])
			}
			if low[v] != index[v] {
				continue
			}
			for {
				w := open[len(open)-1]
				open = open[:len(open)-1]
				of[w] = components
				if w == v {
					break
				}
			}
			components++
		}
	}
	return of
}
