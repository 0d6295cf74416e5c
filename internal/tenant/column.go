package tenant

import "strconv"

// Kind is how a column's values are held.
type Kind uint8

// The kinds. Strings are never null, as in Kusto; values of the other kinds
// can be.
const (
	String   Kind = iota
	Dynamic       // JSON text; empty is null
	DateTime      // Unix nanoseconds, whole ticks of 100 ns
	Long
	Real // whole numbers only
	Bool // 0 or 1
)

// A Column is a column of a Log Analytics table and how to take its value from
// a row. Exactly one of Text and Number is set: Text for String and Dynamic,
// Number for the others, where false means null.
type Column[R any] struct {
	Name string
	Kind Kind
	// Hidden columns can be named in a query but are no part of *.
	Hidden bool
	Text   func(*R) string
	Number func(*R) (int64, bool)
}

func text[R any](name string, f func(*R) string) Column[R] {
	return Column[R]{Name: name, Text: f}
}

func dynamic[R any](name string, f func(*R) string) Column[R] {
	return Column[R]{Name: name, Kind: Dynamic, Text: f}
}

func constant[R any](name, value string) Column[R] {
	return text(name, func(*R) string { return value })
}

func numeric[R any](name string, k Kind, f func(*R) int64) Column[R] {
	return Column[R]{Name: name, Kind: k, Number: func(r *R) (int64, bool) { return f(r), true }}
}

func hidden[R any](c Column[R]) Column[R] {
	c.Hidden = true
	return c
}

// AppendExport appends a row as Log Analytics exports it: one JSON object,
// PascalCase, empty and null values left out, and a line break.
func AppendExport[R any](dst []byte, columns []Column[R], row *R) []byte {
	dst = append(dst, '{')
	first := true
	for i := range columns {
		before := len(dst)
		if !first {
			dst = append(dst, ',')
		}
		dst = append(dst, '"')
		dst = append(dst, columns[i].Name...)
		dst = append(dst, `":`...)
		value := len(dst)
		dst = columns[i].appendValue(dst, row)
		if len(dst) == value {
			dst = dst[:before]
			continue
		}
		first = false
	}
	return append(dst, "}\n"...)
}

// appendValue appends nothing for an empty value.
func (c *Column[R]) appendValue(dst []byte, row *R) []byte {
	if c.Text != nil {
		v := c.Text(row)
		switch {
		case v == "":
			return dst
		case c.Kind == Dynamic:
			return append(dst, v...)
		default:
			return appendQuoted(dst, v)
		}
	}
	n, ok := c.Number(row)
	switch {
	case !ok:
		return dst
	case c.Kind == DateTime:
		dst = append(dst, '"')
		return append(appendISO(dst, n, "Z"), '"')
	case c.Kind == Bool:
		return strconv.AppendBool(dst, n != 0)
	default:
		return strconv.AppendInt(dst, n, 10)
	}
}

// appendQuoted appends a JSON string. Control characters below space do not
// occur in these logs except the line break.
func appendQuoted(dst []byte, s string) []byte {
	dst = append(dst, '"')
	from := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '"', '\\':
			dst = append(append(dst, s[from:i]...), '\\')
			from = i
		case '\n':
			dst = append(append(dst, s[from:i]...), `\n`...)
			from = i + 1
		}
	}
	return append(append(dst, s[from:]...), '"')
}
