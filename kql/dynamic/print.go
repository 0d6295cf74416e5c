package dynamic

import (
	"strconv"
	"unicode/utf8"

	"github.com/calypso-kql/calypso/kql/types"
)

// AppendJSON appends v as Kusto prints dynamic values: no blanks, reals with a
// point or exponent, datetimes with seven digits, timespans, guids and decimals
// in quotes, null as null; members in their own order.
func (v Value) AppendJSON(dst []byte) []byte {
	switch v.Kind() {
	case Null:
		return append(dst, "null"...)
	case String:
		return appendQuoted(dst, v.enc[1:])
	case Real:
		f, _ := v.AsReal()
		if f-f != 0 { // not finite: no JSON number
			return append(types.AppendReal(append(dst, '"'), f), '"')
		}
		return types.AppendRealDynamic(dst, f)
	case DateTime, TimeSpan, GUID, Decimal:
		return append(v.AppendText(append(dst, '"')), '"')
	case Array:
		n := v.Len()
		dst = append(dst, '[')
		for i := range n {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = v.element(n, i).AppendJSON(dst)
		}
		return append(dst, ']')
	case Bag:
		n := v.Len()
		dst = append(dst, '{')
		for i := range n {
			if i > 0 {
				dst = append(dst, ',')
			}
			name, val := v.entry(n, i)
			dst = append(appendQuoted(dst, name), ':')
			dst = val.AppendJSON(dst)
		}
		return append(dst, '}')
	}
	return v.AppendText(dst)
}

// AppendCanonicalJSON is AppendJSON with the members of bags sorted by name, as
// dynamic_to_json() prints them.
func (v Value) AppendCanonicalJSON(dst []byte) []byte {
	switch v.Kind() {
	case Array:
		dst = append(dst, '[')
		for i, e := range v.Elements() {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = e.AppendCanonicalJSON(dst)
		}
		return append(dst, ']')
	case Bag:
		dst = append(dst, '{')
		for i, at := range sortedMembers(v) {
			if i > 0 {
				dst = append(dst, ',')
			}
			name, val := v.entry(v.Len(), at)
			dst = val.AppendCanonicalJSON(append(appendQuoted(dst, name), ':'))
		}
		return append(dst, '}')
	}
	return v.AppendJSON(dst)
}

// AppendText appends v as tostring(dynamic) prints it: a string, datetime,
// timespan, guid or decimal without quotes, null as nothing, all else as
// AppendJSON does ("true", not "True").
func (v Value) AppendText(dst []byte) []byte {
	switch v.Kind() {
	case Null:
		return dst
	case Bool:
		return strconv.AppendBool(dst, v.enc[0] == tagTrue)
	case Long:
		return strconv.AppendInt(dst, int64(le64(v.enc, 1)), 10)
	case Real:
		f, _ := v.AsReal()
		return types.AppendRealDynamic(dst, f)
	case Decimal:
		return types.AppendDecimal(dst, readDecimal(v.enc))
	case String:
		return append(dst, v.enc[1:]...)
	case DateTime:
		return types.AppendDateTime(dst, int64(le64(v.enc, 1)))
	case TimeSpan:
		return types.AppendTimeSpan(dst, int64(le64(v.enc, 1)))
	case GUID:
		return types.AppendGUID(dst, types.GUID128([]byte(v.enc[1:17])))
	}
	return v.AppendJSON(dst)
}

// String returns what AppendText appends; a string shares v's storage.
func (v Value) String() string {
	if s, ok := v.AsString(); ok {
		return s
	}
	var buf [64]byte
	return string(v.AppendText(buf[:0]))
}

// JSON returns what AppendJSON appends.
func (v Value) JSON() string {
	var buf [128]byte
	return string(v.AppendJSON(buf[:0]))
}

// appendQuoted appends s as a JSON string: quotes, backslashes and control
// characters are escaped, all else is kept; bytes that are not UTF-8 become
// U+FFFD.
func appendQuoted(dst []byte, s string) []byte {
	dst = append(dst, '"')
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if plain[c] {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && size == 1 {
				dst = append(append(dst, s[from:i]...), "\uFFFD"...)
				from = i + 1
			}
			i += size
			continue
		}
		dst = appendEscape(append(dst, s[from:i]...), c)
		i++
		from = i
	}
	return append(append(dst, s[from:]...), '"')
}

func appendEscape(dst []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\b':
		return append(dst, '\\', 'b')
	case '\f':
		return append(dst, '\\', 'f')
	case '\n':
		return append(dst, '\\', 'n')
	case '\r':
		return append(dst, '\\', 'r')
	case '\t':
		return append(dst, '\\', 't')
	}
	const hex = "0123456789ABCDEF"
	return append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
}

// plain says which bytes stand for themselves inside a JSON string.
var plain = func() (t [256]bool) {
	for c := 0x20; c < 0x80; c++ {
		t[c] = c != '"' && c != '\\'
	}
	return t
}()
