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

// compact returns JSON text without the blanks between its tokens.
func compact(raw string) string {
	if !strings.ContainsAny(raw, " \t\r\n") {
		return raw
	}
	var b strings.Builder
	inString := false
	for i := 0; i < len(raw); i++ {
		c := raw[i]
		switch {
		case inString && c == '\\':
			b.WriteByte(c)
			i++
			c = raw[i]
		case c == '"':
			inString = !inString
		case !inString && (c == ' ' || c == '\n' || c == '\r' || c == '\t'):
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}
