package builtin

import (
	"math"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// arithmetic declares + - * / % and the unary minus.
//
// int and long are both read as int64, whatever the column says, and give long.
// The binder converts a dynamic operand to the type of the other one first.
//
// Sources: the Kusto documentation, "Numerical operators" and "Datetime /
// timespan arithmetic".
func arithmetic() function.Family {
	return function.Family{Title: "Arithmetic operators", Scalars: []function.Scalar{
		{
			Doc: "Adds two numbers, two timespans, or a timespan to a datetime; two datetimes, to divide the sum by two.",
			Overloads: []function.Overload{
				{Sig: "+(a: integer, b: integer): long", Kernel: addLoops[int64]().kernel(anyInteger, anyInteger, types.Long)},
				{Sig: "+(a: real, b: real): real", Kernel: addLoops[float64]().kernel(types.Real, types.Real, types.Real)},
				{Sig: "+(a: decimal, b: decimal): decimal", Kernel: decimalOp(types.Decimal128.Add)},
				{Sig: "+(a: timespan, b: timespan): timespan", Kernel: addLoops[int64]().kernel(types.TimeSpan, types.TimeSpan, types.TimeSpan)},
				{Sig: "+(a: datetime, b: timespan): datetime", Kernel: function.Map2Null(types.DateTime, types.TimeSpan, types.DateTime, types.AddTicks)},
				{Sig: "+(a: timespan, b: datetime): datetime", Kernel: function.Map2Null(types.TimeSpan, types.DateTime, types.DateTime,
					func(span, at int64) (int64, bool) { return types.AddTicks(at, span) })},
				{Sig: "+(a: datetime, b: datetime): datetime", Kernel: function.Map2Null(types.DateTime, types.DateTime, types.DateTime, types.AddTicks)},
			},
			Examples: []string{"1 + 2 -> 3", "1 + 0.5 -> 1.5", "datetime(2024-01-31) + 1d -> 2024-02-01T00:00:00Z", "9223372036854775807 + 1 -> -9223372036854775808", "1 + int(null) -> null"},
		},
		{
			Doc: "Subtracts a number, a timespan, or a datetime, which leaves a timespan.",
			Overloads: []function.Overload{
				{Sig: "-(a: integer, b: integer): long", Kernel: subLoops[int64]().kernel(anyInteger, anyInteger, types.Long)},
				{Sig: "-(a: real, b: real): real", Kernel: subLoops[float64]().kernel(types.Real, types.Real, types.Real)},
				{Sig: "-(a: decimal, b: decimal): decimal", Kernel: decimalOp(types.Decimal128.Sub)},
				{Sig: "-(a: timespan, b: timespan): timespan", Kernel: subLoops[int64]().kernel(types.TimeSpan, types.TimeSpan, types.TimeSpan)},
				{Sig: "-(a: datetime, b: datetime): timespan", Kernel: subLoops[int64]().kernel(types.DateTime, types.DateTime, types.TimeSpan)},
				{Sig: "-(a: datetime, b: timespan): datetime", Kernel: function.Map2Null(types.DateTime, types.TimeSpan, types.DateTime, subTicks)},
			},
			Examples: []string{"1 - 3 -> -2", "datetime(2024-03-01) - datetime(2024-02-01) -> 29.00:00:00", "datetime(2024-03-01) - 12h -> 2024-02-29T12:00:00Z"},
		},
		{
			Doc: "Multiplies two numbers, or a timespan by a number.",
			Overloads: []function.Overload{
				{Sig: "*(a: integer, b: integer): long", Kernel: mulLoops[int64]().kernel(anyInteger, anyInteger, types.Long)},
				{Sig: "*(a: real, b: real): real", Kernel: mulLoops[float64]().kernel(types.Real, types.Real, types.Real)},
				{Sig: "*(a: decimal, b: decimal): decimal", Kernel: decimalOp(types.Decimal128.Mul)},
				{Sig: "*(a: timespan, b: integer): timespan", Kernel: mulLoops[int64]().kernel(types.TimeSpan, anyInteger, types.TimeSpan)},
				{Sig: "*(a: integer, b: timespan): timespan", Kernel: mulLoops[int64]().kernel(anyInteger, types.TimeSpan, types.TimeSpan)},
				{Sig: "*(a: timespan, b: real): timespan", Kernel: function.Map2Null(types.TimeSpan, types.Real, types.TimeSpan, scaleTicks)},
				{Sig: "*(a: real, b: timespan): timespan", Kernel: function.Map2Null(types.Real, types.TimeSpan, types.TimeSpan,
					func(f float64, span int64) (int64, bool) { return scaleTicks(span, f) })},
				{Sig: "*(a: timespan, b: decimal): timespan", Kernel: function.Map2Null(types.TimeSpan, types.Decimal, types.TimeSpan, scaleTicksDecimal)},
				{Sig: "*(a: decimal, b: timespan): timespan", Kernel: function.Map2Null(types.Decimal, types.TimeSpan, types.TimeSpan,
					func(f types.Decimal128, span int64) (int64, bool) { return scaleTicksDecimal(span, f) })},
			},
			Examples: []string{"6 * 7 -> 42", "1.5 * 1h -> 01:30:00", "int(2147483647) * int(2) -> 4294967294"},
		},
		{
			Doc: "Divides numbers or timespans; integers are cut off towards zero, and an integer divided by zero is null.",
			Overloads: []function.Overload{
				{Sig: "/(a: integer, b: integer): long", Kernel: function.Map2Null(anyInteger, anyInteger, types.Long, quoLong)},
				{Sig: "/(a: real, b: real): real", Kernel: quoLoops().kernel(types.Real, types.Real, types.Real)},
				{Sig: "/(a: decimal, b: decimal): decimal", Kernel: function.Map2Null(types.Decimal, types.Decimal, types.Decimal, types.DecimalQuo)},
				{Sig: "/(a: timespan, b: timespan): real", Kernel: ratio(types.TimeSpan, types.TimeSpan)},
				{Sig: "/(a: timespan, b: integer): timespan", Kernel: function.Map2Null(types.TimeSpan, anyInteger, types.TimeSpan, quoLong)},
				{Sig: "/(a: timespan, b: real): timespan", Kernel: function.Map2Null(types.TimeSpan, types.Real, types.TimeSpan,
					func(span int64, f float64) (int64, bool) { return truncate(float64(span) / f) })},
				{Sig: "/(a: timespan, b: decimal): timespan", Kernel: function.Map2Null(types.TimeSpan, types.Decimal, types.TimeSpan,
					func(span int64, f types.Decimal128) (int64, bool) { return truncate(float64(span) / f.Float64()) })},
				{Sig: "/(a: datetime, b: integer): datetime", Kernel: function.Map2Null(types.DateTime, anyInteger, types.DateTime,
					func(at, n int64) (int64, bool) { return datetimeOf(quoLong(at, n)) })},
				{Sig: "/(a: datetime, b: real): datetime", Kernel: function.Map2Null(types.DateTime, types.Real, types.DateTime,
					func(at int64, f float64) (int64, bool) { return datetimeOf(truncate(float64(at) / f)) })},
				{Sig: "/(a: datetime, b: timespan): real", Kernel: ratio(types.DateTime, types.TimeSpan)},
				{Sig: "/(a: datetime, b: datetime): real", Kernel: ratio(types.DateTime, types.DateTime)},
			},
			Examples: []string{"7 / 2 -> 3", "-100 / 7 -> -14", "1 / 0 -> null", "1.0 / 0 -> Infinity", "1d / 5h -> 4.8", "90m / 3 -> 00:30:00"},
		},
		{
			Doc: "Returns the remainder of a division, never negative; null if an integer is divided by zero.",
			Overloads: []function.Overload{
				{Sig: "%(a: integer, b: integer): long", Kernel: modKernel(anyInteger, anyInteger, types.Long)},
				{Sig: "%(a: real, b: real): real", Kernel: function.Map2(types.Real, types.Real, types.Real, modReal)},
				{Sig: "%(a: decimal, b: decimal): decimal", Kernel: function.Map2Null(types.Decimal, types.Decimal, types.Decimal, modDecimal)},
				{Sig: "%(a: timespan, b: timespan): timespan", Kernel: modKernel(types.TimeSpan, types.TimeSpan, types.TimeSpan)},
				{Sig: "%(a: timespan, b: integer): timespan", Kernel: modKernel(types.TimeSpan, anyInteger, types.TimeSpan)},
				{Sig: "%(a: datetime, b: timespan): timespan", Kernel: modKernel(types.DateTime, types.TimeSpan, types.TimeSpan)},
			},
			Examples: []string{"14 % 12 -> 2", "-100 % 7 -> 5", "5.5 % -3.0 -> 2.5", "25h % 1d -> 01:00:00"},
		},
		{
			Doc: "Changes the sign of a number or a timespan.",
			Overloads: []function.Overload{
				{Sig: "unary -(x: integer): long", Kernel: function.Map1(anyInteger, types.Long, func(x int64) int64 { return -x })},
				{Sig: "unary -(x: real): real", Kernel: function.Map1(types.Real, types.Real, func(x float64) float64 { return -x })},
				{Sig: "unary -(x: decimal): decimal", Kernel: function.Map1(types.Decimal, types.Decimal, types.Decimal128.Neg)},
				{Sig: "unary -(x: timespan): timespan", Kernel: function.Map1(types.TimeSpan, types.TimeSpan, func(x int64) int64 { return -x })},
				{Sig: "unary -(x: dynamic): dynamic", Kernel: function.Map1(types.Dynamic, types.Dynamic, negateDynamic)},
			},
			Examples: []string{"-(5) -> -5", "-(1h) -> -01:00:00"},
		},
	}}
}

// anyInteger is how a kernel asks for int and long as they are: both are int64
// in memory.
const anyInteger = types.Unknown

func addLoops[T int64 | float64]() loops[T, T, T] {
	return loops[T, T, T]{
		aa: func(out, a, b []T) { aa(out, a, b, func(x, y T) T { return x + y }) },
		as: func(out, a []T, b T) { as(out, a, b, func(x, y T) T { return x + y }) },
		sa: func(out []T, a T, b []T) { sa(out, a, b, func(x, y T) T { return x + y }) },
	}
}

func subLoops[T int64 | float64]() loops[T, T, T] {
	return loops[T, T, T]{
		aa: func(out, a, b []T) { aa(out, a, b, func(x, y T) T { return x - y }) },
		as: func(out, a []T, b T) { as(out, a, b, func(x, y T) T { return x - y }) },
		sa: func(out []T, a T, b []T) { sa(out, a, b, func(x, y T) T { return x - y }) },
	}
}

func mulLoops[T int64 | float64]() loops[T, T, T] {
	return loops[T, T, T]{
		aa: func(out, a, b []T) { aa(out, a, b, func(x, y T) T { return x * y }) },
		as: func(out, a []T, b T) { as(out, a, b, func(x, y T) T { return x * y }) },
		sa: func(out []T, a T, b []T) { sa(out, a, b, func(x, y T) T { return x * y }) },
	}
}

func quoLoops() loops[float64, float64, float64] {
	return loops[float64, float64, float64]{
		aa: func(out, a, b []float64) { aa(out, a, b, func(x, y float64) float64 { return x / y }) },
		as: func(out, a []float64, b float64) { as(out, a, b, func(x, y float64) float64 { return x / y }) },
		sa: func(out []float64, a float64, b []float64) {
			sa(out, a, b, func(x, y float64) float64 { return x / y })
		},
	}
}

// ratio divides two tick counts as reals.
func ratio(a, b types.Type) function.Kernel {
	return loops[int64, int64, float64]{
		aa: func(out []float64, a, b []int64) {
			aa(out, a, b, func(x, y int64) float64 { return float64(x) / float64(y) })
		},
		as: func(out []float64, a []int64, b int64) {
			as(out, a, b, func(x, y int64) float64 { return float64(x) / float64(y) })
		},
		sa: func(out []float64, a int64, b []int64) {
			sa(out, a, b, func(x, y int64) float64 { return float64(x) / float64(y) })
		},
	}.kernel(a, b, types.Real)
}

func decimalOp(f func(a, b types.Decimal128) types.Decimal128) function.Kernel {
	return function.Map2Null(types.Decimal, types.Decimal, types.Decimal, func(a, b types.Decimal128) (types.Decimal128, bool) {
		return finite(f(a, b))
	})
}

// finite refuses what decimal cannot hold: an overflow is null.
func finite(d types.Decimal128) (types.Decimal128, bool) { return d, !d.IsNaN() && !d.IsInf(0) }

func subTicks(at, span int64) (int64, bool) {
	if span == math.MinInt64 {
		return 0, false
	}
	return types.AddTicks(at, -span)
}

func scaleTicks(span int64, f float64) (int64, bool) { return truncate(float64(span) * f) }

func scaleTicksDecimal(span int64, f types.Decimal128) (int64, bool) {
	return truncate(float64(span) * f.Float64())
}

// truncate cuts a real off towards zero; !ok if no tick count can hold it.
func truncate(f float64) (int64, bool) {
	if !(f >= -(1<<63) && f < 1<<63) {
		return 0, false
	}
	return int64(f), true
}

// datetimeOf returns the ticks of a datetime, if they are those of one.
func datetimeOf(ticks int64, ok bool) (int64, bool) {
	if !ok {
		return 0, false
	}
	return types.AddTicks(ticks, 0)
}

func quoLong(a, b int64) (int64, bool) {
	if b == 0 {
		return 0, false
	}
	return a / b, true
}

// modKernel is % of whole numbers, with a loop of its own where all rows have one
// divisor.
func modKernel(a, b, out types.Type) function.Kernel {
	k := function.Map2Null(a, b, out, modLong)
	one, each := loops[int64, int64, int64]{as: modAll}.kernel(a, b, out).Run, k.Run
	k.Run = func(c *function.Call, args []column.Column, n int) (column.Column, error) {
		divisor := column.ViewOf[int64](args[1])
		if d, ok := divisor.Const(); ok && d != 0 && !divisor.Null(0) {
			return one(c, args, n)
		}
		return each(c, args, n)
	}
	return k
}

// modAll is modLong by b, which is not 0.
func modAll(out, a []int64, b int64) {
	m := max(b, -b)
	if m > 0 && m&(m-1) == 0 {
		for i, x := range a {
			out[i] = x & (m - 1)
		}
		return
	}
	for i, x := range a {
		r := x % b
		if r < 0 {
			r += m
		}
		out[i] = r
	}
}

// modLong returns the remainder in [0, |b|).
func modLong(a, b int64) (int64, bool) {
	if b == 0 {
		return 0, false
	}
	r := a % b
	switch {
	case r >= 0:
	case b < 0:
		r -= b
	default:
		r += b
	}
	return r, true
}

func modReal(a, b float64) float64 {
	r := math.Mod(a, b)
	if r < 0 {
		r += math.Abs(b)
	}
	return r
}

func modDecimal(a, b types.Decimal128) (types.Decimal128, bool) {
	if b.IsZero() {
		return b, false
	}
	_, r := a.QuoRem(b)
	if r.Signbit() && !r.IsZero() {
		if b.Signbit() {
			b = b.Neg()
		}
		r = r.Add(b)
	}
	return finite(r)
}
