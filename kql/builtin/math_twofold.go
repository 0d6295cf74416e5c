package builtin

import (
	"math"
	"math/big"
	"sync"
)

// The C library that the engine uses rounds logarithms, powers and angles
// correctly in nearly all cases. Package math is off by a unit in the last place
// now and then, which shows where a result is printed, cut off or compared:
// log10(1e15) was 14.999999999999998, and toint(pow(8, 1.0/3)) was 1. So these
// are computed with twice the precision here, and rounded once.

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

// over returns a / b as one number.
func (a twofold) over(b twofold) float64 {
	q := a.hi / b.hi
	return q + (math.FMA(-q, b.hi, a.hi)+a.lo-q*b.lo)/b.hi
}

func (a twofold) negative() twofold { return twofold{-a.hi, -a.lo} }

// tableBits is the precision that tables are computed with.
const tableBits = 200

func newBig(v float64) *big.Float { return big.NewFloat(v).SetPrec(tableBits) }

// twofoldOf returns the two numbers nearest to v.
func twofoldOf(v *big.Float) twofold {
	hi, _ := v.Float64()
	lo, _ := new(big.Float).Sub(v, newBig(hi)).Float64()
	return twofold{hi, lo}
}

// powerSeries sums first × (1 + x×step(1) × (1 + x×step(2) × …)) until a term no longer counts.
func powerSeries(first, x *big.Float, step func(k float64) (num, den float64)) *big.Float {
	sum, term := newBig(0).Set(first), newBig(0).Set(first)
	for k := 1.0; term.Sign() != 0 && term.MantExp(nil) > sum.MantExp(nil)-tableBits; k++ {
		num, den := step(k)
		term.Mul(term, x)
		term.Quo(term.Mul(term, newBig(num)), newBig(den))
		sum.Add(sum, term)
	}
	return sum
}

// steps is how many parts a unit has in the tables.
const steps = 64

// mathTables hold values at multiples of 1/64, and constants.
type mathTables struct {
	log      [steps + 1]twofold // of 1 + i/64
	exp2     [steps]twofold     // 2 to i/64
	sin, cos [steps]twofold     // of i/64
	// ln2, invLn2 and invLn10 are the logarithm of 2 and what turns a natural
	// logarithm into one to base 2 or 10; quarter is π/2 in three parts.
	ln2, invLn2, invLn10 twofold
	quarter              [3]float64
	// expStep and expRest add up to log(2)/64; the first times a whole number
	// below 2**20 is exact.
	expStep, expRest float64
}

var mathTable = sync.OnceValue(func() *mathTables {
	t := &mathTables{}
	log := func(v float64) *big.Float { // 2 artanh((v-1)/(v+1))
		z := newBig(v - 1)
		z.Quo(z, newBig(v+1))
		return powerSeries(newBig(0).Mul(newBig(2), z), newBig(0).Mul(z, z), func(k float64) (num, den float64) { return 2*k - 1, 2*k + 1 })
	}
	for i := range t.log {
		t.log[i] = twofoldOf(log(1 + float64(i)/steps))
	}
	root := newBig(2)
	for range 6 {
		root.Sqrt(root)
	}
	power := newBig(1)
	for i := range t.exp2 {
		t.exp2[i] = twofoldOf(power)
		power.Mul(power, root)
	}
	for i := range t.sin {
		x := newBig(float64(i) / steps)
		square := newBig(0).Neg(newBig(0).Mul(x, x))
		t.sin[i] = twofoldOf(powerSeries(x, square, func(k float64) (num, den float64) { return 1, 2 * k * (2*k + 1) }))
		t.cos[i] = twofoldOf(powerSeries(newBig(1), square, func(k float64) (num, den float64) { return 1, 2 * k * (2*k - 1) }))
	}
	ln2 := log(2)
	ln10 := newBig(0).Add(newBig(0).Mul(newBig(3), ln2), log(1.25))
	t.ln2, t.invLn2, t.invLn10 = twofoldOf(ln2), twofoldOf(newBig(0).Quo(newBig(1), ln2)), twofoldOf(newBig(0).Quo(newBig(1), ln10))
	step := newBig(0).Quo(ln2, newBig(steps))
	t.expStep = math.Float64frombits(math.Float64bits(t.ln2.hi/steps) &^ (1<<20 - 1))
	t.expRest, _ = newBig(0).Sub(step, newBig(t.expStep)).Float64()
	quarter := quarterTurn()
	for i := range t.quarter {
		t.quarter[i], _ = quarter.Float64()
		quarter.Sub(quarter, newBig(t.quarter[i]))
	}
	return t
})

// quarterTurn returns π/2 by Machin's formula: π/4 = 4 arctan(1/5) − arctan(1/239).
func quarterTurn() *big.Float {
	arctan := func(inverse float64) *big.Float {
		x := newBig(0).Quo(newBig(1), newBig(inverse))
		return powerSeries(x, newBig(0).Neg(newBig(0).Mul(x, x)), func(k float64) (num, den float64) { return 2*k - 1, 2*k + 1 })
	}
	sum := newBig(0).Sub(newBig(0).Mul(newBig(4), arctan(5)), arctan(239))
	return sum.Mul(sum, newBig(2))
}
