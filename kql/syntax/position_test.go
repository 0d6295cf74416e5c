package syntax

import (
	"fmt"
	"strings"
	"testing"
)

func TestRenderHidesWhatATerminalWouldObey(t *testing.T) {
	text := "T | where \x1b[31mx == \xff1"
	_, diags := Parse(text)
	if len(diags) == 0 {
		t.Fatal("no findings")
	}
	got := Render(text, diags)
	if strings.Contains(got, "\x1b") || strings.Contains(got, "\xff") || !strings.Contains(got, "T | where \uFFFD[31mx == \uFFFD1\n") {
		t.Errorf("rendered as %q", got)
	}
}

func TestRenderEnds(t *testing.T) {
	var diags []Diagnostic
	for range maxRendered + 7 {
		diags = append(diags, Diagnostic{Code: "KS999", Message: "wrong"})
	}
	got := Render("x", diags)
	if n := strings.Count(got, "wrong"); n != maxRendered || !strings.HasSuffix(got, fmt.Sprintf("… and %d more\n", 7)) {
		t.Errorf("%d findings, ending in %q", n, got[len(got)-30:])
	}
}
