package syntax

import (
	"strings"
	"testing"
)

// Of a long line the part around the finding is shown.
func TestLongLinesAreCut(t *testing.T) {
	text := strings.Repeat("é", 5000) + "!" + strings.Repeat("b", 5000)
	got := Render(text, []Diagnostic{{Code: "KS1", Pos: 10000, End: 10001, Message: "m"}})
	lines := strings.Split(got, "\n")
	at := strings.Index(lines[2], "~")
	if len(got) > 4000 || []rune(lines[1])[at] != '!' || !strings.HasPrefix(lines[1], "    …") || !strings.HasSuffix(lines[1], "…") {
		t.Errorf("%.300s", got)
	}
	if text := "a" + strings.Repeat("b", 900); !strings.Contains(Render(text, []Diagnostic{{Pos: 1, End: 2}}), "    "+text+"\n     ~\n") {
		t.Error("a line of 901 characters is not shown as it is")
	}
}
