package builtin

import (
	"github.com/golang/geo/s1"

	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// geoPolygons declares measures of polygons.
func geoPolygons() []function.Scalar {
	d := types.Dynamic
	const example = `dynamic({"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]})`
	return []function.Scalar{
		geoScalar("Returns the area of a polygon in square metres.",
			"round(geo_polygon_area("+example+") / 1e9, 2) -> 6.18",
			"geo_polygon_area(polygon: bag): real",
			[]types.Type{d}, types.Real, func(s *shapes, args []dynamic.Value) (float64, bool) {
				polygon, ok := s.polygon(args, 0)
				if !ok {
					return 0, false
				}
				return polygon.Area() * earthRadius * earthRadius, true
			}),
		geoScalar("Returns the length of a polygon's boundary in metres.",
			"round(geo_polygon_perimeter("+example+")) -> 379640",
			"geo_polygon_perimeter(polygon: bag): real",
			[]types.Type{d}, types.Real, func(s *shapes, args []dynamic.Value) (float64, bool) {
				polygon, ok := s.polygon(args, 0)
				if !ok {
					return 0, false
				}
				var sum s1.Angle
				for i := range polygon.NumEdges() {
					e := polygon.Edge(i)
					sum += e.V0.Distance(e.V1)
				}
				return float64(sum) * earthRadius, true
			}),
		geoScalar("Returns the centre of mass of a polygon.",
			"round(toreal(geo_polygon_centroid("+example+").coordinates[1]), 3) -> 0.333",
			"geo_polygon_centroid(polygon: bag): dynamic",
			[]types.Type{d}, d, func(s *shapes, args []dynamic.Value) (dynamic.Value, bool) {
				polygon, ok := s.polygon(args, 0)
				if !ok {
					return dynamic.Value{}, true
				}
				return geoCentre(polygon.Centroid()), true
			}),
	}
}
