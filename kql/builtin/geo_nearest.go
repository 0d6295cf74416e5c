package builtin

import (
	"github.com/golang/geo/s2"

	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// geoNearest declares what relates a point to a line or a polygon.
func geoNearest() []function.Scalar {
	in := []types.Type{types.Unknown, types.Unknown, types.Dynamic}
	return []function.Scalar{
		geoScalar("Returns the point of a line that is closest to a point.",
			`geo_closest_point_on_line(0, 0, dynamic({"type":"LineString","coordinates":[[0,1],[0,2]]})).type -> Point`,
			"geo_closest_point_on_line(longitude: number, latitude: number, lineString: bag): dynamic",
			in, types.Dynamic, func(s *shapes, args []dynamic.Value) (dynamic.Value, bool) {
				p, _, ok := closestOnLine(s, args)
				if !ok {
					return dynamic.Value{}, true
				}
				return geoPointValue(p), true
			}),
		geoScalar("Returns the point of a polygon that is closest to a point.",
			`isnull(geo_closest_point_on_polygon(0, 0, dynamic({"type":"Polygon"}))) -> true`,
			"geo_closest_point_on_polygon(longitude: number, latitude: number, polygon: bag): dynamic",
			in, types.Dynamic, func(s *shapes, args []dynamic.Value) (dynamic.Value, bool) {
				p, _, ok := closestOnPolygon(s, args)
				if !ok {
					return dynamic.Value{}, true
				}
				return geoPointValue(p), true
			}),
		geoScalar("Returns the shortest distance in metres from a point to a line.",
			`round(geo_distance_point_to_line(0, 0, dynamic({"type":"LineString","coordinates":[[0,1],[0,2]]}))) -> 111195`,
			"geo_distance_point_to_line(longitude: number, latitude: number, lineString: bag): real",
			in, types.Real, func(s *shapes, args []dynamic.Value) (float64, bool) {
				p, x, ok := closestOnLine(s, args)
				return float64(p.Distance(x)) * earthRadius, ok
			}),
		geoScalar("Returns the shortest distance in metres from a point to a polygon, 0 if it is inside.",
			`geo_distance_point_to_polygon(1, 1, dynamic({"type":"Polygon","coordinates":[[[0,0],[9,0],[0,9],[0,0]]]})) -> 0`,
			"geo_distance_point_to_polygon(longitude: number, latitude: number, polygon: bag): real",
			in, types.Real, func(s *shapes, args []dynamic.Value) (float64, bool) {
				p, x, ok := closestOnPolygon(s, args)
				return float64(p.Distance(x)) * earthRadius, ok
			}),
		geoScalar("Reports whether a point is inside a polygon or one of its corners.",
			`geo_point_in_polygon(1, 1, dynamic({"type":"Polygon","coordinates":[[[0,0],[9,0],[0,9],[0,0]]]})) -> true`,
			"geo_point_in_polygon(longitude: number, latitude: number, polygon: bag): bool",
			in, types.Bool, func(s *shapes, args []dynamic.Value) (bool, bool) {
				x, ok := geoPoint(args[0], args[1])
				polygon, okP := s.polygon(args, 2)
				if !ok || !okP {
					return false, false
				}
				return polygon.contains(x), true
			}),
	}
}

// closestOnLine returns the point of the third argument that is closest to x,
// the point of the first two.
func closestOnLine(s *shapes, args []dynamic.Value) (p, x s2.Point, ok bool) {
	x, ok = geoPoint(args[0], args[1])
	line, okL := s.line(args, 2)
	if !ok || !okL {
		return p, x, false
	}
	return closestOn(x, line.edges), x, true
}

func closestOnPolygon(s *shapes, args []dynamic.Value) (p, x s2.Point, ok bool) {
	x, ok = geoPoint(args[0], args[1])
	polygon, okP := s.polygon(args, 2)
	switch {
	case !ok || !okP:
		return p, x, false
	case polygon.contains(x):
		return x, x, true
	}
	return closestOn(x, polygon.edges), x, true
}
