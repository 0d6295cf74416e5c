package builtin

import (
	"math"

	"github.com/golang/geo/r2"
	"github.com/golang/geo/s2"
)

// pointOf returns the point at a position.
func pointOf(ll s2.LatLng) s2.Point {
	sinLat, cosLat := sinCos(float64(ll.Lat))
	sinLng, cosLng := sinCos(float64(ll.Lng))
	var p s2.Point
	p.X, p.Y, p.Z = cosLng.hi*cosLat.hi, sinLng.hi*cosLat.hi, sinLat.hi
	return p
}

// degreesOf returns the longitude and the latitude of p.
func degreesOf(p s2.Point) (lng, lat float64) {
	lat = arcTangent2(p.Z, math.Sqrt(p.X*p.X+p.Y*p.Y))
	lng = arcTangent2(p.Y, p.X)
	return lng * (180 / math.Pi), lat * (180 / math.Pi)
}

// A flatMap is the map on which longitudes and latitudes are straight lines, in
// degrees.
type flatMap struct {
	*s2.PlateCarreeProjection
	wraps bool // an edge from 170 to -170 degrees passes 180
}

func newFlatMap() flatMap {
	return flatMap{PlateCarreeProjection: s2.NewPlateCarreeProjection(180).(*s2.PlateCarreeProjection)}
}

// Project returns where a point is on the map.
func (m flatMap) Project(p s2.Point) r2.Point {
	lng, lat := degreesOf(p)
	return r2.Point{X: lng, Y: lat}
}

// Unproject returns the point at a place on the map.
func (m flatMap) Unproject(p r2.Point) s2.Point { return pointOf(m.ToLatLng(p)) }

// WrapDestination leaves b where it is, unless the map wraps: an edge from 170 to
// -170 degrees goes the long way, as it does on a map.
func (m flatMap) WrapDestination(a, b r2.Point) r2.Point {
	if m.wraps {
		return m.PlateCarreeProjection.WrapDestination(a, b)
	}
	return b
}
