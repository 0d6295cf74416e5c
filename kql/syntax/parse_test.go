package syntax

import (
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestCodeExamples runs the example in the comment of every diagnostic's constructor.
func TestCodeExamples(t *testing.T) {
	source, err := os.ReadFile("codes.go")
	if err != nil {
		t.Fatal(err)
	}
	doc := regexp.MustCompile(`(?m)^// (\w+) is (KS\d+).*\n(?://.*\n)*?// Example: (.*)\nfunc (\w+)\(`)
	found := doc.FindAllStringSubmatch(string(source), -1)
	for _, m := range found {
		name, code, text := m[1], m[2], expandRepeats(m[3])
		if name != m[4] {
			t.Errorf("the comment of %s names %s", m[4], name)
		}
		_, diags := Parse(text)
		ok := false
		for _, d := range diags {
			ok = ok || d.Code == code
		}
		if !ok {
			t.Errorf("%s: %q has no %s, but %v", name, m[3], code, diags)
		}
	}
	constructors := strings.Count(string(source), ") Diagnostic {")
	if constructors != len(found) {
		t.Errorf("%d of %d constructors have an example", len(found), constructors)
	}
}

// expandRepeats replaces {3*(} by (((.
func expandRepeats(s string) string {
	return regexp.MustCompile(`\{(\d+)\*(.)\}`).ReplaceAllStringFunc(s, func(m string) string {
		n, c, _ := strings.Cut(m[1:len(m)-1], "*")
		count, _ := strconv.Atoi(n)
		return strings.Repeat(c, count)
	})
}

func TestErrorsAreReportedTogether(t *testing.T) {
	text := "let x = ;\nT | where | wher a | project f(a b), c | take\n; U | summarize by"
	_, diags := Parse(text)
	var got []string
	l := NewLines(text)
	for _, d := range diags {
		line, column := l.Position(d.Pos)
		got = append(got, strconv.Itoa(line)+":"+strconv.Itoa(column)+" "+d.Code)
	}
	want := "1:8 KS006, 2:10 KS006, 2:13 KS176, 2:34 KS005, 2:46 KS006, 3:19 KS006"
	if s := strings.Join(got, ", "); s != want {
		t.Errorf("got  %s\nwant %s", s, want)
	}
}

// TestRecovery checks that what follows an error is read as if there were none.
func TestRecovery(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"T | wher x == 1 | take 5", "TakeOp"},
		{"T | where (a b c) | take 5", "TakeOp"},
		{"T | where f(a, ) | take 5", "TakeOp"},
		{"T | where x = = 1 ) | take 5", "TakeOp"},
		{"T | where a b; U | take 5", "TakeOp"},
		{"let a = ; U | take 5", "TakeOp"},
		{"T | join (U | wher x) on a | take 5", "TakeOp"},
		{"T | extend x = dynamic({'a':}) | take 5", "TakeOp"},
		{"T | summarize count( by a | take 5", "TakeOp"},
		{"T | where a in (1, 2 | take 5", "TakeOp"},
		{"let f = (a:long) { T | where  }; U | take 5", "TakeOp"},
	} {
		q, diags := Parse(tt.text)
		if len(diags) == 0 {
			t.Errorf("%q: no errors", tt.text)
		}
		if !strings.Contains(Dump(q), tt.want) {
			t.Errorf("%q: no %s in\n%s", tt.text, tt.want, Dump(q))
		}
		checkPlaces(t, q, diags)
	}
}

