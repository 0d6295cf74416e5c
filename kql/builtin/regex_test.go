package builtin

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestRegexMatches(t *testing.T) {
	tests := []struct {
		pattern, text string
		want          []int // the first match and its groups; nil: none
	}{
		{`a(b+)`, "xabbc", []int{1, 4, 2, 4}},
		{`\s`, "x\u00a0", []int{1, 3}},
		{`^\w+$`, "naïveté", []int{0, 9}},
		{`(?-u:\w+)`, "naïf", []int{0, 2}},
		{`\d+`, "٣٤x", []int{0, 4}},
		{`[[:digit:]]+`, "٣7", []int{2, 3}},
		{`[[]`, "a[", []int{1, 2}},
		{`[[",\]]+`, `a["],`, []int{1, 5}},
		{`[[a-c]x]+`, "zbx]", []int{1, 3}},
		{`[^[]+`, "[ab[", []int{1, 3}},
		{`\bé\w*\b`, "l'été fini", []int{2, 7}},
		{`\bt\b`, "été", nil},
		{`(?-u:\bt\b)`, "été", []int{2, 3}},
		{`\Bt\B`, "été", []int{2, 3}},
		{`[a-y&&xyz]+`, "wxyz", []int{1, 3}},
		{`[0-9--4]+`, "4569", []int{1, 4}},
		{`[a-g~~b-h]+`, "bah", []int{1, 3}},
		{`[x[^xyz]]+`, "zyxw", []int{2, 4}},
		{`[^a-z&&b]`, "b", nil},
		{`[]a]+`, "]a", []int{0, 2}},
		{`[a&&b]`, "ab", nil},
		{`[\p{Greek}&&\pL]`, "aβ", []int{1, 3}},
		{`\p{Letter}\P{Lu}`, "Ab", []int{0, 2}},
		{`(?x) a b # the rest
			c`, "abc", []int{0, 3}},
		{`(?i)[^a]b`, "Ab", nil},
		{`(?i)straße`, "STRAßE", []int{0, 7}},
		{`(?i)k`, "\u212a", []int{0, 3}},
		{`(?i)powershell|cmd`, "a PowerShell.exe", []int{2, 12}},
		{`(?i:a)b`, "Ab", []int{0, 2}},
		{`a{2}{2}`, "aaaa", []int{0, 4}},
		{`a++`, "aa", []int{0, 2}},
		{`{"id":(\d)}`, `{"id":7}`, []int{0, 8, 6, 7}},
		{`(?P<n>a)(?<m.x>b)`, "ab", []int{0, 2, 0, 1, 1, 2}},
		{`\x41\u0042\x{43}\U00000044\105`, "ABCDE", []int{0, 5}},
		{`(a)|(b)`, "b", []int{0, 1, -1, -1, 0, 1}},
		{`.*foo.*`, "xfoo\n", []int{0, 4}},
		{`^$`, "", []int{0, 0}},
		{`(?m)^b$`, "a\nb\nc", []int{2, 3}},
		{`(?U)a+`, "aaa", []int{0, 1}},
		{`\/a\-\.`, "/a-.", []int{0, 4}},
		{`[\w.-]+@`, "a.b-c@", []int{0, 6}},
		{`[a\-z]+`, "-", []int{0, 1}},
		{`((a)|b)+`, "ab", []int{0, 2, 1, 2, 0, 1}},
	}
	for _, tt := range tests {
		m, err := newMatcher(tt.pattern, anchorNone)
		if err != nil {
			t.Errorf("%s: %v", tt.pattern, err)
			continue
		}
		if got := firstMatch(m, tt.text); !slices.Equal(got, tt.want) {
			t.Errorf("%s in %q: %v, want %v", tt.pattern, tt.text, got, tt.want)
		}
		if got := m.matches(tt.text); got != (tt.want != nil) {
			t.Errorf("%s matches %q: %v", tt.pattern, tt.text, got)
		}
	}
}

// firstMatch returns the first match and its groups.
func firstMatch(m *matcher, s string) []int {
	x := m.search()
	defer x.done()
	return slices.Clone(x.find(s))
}

