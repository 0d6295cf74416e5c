package builtin

import (
	"github.com/golang/geo/s1"
	"github.com/golang/geo/s2"

	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// defaultS2Level is the level of cells where none is given.
const defaultS2Level = 11

// maxS2Cells is how many cells a covering may have.
const maxS2Cells = 65536

// geoS2Cells declares the grid of S2 cells, which are named by their tokens.
func geoS2Cells() []function.Scalar {
	d, s, u := types.Dynamic, types.String, types.Unknown
	over := func(f func(id s2.CellID) dynamic.Value) func(*shapes, []dynamic.Value) (dynamic.Value, bool) {
		return func(_ *shapes, args []dynamic.Value) (dynamic.Value, bool) {
			token, _ := args[0].AsString()
			id := s2.CellIDFromToken(token)
			if !id.IsValid() || id.ToToken() != token {
				return dynamic.Value{}, true
			}
			return f(id), true
		}
	}
	return []function.Scalar{
		geoScalar("Returns the token of the S2 cell, of level 0 to 30, 11 if not given, that holds a point; empty if it is invalid.",
			"geo_point_to_s2cell(-80.195829, 25.802215, 8) -> 88d9b",
			"geo_point_to_s2cell(longitude: number, latitude: number, level?: number): string",
			[]types.Type{u, u, u}, s, func(_ *shapes, args []dynamic.Value) (string, bool) {
				p, ok := geoPoint(args[0], args[1])
				level, okL := s2Level(args, 2)
				if !ok || !okL {
					return "", true
				}
				return s2.CellIDFromLatLng(s2.LatLngFromPoint(p)).Parent(level).ToToken(), true
			}),
		geoScalar("Returns the centre of an S2 cell.",
			`geo_s2cell_to_central_point("1234567").type -> Point`,
			"geo_s2cell_to_central_point(s2cell: string): dynamic",
			[]types.Type{s}, d, over(func(id s2.CellID) dynamic.Value { return geoPointValue(id.Point()) })),
		geoScalar("Returns the quadrangle that an S2 cell stands for.",
			`geo_s2cell_to_polygon("1234567").type -> Polygon`,
			"geo_s2cell_to_polygon(s2cell: string): dynamic",
			[]types.Type{s}, d, over(s2Quadrangle)),
		geoScalar("Returns the S2 cells around a cell of the same level.",
			`array_length(geo_s2cell_neighbors("1234567")) -> 8`,
			"geo_s2cell_neighbors(s2cell: string): dynamic",
			[]types.Type{s}, d, over(func(id s2.CellID) dynamic.Value {
				var names []string
				for _, next := range id.AllNeighbors(id.Level()) {
					names = append(names, next.ToToken())
				}
				return stringArray(inHashSet(names, 8))
			})),
		geoScalar("Returns the S2 cells of a level, 11 if not given, that a line passes, or that are within a radius in metres of it.",
			`array_length(geo_line_to_s2cells(dynamic({"type":"LineString","coordinates":[[0.01,0.01],[0.02,0.02]]}), 5)) -> 1`,
			"geo_line_to_s2cells(lineString: bag, level?: number, radius?: number): dynamic",
			[]types.Type{d, u, u}, d, func(s *shapes, args []dynamic.Value) (dynamic.Value, bool) {
				line, ok := s.line(args, 0)
				if !ok {
					return dynamic.Value{}, true
				}
				return s2Covering(args, line.edges, func(s2.Cell) bool { return false }), true
			}),
		geoScalar("Returns the S2 cells of a level, 11 if not given, that meet a polygon, or that are within a radius in metres of it.",
			`array_length(geo_polygon_to_s2cells(dynamic({"type":"Polygon","coordinates":[[[0.01,0.01],[0.02,0.01],[0.02,0.02],[0.01,0.01]]]}), 5)) -> 1`,
			"geo_polygon_to_s2cells(polygon: bag, level?: number, radius?: number): dynamic",
			[]types.Type{d, u, u}, d, func(s *shapes, args []dynamic.Value) (dynamic.Value, bool) {
				polygon, ok := s.polygon(args, 0)
				if !ok {
					return dynamic.Value{}, true
				}
				return s2Covering(args, polygon.edges, func(c s2.Cell) bool { return polygon.contains(c.Vertex(0)) }), true
			}),
	}
}

// s2Level returns args[i] as a level, the default if it was not given.
func s2Level(args []dynamic.Value, i int) (level int, ok bool) {
	x, ok := realArgument(args, i, defaultS2Level)
	level = int(x)
	return level, ok && float64(level) == x && level >= 0 && level <= 30
}

func s2Quadrangle(id s2.CellID) dynamic.Value {
	cell := s2.CellFromCellID(id)
	points := make([]s2.Point, 4)
	for i := range points {
		points[i] = cell.Vertex(i)
	}
	var rings dynamic.ArrayBuilder
	rings.Append(geoPath(points, true))
	return geoObject("Polygon", "coordinates", rings.Value())
}

// s2Covering returns the cells of a level that edges pass, that hold reports to
// be inside, or that are no farther than a radius; null if there are too many.
func s2Covering(args []dynamic.Value, edges func(f func(a, b s2.Point) bool), holds func(s2.Cell) bool) dynamic.Value {
	level, ok := s2Level(args, 1)
	radius, okR := realArgument(args, 2, 0)
	if !ok || !okR || !(radius >= 0) {
		return dynamic.Value{}
	}
	reach := s1.ChordAngleFromAngle(s1.Angle(radius / earthRadius))
	meets := func(c s2.Cell) (meet bool) {
		edges(func(a, b s2.Point) bool {
			meet = c.DistanceToEdge(a, b) <= reach
			return !meet
		})
		return meet || holds(c)
	}
	var b dynamic.ArrayBuilder
	var walk func(id s2.CellID) bool
	walk = func(id s2.CellID) bool {
		if !meets(s2.CellFromCellID(id)) {
			return true
		}
		if id.Level() == level {
			b.AppendString(id.ToToken())
			return b.Len() <= maxS2Cells
		}
		for _, child := range id.Children() {
			if !walk(child) {
				return false
			}
		}
		return true
	}
	for face := range 6 {
		if !walk(s2.CellIDFromFace(face)) {
			return dynamic.Value{}
		}
	}
	return b.Value()
}