func TestDeepNesting(t *testing.T) {
	deep := func(open, inner, end string, n int) string {
		return strings.Repeat(open, n) + inner + strings.Repeat(end, n)
	}
	for _, tt := range []struct {
		name, text string
		valid      bool
	}{
		{"parentheses", "print " + deep("(", "1", ")", 400), true},
		{"too many parentheses", "print " + deep("(", "1", ")", 1_000_000), false},
		{"calls", "print " + deep("f(", "1", ")", 100_000), false},
		{"subqueries", deep("union (", "T", ")", 100_000), false},
		{"forks", "T | " + deep("fork (", "count", ")", 100_000), false},
		{"bad forks", "T" + deep("| fork (", "count", ")", 100_000), false},
		{"json", "print dynamic(" + deep("[", "1", "]", 100_000) + ")", false},
		{"functions", deep("let f = () {", "1", "};", 100_000), false},
		{"indexes", "print " + deep("a[", "1", "]", 100_000), false},
		{"unclosed", "print " + strings.Repeat("(", 200_000), false},
		{"lists", "T | where a in (" + deep("b in (", "1", ")", 100_000), false},
		{"union of calls", deep("union f((", "T", "))", 300), true},
		{"sum", "print 1" + strings.Repeat("+1", 5_000), true},
		{"long sum", "print 1" + strings.Repeat("+1", 500_000), false},
		{"conditions", "T | where a == 1" + strings.Repeat(" or a == 1", 5_000), true},
		{"path", "print a" + strings.Repeat(".a", 100_000), false},
		{"operators", "T" + strings.Repeat(" | take 1", 50_000), true},
		{"unclosed indexes", "print " + strings.Repeat("x[1 ", 100_000), false},
		{"unclosed calls", "print " + strings.Repeat("f(1 ", 100_000), false},
		{"unclosed objects", "print dynamic(" + strings.Repeat("{'a':[1 ", 100_000), false},
		{"bad operators", "T" + strings.Repeat(" | wherr x", 100_000), false},
		{"bad statements", strings.Repeat("a b c ) ", 100_000), false},
		{"names", "print " + strings.Repeat("(a, ", 100_000), false},
		{"dashes", "print " + strings.Repeat("a-", 100_000), false},
		{"unions", strings.Repeat("union f(", 100_000), false},
		{"strings", "print " + strings.Repeat("'a' ", 100_000), true},
		{"comments", strings.Repeat("// c\n", 100_000), true},
		{"quotes", strings.Repeat("'\n", 100_000), false},
		{"list", "print x in (1" + strings.Repeat(",1", 200_000) + ")", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			q, diags := Parse(tt.text)
			if (len(diags) == 0) != tt.valid {
				t.Errorf("%d errors, the first: %v", len(diags), diags[:min(1, len(diags))])
			}
			if len(diags) > maxDiagnostics {
				t.Errorf("%d errors", len(diags))
			}
			Walk(q, func(Node) bool { return true })
			Format(q)
		})
	}
}

func TestBrokenTexts(t *testing.T) {
	for _, text := range brokenTexts {
		checkText(t, text)
	}
}

func TestSuggestOperator(t *testing.T) {
	for _, tt := range []struct{ word, want string }{
		{"wher", "where"}, {"Where", "where"}, {"projct", "project"}, {"summarise", "summarize"}, {"mv_expand", "mv-expand"},
		{"ordre", "order"}, {"tkae", "take"}, {"xyz", ""}, {"select", ""}, {"group", ""}, {"project_away", "project-away"},
	} {
		if got := suggestOperator(tt.word); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.word, got, tt.want)
		}
	}
}

func TestRender(t *testing.T) {
	text := "T\n|\twher é == 'x\n"
	got := Render(text, []Diagnostic{
		mistake("KS176", 4, 8, "no operator"),
		{Code: "KS001", Severity: Warning, Pos: 15, End: 15, Message: "not closed"},
		{Code: "KS000", Severity: Suggestion, Pos: 4, End: 18, Message: "to the end"},
		mistake("KS000", -1, 99, "out of the text"),
	})
	want := "2:3: error KS176: no operator\n    |\twher é == 'x\n     \t~~~~\n" +
		"2:13: warning KS001: not closed\n    |\twher é == 'x\n     \t          ~\n" +
		"2:3: suggestion KS000: to the end\n    |\twher é == 'x\n     \t~~~~~~~~~~~~\n" +
		"1:1: error KS000: out of the text\n    T\n    ~\n"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
