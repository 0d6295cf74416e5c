package ingest

import (
	"strings"

	"github.com/calypso-kql/calypso/kql/dynamic"
)

// textOf returns the text that a JSON value becomes in a column, and its shape;
// ok is false for null. Strings lose their quotes; numbers stay as written;
// arrays and bags stay JSON, without blanks, which is how Log Analytics keeps
// them in text columns.
func textOf(raw string) (text string, s shape, ok bool) {
	switch raw[0] {
	case '"':
		text = dynamic.Unquote(raw)
		if looksLikeTime(text) {
			return text, shapeTime, true
		}
		if text == "" {
			return "", 0, true
		}
		return text, shapeText, true
	case '{', '[':
		return compact(raw), shapeNested, true
	case 't', 'f':
		return raw, shapeBool, true
	case 'n':
		return "", 0, false
	}
	if strings.ContainsAny(raw, ".eE") {
		return raw, shapeReal, true
	}
	return raw, shapeWhole, true
}

// typedText is textOf for a column whose type is known, which saves the look at
// the shape.
func typedText(raw string) (text string, ok bool) {
	switch raw[0] {
	case '"':
		return dynamic.Unquote(raw), true
	case '{', '[':
		return compact(raw), true
	case 'n':
		return "", false
	}
	return raw, true
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
