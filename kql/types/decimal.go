package types

import (
	"math"
	"strings"

	"github.com/woodsbury/decimal128"
)

// A Decimal128 is a value of type decimal: IEEE 754-2008 decimal128 with 34
// significant digits, which is Kusto's own representation. Comparable with ==
// only after normalising; use Cmp.
type Decimal128 = decimal128.Decimal

// A GUID128 is a value of type guid, in the order in which it is printed.
type GUID128 [16]byte

// ParseDecimal reads a number as todecimal(string) does: blanks around it, a
// sign, digits with an optional point and exponent. Digits beyond the 34th are
// rounded. !ok where Kusto answers null; there is no infinity and no NaN.
func ParseDecimal(s string) (d Decimal128, ok bool) {
	s = strings.TrimSpace(s)
	if !isRealText(s) {
		return Decimal128{}, false
	}
	d, err := decimal128.Parse(s)
	if err != nil || d.IsInf(0) || d.IsNaN() {
		return Decimal128{}, false
	}
	return d, true
}

// DecimalFromReal converts as todecimal(real) does, through the shortest digits
// that read back: 0.1 becomes 0.1. !ok if v is not finite.
func DecimalFromReal(v float64) (d Decimal128, ok bool) {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return Decimal128{}, false
	}
	var buf [32]byte
	return ParseDecimal(string(AppendReal(buf[:0], v)))
}

// AppendDecimal appends d as Kusto prints it: all digits, no trailing zeros
// after the point; in exponent form (1E+40) where plain digits would need more
// than 34 places.
func AppendDecimal(dst []byte, d Decimal128) []byte {
	if d.IsZero() {
		return append(dst, '0')
	}
	from := len(dst)
	dst = decimal128.Append(dst, d, 'f', -1)
	if len(dst)-from <= 40 {
		return dst
	}
	return decimal128.Append(dst[:from], d, 'E', -1)
}

// CompareDecimal orders a and b by value: 1.0 and 1.00 are the same. NaN, which
// arithmetic alone can make, sorts first.
func CompareDecimal(a, b Decimal128) int { return decimal128.Compare(a, b) }

// NormalDecimal returns the one form that all decimals of the same value share,
// for == and for hashing: 1.50 and 1.5, 0 and -0 become one.
func NormalDecimal(d Decimal128) Decimal128 {
	if d.IsZero() {
		return Decimal128{}
	}
	return d.Canonical()
}

// DecimalQuo divides; !ok (Kusto: null) if b is zero.
func DecimalQuo(a, b Decimal128) (q Decimal128, ok bool) {
	if b.IsZero() {
		return Decimal128{}, false
	}
	return a.Quo(b), true
}

// DecimalFromLong converts exactly.
func DecimalFromLong(n int64) Decimal128 { return decimal128.FromInt64(n) }
