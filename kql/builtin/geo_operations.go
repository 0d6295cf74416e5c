package builtin

import (
	"github.com/golang/geo/s2"

	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// Geometries of the examples below.
const (
	exampleLine   = `dynamic({"type":"LineString","coordinates":[[0,1],[2,1]]})`
	exampleAcross = `dynamic({"type":"LineString","coordinates":[[1,0],[1,2]]})`
	exampleRing   = `dynamic({"type":"Polygon","coordinates":[[[0,0],[3,0],[3,3],[0,0]]]})`
)

// geoOverlays declares intersections and unions.
func geoOverlays() []function.Scalar {
	in := []types.Type{types.Dynamic, types.Dynamic}
	return []function.Scalar{
		geoScalar("Reports whether two lines meet.",
			"geo_intersects_2lines("+exampleLine+", "+exampleAcross+") -> true",
			"geo_intersects_2lines(lineString1: bag, lineString2: bag): bool",
			in, types.Bool, func(s *shapes, args []dynamic.Value) (bool, bool) {
				p, okP := s.line(args, 0)
				q, okQ := s.line(args, 1)
				if !okP || !okQ {
					return false, false
				}
				return edgesMeet(p.edges, q.edges), true
			}),
		geoScalar("Reports whether a line meets a polygon.",
			"geo_intersects_line_with_polygon("+exampleLine+", "+exampleRing+") -> true",
			"geo_intersects_line_with_polygon(lineString: bag, polygon: bag): bool",
			in, types.Bool, func(s *shapes, args []dynamic.Value) (bool, bool) {
				p, okP := s.line(args, 0)
				q, okQ := s.polygon(args, 1)
				if !okP || !okQ {
					return false, false
				}
				for _, part := range p.parts {
					if q.contains((*part)[0]) {
						return true, true
					}
				}
				return edgesMeet(p.edges, q.edges), true
			}),
		geoScalar("Reports whether two polygons meet.",
			"geo_intersects_2polygons("+exampleRing+", "+exampleRing+") -> true",
			"geo_intersects_2polygons(polygon1: bag, polygon2: bag): bool",
			in, types.Bool, func(s *shapes, args []dynamic.Value) (bool, bool) {
				p, okP := s.polygon(args, 0)
				q, okQ := s.polygon(args, 1)
				if !okP || !okQ {
					return false, false
				}
				return holdsCorner(p, q) || holdsCorner(q, p) || edgesMeet(p.edges, q.edges), true
			}),
		geoScalar("Returns what two lines have in common: points, lines or a collection.",
			"geo_intersection_2lines("+exampleLine+", "+exampleAcross+").type -> Point",
			"geo_intersection_2lines(lineString1: bag, lineString2: bag): dynamic",
			in, types.Dynamic, func(s *shapes, args []dynamic.Value) (dynamic.Value, bool) {
				p, okP := s.line(args, 0)
				q, okQ := s.line(args, 1)
				if !okP || !okQ {
					return dynamic.Value{}, true
				}
				return sharedLine(p, q), true
			}),
		geoScalar("Returns the part of a line that is in a polygon.",
			"geo_intersection_line_with_polygon("+exampleLine+", "+exampleRing+").type -> LineString",
			"geo_intersection_line_with_polygon(lineString: bag, polygon: bag): dynamic",
			in, types.Dynamic, func(s *shapes, args []dynamic.Value) (dynamic.Value, bool) {
				p, okP := s.line(args, 0)
				q, okQ := s.polygon(args, 1)
				if !okP || !okQ {
					return dynamic.Value{}, true
				}
				return clipLine(p, q), true
			}),
		geoScalar("Returns what two polygons have in common: polygons, lines, points or a collection.",
			"geo_intersection_2polygons("+exampleRing+", "+exampleRing+").type -> Polygon",
			"geo_intersection_2polygons(polygon1: bag, polygon2: bag): dynamic",
			in, types.Dynamic, func(s *shapes, args []dynamic.Value) (dynamic.Value, bool) {
				p, okP := s.polygon(args, 0)
				q, okQ := s.polygon(args, 1)
				if !okP || !okQ {
					return dynamic.Value{}, true
				}
				return sharedArea(p, q), true
			}),
		geoScalar("Returns the union of an array of lines.",
			"geo_union_lines_array(pack_array("+exampleLine+")).type -> LineString",
			"geo_union_lines_array(lineStrings: array): dynamic",
			in[:1], types.Dynamic, func(_ *shapes, args []dynamic.Value) (dynamic.Value, bool) {
				lines, ok := geoAll(args[0], newGeoLine)
				if !ok {
					return dynamic.Value{}, true
				}
				return geoLinesValue(joinLines(lines)), true
			}),
		geoScalar("Returns the union of an array of polygons.",
			"geo_union_polygons_array(pack_array("+exampleRing+")).type -> Polygon",
			"geo_union_polygons_array(polygons: array): dynamic",
			in[:1], types.Dynamic, func(_ *shapes, args []dynamic.Value) (dynamic.Value, bool) {
				read, ok := geoAll(args[0], newGeoPolygon)
				if !ok {
					return dynamic.Value{}, true
				}
				polygons := make([]*s2.Polygon, len(read))
				for i, p := range read {
					polygons[i] = p.Polygon
				}
				return (&geoPolygon{Polygon: unionOf(polygons)}).outline(), true
			}),
	}
}

// geoAll reads an array of geometries, of which all must be valid.
func geoAll[S any](v dynamic.Value, read func(dynamic.Value) (S, bool)) (all []S, ok bool) {
	if v.Kind() != dynamic.Array || v.Len() == 0 {
		return nil, false
	}
	for _, e := range v.Elements() {
		one, ok := read(e)
		if !ok {
			return nil, false
		}
		all = append(all, one)
	}
	return all, true
}

// edgesMeet reports whether edges of two shapes cross or touch.
func edgesMeet(p, q func(f func(a, b s2.Point) bool)) (meet bool) {
	p(func(a, b s2.Point) bool {
		crosser := s2.NewEdgeCrosser(a, b)
		q(func(c, d s2.Point) bool {
			first, second := segment{a: a, b: b}, segment{a: c, b: d}
			meet = crosser.CrossingSign(c, d) != s2.DoNotCross ||
				onSegment(c, first) || onSegment(d, first) || onSegment(a, second) || onSegment(b, second)
			return !meet
		})
		return !meet
	})
	return meet
}

// holdsCorner reports whether p contains a corner of a ring of q.
func holdsCorner(p, q *geoPolygon) bool {
	for i := range q.NumLoops() {
		if p.contains(q.Loop(i).Vertex(0)) {
			return true
		}
	}
	return false
}
