package builtin

import (
	"math/rand/v2"
	"reflect"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"testing"
)

// dfaTexts returns all texts of a small alphabet and, for states to run out, long
// ones.
func dfaTexts() []string {
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
	return texts
}

var dfaPatterns = []string{
	`a`, `^a`, `a$`, `\Aa`, `a\z`, `(?m)^a$`, `(?i)ab`, `a|B1`, `(a|B)+1`, `a{2,3}`, `a.1`, `(?s)a.1`, `\ba\b`, `\Ba`, `a\B`,
	`[^a]1`, `\s+a\d`, ``, `$`, `^`, `\b`, `(?m)$1`, `(a*)*B`, `a??B`, `(?i)b\b.*a$`, `[a-z]+\n1`, `a[aB ]{12}1`, `(?:a|aB)(?:1|B1)$`,
}

// TestDFA compares the answers with those of Go's regexp.
func TestDFA(t *testing.T) {
	texts := dfaTexts()
	for _, pattern := range dfaPatterns {
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

// TestCaptureDFA compares matches and groups with those of Go's regexp.
func TestCaptureDFA(t *testing.T) {
	texts := dfaTexts()
	patterns := append([]string{
		`(a)(B)?`, `(a|aB)(1|B1)?`, `(a*)(a*)B`, `(a*?)(a*)B`, `(?:(a)|(B))+`, `(a)|(B)|()`, `(.*)1(.*)`, `(.*?)1(.*?)B`, `(?m)^(.*)$`,
		`((a)|b)*?1`, `(a+)(?: |\n)(B+)`, `\b(\w+)\b`, `(\w+) (\w+)$`, `a(B(1)?)*`, `(a){0}B`, `(|a)+B`, `(|a)*`, `(a|(B))*?1`, `(a)?(a)?(a)?aaa`,
		`aB(.)(.?)`, `(\d)[^1]*(\d)`,
	}, dfaPatterns...)
	for _, pattern := range patterns {
		tree, err := syntax.Parse(pattern, syntax.Perl)
		if err != nil {
			t.Fatal(err)
		}
		re := regexp.MustCompile(pattern)
		d := newCaptureDFA(tree, re.NumSubexp())
		for _, s := range texts {
			loc, ok := d.find(s, 0)
			if want := re.FindStringSubmatchIndex(s); !ok && d.resets <= captureMaxResets || ok && !slices.Equal(loc, want) {
				t.Fatalf("%q in %.40q…: %v, %v, want %v", pattern, s, loc, ok, want)
			}
			all, ok := d.findAll(s)
			if want := re.FindAllStringSubmatchIndex(s, -1); ok && !reflect.DeepEqual(all, want) {
				t.Fatalf("%q in all of %.40q…: %v, want %v", pattern, s, all, want)
			}
		}
	}
	tree, _ := syntax.Parse(`a(.)`, syntax.Perl)
	d := newCaptureDFA(tree, 1)
	for s, want := range map[string]bool{"é": true, "éaé": false, "éab": true, "é é aB é": true} {
		if _, ok := d.find(s, 0); ok != want {
			t.Errorf("%q: it knows: %v, want %v", s, ok, want)
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
