package dynamic

import "strings"

// learn adds the shape of s, which is JSON and in which the path leads to
// s[from:to] if found.
func (t *shapeTree) learn(s string, from, to int, found bool) {
	edges := t.split(s)
	if edges == nil {
		return
	}
	target := shapeTarget{found: found}
	if found {
		target.from, target.to = placeOf(edges, t.starts, from), placeOf(edges, t.starts, to)
	}
	edges[len(edges)-1].path = target
	if len(t.nodes) == 0 {
		t.nodes = make([][]shapeEdge, 1)
	}
	node := 0
	var like *shapeLike
	for part, e := range edges {
		i := 0
		for i < len(t.nodes[node]) && (t.nodes[node][i].fixed != e.fixed || t.nodes[node][i].value != e.value) {
			i++
		}
		if i == len(t.nodes[node]) {
			if like == nil {
				rest := s[t.starts[part]:]
				if i == shapeMaxEdges || len(t.nodes)+len(edges) > shapeMaxNodes || t.bytes+len(rest) > shapeMaxBytes {
					return
				}
				t.bytes += len(rest)
				like = &shapeLike{text: strings.Clone(rest), path: target}
				e.like = like
			}
			e.fixed = like.text[t.starts[part]-len(s)+len(like.text):][:len(e.fixed)]
			e.to = len(t.nodes)
			t.nodes = append(t.nodes, nil)
			t.nodes[node] = append(t.nodes[node], e)
		}
		if like != nil {
			like.parts = append(like.parts, t.likePart(edges, part, node, len(s)-len(like.text)))
		}
		node = t.nodes[node][i].to
	}
}

// likePart describes a part of the text at hand, from whose position off on it is
// kept.
func (t *shapeTree) likePart(edges []shapeEdge, part, node, off int) likePart {
	e := &edges[part]
	p := likePart{start: t.starts[part] - off, kind: e.value, node: node}
	p.value = p.start + len(e.fixed)
	if p.end = p.value; part+1 < len(edges) {
		p.end = t.starts[part+1] - off
	}
	return p
}

// split takes s, which is JSON, apart and leaves where the parts start in
// t.starts. It returns nil if there are too many.
func (t *shapeTree) split(s string) []shapeEdge {
	if t.starts == nil {
		t.starts = make([]int, shapeMaxParts)
	}
	var edges []shapeEdge
	start := 0
	for i := 0; i < len(s); {
		kind, value := shapeEnd, i
		switch c := s[i]; {
		case c == '"':
			next, _, _ := scanString(s, i)
			if j := skipBlank(s, next); j < len(s) && s[j] == ':' {
				i = j // it was a name
				continue
			}
			kind, value = shapeString, i+1
		case c == '-' || c-'0' <= 9:
			kind = shapeNumber
		case c == 't' || c == 'f' || c == 'n':
			kind = shapeWord
		default:
			i++
			continue
		}
		end, ok := kind.scan(s, value)
		if !ok || len(edges) == shapeMaxParts-1 {
			return nil
		}
		t.starts[len(edges)] = start
		edges = append(edges, shapeEdge{fixed: s[start:value], value: kind})
		start = end
		if i = end; kind == shapeString {
			i++
		}
	}
	t.starts[len(edges)] = start
	return append(edges, shapeEdge{fixed: s[start:], value: shapeEnd})
}

// placeOf returns position at, which is in no value, as a place.
func placeOf(edges []shapeEdge, starts []int, at int) shapePlace {
	i := 0
	for i < len(edges)-1 && starts[i]+len(edges[i].fixed) < at {
		i++
	}
	return shapePlace{i, at - starts[i]}
}
