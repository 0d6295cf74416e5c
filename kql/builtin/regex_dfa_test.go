package builtin

import (
	"math/rand/v2"
	"regexp"
	"regexp/syntax"
	"strings"
	"testing"
)

// TestDFA compares the answers with those of Go's regexp, over all texts of a
// small alphabet and, for states to run out, over long ones.
func TestDFA(t *testing.T) {
	var texts []string
	for n, layer := 0, []string{""}; n < 5; n++ {
		texts = append(texts, layer...)
		var longer []string
		for _, s := range layer {
			for _, c := range "aB \n1" {
				longer = append(longer, s+string(c))
			}
		}
		layer = longer
	}
	r := rand.New(rand.NewPCG(7, 8))
	for range 50 {
		var b strings.Builder
		for range 2000 {
			b.WriteByte("ab B\n1"[r.IntN(6)])
		}
		texts = append(texts, b.String())
	}
	for _, pattern := range []string{
		`a`, `^a`, `a$`, `\Aa`, `a\z`, `(?m)^a$`, `(?i)ab`, `a|B1`, `(a|B)+1`, `a{2,3}`, `a.1`, `(?s)a.1`, `\ba\b`, `\Ba`, `a\B`,
		`[^a]1`, `\s+a\d`, ``, `$`, `^`, `\b`, `(?m)$1`, `(a*)*B`, `a??B`, `(?i)b\b.*a$`, `[a-z]+\n1`, `a[aB ]{12}1`, `(?:a|aB)(?:1|B1)$`,
	} {
		tree, err := syntax.Parse(pattern, syntax.Perl)
		if err != nil {
			t.Fatal(err)
		}
		re, d := regexp.MustCompile(pattern), newDFA(tree)
		for _, s := range texts {
			if got, ok := d.matches(s); !ok || got != re.MatchString(s) {
				t.Fatalf("%q in %.40q…: %v, %v", pattern, s, got, ok)
			}
		}
		if _, ok := d.matches("é"); ok && !re.MatchString("") {
			t.Errorf("%q answers for text beyond ASCII", pattern)
		}
	}
}

func TestRareByteIsFound(t *testing.T) {
	n := newNeedle("a;b", false)
	for s, want := range map[string]bool{
		"": false, "a;": false, ";b": false, "a;b": true, "xa;b": true, "a;b;": true, ";a;a;;b": false, "a;a;a;b": true,
		strings.Repeat(";", 300) + "a;b": true, strings.Repeat(";", 300) + "a;": false, strings.Repeat("a;", 300) + "b": true,
	} {
		if n.in(s, false, false) != want {
			t.Errorf("%q: want %v", s, want)
		}
	}
}
