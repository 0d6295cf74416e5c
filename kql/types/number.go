package types

import (
	"math"
	"strconv"
	"strings"
)

// ParseLong reads a whole number as tolong(string) does: blanks around it, a
// sign, decimal digits or 0x and up to 16 hexadecimal ones (the bits of the
// number). !ok where Kusto answers null: fractions, exponents, overflow.
func ParseLong(s string) (v int64, ok bool) { return parseInteger(s, 64) }

// ParseInt is ParseLong for toint(string): 32 bits.
func ParseInt(s string) (v int64, ok bool) { return parseInteger(s, 32) }

func parseInteger(s string, size int) (int64, bool) {
	s = strings.TrimSpace(s)
	if len(s) > 2 && s[0] == '0' && s[1]|0x20 == 'x' {
		return parseHex(s[2:], size)
	}
	neg := false
	if s != "" && (s[0] == '-' || s[0] == '+') {
		neg, s = s[0] == '-', s[1:]
	}
	limit := uint64(1)<<(size-1) - 1
	if neg {
		limit++
	}
	v, ok := parseUint(s, limit)
	if neg {
		v = -v
	}
	return int64(v), ok
}

func parseHex(s string, size int) (int64, bool) {
	if len(s) > size/4 {
		return 0, false
	}
	v, ok := uint64(0), true
	for i := 0; i < len(s); i++ {
		d, isHex := hexDigit(s[i])
		v, ok = v<<4|uint64(d), ok && isHex
	}
	if size == 32 {
		return int64(int32(uint32(v))), ok
	}
	return int64(v), ok
}

func hexDigit(c byte) (byte, bool) {
	switch {
	case c-'0' <= 9:
		return c - '0', true
	case (c|0x20)-'a' < 6:
		return (c | 0x20) - 'a' + 10, true
	}
	return 0, false
}

// ParseReal reads a number as todouble(string) does: blanks around it, a sign,
// digits with an optional point and exponent (".5" and "5." are numbers), or
// nan, inf, infinity in any case. What is too large is infinite, what is too
// small is zero; no hexadecimal, no thousands separators.
func ParseReal(s string) (v float64, ok bool) {
	s = strings.TrimSpace(s)
	if !isRealText(s) {
		return parseNonFinite(s)
	}
	v, err := strconv.ParseFloat(s, 64)
	return v, err == nil || math.IsInf(v, 0)
}

// isRealText checks [+-](d+[.d*]|.d+)[e[+-]d+].
func isRealText(s string) bool {
	i := 0
	if i < len(s) && (s[i] == '-' || s[i] == '+') {
		i++
	}
	whole := countDigits(s[i:])
	i += whole
	frac := 0
	if i < len(s) && s[i] == '.' {
		frac = countDigits(s[i+1:])
		i += 1 + frac
	}
	if whole+frac == 0 {
		return false
	}
	if i < len(s) && s[i]|0x20 == 'e' {
		i++
		if i < len(s) && (s[i] == '-' || s[i] == '+') {
			i++
		}
		n := countDigits(s[i:])
		if n == 0 {
			return false
		}
		i += n
	}
	return i == len(s)
}

func countDigits(s string) int {
	n := 0
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	return n
}

func parseNonFinite(s string) (float64, bool) {
	t := strings.TrimPrefix(s, "-")
	sign := 1 - 2*(len(s)-len(t))
	if sign > 0 {
		t = strings.TrimPrefix(s, "+")
	}
	switch {
	case strings.EqualFold(t, "inf"), strings.EqualFold(t, "infinity"):
		return math.Inf(sign), true
	case strings.EqualFold(t, "nan"):
		return math.NaN(), true
	}
	return 0, false
}

// AppendReal appends v as tables in text and CSV have it: the shortest digits
// that read back, without a point if v is whole ("1"), with an exponent of at
// least two digits from 1E+15 up and below 0.0001 ("1E-05"); NaN, Infinity,
// -Infinity. tostring(real) is AppendRealDynamic.
func AppendReal(dst []byte, v float64) []byte {
	switch {
	case v != v:
		return append(dst, "NaN"...)
	case v > math.MaxFloat64:
		return append(dst, "Infinity"...)
	case v < -math.MaxFloat64:
		return append(dst, "-Infinity"...)
	}
	if a := math.Abs(v); a == 0 || a >= 1e-4 && a < 1e15 {
		return strconv.AppendFloat(dst, v, 'f', -1, 64)
	}
	return strconv.AppendFloat(dst, v, 'E', -1, 64)
}

// AppendRealJSON appends v as a JSON cell of type real has it: as AppendReal,
// but a whole number keeps its ".0", and what is not finite is a string: "NaN",
// "Infinity", "-Infinity".
func AppendRealJSON(dst []byte, v float64) []byte {
	if v-v != 0 { // not finite
		return append(AppendReal(append(dst, '"'), v), '"')
	}
	from := len(dst)
	dst = AppendReal(dst, v)
	for _, c := range dst[from:] {
		if c == '.' || c == 'E' {
			return dst
		}
	}
	return append(dst, ".0"...)
}

// AppendRealDynamic appends v as tostring() and dynamic values print it: a whole
// number keeps its ".0", exponents begin beyond 21 digits and below 0.000001
// (1e21, 1.5e-7), the digits are Kusto's (see grisu.go), and what is not finite
// is NaN, Infinity or -Infinity without quotes.
func AppendRealDynamic(dst []byte, v float64) []byte {
	if v-v != 0 { // not finite
		return AppendReal(dst, v)
	}
	return appendGrisu(dst, v)
}

// RealToLong converts as tolong(real) does: cut off towards zero, held to the
// range of 64 bits; !ok (Kusto: null) for NaN and the infinities.
func RealToLong(v float64) (n int64, ok bool) {
	switch {
	case math.IsNaN(v) || math.IsInf(v, 0):
		return 0, false
	case v >= 1<<63:
		return math.MaxInt64, true
	case v < -1<<63:
		return math.MinInt64, true
	}
	return int64(v), true
}

// RealToInt is RealToLong for toint(real): held to the range of 32 bits.
func RealToInt(v float64) (n int64, ok bool) {
	n, ok = RealToLong(v)
	return min(max(n, math.MinInt32), math.MaxInt32), ok
}

// ParseBool reads what tobool(string) does: true or false in any case, or a
// whole number, of which all but zero are true. Blanks are not trimmed.
func ParseBool(s string) (v, ok bool) {
	switch {
	case strings.EqualFold(s, "true"):
		return true, true
	case strings.EqualFold(s, "false"):
		return false, true
	case s == "" || s[0] <= ' ' || s[len(s)-1] <= ' ':
		return false, false
	}
	n, ok := ParseLong(s)
	return n != 0, ok
}

// AppendBool appends True or False, as tostring(bool) does.
func AppendBool(dst []byte, v bool) []byte {
	if v {
		return append(dst, "True"...)
	}
	return append(dst, "False"...)
}

func appendUint(dst []byte, v uint64) []byte { return strconv.AppendUint(dst, v, 10) }
