package builtin

import (
	"math"

	"github.com/golang/geo/r2"
	"github.com/golang/geo/s2"
)

// The C library that the engine uses rounds sines, cosines and arc tangents
// correctly in nearly all cases, package math does not. Since answers are printed
// with all their digits, points are converted with twice the precision here.

// A twofold is the sum of two floats, the second less than half a unit in the
// last place of the first.
type twofold struct{ hi, lo float64 }

func sumOf(a, b float64) twofold {
	s := a + b
	t := s - a
	return twofold{s, (a - (s - t)) + (b - t)}
}

func productOfTwo(a, b float64) twofold {
	p := a * b
	return twofold{p, math.FMA(a, b, -p)}
}

func (a twofold) plus(b twofold) twofold {
	s := sumOf(a.hi, b.hi)
	return sumOf(s.hi, s.lo+a.lo+b.lo)
}

func (a twofold) times(b twofold) twofold {
	p := productOfTwo(a.hi, b.hi)
	return sumOf(p.hi, p.lo+a.hi*b.lo+a.lo*b.hi)
}

func (a twofold) over(n float64) twofold {
	q := a.hi / n
	r := math.FMA(-q, n, a.hi) + a.lo
	return sumOf(q, r/n)
}

func (a twofold) negative() twofold { return twofold{-a.hi, -a.lo} }

// halfPi is a right angle.
var halfPi = twofold{1.5707963267948966, 6.123233995736766e-17}

// sinCos returns the sine and the cosine of an angle of a few turns at most.
func sinCos(angle float64) (sin, cos twofold) {
	quarter := math.Round(angle / (math.Pi / 2))
	turned := productOfTwo(quarter, halfPi.hi).plus(twofold{quarter * halfPi.lo, 0})
	r := twofold{angle, 0}.plus(turned.negative())
	// The series of both, from the term that no longer counts.
	square := r.times(r).negative()
	sin, cos = twofold{1, 0}, twofold{1, 0}
	for n := 26.0; n > 0; n -= 2 {
		sin = sin.times(square).over(n * (n + 1)).plus(twofold{1, 0})
		cos = cos.times(square).over(n * (n - 1)).plus(twofold{1, 0})
	}
	sin = sin.times(r)
	switch int(quarter) & 3 {
	case 1:
		return cos, sin.negative()
	case 2:
		return sin.negative(), cos.negative()
	case 3:
		return cos.negative(), sin
	}
	return sin, cos
}

// arcTangent is math.Atan2, improved by one step.
func arcTangent(y, x float64) float64 {
	angle := math.Atan2(y, x)
	if x == 0 || y == 0 {
		return angle
	}
	sin, cos := sinCos(angle)
	ahead := twofold{y, 0}.times(cos).plus(twofold{x, 0}.times(sin).negative())
	return angle + ahead.hi/math.Hypot(x, y)
}

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
	lat = arcTangent(p.Z, math.Sqrt(p.X*p.X+p.Y*p.Y))
	lng = arcTangent(p.Y, p.X)
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
