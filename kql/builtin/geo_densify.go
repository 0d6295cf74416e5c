package builtin

import (
	"github.com/golang/geo/r2"
	"github.com/golang/geo/s1"
	"github.com/golang/geo/s2"

	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// geoDensify declares what turns edges that are straight on a flat map into
// geodesics, by points between.
func geoDensify() []function.Scalar {
	in := []types.Type{types.Dynamic, types.Unknown, types.Bool}
	return []function.Scalar{
		geoScalar("Adds points to a line that is straight on a flat map, so that its geodesics deviate by no more than a tolerance in metres, 10 if not given. What passes 180 degrees is cut there, unless preserve_crossing is true.",
			`array_length(geo_line_densify(dynamic({"type":"LineString","coordinates":[[50,50],[51,51]]})).coordinates) -> 9`,
			"geo_line_densify(lineString: bag, tolerance?: number, preserve_crossing?: bool): dynamic",
			in, types.Dynamic, func(s *shapes, args []dynamic.Value) (dynamic.Value, bool) {
				if _, ok := s.line(args, 0); !ok {
					return dynamic.Value{}, true
				}
				return densify(args, "LineString", "MultiLineString"), true
			}),
		geoScalar("Adds points to the rings of a polygon, as geo_line_densify() does to a line.",
			`array_length(geo_polygon_densify(dynamic({"type":"Polygon","coordinates":[[[0,0],[0.1,0],[0,0.1],[0,0]]]})).coordinates[0]) -> 4`,
			"geo_polygon_densify(polygon: bag, tolerance?: number, preserve_crossing?: bool): dynamic",
			in, types.Dynamic, func(s *shapes, args []dynamic.Value) (dynamic.Value, bool) {
				if _, ok := s.polygon(args, 0); !ok {
					return dynamic.Value{}, true
				}
				return densify(args, "Polygon", "MultiPolygon"), true
			}),
	}
}

// tessellatorScale is what S2's tessellator is to multiply a tolerance by, for it measures
// an edge's deviation at two points where it is not the greatest. The one for Go names the
// number, but does not use it.
//
// Source: the comments of S2's s2edge_tessellator.cc and s2/edge_tessellator.go.
const tessellatorScale = 0.83829992569888509

// densify adds points to all edges of a valid geometry.
func densify(args []dynamic.Value, one, many string) dynamic.Value {
	tolerance, ok := realArgument(args, 1, 10)
	if !ok || !(tolerance >= 0.1 && tolerance <= 10_000) {
		return dynamic.Value{}
	}
	crossing := false
	if len(args) > 2 {
		if crossing, ok = args[2].ToBool(); !ok {
			return dynamic.Value{}
		}
	}
	m := newFlatMap()
	m.wraps = crossing
	tessellator := s2.NewEdgeTessellator(m, s1.Angle(tessellatorScale*tolerance/earthRadius))
	parts, _ := geoParts(args[0], one, many)
	var out []dynamic.Value
	for _, part := range parts {
		if one == "LineString" {
			points := densePoints(flatPoints(part), tessellator)
			pieces := [][]s2.Point{points}
			if !crossing {
				pieces = cutAtMapEdge(points)
			}
			for _, piece := range pieces {
				out = append(out, geoPath(piece, false))
			}
			continue
		}
		var rings dynamic.ArrayBuilder
		for _, ring := range part.Elements() {
			rings.Append(geoPath(densePoints(flatPoints(ring), tessellator), false))
		}
		out = append(out, rings.Value())
	}
	return geoOneOrMany(one, many, out)
}

// flatPoints returns the positions of a valid path on the flat map.
func flatPoints(path dynamic.Value) []r2.Point {
	lls, _ := geoPositions(path)
	out := make([]r2.Point, len(lls))
	for i, ll := range lls {
		out[i] = r2.Point{X: ll.Lng.Degrees(), Y: ll.Lat.Degrees()}
	}
	return out
}

func densePoints(points []r2.Point, t *s2.EdgeTessellator) []s2.Point {
	var out []s2.Point
	for i := 1; i < len(points); i++ {
		out = t.AppendUnprojected(points[i-1], points[i], out)
	}
	return out
}
