package dynamic

import (
	"math"

	"github.com/calypso-kql/calypso/kql/types"
)

// The To methods convert as tolong(), todouble() and so on do with a dynamic
// argument: from any scalar that can be read as one, strings by their text. !ok
// where Kusto answers null; arrays and bags convert to strings only.

// ToLong converts as tolong() does: reals are cut off towards zero and held to
// the range, datetimes and timespans are their ticks.
func (v Value) ToLong() (n int64, ok bool) {
	switch v.Kind() {
	case Long, DateTime, TimeSpan:
		return int64(le64(v.enc, 1)), true
	case Bool:
		return int64(v.enc[0] - tagFalse), true
	case Real:
		f, _ := v.AsReal()
		return types.RealToLong(f)
	case Decimal:
		return types.RealToLong(readDecimal(v.enc).Float64())
	case String:
		return types.ParseLong(v.enc[1:])
	}
	return 0, false
}

// ToInt converts as toint() does: a real is held to the range of 32 bits, a
// long wraps around.
func (v Value) ToInt() (n int64, ok bool) {
	switch v.Kind() {
	case Real:
		f, _ := v.AsReal()
		return types.RealToInt(f)
	case Decimal:
		return types.RealToInt(readDecimal(v.enc).Float64())
	case String:
		return types.ParseInt(v.enc[1:])
	}
	n, ok = v.ToLong()
	return int64(int32(n)), ok
}

// ToReal converts as todouble() does.
func (v Value) ToReal() (f float64, ok bool) {
	switch v.Kind() {
	case Real:
		return v.AsReal()
	case Decimal:
		return readDecimal(v.enc).Float64(), true
	case String:
		return types.ParseReal(v.enc[1:])
	}
	n, ok := v.ToLong()
	return float64(n), ok
}

// ToDecimal converts as todecimal() does.
func (v Value) ToDecimal() (d types.Decimal128, ok bool) {
	switch v.Kind() {
	case Decimal:
		return readDecimal(v.enc), true
	case Real:
		f, _ := v.AsReal()
		return types.DecimalFromReal(f)
	case String:
		return types.ParseDecimal(v.enc[1:])
	}
	n, ok := v.ToLong()
	return types.DecimalFromLong(n), ok
}

// ToBool converts as tobool() does: numbers other than zero are true.
func (v Value) ToBool() (b, ok bool) {
	switch v.Kind() {
	case Bool:
		return v.AsBool()
	case Long:
		return le64(v.enc, 1) != 0, true
	case Real:
		f, _ := v.AsReal()
		return f != 0, !math.IsNaN(f)
	case Decimal:
		return !readDecimal(v.enc).IsZero(), true
	case String:
		return types.ParseBool(v.enc[1:])
	}
	return false, false
}

// ToDateTime converts as todatetime() does; a number is ticks.
func (v Value) ToDateTime() (ticks int64, ok bool) {
	switch v.Kind() {
	case DateTime:
		return v.AsDateTime()
	case String:
		return types.ParseDateTime(v.enc[1:])
	case Long, Real:
		n, ok := v.ToLong()
		return n, ok && n >= types.MinDateTime && n <= types.MaxDateTime
	}
	return 0, false
}

// ToTimeSpan converts as totimespan() does; a number is ticks.
func (v Value) ToTimeSpan() (ticks int64, ok bool) {
	switch v.Kind() {
	case TimeSpan, Long:
		return int64(le64(v.enc, 1)), true
	case Real:
		return v.ToLong()
	case String:
		return types.ParseTimeSpan(v.enc[1:])
	}
	return 0, false
}

// ToGUID converts as toguid() does.
func (v Value) ToGUID() (g types.GUID128, ok bool) {
	if v.Kind() == String {
		return types.ParseGUID(v.enc[1:])
	}
	return v.AsGUID()
}
