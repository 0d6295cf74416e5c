package builtin

import (
	"math"

	"github.com/golang/geo/s2"
)

// The spheroid WGS-84: half axis in metres and flattening.
const (
	wgs84Axis       = 6378137.0
	wgs84Flattening = 1 / 298.257223563
)

// spheroidDistance returns the length in metres of the geodesic between two
// points of WGS-84, by Vincenty's inverse formula, which is exact to less than
// a millimetre. For points nearly opposite to each other, where the formula
// finds no answer, the result is !ok.
func spheroidDistance(p, q s2.LatLng) (metres float64, ok bool) {
	if p == q {
		return 0, true
	}
	const f = wgs84Flattening
	l := float64(q.Lng - p.Lng)
	if l > math.Pi {
		l -= 2 * math.Pi
	} else if l < -math.Pi {
		l += 2 * math.Pi
	}
	sinU1, cosU1 := math.Sincos(math.Atan((1 - f) * math.Tan(float64(p.Lat))))
	sinU2, cosU2 := math.Sincos(math.Atan((1 - f) * math.Tan(float64(q.Lat))))
	lambda := l
	for range 200 {
		sin, cos := math.Sincos(lambda)
		sinSigma := math.Hypot(cosU2*sin, cosU1*sinU2-sinU1*cosU2*cos)
		if sinSigma == 0 {
			return 0, cos > 0
		}
		cosSigma := sinU1*sinU2 + cosU1*cosU2*cos
		sigma := math.Atan2(sinSigma, cosSigma)
		sinAlpha := cosU1 * cosU2 * sin / sinSigma
		cos2Alpha := 1 - sinAlpha*sinAlpha
		cos2Middle := 0.0 // on the equator
		if cos2Alpha > 0 {
			cos2Middle = cosSigma - 2*sinU1*sinU2/cos2Alpha
		}
		c := f / 16 * cos2Alpha * (4 + f*(4-3*cos2Alpha))
		before := lambda
		lambda = l + (1-c)*f*sinAlpha*(sigma+c*sinSigma*(cos2Middle+c*cosSigma*(2*cos2Middle*cos2Middle-1)))
		if math.Abs(lambda) > math.Pi {
			return 0, false
		}
		if math.Abs(lambda-before) < 1e-12 {
			return vincenty(sigma, sinSigma, cosSigma, cos2Alpha, cos2Middle), true
		}
	}
	return 0, false
}

// vincenty returns the length of a geodesic from what the iteration found.
func vincenty(sigma, sinSigma, cosSigma, cos2Alpha, cos2Middle float64) float64 {
	const minor = wgs84Axis * (1 - wgs84Flattening)
	u := cos2Alpha * (wgs84Axis*wgs84Axis - minor*minor) / (minor * minor)
	a := 1 + u/16384*(4096+u*(-768+u*(320-175*u)))
	b := u / 1024 * (256 + u*(-128+u*(74-47*u)))
	square := cos2Middle * cos2Middle
	delta := b * sinSigma * (cos2Middle + b/4*(cosSigma*(2*square-1)-b/6*cos2Middle*(4*sinSigma*sinSigma-3)*(4*square-3)))
	return minor * a * (sigma - delta)
}
