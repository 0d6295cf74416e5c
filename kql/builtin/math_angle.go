package builtin

import "math"

// maxAngle is the largest angle that sinCos reduces.
const maxAngle = 1 << 20

// sinCos returns the sine and cosine of x, whose magnitude is at most maxAngle.
func sinCos(x float64) (sin, cos twofold) {
	t := mathTable()
	turns := math.RoundToEven(x / (math.Pi / 2))
	r := twofold{hi: x}
	for _, part := range t.quarter {
		r = r.plus(productOfTwo(-turns, part))
	}
	sin, cos = sinCosSmall(t, r)
	switch int64(turns) & 3 {
	case 1:
		return cos, sin.negative()
	case 2:
		return sin.negative(), cos.negative()
	case 3:
		return cos.negative(), sin
	}
	return sin, cos
}

// sinCosSmall returns those of an angle of at most π/4: of the nearest multiple
// of 1/64 and of what is left, put together.
func sinCosSmall(t *mathTables, r twofold) (sin, cos twofold) {
	if r.hi < 0 {
		sin, cos = sinCosSmall(t, r.negative())
		return sin.negative(), cos
	}
	i := int(math.RoundToEven(r.hi * steps))
	r = twofold{hi: r.hi - float64(i)/steps}.plus(twofold{hi: r.lo})
	x := r.hi
	w := x * x
	sinMore := -x * w * (1.0/6 - w*(1.0/120-w*(1.0/5040)))
	cosMore := -w * (1.0/2 - w*(1.0/24-w*(1.0/720)))
	s, c := t.sin[i], t.cos[i]
	sin = c.times(r).plus(s).plus(twofold{hi: s.hi*cosMore + c.hi*sinMore})
	cos = s.times(r).negative().plus(c).plus(twofold{hi: c.hi*cosMore - s.hi*sinMore})
	return sin, cos
}

func sine(x float64) float64 {
	if x == 0 || !(math.Abs(x) <= maxAngle) {
		return math.Sin(x)
	}
	s, _ := sinCos(x)
	return s.hi
}

func cosine(x float64) float64 {
	if !(math.Abs(x) <= maxAngle) {
		return math.Cos(x)
	}
	_, c := sinCos(x)
	return c.hi
}

func tangent(x float64) float64 {
	if x == 0 || !(math.Abs(x) <= maxAngle) {
		return math.Tan(x)
	}
	s, c := sinCos(x)
	return s.over(c)
}

// The angle that Go's function gives is moved by what its sine and cosine are
// beside those that it should have.

func arcSine(x float64) float64 {
	y := math.Asin(x)
	if !(math.Abs(x) < 1) || x == 0 {
		return y
	}
	s, c := sinCos(y)
	return y + ((x-s.hi)-s.lo)/c.hi
}

func arcCosine(x float64) float64 {
	y := math.Acos(x)
	if !(math.Abs(x) < 1) {
		return y
	}
	s, c := sinCos(y)
	return y + ((c.hi-x)+c.lo)/s.hi
}

func arcTangent(x float64) float64 { return arcTangent2(x, 1) }

// arcTangent2 is the angle between the x axis and the point (x, y), as C's atan2.
func arcTangent2(y, x float64) float64 {
	a := math.Atan2(y, x)
	// Beyond these the products are not exact, or there is nothing to compute.
	const least, most = 1e-100, 1e100
	if ax, ay := math.Abs(x), math.Abs(y); !(ax > least && ax < most && ay > least && ay < most) {
		return a
	}
	s, c := sinCos(a)
	off := c.times(twofold{hi: y}).plus(s.times(twofold{hi: -x}))
	return a + off.hi/(x*c.hi+y*s.hi)
}
