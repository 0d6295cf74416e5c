package builtin

import (
	"math"

	"github.com/golang/geo/s1"
	"github.com/golang/geo/s2"

	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// geoPoints declares what concerns points alone.
func geoPoints() []function.Scalar {
	u := types.Unknown
	return []function.Scalar{
		geoScalar("Returns the angle in radians, clockwise, from the line between the first two points to that between the last two.",
			"round(geo_angle(0, 10, 0, 5, 3, -10), 6) -> 2.944938",
			"geo_angle(p1_longitude: number, p1_latitude: number, p2_longitude: number, p2_latitude: number, p3_longitude: number, p3_latitude: number): real",
			[]types.Type{u, u, u, u, u, u}, types.Real, geoAngle),
		geoScalar("Returns the angle in radians, clockwise, from the north to the line between two points.",
			"round(geo_azimuth(5, 10, 10, -40), 6) -> 3.054599",
			"geo_azimuth(p1_longitude: number, p1_latitude: number, p2_longitude: number, p2_latitude: number): real",
			[]types.Type{u, u, u, u}, types.Real, geoAzimuth),
		{
			Doc:      "Returns the shortest distance in metres between two points, on a sphere or on the spheroid WGS-84.",
			Examples: []string{"round(geo_distance_2points(0, 0, 1, 0)) -> 111195", "round(geo_distance_2points(0, 0, 1, 0, true)) -> 111319"},
			Overloads: []function.Overload{
				{
					Sig:    "geo_distance_2points(p1_longitude: number, p1_latitude: number, p2_longitude: number, p2_latitude: number): real",
					Kernel: overShapes([]types.Type{u, u, u, u}, types.Real, geoDistance),
				},
				{
					Sig:    "geo_distance_2points(p1_longitude: number, p1_latitude: number, p2_longitude: number, p2_latitude: number, use_spheroid: bool): real",
					Kernel: overShapes([]types.Type{u, u, u, u, types.Bool}, types.Real, geoDistanceOn),
				},
			},
		},
		geoScalar("Reports whether a point is within a circle around another, with a radius in metres.",
			"geo_point_in_circle(0, 0, 0, 1, 112000) -> true",
			"geo_point_in_circle(p_longitude: number, p_latitude: number, pc_longitude: number, pc_latitude: number, c_radius: number): bool",
			[]types.Type{u, u, u, u, u}, types.Bool, geoInCircle),
	}
}

// geoTwo returns the points of the first four arguments.
func geoTwo(args []dynamic.Value) (p, q s2.Point, ok bool) {
	p, okP := geoPoint(args[0], args[1])
	q, okQ := geoPoint(args[2], args[3])
	return p, q, okP && okQ
}

// geoJoined reports whether two points have exactly one shortest line.
func geoJoined(p, q s2.Point) bool {
	return !p.ApproxEqual(q) && !p.ApproxEqual(s2.Point{Vector: q.Mul(-1)})
}

func geoAngle(_ *shapes, args []dynamic.Value) (angle float64, ok bool) {
	p, q, ok := geoTwo(args)
	r, okR := geoPoint(args[4], args[5])
	if !ok || !okR || !geoJoined(p, q) || !geoJoined(q, r) {
		return 0, false
	}
	// Angles to the left are counterclockwise.
	angle = -signedAngle(p, q, r)
	if angle < 0 {
		angle += 2 * math.Pi
	}
	return angle, true
}

// signedAngle returns the angle at q from the line to p to the line to r,
// positive if it turns left.
func signedAngle(p, q, r s2.Point) float64 {
	a := float64(s2.Angle(p, q, r))
	if s2.RobustSign(q, p, r) == s2.Clockwise {
		return -a
	}
	return a
}

func geoAzimuth(_ *shapes, args []dynamic.Value) (angle float64, ok bool) {
	p, q, ok := geoTwo(args)
	if !ok || !geoJoined(p, q) {
		return 0, false
	}
	from, to := s2.LatLngFromPoint(p), s2.LatLngFromPoint(q)
	east := float64(to.Lng - from.Lng)
	sin1, cos1 := math.Sincos(float64(from.Lat))
	sin2, cos2 := math.Sincos(float64(to.Lat))
	sin, cos := math.Sincos(east)
	angle = math.Atan2(sin*cos2, cos1*sin2-sin1*cos2*cos)
	if angle < 0 {
		angle += 2 * math.Pi
	}
	return angle, true
}

func geoDistance(_ *shapes, args []dynamic.Value) (metres float64, ok bool) {
	p, q, ok := geoTwo(args)
	return float64(p.Distance(q)) * earthRadius, ok
}

func geoDistanceOn(s *shapes, args []dynamic.Value) (metres float64, ok bool) {
	spheroid, ok := args[4].AsBool()
	if !ok || !spheroid {
		return geoDistance(s, args)
	}
	p, q, ok := geoTwo(args)
	if !ok {
		return 0, false
	}
	return spheroidDistance(s2.LatLngFromPoint(p), s2.LatLngFromPoint(q))
}

func geoInCircle(_ *shapes, args []dynamic.Value) (inside, ok bool) {
	p, centre, ok := geoTwo(args)
	radius, okR := args[4].ToReal()
	if !ok || !okR || !(radius > 0) {
		return false, false
	}
	return p.Distance(centre) <= s1.Angle(radius/earthRadius), true
}
