package builtin

import (
	"github.com/golang/geo/s1"
	"github.com/golang/geo/s2"

	"github.com/calypso-kql/calypso/kql/dynamic"
)

// geoLine is a LineString or, with several parts, a MultiLineString.
type geoLine struct {
	parts []*s2.Polyline
}

// newGeoLine reads a line of GeoJSON; !ok if it is invalid: a part of fewer
// than two positions, or an edge between the same or opposite points.
func newGeoLine(v dynamic.Value) (l *geoLine, ok bool) {
	parts, ok := geoParts(v, "LineString", "MultiLineString")
	if !ok {
		return nil, false
	}
	l = &geoLine{}
	for _, part := range parts {
		lls, ok := geoPositions(part)
		if !ok || len(lls) < 2 {
			return nil, false
		}
		line := make(s2.Polyline, len(lls))
		for i, ll := range lls {
			line[i] = pointOf(ll)
		}
		if line.Validate() != nil {
			return nil, false
		}
		l.parts = append(l.parts, &line)
	}
	return l, true
}

// length returns the length of all parts as an angle.
func (l *geoLine) length() s1.Angle {
	var sum s1.Angle
	for _, part := range l.parts {
		sum += part.Length()
	}
	return sum
}

// edges calls f for each edge until it returns false.
func (l *geoLine) edges(f func(a, b s2.Point) bool) {
	for _, part := range l.parts {
		for i := 1; i < len(*part); i++ {
			if !f((*part)[i-1], (*part)[i]) {
				return
			}
		}
	}
}

// geoPolygon is a Polygon or the union of the parts of a MultiPolygon.
type geoPolygon struct {
	*s2.Polygon
	inside *s2.ContainsPointQuery
}

// newGeoPolygon reads a polygon of GeoJSON; !ok if it is invalid: a ring that
// is not closed, has fewer than three corners, touches or crosses itself.
func newGeoPolygon(v dynamic.Value) (p *geoPolygon, ok bool) {
	parts, ok := geoParts(v, "Polygon", "MultiPolygon")
	if !ok {
		return nil, false
	}
	var polygons []*s2.Polygon
	for _, part := range parts {
		one, ok := polygonOfRings(part)
		if !ok {
			return nil, false
		}
		polygons = append(polygons, one)
	}
	return indexPolygon(unionOf(polygons)), true
}

func indexPolygon(p *s2.Polygon) *geoPolygon {
	index := s2.NewShapeIndex()
	index.Add(p)
	index.Build()
	return &geoPolygon{p, s2.NewContainsPointQuery(index, s2.VertexModelClosed)}
}

// polygonOfRings reads a shell and its holes. Of the two sides of a ring the
// smaller is meant, in whatever direction it runs.
func polygonOfRings(v dynamic.Value) (p *s2.Polygon, ok bool) {
	if v.Kind() != dynamic.Array || v.Len() == 0 {
		return nil, false
	}
	var loops []*s2.Loop
	for _, ring := range v.Elements() {
		lls, ok := geoPositions(ring)
		if !ok || len(lls) < 4 || lls[0] != lls[len(lls)-1] {
			return nil, false
		}
		points := make([]s2.Point, len(lls)-1)
		for i := range points {
			points[i] = pointOf(lls[i])
		}
		if !simpleRing(points) {
			return nil, false
		}
		loop := s2.LoopFromPoints(points)
		loop.Normalize()
		loops = append(loops, loop)
	}
	for i, a := range loops {
		for _, b := range loops[:i] {
			if ringsCross(a, b) {
				return nil, false
			}
		}
	}
	p = s2.PolygonFromLoops(loops)
	return p, p.Validate() == nil
}

// simpleRing reports whether no edge of a ring has no length, and none crosses
// or meets another but at their common end.
func simpleRing(points []s2.Point) bool {
	n := len(points)
	seen := make(map[s2.Point]bool, n)
	for i, p := range points {
		if seen[p] || points[(i+1)%n].Vector == p.Mul(-1) {
			return false
		}
		seen[p] = true
	}
	for i := range n {
		for j := i + 2; j < n; j++ {
			if s2.CrossingSign(points[i], points[i+1], points[j], points[(j+1)%n]) == s2.Cross {
				return false
			}
		}
	}
	return true
}

func ringsCross(a, b *s2.Loop) bool {
	for i := range a.NumEdges() {
		e := a.Edge(i)
		for j := range b.NumEdges() {
			f := b.Edge(j)
			if s2.CrossingSign(e.V0, e.V1, f.V0, f.V1) == s2.Cross || e == f || e == f.Reversed() {
				return true
			}
		}
	}
	return false
}

// contains reports whether p is inside or a corner.
func (p *geoPolygon) contains(x s2.Point) bool { return p.inside.Contains(x) }

// edges calls f for each edge until it returns false.
func (p *geoPolygon) edges(f func(a, b s2.Point) bool) {
	for i := range p.NumEdges() {
		e := p.Edge(i)
		if !f(e.V0, e.V1) {
			return
		}
	}
}

// closestOn returns the point of some edges that is closest to x.
func closestOn(x s2.Point, edges func(f func(a, b s2.Point) bool)) s2.Point {
	var best s2.Point
	least := s1.InfChordAngle()
	edges(func(a, b s2.Point) bool {
		d, less := s2.UpdateMinDistance(x, a, b, least)
		if less {
			least, best = d, s2.Project(x, a, b)
		}
		return true
	})
	return best
}

// outline returns the shells of p, each followed by its holes, as GeoJSON.
func (p *geoPolygon) outline() dynamic.Value {
	var polygons []dynamic.Value
	var rings dynamic.ArrayBuilder
	for i := range p.NumLoops() {
		if !p.Loop(i).IsHole() && rings.Len() > 0 {
			polygons = append(polygons, rings.Value())
		}
		// The vertices of a hole run counterclockwise in the library.
		points := p.Loop(i).Vertices()
		if p.Loop(i).IsHole() {
			points = reversed(points)
		}
		rings.Append(geoPath(points, true))
	}
	if rings.Len() > 0 {
		polygons = append(polygons, rings.Value())
	}
	return geoOneOrMany("Polygon", "MultiPolygon", polygons)
}

// reversed returns the points backwards from the first.
func reversed(points []s2.Point) []s2.Point {
	out := make([]s2.Point, 0, len(points))
	out = append(out, points[0])
	for i := len(points) - 1; i > 0; i-- {
		out = append(out, points[i])
	}
	return out
}
