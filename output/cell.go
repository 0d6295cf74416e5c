package output

import (
	"strconv"
	"unicode/utf8"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/types"
)

// A cell appends row i of one column to dst.
type cell func(dst []byte, i int) []byte

// jsonCell returns the cell writer of c in JSON. c is not Lazy.
func jsonCell(c column.Column) cell {
	switch c.Type() {
	case types.Bool:
		return nullable(c, "null", func(dst []byte, v bool) []byte { return strconv.AppendBool(dst, v) })
	case types.Int, types.Long:
		return nullable(c, "null", func(dst []byte, v int64) []byte { return strconv.AppendInt(dst, v, 10) })
	case types.Real:
		return nullable(c, "null", types.AppendRealJSON)
	case types.Decimal:
		return nullable(c, "null", quoted(types.AppendDecimal))
	case types.DateTime:
		return nullable(c, "null", quoted(types.AppendDateTimeCell))
	case types.TimeSpan:
		return nullable(c, "null", quoted(types.AppendTimeSpan))
	case types.GUID:
		return nullable(c, "null", quoted(types.AppendGUID))
	case types.Dynamic:
		return nullable(c, "null", func(dst []byte, v dynamic.Value) []byte { return v.AppendJSON(dst) })
	default:
		return nullable(c, `""`, appendJSONString)
	}
}

// textCell returns the cell writer of c as bare text: no quotes, a null is
// nothing.
func textCell(c column.Column) cell {
	switch c.Type() {
	case types.Bool:
		return nullable(c, "", func(dst []byte, v bool) []byte { return strconv.AppendBool(dst, v) })
	case types.Int, types.Long:
		return nullable(c, "", func(dst []byte, v int64) []byte { return strconv.AppendInt(dst, v, 10) })
	case types.Real:
		return nullable(c, "", types.AppendReal)
	case types.Decimal:
		return nullable(c, "", types.AppendDecimal)
	case types.DateTime:
		return nullable(c, "", types.AppendDateTime)
	case types.TimeSpan:
		return nullable(c, "", types.AppendTimeSpan)
	case types.GUID:
		return nullable(c, "", types.AppendGUID)
	case types.Dynamic:
		return nullable(c, "", func(dst []byte, v dynamic.Value) []byte {
			if v.IsNull() {
				return dst
			}
			return v.AppendText(dst)
		})
	default:
		return nullable(c, "", func(dst []byte, v string) []byte { return append(dst, v...) })
	}
}

func nullable[T column.Value](c column.Column, null string, f func([]byte, T) []byte) cell {
	v := column.ViewOf[T](c)
	return func(dst []byte, i int) []byte {
		if v.Null(i) {
			return append(dst, null...)
		}
		return f(dst, v.At(i))
	}
}

func quoted[T column.Value](f func([]byte, T) []byte) func([]byte, T) []byte {
	return func(dst []byte, v T) []byte { return append(f(append(dst, '"'), v), '"') }
}

const hexDigits = "0123456789abcdef"

// appendJSONString writes s as a JSON string; bytes that are not UTF-8 become
// U+FFFD, so that the answer is always valid JSON.
func appendJSONString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(s); {
		b := s[i]
		if b >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && size == 1 {
				dst = append(append(dst, s[start:i]...), "\ufffd"...)
				start = i + 1
			}
			i += size
			continue
		}
		if b >= ' ' && b != '"' && b != '\\' {
			i++
			continue
		}
		dst = append(dst, s[start:i]...)
		switch b {
		case '"', '\\':
			dst = append(dst, '\\', b)
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[b>>4], hexDigits[b&15])
		}
		i++
		start = i
	}
	return append(append(dst, s[start:]...), '"')
}
