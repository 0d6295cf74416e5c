package main

import (
	"strings"
	"testing"

	"github.com/calypso-kql/calypso/kql/syntax"
)

// Severities and underlines have colours, and the text of a query has none.
func TestColored(t *testing.T) {
	text := "print 1:2: error, x"
	got := colored(syntax.Render(text, []syntax.Diagnostic{{Pos: 6, End: 8, Severity: syntax.Error, Code: "KS1", Message: "no"}}))
	want := "\x1b[1m1:7: \x1b[31merror\x1b[0m KS1: no\n    " + text + "\n          \x1b[31m~~\x1b[0m\n"
	if got != want {
		t.Errorf("got\n%swant\n%s", strings.ReplaceAll(got, "\x1b", "ESC"), strings.ReplaceAll(want, "\x1b", "ESC"))
	}
}
