package builtin

import (
	"math"

	"github.com/golang/geo/s2"

	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// geoLines declares measures of lines.
func geoLines() []function.Scalar {
	d, u := types.Dynamic, types.Unknown
	const example = `dynamic({"type":"LineString","coordinates":[[0,0],[2,0]]})`
	return []function.Scalar{
		geoScalar("Returns the length of a line in metres.",
			"round(geo_line_length("+example+")) -> 222390",
			"geo_line_length(lineString: bag): real",
			[]types.Type{d}, types.Real, func(s *shapes, args []dynamic.Value) (float64, bool) {
				line, ok := s.line(args, 0)
				if !ok {
					return 0, false
				}
				return float64(joinedLine(line).length()) * earthRadius, true
			}),
		geoScalar("Returns the centre of mass of a line.",
			"round(toreal(geo_line_centroid("+example+").coordinates[0]), 9) -> 1",
			"geo_line_centroid(lineString: bag): dynamic",
			[]types.Type{d}, d, func(s *shapes, args []dynamic.Value) (dynamic.Value, bool) {
				line, ok := s.line(args, 0)
				if !ok {
					return dynamic.Value{}, true
				}
				return geoCentre(lineCentroid(joinedLine(line))), true
			}),
		geoScalar("Returns the point at a fraction, from 0 to 1, of a line's length.",
			"round(toreal(geo_line_interpolate_point("+example+", 0.25).coordinates[0]), 9) -> 0.5",
			"geo_line_interpolate_point(lineString: bag, fraction: number): dynamic",
			[]types.Type{d, u}, d, func(s *shapes, args []dynamic.Value) (dynamic.Value, bool) {
				line, ok := s.line(args, 0)
				fraction, okF := args[1].ToReal()
				if !ok || !okF || len(line.parts) != 1 || !(fraction >= 0 && fraction <= 1) {
					return dynamic.Value{}, true
				}
				p, _ := line.parts[0].Interpolate(fraction)
				return geoPointValue(p), true
			}),
		geoScalar("Returns where on a line, from 0 to 1 of its length, the point is that is closest to a point.",
			"round(geo_line_locate_point("+example+", 0.5, 1), 9) -> 0.25",
			"geo_line_locate_point(lineString: bag, longitude: number, latitude: number): real",
			[]types.Type{d, u, u}, types.Real, func(s *shapes, args []dynamic.Value) (float64, bool) {
				line, ok := s.line(args, 0)
				x, okX := geoPoint(args[1], args[2])
				if !ok || !okX || len(line.parts) != 1 {
					return 0, false
				}
				p, next := line.parts[0].Project(x)
				return line.parts[0].Uninterpolate(p, next), true
			}),
	}
}

// joinedLine returns the union of a line's parts: an edge that several parts
// have counts once.
func joinedLine(l *geoLine) *geoLine {
	if len(l.parts) == 1 {
		return l
	}
	return lineOf(joinLines([]*geoLine{l}))
}

func lineOf(paths [][]s2.Point) *geoLine {
	l := &geoLine{}
	for _, path := range paths {
		part := s2.Polyline(path)
		l.parts = append(l.parts, &part)
	}
	return l
}

func lineCentroid(l *geoLine) s2.Point {
	var sum s2.Point
	for _, part := range l.parts {
		sum = s2.Point{Vector: sum.Add(part.Centroid().Vector)}
	}
	return sum
}

// geoCentre returns a centroid, which is not on the sphere, as a point; null if
// it is in the middle of the earth.
func geoCentre(p s2.Point) dynamic.Value {
	if p.Norm() < math.SmallestNonzeroFloat64 {
		return dynamic.Value{}
	}
	return geoPointValue(s2.Point{Vector: p.Normalize()})
}
