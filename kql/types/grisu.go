package types

import (
	"math"
	"math/big"
	"math/bits"
	"sync"
)

// Kusto prints the reals inside dynamic values with Grisu2 (Florian Loitsch,
// "Printing floating-point numbers quickly and accurately with integers",
// 2010), in a variant that does not move the last digit towards the number once
// nine digits stand behind the point. The digits always read back, but now and
// then they are not the closest ones of their length: 40.764323 plus one bit is
// 40.764323000000008, where strconv says …005. So strconv cannot print what
// Kusto prints.

// A diyFP is f × 2**e, as in Loitsch's paper.
type diyFP struct {
	f uint64
	e int
}

func (x diyFP) normalized() diyFP {
	n := bits.LeadingZeros64(x.f)
	return diyFP{x.f << n, x.e - n}
}

// mul rounds the product to 64 bits.
func (x diyFP) mul(y diyFP) diyFP {
	hi, lo := bits.Mul64(x.f, y.f)
	return diyFP{hi + lo>>63, x.e + y.e + 64}
}

// A grisu holds the digits of a number: d₀d₁… × 10**exp.
type grisu struct {
	digits [20]byte
	n      int
	exp    int
}

// grisu2 computes the digits of v, which must be finite and positive.
func grisu2(v float64) (g grisu) {
	const hidden = 1 << 52
	b := math.Float64bits(v)
	w := diyFP{b & (hidden - 1), int(b >> 52)}
	if w.e != 0 {
		w.f |= hidden
	} else {
		w.e = 1
	}
	w.e -= 1075

	// The numbers that read back as v lie between low and high.
	high := diyFP{w.f<<1 + 1, w.e - 1}.normalized()
	low := diyFP{w.f<<1 - 1, w.e - 1}
	if w.f == hidden {
		low = diyFP{w.f<<2 - 1, w.e - 2}
	}
	low = diyFP{low.f << (low.e - high.e), high.e}

	power, exp := powerFor(high.e)
	w, high, low = w.normalized().mul(power), high.mul(power), low.mul(power)
	g.exp = exp
	g.generate(w, diyFP{high.f - 1, high.e}, high.f-low.f-2)
	return g
}

// generate writes as few digits as tell a number within delta below high.
func (g *grisu) generate(w, high diyFP, delta uint64) {
	shift := -high.e
	one := uint64(1) << shift
	gap := high.f - w.f
	whole, frac := high.f>>shift, high.f&(one-1)
	kappa := decimalDigits(whole)
	for kappa > 0 {
		kappa--
		g.put(byte(whole / pow10[kappa]))
		whole %= pow10[kappa]
		if rest := whole<<shift + frac; rest <= delta {
			g.exp += kappa
			g.round(delta, rest, pow10[kappa]<<shift, gap)
			return
		}
	}
	for {
		frac, delta = frac*10, delta*10
		g.put(byte(frac >> shift))
		frac &= one - 1
		kappa--
		if frac < delta {
			g.exp += kappa
			if -kappa < 9 {
				g.round(delta, frac, one, gap*pow10[-kappa])
			}
			return
		}
	}
}

// put appends a digit; leading zeros are dropped.
func (g *grisu) put(d byte) {
	if d != 0 || g.n > 0 {
		g.digits[g.n] = '0' + d
		g.n++
	}
}

// round moves the last digit down while that comes closer to the number.
func (g *grisu) round(delta, rest, unit, gap uint64) {
	for rest < gap && delta-rest >= unit && (rest+unit < gap || gap-rest > rest+unit-gap) {
		g.digits[g.n-1]--
		rest += unit
	}
}

var pow10 = [...]uint64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9}

func decimalDigits(v uint64) int {
	n := 1
	for n < len(pow10) && v >= pow10[n] {
		n++
	}
	return n
}

// powerFor returns a power of ten that brings a number with binary exponent e
// to one between −60 and −32, and minus its decimal exponent.
func powerFor(e int) (power diyFP, exp int) {
	k := int(math.Ceil(float64(-61-e)*0.30102999566398114 + 347)) // log₁₀ 2
	i := k>>3 + 1
	return powersOfTen()[i], 348 - i*8
}

// powersOfTen holds 10**-348, 10**-340 … 10**340, rounded to 64 bits.
var powersOfTen = sync.OnceValue(func() *[87]diyFP {
	var t [87]diyFP
	for i := range t {
		k := int64(i*8 - 348)
		p := new(big.Float).SetPrec(2048).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(max(k, -k)), nil))
		if k < 0 {
			p.Quo(big.NewFloat(1).SetPrec(2048), p)
		}
		p.SetPrec(64)
		mant := new(big.Float)
		e := p.MantExp(mant) // 0.5 ≤ mant < 1
		f, _ := mant.SetMantExp(mant, 64).Uint64()
		t[i] = diyFP{f, e - 64}
	}
	return &t
})

// appendGrisu appends v, finite, as dynamic values print it: with ".0" if it is
// whole, plainly from 0.000001 up to 21 digits, beyond as 1.5e22 and 1e-7.
func appendGrisu(dst []byte, v float64) []byte {
	if math.Signbit(v) {
		dst = append(dst, '-')
		v = -v
	}
	if v == 0 {
		return append(dst, "0.0"...)
	}
	g := grisu2(v)
	digits := g.digits[:g.n]
	point := g.n + g.exp // digits in front of the point
	switch {
	case g.exp >= 0 && point <= 21:
		dst = append(dst, digits...)
		for range g.exp {
			dst = append(dst, '0')
		}
		return append(dst, ".0"...)
	case point > 0 && point <= 21:
		dst = append(append(dst, digits[:point]...), '.')
		return append(dst, digits[point:]...)
	case point > -6 && point <= 0:
		dst = append(dst, "0."...)
		for range -point {
			dst = append(dst, '0')
		}
		return append(dst, digits...)
	}
	dst = append(dst, digits[0])
	if g.n > 1 {
		dst = append(append(dst, '.'), digits[1:]...)
	}
	dst = append(dst, 'e')
	if point--; point < 0 {
		dst = append(dst, '-')
		point = -point
	}
	return appendUint(dst, uint64(point))
}
