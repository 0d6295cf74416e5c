package syntax

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Lines maps offsets of a text to lines and columns.
type Lines struct {
	text   string
	starts []int // where each line begins
}

// NewLines prepares the mapping for text. Lines end with \n, \r or \r\n.
func NewLines(text string) *Lines {
	l := &Lines{text: text, starts: []int{0}}
	for i := 0; i < len(text); i++ {
		if text[i] == '\n' || text[i] == '\r' && (i+1 == len(text) || text[i+1] != '\n') {
			l.starts = append(l.starts, i+1)
		}
	}
	return l
}

// Position is the line and column of an offset, both counted from 1; columns count
// characters. Offsets outside of the text count as its nearest end.
func (l *Lines) Position(offset int) (line, column int) {
	offset = min(max(offset, 0), len(l.text))
	lo, hi := 0, len(l.starts)
	for hi-lo > 1 {
		if mid := (lo + hi) / 2; l.starts[mid] <= offset {
			lo = mid
		} else {
			hi = mid
		}
	}
	return lo + 1, utf8.RuneCountInString(l.text[l.starts[lo]:offset]) + 1
}

// Line is the text of a line, counted from 1, without its end; empty if there is no such line.
func (l *Lines) Line(n int) string {
	if n < 1 || n > len(l.starts) {
		return ""
	}
	end := len(l.text)
	if n < len(l.starts) {
		end = l.starts[n]
	}
	return strings.TrimRight(l.text[l.starts[n-1]:end], "\r\n")
}

// maxRendered is how many findings people are shown: what has more is no query.
const maxRendered = 50

// Render is diags as text for people: for each of the first maxRendered its place,
// severity, code and message, and the line of text that it is about with the place
// underlined. What a terminal would obey or can't show stands there as U+FFFD.
func Render(text string, diags []Diagnostic) string {
	l := NewLines(text)
	var b strings.Builder
	for i, d := range diags {
		if i == maxRendered {
			fmt.Fprintf(&b, "… and %d more\n", len(diags)-i)
			break
		}
		line, column := l.Position(d.Pos)
		fmt.Fprintf(&b, "%d:%d: %s %s: %s\n", line, column, d.Severity, d.Code, shown(d.Message))
		source := l.Line(line)
		under := 1
		if endLine, endColumn := l.Position(d.End); endLine == line {
			under = max(endColumn-column, 1)
		} else {
			under = max(utf8.RuneCountInString(source)-column+1, 1)
		}
		source, column = window(source, column)
		under = min(under, max(utf8.RuneCountInString(source)-column+1, 1))
		b.WriteString("    " + shown(source) + "\n    " + indentLike(source, column-1) + strings.Repeat("~", under) + "\n")
	}
	return b.String()
}

// The part of a long line that is shown: so many characters in all, and before the
// place that a finding is about.
const (
	widestLine = 1000
	widestHead = 200
)

// window returns the part of a line around a column, with … where something is left
// out, and where the column is in it.
func window(line string, column int) (string, int) {
	if len(line) <= widestLine {
		return line, column
	}
	r := []rune(line)
	from := max(min(column-1-widestHead, len(r)-widestLine), 0)
	to := min(from+widestLine, len(r))
	out := string(r[from:to])
	column -= from
	if from > 0 {
		out, column = "…"+out, column+1
	}
	if to < len(r) {
		out += "…"
	}
	return out, column
}

// shown is s with U+FFFD for what is no printable character, tabs excepted: as many
// characters as s has.
func shown(s string) string {
	return strings.Map(func(r rune) rune {
		if r != '\t' && !unicode.IsPrint(r) {
			return utf8.RuneError
		}
		return r
	}, s)
}

// indentLike is blanks as wide as the first n characters of s: tabs stay tabs.
func indentLike(s string, n int) string {
	var b strings.Builder
	for _, r := range s {
		if n == 0 {
			break
		}
		if n--; r == '\t' {
			b.WriteByte('\t')
		} else {
			b.WriteByte(' ')
		}
	}
	return b.String() + strings.Repeat(" ", n)
}
