// Package oneline makes texts fit for a line of a terminal, a table or a header, whoever
// wrote them.
package oneline

import (
	"strings"
	"unicode"
)

// Of returns a text as [Blanked] does, without blanks at its ends.
func Of(text string) string { return strings.TrimSpace(Blanked(text)) }

// Blanked returns a text with a blank in the place of each control character, line
// separator and mark that turns the direction of writing: what stands in a log can neither
// break the layout nor command the terminal.
func Blanked(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, text)
}
