package builtin

import (
	"math"

	"github.com/woodsbury/decimal128"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// rounding declares bin() and the other functions that round.
//
// Sources: the Kusto documentation, the pages of each function.
func rounding() function.Family {
	bin := function.Scalar{
		Doc: "Rounds a value down to a multiple of a bin size; null if the size is not positive.",
		Overloads: []function.Overload{
			{Sig: "bin(value: datetime, roundTo: timespan): datetime", Kernel: binLongs(types.DateTime, types.TimeSpan, types.DateTime)},
			{Sig: "bin(value: integer, roundTo: integer): long", Kernel: binLongs(anyInteger, anyInteger, types.Long)},
			{Sig: "bin(value: real, roundTo: real): real", Kernel: function.Map2Null(types.Real, types.Real, types.Real, func(x, size float64) (float64, bool) {
				return binReal(x, size, 0)
			})},
			{Sig: "bin(value: decimal, roundTo: decimal): decimal", Kernel: function.Map2Null(types.Decimal, types.Decimal, types.Decimal, func(x, size types.Decimal128) (types.Decimal128, bool) {
				return binDecimal(x, size, types.Decimal128{})
			})},
			{Sig: "bin(value: timespan, roundTo: timespan): timespan", Kernel: binLongs(types.TimeSpan, types.TimeSpan, types.TimeSpan)},
		},
		Analyzer: []string{
			"bin(value: datetime, roundTo: timespan|datetime): datetime", "bin(value: integer, roundTo: integer): long",
			"bin(value: real, roundTo: real): real", "bin(value: decimal, roundTo: decimal): decimal", "bin(value: timespan, roundTo: timespan): timespan",
		},
		ResultName: function.NameFirstArgument,
		Examples:   []string{"bin(4.5, 1) -> 4", "bin(-5, 2) -> -6", "bin(time(16d), 7d) -> 14.00:00:00", "bin(datetime(1970-05-11 13:45:07), 1d) -> 1970-05-11T00:00:00Z", "bin(5, -1) -> null"},
	}
	return function.Family{Title: "Rounding functions", Scalars: []function.Scalar{
		bin,
		alias("floor", bin),
		{
			Doc: "Rounds a value down to a bin of the given size, one of which begins at the fixed point.",
			Overloads: []function.Overload{
				{Sig: "bin_at(value: datetime, bin_size: timespan, fixed_point: datetime): datetime", Kernel: binAtLongs(types.DateTime, types.TimeSpan)},
				{Sig: "bin_at(value: integer, bin_size: integer, fixed_point: integer): long", Kernel: binAtLongs(types.Long, types.Long)},
				{Sig: "bin_at(value: real, bin_size: real, fixed_point: real): real", Kernel: function.Map3Null(types.Real, types.Real, types.Real, types.Real, binReal)},
				{Sig: "bin_at(value: decimal, bin_size: decimal, fixed_point: decimal): decimal", Kernel: function.Map3Null(types.Decimal, types.Decimal, types.Decimal, types.Decimal, binDecimal)},
				{Sig: "bin_at(value: timespan, bin_size: timespan, fixed_point: timespan): timespan", Kernel: binAtLongs(types.TimeSpan, types.TimeSpan)},
			},
			Analyzer: []string{
				"bin_at(value: datetime, bin_size: number|timespan|datetime, fixed_point: datetime): datetime",
				"bin_at(value: integer, bin_size: integer, fixed_point: integer): long",
				"bin_at(value: real, bin_size: real, fixed_point: real): real",
				"bin_at(value: decimal, bin_size: decimal, fixed_point: decimal): decimal",
				"bin_at(value: timespan, bin_size: number|timespan, fixed_point: timespan): timespan",
			},
			ResultName: function.NameFirstArgument,
			Examples:   []string{"bin_at(6.5, 2.5, 7) -> 4.5", "bin_at(time(1h), 1d, 12h) -> -12:00:00", "bin_at(datetime(2017-05-17 10:20:00.0), 7d, datetime(2017-06-04)) -> 2017-05-14T00:00:00Z"},
		},
		binAuto(),
		{
			Doc: "Returns the least whole number that is not less than a number.",
			Overloads: []function.Overload{
				// Of integers, too, the engine makes a real.
				{Sig: "ceiling(number: int): real", Analyzer: types.Int, Kernel: function.Map1(types.Real, types.Real, math.Ceil)},
				{Sig: "ceiling(number: long): real", Analyzer: types.Long, Kernel: function.Map1(types.Real, types.Real, math.Ceil)},
				{Sig: "ceiling(number: real): real", Kernel: function.Map1(types.Real, types.Real, math.Ceil)},
				{Sig: "ceiling(number: decimal): decimal", Kernel: function.Map1(types.Decimal, types.Decimal, func(d types.Decimal128) types.Decimal128 { return d.Ceil(0) })},
			},
			ResultName: function.NameFirstArgument,
			Examples:   []string{"ceiling(-1.1) -> -1", "ceiling(0.9) -> 1", "ceiling(3) -> 3"},
		},
		round(),
	}}
}

// binLongs floors to multiples of the second argument. Neighbours in a column
// mostly share a bin, so the last one is tried before dividing.
func binLongs(a, b, out types.Type) function.Kernel {
	general := function.Map2Null(a, b, out, func(x, size int64) (int64, bool) { return floorTo(x, size, 0) })
	return function.Kernel{In: general.In, Out: out, Each: general.Each, Run: func(c *function.Call, args []column.Column, n int) (column.Column, error) {
		x, size := operandOf[int64](args[0]), operandOf[int64](args[1])
		if x.fixed || !size.fixed || size.vals[0] <= 0 || !size.valid.Has(0) {
			return general.Run(c, args, n)
		}
		return function.OverOne(c, args, n, func(args []column.Column, n int) (column.Column, error) {
			v := column.FlatVec[int64](args[0])
			out, width := function.Room[int64](c, n), size.vals[0]
			from, _ := floorTo(0, width, 0)
			for i, x := range v.Vals[:n] {
				if uint64(x-from) >= uint64(width) {
					from, _ = floorTo(x, width, 0)
				}
				out[i] = from
			}
			return column.NewVec(c.Out, out, v.Valid), nil
		})
	}}
}

func binAtLongs(t, size types.Type) function.Kernel {
	return function.Map3Null(t, size, t, t, floorTo)
}

// floorTo returns the greatest at+k×size that is not above x; !ok if size is not
// positive.
func floorTo(x, size, at int64) (int64, bool) {
	if size <= 0 {
		return 0, false
	}
	rest := (x - at) % size
	if rest < 0 {
		rest += size
	}
	return x - rest, true
}

func binReal(x, size, at float64) (float64, bool) {
	return at + math.Floor((x-at)/size)*size, size > 0
}

func binDecimal(x, size, at types.Decimal128) (types.Decimal128, bool) {
	if size.Sign() <= 0 {
		return x, false
	}
	return finite(at.Add(x.Sub(at).Quo(size).Floor(0).Mul(size)))
}

// round rounds halves away from zero.
func round() function.Scalar {
	integers := func(t types.Type) function.Kernel {
		return function.Map2(t, types.Long, t, func(x, digits int64) int64 {
			if digits >= 0 {
				return x
			}
			return int64(roundTo(float64(x), digits))
		})
	}
	return function.Scalar{
		Doc: "Rounds a number to a number of digits after the point, or before it if negative.",
		Overloads: []function.Overload{
			{Sig: "round(number: int): int", Kernel: retyping(types.Int, types.Int)},
			{Sig: "round(number: long): long", Kernel: retyping(types.Long, types.Long)},
			{Sig: "round(number: real): real", Kernel: function.Map1(types.Real, types.Real, math.Round)},
			{Sig: "round(number: decimal): decimal", Kernel: function.Map1(types.Decimal, types.Decimal, func(d types.Decimal128) types.Decimal128 {
				return d.Round(0, decimal128.ToNearestAway)
			})},
			{Sig: "round(number: int, precision: const integer): int", Kernel: integers(types.Int)},
			{Sig: "round(number: long, precision: const integer): long", Kernel: integers(types.Long)},
			{Sig: "round(number: real, precision: const integer): real", Kernel: function.Map2(types.Real, types.Long, types.Real, roundTo)},
			{Sig: "round(number: decimal, precision: const integer): decimal", Kernel: function.Map2(types.Decimal, types.Long, types.Decimal, func(d types.Decimal128, digits int64) types.Decimal128 {
				return d.Round(int(max(min(digits, 400), -400)), decimal128.ToNearestAway)
			})},
		},
		ResultName: function.NameFirstArgument,
		Examples:   []string{"round(2.98765, 3) -> 2.988", "round(2.15, 1) -> 2.2", "round(2.15) -> 2", "round(-50.55, -2) -> -100", "round(21.5, -1) -> 20", "round(-2.5) -> -3"},
	}
}

// roundTo rounds to digits after the point. The power of ten is a whole number
// in either direction, so that 2.15 to one digit is 2.2.
func roundTo(x float64, digits int64) float64 {
	if digits < 0 {
		scale := math.Pow(10, float64(-digits))
		if y := math.Round(x/scale) * scale; !math.IsNaN(y) {
			return y
		}
		return 0
	}
	scale := math.Pow(10, float64(digits))
	y := math.Round(x*scale) / scale
	if math.IsNaN(y) || math.IsInf(y, 0) {
		return x // so many digits leave x as it is
	}
	return y
}

// binAuto is bin_auto(value), which takes its bins from the request: where that has
// them, the binder calls bin or bin_at in its place.
func binAuto() function.Scalar {
	const reason = "set query_bin_auto_size before it"
	f := function.Scalar{
		Doc:        "Rounds a value down to a bin of the size that the request property query_bin_auto_size has, one of which begins at query_bin_auto_at.",
		Volatile:   true, // its result depends on the request, so there is no example
		ResultName: function.NameFirstArgument,
	}
	for _, t := range []struct {
		name string
		in   types.Type
		out  types.Type
	}{{"datetime", types.DateTime, types.DateTime}, {"timespan", types.TimeSpan, types.TimeSpan}, {"integer", types.Unknown, types.Long}, {"real", types.Real, types.Real}} {
		f.Overloads = append(f.Overloads, function.Overload{
			Sig:    "bin_auto(value: " + t.name + "): " + t.out.String(),
			Kernel: refused([]types.Type{t.in}, t.out, "bin_auto", reason),
		})
	}
	return f
}
