package syntax

import (
	"strings"
	"unicode/utf8"
)

// The quotes of strings that may hold line ends.
const (
	multiLineQuote      = "```"
	otherMultiLineQuote = "~~~"
)

// stringLit is the length of the string literal at the current place, with its prefixes h
// and @; 0 if there is none. A literal without its end quote ends where it breaks off.
func (l *lexer) stringLit() int {
	i := 0
	if c := l.at(i); c == 'h' || c == 'H' {
		i++
	}
	verbatim := l.at(i) == '@'
	if verbatim {
		i++
	}
	rest := l.text[l.pos+i:]
	var quote string
	var n int
	switch {
	case strings.HasPrefix(rest, "'") || strings.HasPrefix(rest, `"`):
		quote = rest[:1]
		n = 1 + scanStringBody(rest[1:], quote[0], verbatim)
	case strings.HasPrefix(rest, multiLineQuote) || strings.HasPrefix(rest, otherMultiLineQuote):
		quote = rest[:3]
		if n = strings.Index(rest[3:], quote); n < 0 {
			n = len(rest) - 3
		}
		n += 3
	default:
		return 0
	}
	if strings.HasPrefix(rest[n:], quote) {
		return i + n + len(quote)
	}
	l.report(missingText(l.pos+i+n, quote))
	return i + n
}

// scanStringBody is the length of s up to the quote, the line end, or an escape that means
// nothing.
func scanStringBody(s string, quote byte, verbatim bool) int {
	i := 0
	for i < len(s) {
		switch c := s[i]; {
		case c == quote && verbatim && i+1 < len(s) && s[i+1] == quote:
			i += 2
		case c == quote || c == '\r' || c == '\n':
			return i
		case c == '\\' && !verbatim:
			_, n := escape(s[i:])
			if n == 0 {
				return i
			}
			i += n
		default:
			i++
		}
	}
	return i
}

// escape is the character that the escape at the beginning of s stands for, and the escape's
// length: 0 if it means nothing.
func escape(s string) (rune, int) {
	if len(s) < 2 {
		return 0, 0
	}
	switch c := s[1]; c {
	case '\\', '\'', '"':
		return rune(c), 2
	case 'a':
		return '\a', 2
	case 'b':
		return '\b', 2
	case 'f':
		return '\f', 2
	case 'n':
		return '\n', 2
	case 'r':
		return '\r', 2
	case 't':
		return '\t', 2
	case 'v':
		return '\v', 2
	case 'x':
		return hexEscape(s, 2)
	case 'u':
		return hexEscape(s, 4)
	case 'U':
		return hexEscape(s, 8)
	}
	return octalEscape(s)
}

func hexEscape(s string, digits int) (rune, int) {
	if len(s) < 2+digits {
		return 0, 0
	}
	var r uint32
	for _, c := range []byte(s[2 : 2+digits]) {
		if !isHexDigit(c) {
			return 0, 0
		}
		d := uint32(c | 0x20)
		if isDigit(c) {
			d = uint32(c - '0')
		} else {
			d = d - 'a' + 10
		}
		r = r<<4 | d
	}
	if r > utf8.MaxRune {
		r = utf8.RuneError
	}
	return rune(r), 2 + digits
}

// octalEscape reads up to three octal digits, up to 377.
func octalEscape(s string) (rune, int) {
	var r rune
	i := 1
	for i < len(s) && i < 4 && s[i] >= '0' && s[i] <= '7' {
		if i == 3 && s[1] > '3' {
			break
		}
		r = r<<3 | rune(s[i]-'0')
		i++
	}
	if i == 1 {
		return 0, 0
	}
	return r, i
}

// decodeString is the value of a string literal as written, with or without its end quote.
func decodeString(lit string) (value string, obfuscated, verbatim bool) {
	if lit != "" && lit[0]|0x20 == 'h' {
		obfuscated, lit = true, lit[1:]
	}
	if strings.HasPrefix(lit, "@") {
		verbatim, lit = true, lit[1:]
	}
	for _, q := range [...]string{multiLineQuote, otherMultiLineQuote} {
		if strings.HasPrefix(lit, q) {
			return strings.TrimSuffix(lit[3:], q), obfuscated, verbatim
		}
	}
	if lit == "" {
		return "", obfuscated, verbatim
	}
	quote, body := lit[:1], lit[1:]
	if verbatim {
		return decodeVerbatim(body, quote), obfuscated, true
	}
	if n := scanStringBody(body, quote[0], false); n < len(body) {
		body = body[:n]
	}
	return unescape(body), obfuscated, false
}

// decodeVerbatim takes off the end quote and halves the doubled ones.
func decodeVerbatim(body, quote string) string {
	body = body[:scanStringBody(body, quote[0], true)]
	return strings.ReplaceAll(body, quote+quote, quote)
}

// unescape replaces the escapes of s. Two surrogates side by side are one character.
func unescape(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); {
		if s[i] != '\\' {
			b.WriteByte(s[i])
			i++
			continue
		}
		r, n := escape(s[i:])
		if n == 0 {
			b.WriteByte(s[i])
			i++
			continue
		}
		i += n
		if r >= 0xD800 && r < 0xDC00 && i < len(s) {
			if low, m := escape(s[i:]); low >= 0xDC00 && low < 0xE000 {
				r = (r-0xD800)<<10 + (low - 0xDC00) + 0x10000
				i += m
			}
		}
		b.WriteRune(r)
	}
	return b.String()
}
