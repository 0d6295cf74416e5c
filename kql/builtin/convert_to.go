package builtin

import (
	"math"
	"strconv"

	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// toText prints as tostring() and strcat() do. Nulls are left empty. A real is
// printed as dynamic values print it, a whole one with its ".0": the
// documentation of detect_anomalous_spike_fl() shows 628.0 in a strcat() of a
// real and 5079 in one of a long.
func toText(from types.Type) function.Kernel {
	switch from {
	case types.Bool:
		return function.Map1(from, types.String, func(b bool) string { return printed(b, types.AppendBool) })
	case types.Int, types.Long:
		return function.Map1(from, types.String, func(n int64) string { return strconv.FormatInt(n, 10) })
	case types.Real:
		return function.Map1(from, types.String, func(f float64) string { return printed(f, types.AppendRealDynamic) })
	case types.Decimal:
		return function.Map1(from, types.String, func(d types.Decimal128) string { return printed(d, types.AppendDecimal) })
	case types.DateTime:
		return function.Map1(from, types.String, func(t int64) string { return printed(t, types.AppendDateTime) })
	case types.TimeSpan:
		return function.Map1(from, types.String, func(t int64) string { return printed(t, types.AppendTimeSpan) })
	case types.GUID:
		return function.Map1(from, types.String, func(g types.GUID128) string { return printed(g, types.AppendGUID) })
	}
	return function.Map1(from, types.String, dynamic.Value.String)
}

func printed[T any](v T, appendTo func([]byte, T) []byte) string {
	var buf [48]byte
	return string(appendTo(buf[:0], v))
}

// toInteger converts to long or int. A long is cut down to the low 32 bits of an
// int; reals are held to its range.
func toInteger(from, to types.Type) function.Kernel {
	narrow := func(n int64) int64 { return n }
	realTo, parse, read := types.RealToLong, types.ParseLong, dynamic.Value.ToLong
	if to == types.Int {
		narrow = func(n int64) int64 { return int64(int32(n)) }
		realTo, parse, read = types.RealToInt, types.ParseInt, dynamic.Value.ToInt
	}
	switch from {
	case types.Bool:
		return function.Map1(from, to, boolToLong)
	case types.Long, types.DateTime, types.TimeSpan:
		return function.Map1(from, to, narrow)
	case types.Real:
		return function.Map1Null(from, to, realTo)
	case types.Decimal:
		return function.Map1Null(from, to, func(d types.Decimal128) (int64, bool) {
			if n, ok := d.Int64(); ok {
				return narrow(n), true
			}
			return realTo(d.Float64())
		})
	case types.String:
		return function.Map1Null(from, to, parse)
	case types.Dynamic:
		return function.Map1Null(from, to, read)
	}
	return nothing(from, to)
}

// constantToInteger converts a constant real to long or int. Where the column's
// kernel holds a number that is too large to the range of the type, a constant
// becomes the least number, as a cast of .NET does.
func constantToInteger(to types.Type) *function.Kernel {
	convert, least, beyond := types.RealToLong, int64(math.MinInt64), 0x1p63
	if to == types.Int {
		convert, least, beyond = types.RealToInt, math.MinInt32, 0x1p31
	}
	k := function.Map1Null(types.Real, to, func(f float64) (int64, bool) {
		n, ok := convert(f)
		if ok && f >= beyond {
			n = least
		}
		return n, ok
	})
	return &k
}

func boolToLong(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func toReal(from types.Type) function.Kernel {
	switch from {
	case types.Bool:
		return function.Map1(from, types.Real, func(b bool) float64 { return float64(boolToLong(b)) })
	case types.Int, types.Long, types.DateTime, types.TimeSpan:
		return function.Map1(from, types.Real, func(n int64) float64 { return float64(n) })
	case types.Decimal:
		return function.Map1(from, types.Real, types.Decimal128.Float64)
	case types.String:
		return function.Map1Null(from, types.Real, types.ParseReal)
	case types.Dynamic:
		return function.Map1Null(from, types.Real, dynamic.Value.ToReal)
	}
	return nothing(from, types.Real)
}

func toDecimal(from types.Type) function.Kernel {
	switch from {
	case types.Bool:
		return function.Map1(from, types.Decimal, func(b bool) types.Decimal128 { return types.DecimalFromLong(boolToLong(b)) })
	case types.Int, types.Long, types.DateTime, types.TimeSpan:
		return function.Map1(from, types.Decimal, types.DecimalFromLong)
	case types.Real:
		return function.Map1Null(from, types.Decimal, types.DecimalFromReal)
	case types.String:
		return function.Map1Null(from, types.Decimal, types.ParseDecimal)
	case types.Dynamic:
		return function.Map1Null(from, types.Decimal, dynamic.Value.ToDecimal)
	}
	return nothing(from, types.Decimal)
}

func toBool(from types.Type) function.Kernel {
	switch from {
	case types.Int, types.Long, types.DateTime, types.TimeSpan:
		return function.Map1(from, types.Bool, func(n int64) bool { return n != 0 })
	case types.Real:
		return function.Map1Null(from, types.Bool, func(f float64) (bool, bool) { return f != 0, !math.IsNaN(f) })
	case types.Decimal:
		return function.Map1(from, types.Bool, func(d types.Decimal128) bool { return !d.IsZero() })
	case types.String:
		return function.Map1Null(from, types.Bool, types.ParseBool)
	case types.Dynamic:
		return function.Map1Null(from, types.Bool, dynamic.Value.ToBool)
	}
	return nothing(from, types.Bool)
}

func toDateTime(from types.Type) function.Kernel {
	fromTicks := func(n int64) (int64, bool) { return n, n >= types.MinDateTime && n <= types.MaxDateTime }
	switch from {
	case types.Int, types.Long, types.TimeSpan:
		return function.Map1Null(from, types.DateTime, fromTicks)
	case types.Real:
		return function.Map1Null(from, types.DateTime, func(f float64) (int64, bool) {
			n, ok := truncate(f)
			if !ok {
				return 0, false
			}
			return fromTicks(n)
		})
	case types.String:
		return function.Map1Null(from, types.DateTime, types.ParseDateTime)
	case types.Dynamic:
		return function.Map1Null(from, types.DateTime, dynamic.Value.ToDateTime)
	}
	return nothing(from, types.DateTime)
}

func toTimeSpan(from types.Type) function.Kernel {
	switch from {
	case types.Int, types.Long, types.DateTime:
		return function.Map1(from, types.TimeSpan, func(n int64) int64 { return n })
	case types.Real:
		return function.Map1Null(from, types.TimeSpan, truncate)
	case types.String:
		return function.Map1Null(from, types.TimeSpan, types.ParseTimeSpan)
	case types.Dynamic:
		return function.Map1Null(from, types.TimeSpan, dynamic.Value.ToTimeSpan)
	}
	return nothing(from, types.TimeSpan)
}

func toGUID(from types.Type) function.Kernel {
	switch from {
	case types.String:
		return function.Map1Null(from, types.GUID, types.ParseGUID)
	case types.Dynamic:
		return function.Map1Null(from, types.GUID, dynamic.Value.ToGUID)
	}
	return nothing(from, types.GUID)
}
