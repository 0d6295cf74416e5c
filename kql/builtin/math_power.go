package builtin

import "math"

// logOf returns the natural logarithm of x, which must be positive and finite.
func logOf(t *mathTables, x float64) twofold {
	m, k := math.Frexp(x)
	m, k = 2*m, k-1
	i := int(math.RoundToEven((m - 1) * steps))
	c := 1 + float64(i)/steps
	// log(m/c) is 2 artanh of u, at most 1/256.
	d := sumOf(m, c)
	u := (m - c) / d.hi
	q := productOfTwo(u, d.hi)
	rest := (((m - c) - q.hi) - q.lo - u*d.lo) / d.hi
	w := u * u
	tail := 2 * u * w * (1.0/3 + w*(1.0/5+w*(1.0/7+w*(1.0/9))))
	return t.ln2.times(twofold{hi: float64(k)}).plus(t.log[i]).plus(sumOf(2*u, 2*rest+tail))
}

// expOf returns e to p.
func expOf(t *mathTables, p twofold) float64 {
	switch {
	case p.hi > 710:
		return math.Inf(1)
	case p.hi < -746:
		return 0
	}
	k := math.RoundToEven(p.hi / (math.Ln2 / steps))
	r := p.hi - k*t.expStep
	low := p.lo - k*t.expRest
	sum := sumOf(r, low)
	x := sum.hi
	// e**x - 1, x at most log(2)/128.
	more := sum.lo + x*x*(1.0/2+x*(1.0/6+x*(1.0/24+x*(1.0/120+x*(1.0/720)))))
	i := int(k) & (steps - 1)
	f := t.exp2[i]
	return math.Ldexp(f.hi+(f.lo+f.hi*(x+more)), (int(k)-i)/steps)
}

// logarithmTo returns the logarithm to a base as a kernel computes it. scale is
// what turns a natural one into it.
func logarithmTo(scale func(*mathTables) twofold) func(float64) float64 {
	return func(x float64) float64 {
		if !(x > 0 && x <= math.MaxFloat64) {
			return math.Log(x)
		}
		t := mathTable()
		return logOf(t, x).times(scale(t)).hi
	}
}

func naturalLogarithm() func(float64) float64 {
	return logarithmTo(func(*mathTables) twofold { return twofold{hi: 1} })
}

// exponential returns e to x.
func exponential(x float64) float64 {
	if x-x != 0 {
		return math.Exp(x)
	}
	return expOf(mathTable(), twofold{hi: x})
}

// power returns x to y, as C's pow.
func power(x, y float64) float64 {
	a := math.Abs(x)
	const most = 1 << 70 // of y, of which the result is 0, 1 or infinite beyond
	if math.Abs(y) > most || !(a > 0 && a <= math.MaxFloat64) || y-y != 0 || x < 0 && y != math.Trunc(y) {
		return math.Pow(x, y)
	}
	t := mathTable()
	v := expOf(t, logOf(t, a).times(twofold{hi: y}))
	if x < 0 && math.Mod(y, 2) != 0 {
		return -v
	}
	return v
}
