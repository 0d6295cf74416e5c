package explain

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/calypso-kql/calypso/kql/syntax"
)

// longest is the length in characters at which quoted text is cut.
const longest = 300

// source returns the text of n on one line: comments left out, white space
// outside of strings one blank.
func (t *teller) source(n syntax.Node) string {
	var strs []syntax.Span
	syntax.Walk(n, func(c syntax.Node) bool {
		if s, ok := c.(*syntax.StringLit); ok {
			strs = append(strs, s.Span)
		}
		return true
	})
	var b strings.Builder
	blank := false
	for i := n.Pos(); i < n.End(); {
		if len(strs) > 0 && i >= strs[0].To {
			strs = strs[1:]
			continue
		}
		inString := len(strs) > 0 && i >= strs[0].From
		if !inString && strings.HasPrefix(t.text[i:], "//") {
			for i < n.End() && t.text[i] != '\n' && t.text[i] != '\r' {
				i++
			}
			continue
		}
		r, size := utf8.DecodeRuneInString(t.text[i:])
		i += size
		if !inString && unicode.IsSpace(r) {
			blank = true
			continue
		}
		if blank && b.Len() > 0 && !strings.ContainsRune(")],", r) && !endsOpen(b.String()) {
			b.WriteByte(' ')
		}
		blank = false
		if unicode.IsControl(r) {
			r = ' '
		}
		b.WriteRune(r)
	}
	return cut(b.String())
}

func endsOpen(s string) bool { return strings.HasSuffix(s, "(") || strings.HasSuffix(s, "[") }

func cut(s string) string {
	if utf8.RuneCountInString(s) <= longest {
		return s
	}
	return string([]rune(s)[:longest]) + "…"
}

// and joins items with commas and a final "and".
func and(items []string) string {
	switch n := len(items); n {
	case 0:
		return "nothing"
	case 1:
		return items[0]
	default:
		return strings.Join(items[:n-1], ", ") + " and " + items[n-1]
	}
}

// ident returns a name as KQL writes it: in brackets if it is no plain word.
func ident(name string) string {
	for i, r := range name {
		if r != '_' && !unicode.IsLetter(r) && (i == 0 || !unicode.IsDigit(r)) {
			return "['" + strings.Map(func(r rune) rune {
				if unicode.IsControl(r) {
					return ' '
				}
				return r
			}, name) + "']"
		}
	}
	return name
}

func columnWord(n int) string {
	if n == 1 {
		return "the column"
	}
	return "the columns"
}

// these introduces n columns.
func these(n int) string {
	if n == 1 {
		return "this column"
	}
	return "these " + strconv.Itoa(n) + " columns"
}

// names returns the names of identifiers, patterns in words.
func (t *teller) names(list []syntax.Expr) string {
	var out []string
	for _, e := range list {
		out = append(out, t.name(e))
	}
	return and(out)
}

func (t *teller) name(e syntax.Expr) string {
	switch e := e.(type) {
	case *syntax.Ident:
		if e.Wildcard {
			return choose(e.Name == "*", "all others", e.Name)
		}
		return ident(e.Name)
	case *syntax.StarExpr:
		return "all others"
	case *syntax.OrderedExpr:
		return t.name(e.X) + " (in " + orderWord(e.Order) + " order of name)"
	}
	return t.source(e)
}

func orderWord(o syntax.Order) string {
	switch o {
	case syntax.OrderAsc:
		return "ascending"
	case syntax.OrderGrannyAsc:
		return "ascending natural"
	case syntax.OrderGrannyDesc:
		return "descending natural"
	}
	return "descending"
}

// timeUnits are the units of timespan literals.
var timeUnits = map[string]string{
	"d": "day", "day": "day", "days": "day",
	"h": "hour", "hr": "hour", "hrs": "hour", "hour": "hour", "hours": "hour",
	"m": "minute", "min": "minute", "minute": "minute", "minutes": "minute",
	"s": "second", "sec": "second", "second": "second", "seconds": "second",
	"ms": "millisecond", "milli": "millisecond", "millis": "millisecond", "millisec": "millisecond",
	"millisecond": "millisecond", "milliseconds": "millisecond",
	"microsecond": "microsecond", "microseconds": "microsecond", "micro": "microsecond", "micros": "microsecond", "microsec": "microsecond",
	"tick": "tick", "ticks": "tick",
}

// duration returns a timespan literal in words, 2d as 2 days, or as it is
// written.
func duration(text string) string {
	i := strings.IndexFunc(text, func(r rune) bool { return (r < '0' || r > '9') && r != '.' })
	if i <= 0 {
		return text
	}
	unit, ok := timeUnits[text[i:]]
	if !ok {
		return text
	}
	if text[:i] == "1" {
		return "1 " + unit
	}
	return text[:i] + " " + unit + "s"
}

// textValue returns a string literal between quotes.
func textValue(s *syntax.StringLit) string {
	if s.Obfuscated {
		return "a hidden text"
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s.Value {
		switch {
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\r':
			b.WriteString(`\r`)
		case unicode.IsControl(r):
			b.WriteString(strconv.QuoteRune(r))
		default:
			b.WriteRune(r)
		}
	}
	return cut(b.String()) + `"`
}
