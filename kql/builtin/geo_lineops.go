package builtin

import (
	"github.com/golang/geo/s2"

	"github.com/calypso-kql/calypso/kql/dynamic"
)

// joinLines returns the union of lines: parts that several have occur once, and
// what goes on from another is joined to it.
func joinLines(lines []*geoLine) [][]s2.Point {
	var all []segment
	for _, l := range lines {
		more := segmentsOf(l.edges, len(all))
		as, bs := splitAt(all, more)
		has := endsOf(as)
		all = as
		for _, s := range bs {
			if !has[s.ends()] && !has[s.reversed().ends()] {
				has[s.ends()] = true
				all = append(all, s)
			}
		}
	}
	return pathsOf(all)
}

// pathsOf joins segments to paths, as long as exactly one goes on.
func pathsOf(segments []segment) [][]s2.Point {
	from, ends := map[s2.Point][]int{}, map[s2.Point]int{}
	for i, s := range segments {
		from[s.a] = append(from[s.a], i)
		ends[s.b]++
	}
	passes := func(p s2.Point) bool { return len(from[p]) == 1 && ends[p] == 1 }
	used := make([]bool, len(segments))
	walk := func(i int) []s2.Point {
		path := []s2.Point{segments[i].a}
		for {
			used[i] = true
			end := segments[i].b
			path = append(path, end)
			if !passes(end) || used[from[end][0]] {
				return path
			}
			i = from[end][0]
		}
	}
	var paths [][]s2.Point
	for i, s := range segments {
		if !passes(s.a) {
			paths = append(paths, walk(i))
		}
	}
	for i := range segments {
		if !used[i] {
			paths = append(paths, walk(i)) // a ring
		}
	}
	return paths
}

// sharedLine returns the intersection of two lines: the parts that both have,
// and the points where they only meet.
func sharedLine(p, q *geoLine) dynamic.Value {
	as := segmentsOf(p.edges, 0)
	bs := segmentsOf(q.edges, len(as))
	as, bs = splitAt(as, bs)
	inB := endsOf(bs)
	var shared []segment
	for _, s := range as {
		if inB[s.ends()] || inB[s.reversed().ends()] {
			shared = append(shared, s)
		}
	}
	return geoMixed(meetings(as, bs, shared), shared, nil)
}

// meetings returns the points that segments of both sides have, in the order of
// the first, other than those of the segments shared.
func meetings(as, bs, shared []segment) []s2.Point {
	inB, done := map[s2.Point]bool{}, map[s2.Point]bool{}
	for _, s := range bs {
		inB[s.a], inB[s.b] = true, true
	}
	for _, s := range shared {
		done[s.a], done[s.b] = true, true
	}
	var out []s2.Point
	for _, s := range as {
		for _, p := range s.ends() {
			if inB[p] && !done[p] {
				done[p] = true
				out = append(out, p)
			}
		}
	}
	return out
}

// geoMixed returns points, lines and polygons as one geometry: of one type if
// there is only one, else as a collection, which is empty if there is nothing.
func geoMixed(points []s2.Point, lines []segment, polygon *s2.Polygon) dynamic.Value {
	var out []dynamic.Value
	if len(points) > 0 {
		parts := make([]dynamic.Value, len(points))
		for i, p := range points {
			parts[i] = geoPair(degreesOf(p))
		}
		out = append(out, geoOneOrMany("Point", "MultiPoint", parts))
	}
	if len(lines) > 0 {
		out = append(out, geoLinesValue(pathsOf(lines)))
	}
	if polygon != nil && polygon.NumLoops() > 0 {
		out = append(out, (&geoPolygon{Polygon: polygon}).outline())
	}
	return geoCollection(out)
}

// clipLine returns the parts of a line that are in a polygon, and the points
// where it only touches it.
func clipLine(l *geoLine, p *geoPolygon) dynamic.Value {
	as := segmentsOf(l.edges, 0)
	bs := segmentsOf(p.edges, len(as))
	as, bs = splitAt(as, bs)
	inB := endsOf(bs)
	var kept []segment
	for _, s := range as {
		if inB[s.ends()] || inB[s.reversed().ends()] || p.ContainsPoint(s.middle()) {
			kept = append(kept, s)
		}
	}
	return geoMixed(meetings(as, bs, kept), kept, nil)
}

// sharedArea returns the intersection of two polygons: areas, and the lines and
// points where they only touch.
func sharedArea(p, q *geoPolygon) dynamic.Value {
	area := overlay(p.Polygon, q.Polygon, true)
	as := segmentsOf(p.edges, 0)
	bs := segmentsOf(q.edges, len(as))
	as, bs = splitAt(as, bs)
	inB := endsOf(bs)
	var lines, known []segment
	for _, s := range as {
		if inB[s.reversed().ends()] {
			lines = append(lines, s)
		}
	}
	known = append(known, lines...)
	result := &geoPolygon{Polygon: area}
	known = append(known, segmentsOf(result.edges, 0)...)
	return geoMixed(meetings(as, bs, known), lines, area)
}
