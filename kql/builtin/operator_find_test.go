package builtin

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// inSlowly is needle.in by its definition: every position is tried.
func inSlowly(s, part string, fold, left, right bool) bool {
	text, want := []rune(s), []rune(part)
	term := func(i int) bool {
		return i >= 0 && i < len(text) && (unicode.IsLetter(text[i]) || unicode.IsDigit(text[i]))
	}
	same := func(a, b rune) bool { return a == b || fold && unicode.ToLower(a) == unicode.ToLower(b) }
	if len(want) == 0 {
		return true
	}
	for from := 0; from+len(want) <= len(text); from++ {
		ok := true
		for i, r := range want {
			ok = ok && same(text[from+i], r)
		}
		to := from + len(want)
		if ok && (!left || !term(from-1) || !term(from)) && (!right || !term(to-1) || !term(to)) {
			return true
		}
	}
	return false
}

func checkNeedle(t *testing.T, s, part string) {
	t.Helper()
	for mask := range 8 {
		fold, left, right := mask&1 != 0, mask&2 != 0, mask&4 != 0
		n := newNeedle(part, fold)
		if got, want := n.in(s, left, right), inSlowly(s, part, fold, left, right); got != want {
			t.Errorf("%q in %q (fold %v, left %v, right %v): got %v, want %v", part, s, fold, left, right, got, want)
		}
	}
}

// TestNeedleAgainstDefinition looks for short parts in short texts over a small
// alphabet, where nearly matching is common.
func TestNeedleAgainstDefinition(t *testing.T) {
	alphabet := []rune("aAbBé É.-1Щщ")
	source := rand.New(rand.NewPCG(1, 1))
	word := func(most int) string {
		var b strings.Builder
		for range source.IntN(most + 1) {
			b.WriteRune(alphabet[source.IntN(len(alphabet))])
		}
		return b.String()
	}
	for range 20000 {
		checkNeedle(t, word(9), word(4))
		if t.Failed() {
			return
		}
	}
}

func FuzzNeedle(f *testing.F) {
	f.Add("Hello, World", "world")
	f.Add("naïve café", "CAFÉ")
	f.Fuzz(func(t *testing.T, s, part string) {
		// Beyond ASCII the definition above and needles may differ in how they
		// fold the few letters that have more than two forms.
		if !utf8.ValidString(s) || !utf8.ValidString(part) || !isASCII(part) {
			t.Skip()
		}
		if strings.ContainsAny(s, "\u212aİ") {
			t.Skip()
		}
		checkNeedle(t, s, part)
	})
}

func TestTermSets(t *testing.T) {
	l := &termList{}
	for _, term := range []string{"one", "two", "three", "four", "five", "six", "Seven", "eight", "nine.ten", "é"} {
		l.add(term, false)
	}
	for text, want := range map[string]bool{
		"SEVEN up": true, "seventh": false, "x nine.ten y": true, "ninexten": false, "caféseven": false,
		"café,Seven": true, "": false, "twos eight": true, "É": true,
	} {
		if got := l.in(text, false); got != want {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
	}
}

func TestEqualFoldASCII(t *testing.T) {
	for c := range 256 {
		for at := range 11 {
			s := []byte("Long Enough")
			s[at] = byte(c)
			want := true
			lower := []byte("long enough")
			for i, b := range s {
				if b >= 'A' && b <= 'Z' {
					b += 'a' - 'A'
				}
				want = want && b == lower[i]
			}
			if got := equalFoldASCII(string(s), string(lower)); got != want {
				t.Errorf("%q: got %v, want %v", s, got, want)
			}
		}
	}
}