func TestRegexRejects(t *testing.T) {
	for _, pattern := range []string{
		`(`, `)`, `a)`, `[a`, `*a`, `a|*`, `(?=a)`, `(?<!a)`, `(a)\1`, `\`, `\q`, `\b{begin}a`, `\b{start`, `\b{start,2}`,
		`(?P<n>a)(?P<n>b)`, `[z-a]`, `\p{NoSuch}`, `[[:no:]]`, `a{3,2}`, `\x{110000}`, `(?<>a)`, `(?z)`,
	} {
		if _, err := newMatcher(pattern, anchorNone); err == nil {
			t.Errorf("%s: accepted", pattern)
		}
	}
}

func TestRegexFindAll(t *testing.T) {
	for _, tt := range []struct {
		pattern, text string
		want          [][]int
	}{
		{`a*`, "baac", [][]int{{0, 0}, {1, 3}, {4, 4}}},
		{`\ba*`, "éaa a", [][]int{{0, 0}, {4, 4}, {5, 6}}},
		{`\b`, "é a", [][]int{{0, 0}, {2, 2}, {3, 3}, {4, 4}}},
		{`x`, "éé", nil},
	} {
		m, err := newMatcher(tt.pattern, anchorNone)
		if err != nil {
			t.Fatal(err)
		}
		if got := m.findAll(tt.text); !slices.EqualFunc(got, tt.want, slices.Equal) {
			t.Errorf("%s in %q: %v, want %v", tt.pattern, tt.text, got, tt.want)
		}
	}
}

// TestRegexEdges checks the assertions that Go's expressions do not have.
func TestRegexEdges(t *testing.T) {
	for _, tt := range []struct {
		pattern, text string
		want          [][]int
	}{
		{`\<`, "ab é-c", [][]int{{0, 0}, {3, 3}, {6, 6}}},
		{`\>`, "ab é-c", [][]int{{2, 2}, {5, 5}, {7, 7}}},
		{`\b{start}\w`, "ab cd", [][]int{{0, 1}, {3, 4}}},
		{`\w\b{end}`, "ab cd", [][]int{{1, 2}, {4, 5}}},
		{`(?-u:\<)`, "éa b", [][]int{{2, 2}, {4, 4}}},
		{`\b{start-half}`, "ab", [][]int{{0, 0}}},
		{`\b{end-half}`, "ab -", [][]int{{2, 2}, {3, 3}, {4, 4}}},
		{`(a)?\<(b)|\<(c)`, "xb b c", [][]int{{3, 4, -1, -1, 3, 4, -1, -1}, {5, 6, -1, -1, -1, -1, 5, 6}}},
		{`(?:\<a|\>b){2}`, "aa a", nil},
		{`(\<)+a`, "ba a", [][]int{{3, 4, 3, 3}}},
		{`\<foo\>`, "food foo", [][]int{{5, 8}}},
		{`\b{2}a`, "ba a", [][]int{{3, 4}}},
		{`(?mR)^.*$`, "a\r\nb\rc\nd", [][]int{{0, 1}, {3, 4}, {5, 6}, {7, 8}}},
		{`(?m)^.*$`, "a\r\nb", [][]int{{0, 2}, {3, 4}}},
		{`(?R).+`, "a\r\nb", [][]int{{0, 1}, {3, 4}}},
		{`(?Rs).+`, "a\r\nb", [][]int{{0, 4}}},
		{`(?mR)^$`, "\r\n\r\n", [][]int{{0, 0}, {2, 2}, {4, 4}}},
	} {
		m, err := newMatcher(tt.pattern, anchorNone)
		if err != nil {
			t.Errorf("%s: %v", tt.pattern, err)
			continue
		}
		if got := m.findAll(tt.text); !slices.EqualFunc(got, tt.want, slices.Equal) {
			t.Errorf("%s in %q: %v, want %v", tt.pattern, tt.text, got, tt.want)
		}
		if got := m.matches(tt.text); got != (tt.want != nil) {
			t.Errorf("%s matches %q: %v", tt.pattern, tt.text, got)
		}
	}
}

// FuzzRegex checks that a translated pattern finds in ASCII text what Go's
// regexp finds with the pattern as it is, where both know the syntax, and that
// the search with Unicode word boundaries agrees with both.
func FuzzRegex(f *testing.F) {
	for _, seed := range []string{`a(b|c)*\b`, `(?i)x[^y]{1,3}?$`, `\w+@\w+\.com`, `[[:alpha:]]+|\d`, `^(?:foo|bar)?`} {
		f.Add(seed, "abcb foo@bar.com xyzzy 12")
	}
	plain := regexp.MustCompile(`^[a-z0-9()|*+?. @^$]*$`)
	f.Fuzz(func(t *testing.T, pattern, text string) {
		m, err := newMatcher(pattern, anchorNone)
		if err != nil || len(text) > 200 || len(pattern) > 100 {
			return
		}
		got := firstMatch(m, text)
		if m.words != nil && m.re != nil && isASCII(text) {
			if w := m.words.find(text); m.mayMatch(text) && !slices.Equal(got, w) {
				t.Errorf("%q in %q: %v, with words %v", pattern, text, got, w)
			}
		}
		if re, err := regexp.Compile(pattern); err == nil && plain.MatchString(pattern) && isASCII(text) {
			if want := re.FindStringSubmatchIndex(text); !slices.Equal(got, want) {
				t.Errorf("%q in %q: %v, want %v", pattern, text, got, want)
			}
		}
	})
}

// The search with word boundaries goes through long texts page by page: it finds
// what the other does, whatever its matches reach over, and its memory does not grow
// with the text.
func TestWordsInLongTexts(t *testing.T) {
	unit := strings.Repeat("ab c1 ", 300) + strings.Repeat("x", 2500) + "; "
	text := strings.Repeat(unit, 20)
	for _, pattern := range []string{`\bc\d`, `\bx+\b`, `\Bb|\bx`, `[a-c]\d \b[^;]*;`, `\b`, `\bnone\b`, `(\w+) (\w+)\b`} {
		m, err := newMatcher(pattern, anchorNone)
		if err != nil || m.words == nil {
			t.Fatalf("%s: %v, no search for words", pattern, err)
		}
		want := regexp.MustCompile(pattern).FindAllStringSubmatchIndex(text, -1)
		if got := m.words.findAll(text); !slices.EqualFunc(got, want, slices.Equal) {
			t.Errorf("%s: %d matches, want %d", pattern, len(got), len(want))
		}
	}
	m, err := newMatcher(`\bnone\b`, anchorNone)
	if err != nil {
		t.Fatal(err)
	}
	w := m.words.search(text)
	w.next(0)
	if n := len(w.free) + w.high - w.low; n > 2 {
		t.Errorf("%d pages of states for a text of %d bytes, want 2 at most", n, len(text))
	}
}

func BenchmarkRegexFind(b *testing.B) {
	m, err := newMatcher(`(?i)user=([\w.-]+)@example\.com`, anchorNone)
	if err != nil {
		b.Fatal(err)
	}
	for name, text := range map[string]string{
		"hit":  "2024-01-01T00:00:00Z app=web user=john.doe@example.com action=login status=ok",
		"miss": "2024-01-01T00:00:00Z app=web client=10.1.2.3 action=login status=ok bytes=1234",
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				firstMatch(m, text)
			}
		})
	}
}
