package ingest

import (
	"strings"
	"unicode/utf8"

	"github.com/calypso-kql/calypso/kql/types"
)

// shapeOf returns the shape of a value that becomes text; 0 for a null or an empty
// string, which may be of any type.
func shapeOf(raw, text string) shape {
	switch raw[0] {
	case '"':
		switch {
		case text == "":
			return 0
		case looksLikeTime(text):
			return shapeTime
		}
		return shapeText
	case '{', '[':
		return shapeNested
	case 't', 'f':
		return shapeBool
	case 'n':
		return 0
	}
	if strings.ContainsAny(raw, ".eE") {
		return shapeReal
	}
	if _, ok := types.ParseLong(raw); !ok {
		return shapeReal // too large for a long
	}
	return shapeWhole
}

// validText returns s with U+FFFD in the place of bytes that are no UTF-8, as
// Kusto keeps text.
func validText(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return string([]rune(s))
}

// compact returns JSON text without the blanks between its tokens: the text
// itself where there are none.
func compact(raw string) string {
	at := nextBlank(raw, 0)
	if at == len(raw) {
		return raw
	}
	out := make([]byte, 0, len(raw))
	for from := 0; from < len(raw); at = nextBlank(raw, from) {
		out = append(out, raw[from:at]...)
		for from = at; from < len(raw) && isBlank(raw[from]); {
			from++
		}
	}
	return string(out)
}

func isBlank(c byte) bool { return c == ' ' || c == '\n' || c == '\r' || c == '\t' }

// nextBlank returns the position of the next blank that is not in a string, the
// length of the text if there is none. from is outside of strings.
func nextBlank(raw string, from int) int {
	for i := from; i < len(raw); i++ {
		switch c := raw[i]; {
		case c == '"':
			i = stringEnd(raw, i)
		case isBlank(c):
			return i
		}
	}
	return len(raw)
}

// stringEnd returns the position of the quote that ends the string which begins
// at i.
func stringEnd(raw string, i int) int {
	for i++; i < len(raw); i++ {
		n := strings.IndexByte(raw[i:], '"')
		if n < 0 {
			return len(raw)
		}
		i += n
		escapes := 0
		for raw[i-1-escapes] == '\\' {
			escapes++ // the opening quote ends the run at the latest
		}
		if escapes%2 == 0 {
			return i
		}
	}
	return i
}
