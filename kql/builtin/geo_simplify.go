package builtin

import (
	"github.com/golang/geo/s1"
	"github.com/golang/geo/s2"

	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// maxTolerance is the greatest tolerance, in metres, of the functions that
// simplify.
const maxTolerance = 7.8e6

// geoSimplify declares what leaves out points of lines and polygons.
func geoSimplify() []function.Scalar {
	in := []types.Type{types.Dynamic, types.Unknown}
	const zigzag = `[[0,0],[0.00001,0.01],[0,0.02],[0,0.03]]`
	return []function.Scalar{
		geoScalar("Leaves out points of a line that are less than a tolerance in metres, 10 if not given, away from it; null if nothing is left.",
			`array_length(geo_line_simplify(dynamic({"type":"LineString","coordinates":`+zigzag+`})).coordinates) -> 2`,
			"geo_line_simplify(lineString: bag, tolerance?: number): dynamic",
			in, types.Dynamic, func(s *shapes, args []dynamic.Value) (dynamic.Value, bool) {
				l, ok := s.line(args, 0)
				tolerance, fine := simplifyTolerance(args)
				if !ok || !fine {
					return dynamic.Value{}, true
				}
				return simplerLine(l, tolerance), true
			}),
		geoScalar("Leaves out points of a polygon's rings, as geo_line_simplify() does of a line.",
			`array_length(geo_polygon_simplify(dynamic({"type":"Polygon","coordinates":[[[0,0],[1,0],[2,0],[0,2],[0,0]]]})).coordinates[0]) -> 4`,
			"geo_polygon_simplify(polygon: bag, tolerance?: number): dynamic",
			in, types.Dynamic, func(s *shapes, args []dynamic.Value) (dynamic.Value, bool) {
				p, ok := s.polygon(args, 0)
				tolerance, fine := simplifyTolerance(args)
				if !ok || !fine {
					return dynamic.Value{}, true
				}
				return simplerPolygons([]*geoPolygon{p}, tolerance), true
			}),
		geoScalar("Leaves out points of an array of polygons, of borders that several share the same ones.",
			"geo_simplify_polygons_array(pack_array("+exampleRing+")).type -> Polygon",
			"geo_simplify_polygons_array(polygons: array, tolerance?: number): dynamic",
			in, types.Dynamic, func(_ *shapes, args []dynamic.Value) (dynamic.Value, bool) {
				all, ok := geoAll(args[0], newGeoPolygon)
				tolerance, fine := simplifyTolerance(args)
				if !ok || !fine {
					return dynamic.Value{}, true
				}
				return simplerPolygons(all, tolerance), true
			}),
	}
}

// simplifyTolerance returns the second argument as an angle.
func simplifyTolerance(args []dynamic.Value) (s1.Angle, bool) {
	t, ok := realArgument(args, 1, 10)
	return s1.Angle(t / earthRadius), ok && t >= 0 && t <= maxTolerance
}

// simplerLine simplifies the union of a line's parts.
func simplerLine(l *geoLine, tolerance s1.Angle) dynamic.Value {
	paths := [][]s2.Point{*l.parts[0]}
	if len(l.parts) > 1 {
		paths = joinLines([]*geoLine{l})
	}
	var out [][]s2.Point
	for _, p := range paths {
		if p = simplerPath(p, tolerance); len(p) > 1 {
			out = append(out, p)
		}
	}
	if len(out) == 0 {
		return dynamic.Value{}
	}
	return geoLinesValue(out)
}

// simplerPath returns some points of a path, the first and the last among them:
// none closer to the next than the tolerance, and, of those that are not, none
// further from the edges. A path that is closed may shrink to one point, and one
// with both ends closer than that does.
func simplerPath(path []s2.Point, tolerance s1.Angle) []s2.Point {
	last := path[len(path)-1]
	apart := s2.Polyline{path[0]}
	for _, p := range path[1 : len(path)-1] {
		if apart[len(apart)-1].Distance(p) >= tolerance && p.Distance(last) >= tolerance {
			apart = append(apart, p)
		}
	}
	if len(apart) == 1 && apart[0].Distance(last) < tolerance {
		return apart
	}
	apart = append(apart, last)
	out := make([]s2.Point, 0, len(apart))
	for _, i := range apart.SubsampleVertices(tolerance) {
		out = append(out, apart[i])
	}
	return out
}

// simplerPolygons simplifies polygons together. Rings that would cross get a
// smaller tolerance.
func simplerPolygons(all []*geoPolygon, tolerance s1.Angle) dynamic.Value {
	for {
		simpler, ok := withTolerance(all, tolerance)
		if !ok && tolerance > touching {
			tolerance /= 2
			continue
		}
		if !ok {
			simpler = all
		}
		var parts []dynamic.Value
		for _, p := range simpler {
			more, _ := geoParts(p.outline(), "Polygon", "MultiPolygon")
			parts = append(parts, more...)
		}
		if len(parts) == 0 {
			return dynamic.Value{}
		}
		return geoOneOrMany("Polygon", "MultiPolygon", parts)
	}
}

// withTolerance returns the polygons that are left; !ok if one is not valid.
func withTolerance(all []*geoPolygon, tolerance s1.Angle) (out []*geoPolygon, ok bool) {
	n := newBorders(all)
	n.simplify(tolerance)
	for _, p := range all {
		var loops []*s2.Loop
		gone := false // the shell of the next holes
		for i := range p.NumLoops() {
			hole := p.Loop(i).IsHole()
			points := n.kept(p.Loop(i).Vertices())
			if hole && gone || len(points) < 3 {
				gone = gone || !hole
				continue
			}
			gone = gone && hole
			if !simpleRing(points) {
				return nil, false
			}
			loop := s2.LoopFromPoints(points)
			loop.Normalize()
			for _, other := range loops {
				if ringsCross(loop, other) {
					return nil, false
				}
			}
			loops = append(loops, loop)
		}
		if len(loops) == 0 {
			continue
		}
		simpler := s2.PolygonFromLoops(loops)
		if simpler.Validate() != nil {
			return nil, false
		}
		out = append(out, &geoPolygon{Polygon: simpler})
	}
	return out, true
}

// borders are the rings of several polygons, cut where three or more edges meet.
// Each piece is simplified once, whoever has it.
type borders struct {
	rings [][]s2.Point
	meets map[s2.Point]map[s2.Point]bool // the neighbours of each point
	stays map[s2.Point]bool
	done  map[[2]s2.Point]bool // edges of pieces that have been simplified
}

func newBorders(all []*geoPolygon) *borders {
	n := &borders{meets: map[s2.Point]map[s2.Point]bool{}, stays: map[s2.Point]bool{}, done: map[[2]s2.Point]bool{}}
	join := func(a, b s2.Point) {
		if n.meets[a] == nil {
			n.meets[a] = map[s2.Point]bool{}
		}
		n.meets[a][b] = true
	}
	for _, p := range all {
		for i := range p.NumLoops() {
			ring := p.Loop(i).Vertices()
			n.rings = append(n.rings, ring)
			for j, v := range ring {
				next := ring[(j+1)%len(ring)]
				join(v, next)
				join(next, v)
			}
		}
	}
	return n
}

// simplify finds the points that stay.
func (n *borders) simplify(tolerance s1.Angle) {
	for _, ring := range n.rings {
		start := 0
		for i, v := range ring {
			if len(n.meets[v]) > 2 {
				start = i
				break
			}
		}
		piece := []s2.Point{ring[start]}
		for i := range ring {
			v := ring[(start+1+i)%len(ring)]
			piece = append(piece, v)
			if len(n.meets[v]) > 2 || i == len(ring)-1 {
				n.piece(piece, tolerance)
				piece = []s2.Point{v}
			}
		}
	}
}

// piece simplifies a part of a ring, unless that has been done from another.
func (n *borders) piece(points []s2.Point, tolerance s1.Angle) {
	if n.done[[2]s2.Point{points[0], points[1]}] {
		return
	}
	for i := 1; i < len(points); i++ {
		n.done[[2]s2.Point{points[i-1], points[i]}], n.done[[2]s2.Point{points[i], points[i-1]}] = true, true
	}
	for _, p := range simplerPath(points, tolerance) {
		n.stays[p] = true
	}
	for _, end := range []s2.Point{points[0], points[len(points)-1]} {
		if len(n.meets[end]) > 2 {
			n.stays[end] = true
		}
	}
}

// kept returns the points of a ring that stay.
func (n *borders) kept(ring []s2.Point) []s2.Point {
	var out []s2.Point
	for _, v := range ring {
		if n.stays[v] {
			out = append(out, v)
		}
	}
	return out
}
