package dynamic

import (
	"cmp"
	"math"
	"strings"

	"github.com/woodsbury/decimal128"

	"github.com/calypso-kql/calypso/kql/types"
)

// Compare is a total order: null first, then, as array_sort_asc() documents it,
// numbers with datetimes and timespans (by value, the latter two in ticks),
// strings (by code point), guids, and the rest: booleans, arrays (element by
// element), bags. Numbers of the same value but of different kinds are ordered
// by kind, so that Compare is 0 exactly where Equal is true.
func Compare(a, b Value) int {
	ka, kb := a.Kind(), b.Kind()
	if c := cmp.Compare(sortGroup[ka], sortGroup[kb]); c != 0 {
		return c
	}
	switch {
	case sortGroup[ka] == 1:
		if c := compareNumbers(a, b, ka, kb); c != 0 {
			return c
		}
		return cmp.Compare(ka, kb)
	case ka == Array:
		return compareArrays(a, b)
	case ka == Bag:
		return compareBags(a, b)
	}
	// A string, guid or boolean is ordered as its bytes are.
	return strings.Compare(a.enc, b.enc)
}

var sortGroup = [numKinds]uint8{
	Null: 0, Long: 1, Real: 1, Decimal: 1, DateTime: 1, TimeSpan: 1,
	String: 2, GUID: 3, Bool: 4, Array: 5, Bag: 6,
}

// compareNumbers compares by value; NaN is the smallest number.
func compareNumbers(a, b Value, ka, kb Kind) int {
	switch {
	case ka == Real && kb == Real:
		x, _ := a.AsReal()
		y, _ := b.AsReal()
		return cmp.Compare(x, y)
	case ka == Real:
		return -compareWith(b, a)
	case kb == Real:
		return compareWith(a, b)
	case ka == Decimal || kb == Decimal:
		return types.CompareDecimal(exact(a), exact(b))
	}
	return cmp.Compare(int64(le64(a.enc, 1)), int64(le64(b.enc, 1)))
}

// compareWith compares a number that is no real with one that is.
func compareWith(a, real Value) int {
	f, _ := real.AsReal()
	switch {
	case math.IsNaN(f):
		return 1
	case math.IsInf(f, 1):
		return -1
	case math.IsInf(f, -1):
		return 1
	}
	return types.CompareDecimal(exact(a), decimal128.FromFloat64(f))
}

// exact returns a number that is no real as a decimal.
func exact(v Value) types.Decimal128 {
	if v.Kind() == Decimal {
		return readDecimal(v.enc)
	}
	return decimal128.FromInt64(int64(le64(v.enc, 1)))
}

func compareArrays(a, b Value) int {
	na, nb := a.Len(), b.Len()
	for i := range min(na, nb) {
		if c := Compare(a.element(na, i), b.element(nb, i)); c != 0 {
			return c
		}
	}
	return cmp.Compare(na, nb)
}

// compareBags compares as if the members were sorted by name.
func compareBags(a, b Value) int {
	na, nb := a.Len(), b.Len()
	pa, pb := sortedMembers(a), sortedMembers(b)
	for i := range min(na, nb) {
		ka, va := a.entry(na, pa[i])
		kb, vb := b.entry(nb, pb[i])
		if c := cmp.Or(strings.Compare(ka, kb), Compare(va, vb)); c != 0 {
			return c
		}
	}
	return cmp.Compare(na, nb)
}

// Equal reports whether both are of the same kind and value: 1 and 1.0 are not
// equal, 1.50 and 1.5 as decimals are, nulls are, NaN is equal to itself, and
// the order of a bag's members does not matter.
func Equal(a, b Value) bool {
	if a.enc == b.enc {
		return true
	}
	ka := a.Kind()
	if ka != b.Kind() {
		return false
	}
	switch ka {
	case Real, Decimal:
		return Compare(a, b) == 0
	case Array:
		n := a.Len()
		if n != b.Len() {
			return false
		}
		for i := range n {
			if !Equal(a.element(n, i), b.element(n, i)) {
				return false
			}
		}
		return true
	case Bag:
		n := a.Len()
		if n != b.Len() {
			return false
		}
		for name, va := range a.Members() {
			if vb, ok := b.Member(name); !ok || !Equal(va, vb) {
				return false
			}
		}
		return true
	}
	return false
}
