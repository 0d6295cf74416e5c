package builtin

import (
	"cmp"
	"slices"

	"github.com/golang/geo/s1"
	"github.com/golang/geo/s2"
)

// touching is the distance in radians within which a corner lies on an edge.
const touching = s1.Angle(1e-15)

// A segment is a part of an edge of one operand of an overlay. id numbers the
// edges of both operands in their order.
type segment struct {
	a, b s2.Point
	id   int
}

func (s segment) reversed() segment { return segment{s.b, s.a, s.id} }
func (s segment) ends() [2]s2.Point { return [2]s2.Point{s.a, s.b} }
func (s segment) middle() s2.Point  { return s2.Point{Vector: s.a.Add(s.b.Vector).Normalize()} }

// segmentsOf returns the edges that edges yields, numbered from id.
func segmentsOf(edges func(f func(a, b s2.Point) bool), id int) []segment {
	var out []segment
	edges(func(a, b s2.Point) bool {
		out = append(out, segment{a, b, id + len(out)})
		return true
	})
	return out
}

// splitAt cuts the segments of each side where those of the other cross or
// touch them, so that segments of both then meet at most at their ends.
func splitAt(as, bs []segment) (cutA, cutB []segment) {
	pointsA, pointsB := make([][]s2.Point, len(as)), make([][]s2.Point, len(bs))
	for i, a := range as {
		crosser := s2.NewEdgeCrosser(a.a, a.b)
		reach := a.a.Distance(a.b)
		for j, b := range bs {
			if a.a.Distance(b.a) > reach+b.a.Distance(b.b) {
				continue
			}
			if crosser.CrossingSign(b.a, b.b) == s2.Cross {
				x := crossing(a, b)
				pointsA[i], pointsB[j] = append(pointsA[i], x), append(pointsB[j], x)
				continue
			}
			for _, p := range b.ends() {
				if onSegment(p, a) {
					pointsA[i] = append(pointsA[i], p)
				}
			}
			for _, p := range a.ends() {
				if onSegment(p, b) {
					pointsB[j] = append(pointsB[j], p)
				}
			}
		}
	}
	return cutSegments(as, pointsA), cutSegments(bs, pointsB)
}

// crossing returns where two segments cross, which is an end of one of them if
// it is as near as makes no difference.
func crossing(a, b segment) s2.Point {
	x := s2.Intersection(a.a, a.b, b.a, b.b)
	for _, p := range [...]s2.Point{a.a, a.b, b.a, b.b} {
		if p.Distance(x) <= touching {
			return p
		}
	}
	return x
}

func onSegment(p s2.Point, s segment) bool {
	return p != s.a && p != s.b && s2.DistanceFromSegment(p, s.a, s.b) <= touching
}

func cutSegments(segments []segment, points [][]s2.Point) []segment {
	out := make([]segment, 0, len(segments))
	for i, s := range segments {
		at := points[i]
		slices.SortFunc(at, func(p, q s2.Point) int { return cmp.Compare(s.a.Distance(p), s.a.Distance(q)) })
		from := s.a
		for _, p := range append(at, s.b) {
			if p != from {
				out = append(out, segment{from, p, s.id})
			}
			from = p
		}
	}
	return out
}

func endsOf(segments []segment) map[[2]s2.Point]bool {
	set := make(map[[2]s2.Point]bool, len(segments))
	for _, s := range segments {
		set[s.ends()] = true
	}
	return set
}

// unionOf returns the union of polygons. Like the S2 library that the engine
// uses it joins the two with the fewest corners until one is left, which
// decides where the rings of the result begin.
func unionOf(polygons []*s2.Polygon) *s2.Polygon {
	queue := slices.Clone(polygons)
	bySize := func(p, q *s2.Polygon) int { return cmp.Compare(p.NumEdges(), q.NumEdges()) }
	slices.SortStableFunc(queue, bySize)
	for len(queue) > 1 {
		joined := overlay(queue[0], queue[1], false)
		queue = queue[2:]
		at, _ := slices.BinarySearchFunc(queue, joined.NumEdges()+1, func(p *s2.Polygon, n int) int { return cmp.Compare(p.NumEdges(), n) })
		queue = slices.Insert(queue, at, joined)
	}
	return queue[0]
}

// overlay returns the union or the intersection of two polygons. The boundary
// of the result is made of the parts of each boundary that are outside, or
// inside, the other polygon, and of what both have in the same direction.
func overlay(p, q *s2.Polygon, intersection bool) *s2.Polygon {
	as := segmentsOf((&geoPolygon{Polygon: p}).edges, 0)
	bs := segmentsOf((&geoPolygon{Polygon: q}).edges, len(as))
	as, bs = splitAt(as, bs)
	inA, inB := endsOf(as), endsOf(bs)
	var kept []segment
	for _, s := range as {
		switch {
		case inB[s.ends()]:
			kept = append(kept, s)
		case !inB[s.reversed().ends()] && q.ContainsPoint(s.middle()) == intersection:
			kept = append(kept, s)
		}
	}
	for _, s := range bs {
		if !inA[s.ends()] && !inA[s.reversed().ends()] && p.ContainsPoint(s.middle()) == intersection {
			kept = append(kept, s)
		}
	}
	var loops []*s2.Loop
	for _, ring := range ringsOf(kept) {
		loops = append(loops, s2.LoopFromPoints(ring))
	}
	return s2.PolygonFromOrientedLoops(loops)
}

// ringsOf joins segments, whose left is inside, to rings. Where several go on
// from a point, a ring turns left.
func ringsOf(segments []segment) [][]s2.Point {
	from := make(map[s2.Point][]int, len(segments))
	for i, s := range segments {
		from[s.a] = append(from[s.a], i)
	}
	used := make([]bool, len(segments))
	var rings [][]s2.Point
	for i := range segments {
		var ring []segment
		for at := i; at >= 0 && !used[at]; at = leftmost(segments, from[segments[at].b], used, segments[at]) {
			used[at] = true
			ring = append(ring, segments[at])
		}
		if len(ring) > 2 && ring[len(ring)-1].b == ring[0].a {
			rings = append(rings, startOfRing(ring))
		}
	}
	return rings
}

// leftmost returns which of the segments on, not yet used, turns left most
// from s; -1 if there is none.
func leftmost(segments []segment, on []int, used []bool, s segment) int {
	best, turn := -1, s1.Angle(0)
	for _, i := range on {
		if used[i] {
			continue
		}
		if t := s2.TurnAngle(s.a, s.b, segments[i].b); best < 0 || t > turn {
			best, turn = i, t
		}
	}
	return best
}

// startOfRing returns the points of a ring from behind its last segment in the
// order of the operands, as the S2 library does.
func startOfRing(ring []segment) []s2.Point {
	at, gap := 0, false
	for i, s := range ring {
		switch {
		case s.id < ring[at].id:
			gap = true
		case s.id > ring[at].id || !gap:
			at, gap = i, false
		}
	}
	out := make([]s2.Point, len(ring))
	for i := range out {
		out[i] = ring[(at+1+i)%len(ring)].a
	}
	return out
}
