package oneline

import "testing"

func TestBlanked(t *testing.T) {
	for text, want := range map[string]string{
		"":                          "",
		"Zoë 日本":                    "Zoë 日本",
		" a\tb\r\nc\x00":            " a b  c ",
		"\x1b[31mred":               " [31mred",
		"\u0085\u009b2J":            "  2J",
		"gnp\u202egepj.exe\u2066 x": "gnp gepj.exe  x",
		"a\u2028b\u2029c":           "a b c",
	} {
		if got := Blanked(text); got != want {
			t.Errorf("Blanked(%q) is %q, want %q", text, got, want)
		}
	}
	if got := Of("\tx\ny "); got != "x y" {
		t.Errorf("Of gives %q", got)
	}
}
