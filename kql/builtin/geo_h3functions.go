package builtin

import (
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// Limits of the engine.
const (
	defaultH3Resolution = 6
	maxH3Descent        = 5     // from a cell to its children
	maxH3Distance       = 142   // of rings
	maxH3Cells          = 61680 // of a polygon
)

// geoH3Cells declares the grid of H3 cells, which are named by their indexes in
// hexadecimal.
func geoH3Cells() []function.Scalar {
	d, s, u := types.Dynamic, types.String, types.Unknown
	over := func(f func(c h3Cell, args []dynamic.Value) dynamic.Value) func(*shapes, []dynamic.Value) (dynamic.Value, bool) {
		return func(_ *shapes, args []dynamic.Value) (dynamic.Value, bool) {
			text, _ := args[0].AsString()
			c, ok := readH3Cell(text)
			if !ok {
				return dynamic.Value{}, true
			}
			return f(c, args), true
		}
	}
	return []function.Scalar{
		geoScalar("Returns the H3 cell, of resolution 0 to 15, 6 if not given, that holds a point; empty if it is invalid.",
			"geo_point_to_h3cell(-74.04450446039874, 40.689250859314974, 6) -> 862a1072fffffff",
			"geo_point_to_h3cell(longitude: number, latitude: number, resolution?: number): string",
			[]types.Type{u, u, u}, s, func(_ *shapes, args []dynamic.Value) (string, bool) {
				p, ok := geoPoint(args[0], args[1])
				resolution, okR := h3Resolution(args, 2, defaultH3Resolution)
				if !ok || !okR {
					return "", true
				}
				return h3PlaceOf(p.Vector, resolution).cell(resolution).String(), true
			}),
		geoScalar("Returns the centre of an H3 cell.",
			`geo_h3cell_to_central_point("862a1072fffffff").type -> Point`,
			"geo_h3cell_to_central_point(h3cell: string): dynamic",
			[]types.Type{s}, d, over(func(c h3Cell, _ []dynamic.Value) dynamic.Value { return geoPointValue(c.centre()) })),
		geoScalar("Returns the polygon that an H3 cell stands for.",
			`array_length(geo_h3cell_to_polygon("862a1072fffffff").coordinates[0]) -> 7`,
			"geo_h3cell_to_polygon(h3cell: string): dynamic",
			[]types.Type{s}, d, over(func(c h3Cell, _ []dynamic.Value) dynamic.Value {
				var rings dynamic.ArrayBuilder
				rings.Append(geoPath(c.corners(), true))
				return geoObject("Polygon", "coordinates", rings.Value())
			})),
		geoScalar("Returns the H3 cells that have a side in common with a cell.",
			`array_length(geo_h3cell_neighbors("862a1072fffffff")) -> 6`,
			"geo_h3cell_neighbors(h3cell: string): dynamic",
			[]types.Type{s}, d, over(func(c h3Cell, _ []dynamic.Value) dynamic.Value {
				return stringArray(inHashSet(h3Names(c.rings(1)[1]), 7))
			})),
		geoScalar("Returns the H3 cells at each distance, in cells, from a cell, up to a distance of at most 142.",
			`array_length(geo_h3cell_rings("862a1072fffffff", 2)[2]) -> 12`,
			"geo_h3cell_rings(h3cell: string, distance: number): dynamic",
			[]types.Type{s, u}, d, over(func(c h3Cell, args []dynamic.Value) dynamic.Value {
				distance, ok := wholeArgument(args, 1, 0, 0, maxH3Distance)
				if !ok {
					return dynamic.Value{}
				}
				var b dynamic.ArrayBuilder
				for _, ring := range c.rings(distance) {
					b.Append(stringArray(h3Names(ring)))
				}
				return b.Value()
			})),
		geoScalar("Returns the H3 cells of a finer resolution, by default the next, that a cell holds.",
			`array_length(geo_h3cell_children("862a1072fffffff")) -> 7`,
			"geo_h3cell_children(h3cell: string, resolution?: number): dynamic",
			[]types.Type{s, u}, d, over(func(c h3Cell, args []dynamic.Value) dynamic.Value {
				r := c.resolution()
				to, ok := wholeArgument(args, 1, r+1, r+1, min(maxH3Resolution, r+maxH3Descent))
				if !ok {
					return dynamic.Value{}
				}
				return stringArray(h3Names(c.children(to, nil)))
			})),
		geoScalar("Returns the H3 cell of a coarser resolution, by default the one before, that holds a cell; empty if it is invalid.",
			`geo_h3cell_parent("862a1072fffffff") -> 852a1073fffffff`,
			"geo_h3cell_parent(h3cell: string, resolution?: number): string",
			[]types.Type{s, u}, s, func(_ *shapes, args []dynamic.Value) (string, bool) {
				text, _ := args[0].AsString()
				c, ok := readH3Cell(text)
				to, okR := wholeArgument(args, 1, c.resolution()-1, 0, c.resolution()-1)
				if !ok || !okR {
					return "", true
				}
				return c.parent(to).String(), true
			}),
		geoScalar("Returns the resolution of an H3 cell.",
			`geo_h3cell_level("862a1072fffffff") -> 6`,
			"geo_h3cell_level(h3cell: string): int",
			[]types.Type{s}, types.Int, func(_ *shapes, args []dynamic.Value) (int64, bool) {
				text, _ := args[0].AsString()
				c, ok := readH3Cell(text)
				return int64(c.resolution()), ok
			}),
		geoScalar("Returns the H3 cells of a resolution, 6 if not given, whose centres are inside a polygon, whose edges are straight on a flat map.",
			`array_length(geo_polygon_to_h3cells(dynamic({"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,1],[0,0]]]}), 5)) -> 66`,
			"geo_polygon_to_h3cells(polygon: bag, resolution?: number): dynamic",
			[]types.Type{d, u}, d, polygonToH3),
	}
}

// wholeArgument returns args[i], or otherwise if it was not given, if it is a
// whole number from low to high.
func wholeArgument(args []dynamic.Value, i, otherwise, low, high int) (n int, ok bool) {
	x, ok := realArgument(args, i, float64(otherwise))
	n = int(x)
	return n, ok && float64(n) == x && n >= low && n <= high
}

func h3Resolution(args []dynamic.Value, i, otherwise int) (r int, ok bool) {
	return wholeArgument(args, i, otherwise, 0, maxH3Resolution)
}

func h3Names(cells []h3Cell) []string {
	names := make([]string, len(cells))
	for i, c := range cells {
		names[i] = c.String()
	}
	return names
}
