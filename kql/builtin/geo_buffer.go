package builtin

import (
	"math"

	"github.com/golang/geo/r3"
	"github.com/golang/geo/s2"

	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// geoBuffers declares what surrounds a shape with all that is within a radius.
func geoBuffers() []function.Scalar {
	d, u := types.Dynamic, types.Unknown
	return []function.Scalar{
		geoScalar("Returns the polygon of all points within a radius in metres of a point, true to a tolerance in metres, 10 if not given.",
			"geo_point_in_polygon(1, 1, geo_point_buffer(1.001, 1, 1000)) -> true",
			"geo_point_buffer(longitude: number, latitude: number, radius: number, tolerance?: number): dynamic",
			[]types.Type{u, u, u, u}, d, func(_ *shapes, args []dynamic.Value) (dynamic.Value, bool) {
				p, ok := geoPoint(args[0], args[1])
				b, okB := newGeoBuffer(args, 2)
				if !ok || !okB {
					return dynamic.Value{}, true
				}
				ring := s2.LoopFromPoints(b.circle(p))
				return (&geoPolygon{Polygon: s2.PolygonFromLoops([]*s2.Loop{ring})}).outline(), true
			}),
		geoScalar("Returns the polygon of all points within a radius in metres of a line, true to a tolerance in metres, 10 if not given.",
			"geo_point_in_polygon(1, 1.001, geo_line_buffer("+exampleLine+", 1000)) -> true",
			"geo_line_buffer(lineString: bag, radius: number, tolerance?: number): dynamic",
			[]types.Type{d, u, u}, d, func(s *shapes, args []dynamic.Value) (dynamic.Value, bool) {
				line, ok := s.line(args, 0)
				b, okB := newGeoBuffer(args, 1)
				if !ok || !okB {
					return dynamic.Value{}, true
				}
				return (&geoPolygon{Polygon: b.line(line)}).outline(), true
			}),
		geoScalar("Returns the polygon of all points within a radius in metres of a polygon, true to a tolerance in metres, 10 if not given.",
			"geo_point_in_polygon(3.001, 1, geo_polygon_buffer("+exampleRing+", 1000)) -> true",
			"geo_polygon_buffer(polygon: bag, radius: number, tolerance?: number): dynamic",
			[]types.Type{d, u, u}, d, func(s *shapes, args []dynamic.Value) (dynamic.Value, bool) {
				polygon, ok := s.polygon(args, 0)
				b, okB := newGeoBuffer(args, 1)
				if !ok || !okB {
					return dynamic.Value{}, true
				}
				return (&geoPolygon{Polygon: b.polygon(polygon.Polygon)}).outline(), true
			}),
	}
}

// A geoBuffer surrounds shapes. Angles are in radians.
type geoBuffer struct {
	sin, cos float64 // of the radius
	step     float64 // between the corners of an arc
	edgeStep float64 // between the corners beside a long edge
}

// newGeoBuffer reads a radius and a tolerance from args[i] on.
func newGeoBuffer(args []dynamic.Value, i int) (b geoBuffer, ok bool) {
	radius, ok := args[i].ToReal()
	tolerance, okT := realArgument(args, i+1, 10)
	const quarter = earthRadius * math.Pi / 2
	if !ok || !okT || !(radius > 0) || radius >= quarter || !(tolerance >= radius*1e-6) {
		return b, false
	}
	b.sin, b.cos = math.Sincos(radius / earthRadius)
	b.step = math.Min(2*math.Pi/3, 2*math.Acos(math.Max(0, 1-tolerance/radius)))
	b.edgeStep = math.Min(2*math.Pi/3, 2*math.Acos(radius/(radius+tolerance)))
	return b, true
}

// beside returns the point at the radius from p in a direction.
func (b geoBuffer) beside(p s2.Point, direction r3.Vector) s2.Point {
	return s2.Point{Vector: p.Mul(b.cos).Add(direction.Mul(b.sin)).Normalize()}
}

// arc appends the points around p from one direction to another, left about.
func (b geoBuffer) arc(to []s2.Point, p s2.Point, from, until r3.Vector) []s2.Point {
	side := p.Cross(from)
	total := math.Atan2(side.Dot(until), from.Dot(until))
	if total < 0 {
		total += 2 * math.Pi
	}
	for angle := 0.0; angle < total; angle += b.step {
		sin, cos := math.Sincos(angle)
		to = append(to, b.beside(p, from.Mul(cos).Add(side.Mul(sin))))
	}
	return append(to, b.beside(p, until))
}

// circle returns the corners of a circle, a regular polygon.
func (b geoBuffer) circle(p s2.Point) []s2.Point {
	n := math.Ceil(2 * math.Pi / b.step)
	start := p.Ortho()
	side := p.Cross(start)
	var out []s2.Point
	for i := 0.0; i < n; i++ {
		sin, cos := math.Sincos(2 * math.Pi * i / n)
		out = append(out, b.beside(p, start.Mul(cos).Add(side.Mul(sin))))
	}
	return out
}

// right returns the direction to the right of an edge.
func right(p, q s2.Point) r3.Vector { return q.PointCross(p).Normalize() }

// along appends the points to the right of an edge, from its start to its end.
func (b geoBuffer) along(to []s2.Point, p, q s2.Point) []s2.Point {
	direction := right(p, q)
	to = append(to, b.beside(p, direction))
	length, ahead := float64(p.Distance(q)), p.Cross(direction)
	for angle := b.edgeStep; angle < length; angle += b.edgeStep {
		sin, cos := math.Sincos(angle)
		to = append(to, b.beside(s2.Point{Vector: p.Mul(cos).Add(ahead.Mul(sin))}, direction))
	}
	return append(to, b.beside(q, direction))
}

// polygon surrounds a polygon.
func (b geoBuffer) polygon(p *s2.Polygon) *s2.Polygon {
	if p.NumLoops() == 1 && convex(p.Loop(0).Vertices()) {
		return ringPolygon(b.around(p.Loop(0).Vertices()))
	}
	pieces := []*s2.Polygon{p}
	for i := range p.NumChains() {
		chain := p.Chain(i)
		for j := range chain.Length {
			e := p.ChainEdge(i, j)
			next := p.ChainEdge(i, (j+1)%chain.Length)
			pieces = append(pieces, ringPolygon(append(b.along(nil, e.V0, e.V1), e.V1, e.V0)))
			if s2.Sign(e.V0, e.V1, next.V1) {
				pieces = append(pieces, b.wedge(e.V1, right(e.V0, e.V1), right(next.V0, next.V1)))
			}
		}
	}
	return unionOf(pieces)
}

// around returns the outline at the radius from a ring that turns left only.
func (b geoBuffer) around(ring []s2.Point) (out []s2.Point) {
	n := len(ring)
	for i, p := range ring {
		q, next := ring[(i+1)%n], ring[(i+2)%n]
		edge := b.along(nil, p, q)
		out = append(out, edge[:len(edge)-1]...)
		corner := b.arc(nil, q, right(p, q), right(q, next))
		out = append(out, corner[:len(corner)-1]...)
	}
	return out
}

func convex(ring []s2.Point) bool {
	n := len(ring)
	for i := range ring {
		if !s2.Sign(ring[i], ring[(i+1)%n], ring[(i+2)%n]) {
			return false
		}
	}
	return true
}

// wedge is the sector around p from one direction to another.
func (b geoBuffer) wedge(p s2.Point, from, until r3.Vector) *s2.Polygon {
	return ringPolygon(b.arc([]s2.Point{p}, p, from, until))
}

func ringPolygon(ring []s2.Point) *s2.Polygon {
	return s2.PolygonFromOrientedLoops([]*s2.Loop{s2.LoopFromPoints(ring)})
}

// line surrounds a line, with round ends.
func (b geoBuffer) line(l *geoLine) *s2.Polygon {
	var pieces []*s2.Polygon
	for _, part := range l.parts {
		points := *part
		last := len(points) - 1
		for i := range last {
			p, q := points[i], points[i+1]
			ring := append(b.along(nil, p, q), q)
			ring = append(b.along(ring, q, p), p)
			pieces = append(pieces, ringPolygon(ring))
			if i+1 == last {
				pieces = append(pieces, b.wedge(q, right(p, q), right(q, p)))
				continue
			}
			next := points[i+2]
			if s2.Sign(p, q, next) {
				pieces = append(pieces, b.wedge(q, right(p, q), right(q, next)))
			} else {
				pieces = append(pieces, b.wedge(q, right(next, q), right(q, p)))
			}
		}
		pieces = append(pieces, b.wedge(points[0], right(points[1], points[0]), right(points[0], points[1])))
	}
	return unionOf(pieces)
}
