// Package dynamic holds the JSON-like values of KQL's type dynamic: scalars that
// keep their type, arrays and property bags, in one immutable binary form in
// which an element is found without looking at its siblings.
//
// A Value is two words, is copied freely and shares storage with the value it
// was taken from. All functions are safe for concurrent use, builders and
// Parsers excepted.
package dynamic

import (
	"iter"
	"math"
	"strings"

	"github.com/calypso-kql/calypso/kql/types"
)

// A Value is one dynamic value. The zero Value is null. Values are not
// comparable in any useful way with ==: see Equal and Compare.
type Value struct {
	// enc is one tag byte and a payload (see encode.go); empty is null.
	enc string
}

// A Kind says what a Value holds.
type Kind uint8

// The kinds. There is no int: Kusto widens it to long inside dynamic values.
const (
	Null Kind = iota
	Bool
	Long
	Real
	Decimal
	String
	DateTime
	TimeSpan
	GUID
	Array
	Bag

	numKinds
)

var kindNames = [numKinds]string{
	"null", "bool", "long", "double", "decimal", "string", "datetime", "timespan", "guid", "array", "dictionary",
}

// String returns what gettype() answers for a dynamic value: "long", "double"
// (not "real"), "dictionary" and so on.
func (k Kind) String() string {
	if k < numKinds {
		return kindNames[k]
	}
	return "invalid"
}

// Kind returns what v holds.
func (v Value) Kind() Kind {
	if len(v.enc) == 0 {
		return Null
	}
	return tagKinds[v.enc[0]&15]
}

// IsNull reports whether v is null: JSON's null and a missing member alike.
func (v Value) IsNull() bool { return len(v.enc) == 0 }

// FromBool returns a boolean value; it does not allocate.
func FromBool(b bool) Value {
	if b {
		return Value{string(rune(tagTrue))}
	}
	return Value{string(rune(tagFalse))}
}

// FromLong returns a whole number.
func FromLong(n int64) Value { return fromWord(tagLong, uint64(n)) }

// FromReal returns a binary floating-point number, NaN and infinities included.
func FromReal(f float64) Value { return fromWord(tagReal, math.Float64bits(f)) }

// FromDateTime returns a datetime, in ticks.
func FromDateTime(ticks int64) Value { return fromWord(tagDateTime, uint64(ticks)) }

// FromTimeSpan returns a timespan, in ticks.
func FromTimeSpan(ticks int64) Value { return fromWord(tagTimeSpan, uint64(ticks)) }

// FromDecimal returns a decimal number in its normal form.
func FromDecimal(d types.Decimal128) Value {
	var buf [17]byte
	return Value{string(appendDecimal(buf[:0], d))}
}

// FromGUID returns a guid.
func FromGUID(g types.GUID128) Value {
	var buf [17]byte
	return Value{string(append(append(buf[:0], tagGUID), g[:]...))}
}

// FromString returns a string, which may be empty but is never null. The bytes
// are copied.
func FromString(s string) Value {
	if s == "" {
		return Value{emptyString}
	}
	return Value{emptyString + s}
}

func fromWord(tag byte, w uint64) Value {
	var buf [9]byte
	return Value{string(appendWord(buf[:0], tag, w))}
}

// AsBool returns the boolean that v holds; !ok if it holds none. No As method
// converts: see ToLong and its like for what tolong() does.
func (v Value) AsBool() (b, ok bool) {
	if v.Kind() != Bool {
		return false, false
	}
	return v.enc[0] == tagTrue, true
}

// AsLong returns the whole number that v holds.
func (v Value) AsLong() (n int64, ok bool) { return v.asWord(tagLong) }

// AsReal returns the floating-point number that v holds; whole numbers are not
// converted.
func (v Value) AsReal() (f float64, ok bool) {
	w, ok := v.asWord(tagReal)
	return math.Float64frombits(uint64(w)), ok
}

// AsDateTime returns the datetime that v holds, in ticks.
func (v Value) AsDateTime() (ticks int64, ok bool) { return v.asWord(tagDateTime) }

// AsTimeSpan returns the timespan that v holds, in ticks.
func (v Value) AsTimeSpan() (ticks int64, ok bool) { return v.asWord(tagTimeSpan) }

// AsString returns the string that v holds. It shares v's storage.
func (v Value) AsString() (s string, ok bool) {
	if len(v.enc) == 0 || v.enc[0] != tagString {
		return "", false
	}
	return v.enc[1:], true
}

// AsDecimal returns the decimal that v holds.
func (v Value) AsDecimal() (d types.Decimal128, ok bool) {
	if v.Kind() != Decimal {
		return d, false
	}
	return readDecimal(v.enc), true
}

// AsGUID returns the guid that v holds.
func (v Value) AsGUID() (g types.GUID128, ok bool) {
	if v.Kind() != GUID {
		return g, false
	}
	copy(g[:], v.enc[1:])
	return g, true
}

func (v Value) asWord(tag byte) (int64, bool) {
	if len(v.enc) != 9 || v.enc[0] != tag {
		return 0, false
	}
	return int64(le64(v.enc, 1)), true
}

// Len returns the number of elements of an array or of members of a bag, and 0
// for every scalar.
func (v Value) Len() int {
	if k := v.Kind(); k != Array && k != Bag {
		return 0
	}
	return int(le32(v.enc, len(v.enc)-4))
}

// entry returns member i of a bag of n.
func (v Value) entry(n, i int) (name string, val Value) {
	at := len(v.enc) - 4 - 9*n + 8*i
	from := 1
	if i > 0 {
		from = int(le32(v.enc, at-4))
	}
	mid := le32(v.enc, at)
	return v.enc[from:mid], Value{v.enc[mid:le32(v.enc, at+4)]}
}

// Member returns the member of a bag called name, case-sensitively; !ok if
// there is none or v is no bag. A member can be there and be null.
func (v Value) Member(name string) (val Value, ok bool) {
	if v.Kind() != Bag {
		return Value{}, false
	}
	n := v.Len()
	hashes := v.enc[len(v.enc)-4-n : len(v.enc)-4]
	h := nameHash(name)
	for i := 0; ; i++ {
		j := strings.IndexByte(hashes[i:], h)
		if j < 0 {
			return Value{}, false
		}
		i += j
		if key, val := v.entry(n, i); key == name {
			return val, true
		}
	}
}

// MemberAt returns member i of a bag, in the order of Members; an empty name and null
// if there is none or v is no bag.
func (v Value) MemberAt(i int) (name string, val Value) {
	if v.Kind() != Bag || uint(i) >= uint(v.Len()) {
		return "", Value{}
	}
	return v.entry(v.Len(), i)
}

// Members iterates over the members of a bag in the order in which they were
// added; over nothing if v is no bag.
func (v Value) Members() iter.Seq2[string, Value] {
	return func(yield func(string, Value) bool) {
		if v.Kind() != Bag {
			return
		}
		n := v.Len()
		for i := range n {
			if !yield(v.entry(n, i)) {
				return
			}
		}
	}
}

// Encoding returns v's binary form, for columns and spill files that keep
// values back to back; FromEncoding reads it again. The form may change from
// one version of the program to the next: do not store it durably.
func (v Value) Encoding() string { return v.enc }

// FromEncoding returns the value whose Encoding is enc. It trusts enc: bytes
// that did not come from Encoding give a Value whose methods may panic.
func FromEncoding(enc string) Value { return Value{enc} }
