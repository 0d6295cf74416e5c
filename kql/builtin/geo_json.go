package builtin

import (
	"math"

	"github.com/golang/geo/s2"

	"github.com/calypso-kql/calypso/kql/dynamic"
)

// earthRadius is the radius, in metres, of the sphere on which Kusto measures.
const earthRadius = 6371010.0

// geoPoint returns the point at a longitude and a latitude in degrees; !ok if
// they are beyond ±180 and ±90.
func geoPoint(lng, lat dynamic.Value) (p s2.Point, ok bool) {
	x, okX := lng.ToReal()
	y, okY := lat.ToReal()
	if !okX || !okY || !(math.Abs(x) <= 180) || !(math.Abs(y) <= 90) {
		return s2.Point{}, false
	}
	return pointOf(s2.LatLngFromDegrees(y, x)), true
}

// geoPosition reads a position of GeoJSON. As in the engine, a longitude beyond
// ±180 goes around the earth: 300 is -60.
func geoPosition(v dynamic.Value) (ll s2.LatLng, ok bool) {
	if v.Kind() != dynamic.Array || v.Len() < 2 {
		return s2.LatLng{}, false
	}
	x, okX := numberOf(v.Index(0))
	y, okY := numberOf(v.Index(1))
	if !okX || !okY || math.IsInf(x, 0) || math.IsNaN(x) || !(math.Abs(y) <= 90) {
		return s2.LatLng{}, false
	}
	return s2.LatLngFromDegrees(y, x), true
}

func geoPositions(v dynamic.Value) (lls []s2.LatLng, ok bool) {
	if v.Kind() != dynamic.Array {
		return nil, false
	}
	for _, e := range v.Elements() {
		ll, ok := geoPosition(e)
		if !ok {
			return nil, false
		}
		lls = append(lls, ll)
	}
	return lls, true
}

// geoMember returns the type and the coordinates of a GeoJSON object.
func geoMember(v dynamic.Value) (kind string, coordinates dynamic.Value) {
	if v.Kind() == dynamic.String {
		text, _ := v.AsString()
		v = dynamic.FromText(text)
	}
	if v.Kind() != dynamic.Bag {
		return "", dynamic.Value{}
	}
	t, _ := v.Member("type")
	kind, _ = t.AsString()
	coordinates, _ = v.Member("coordinates")
	return kind, coordinates
}

// geoParts returns the coordinates of each part of a geometry whose type is
// one, or many for several parts.
func geoParts(v dynamic.Value, one, many string) (parts []dynamic.Value, ok bool) {
	kind, coordinates := geoMember(v)
	switch {
	case coordinates.Kind() != dynamic.Array:
		return nil, false
	case kind == one:
		return []dynamic.Value{coordinates}, true
	case kind != many:
		return nil, false
	}
	for _, e := range coordinates.Elements() {
		parts = append(parts, e)
	}
	return parts, len(parts) > 0
}

func geoPair(lng, lat float64) dynamic.Value {
	var b dynamic.ArrayBuilder
	b.AppendReal(lng)
	b.AppendReal(lat)
	return b.Value()
}

func geoObject(kind, member string, v dynamic.Value) dynamic.Value {
	var b dynamic.BagBuilder
	b.SetString("type", kind)
	b.Set(member, v)
	return b.Value()
}

func geoPointValue(p s2.Point) dynamic.Value {
	return geoObject("Point", "coordinates", geoPair(degreesOf(p)))
}

// geoPath returns the positions of points; a ring ends where it began.
func geoPath(points []s2.Point, ring bool) dynamic.Value {
	var b dynamic.ArrayBuilder
	for _, p := range points {
		b.Append(geoPair(degreesOf(p)))
	}
	if ring && len(points) > 0 {
		b.Append(geoPair(degreesOf(points[0])))
	}
	return b.Value()
}

// geoOneOrMany returns a geometry of one type for one part, of another for
// several.
func geoOneOrMany(one, many string, parts []dynamic.Value) dynamic.Value {
	if len(parts) == 1 {
		return geoObject(one, "coordinates", parts[0])
	}
	return geoObject(many, "coordinates", arrayOf(parts))
}

func geoLinesValue(lines [][]s2.Point) dynamic.Value {
	var parts []dynamic.Value
	for _, l := range lines {
		for _, piece := range cutAtMapEdge(l) {
			parts = append(parts, geoPath(piece, false))
		}
	}
	return geoOneOrMany("LineString", "MultiLineString", parts)
}

// geoCollection returns geometries as they are if there is one, else as a
// collection.
func geoCollection(geometries []dynamic.Value) dynamic.Value {
	if len(geometries) == 1 {
		return geometries[0]
	}
	return geoObject("GeometryCollection", "geometries", arrayOf(geometries))
}

// mapEdge is the longitude at which the engine cuts lines that pass from 180 to
// -180 degrees.
const mapEdge = 179.999999999999

// cutAtMapEdge cuts a line in pieces that do not pass from 180 to -180 degrees.
func cutAtMapEdge(points []s2.Point) (pieces [][]s2.Point) {
	var piece []s2.Point
	for i, p := range points {
		if i > 0 {
			from, _ := degreesOf(points[i-1])
			to, _ := degreesOf(p)
			if math.Abs(from-to) > 180 {
				lat := latitudeAtMapEdge(points[i-1], p)
				edge := math.Copysign(mapEdge, from)
				pieces = append(pieces, append(piece, pointOf(s2.LatLngFromDegrees(lat, edge))))
				piece = []s2.Point{pointOf(s2.LatLngFromDegrees(lat, -edge))}
			}
		}
		piece = append(piece, p)
	}
	return append(pieces, piece)
}

// latitudeAtMapEdge returns where an edge passes 180 degrees: on the plane where
// y is 0.
func latitudeAtMapEdge(a, b s2.Point) float64 {
	t := a.Y / (a.Y - b.Y)
	x := a.Vector.Mul(1 - t).Add(b.Vector.Mul(t))
	return math.Atan2(x.Z, math.Hypot(x.X, x.Y)) * 180 / math.Pi
}
