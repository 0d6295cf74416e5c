package syntax

import "testing"

// FuzzParse: whatever the text, Parse comes back, places lie within the text, and the layout
// of valid texts keeps their trees.
func FuzzParse(f *testing.F) {
	for _, text := range allGrammar {
		f.Add(text)
	}
	for _, text := range brokenTexts {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 1<<14 {
			t.Skip("long texts have tests of their own")
		}
		checkText(t, text)
	})
}

// FuzzRender: rendering comes back for any places.
func FuzzRender(f *testing.F) {
	f.Add("T\n| take", 3, 6)
	f.Fuzz(func(t *testing.T, text string, pos, end int) {
		Render(text, []Diagnostic{mistake("KS000", pos, end, "m")})
	})
}

// brokenTexts are starts for the fuzzer, and must not panic.
var brokenTexts = []string{
	"T | where (", "T | project a,,b", "let x = ", "print dynamic({", "'", "\"\\", "h@", "```", "datetime(", "{a", "{a[", "| | |",
	")", "T | join (", "let f = (a:", "T | parse a with", "T | evaluate", "declare pattern p = ", "restrict access to", "\xff",
	"T | scan with (step", ".", ".show", "G | graph-match (a)-[", "1..2", "a.b.", "x[", "T | union ", "//", "print 1 //x\u2028 2", "#",
}
