package kql_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/exec"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// A long text is one of n like parts.
type longText struct {
	name string
	n    int // parts that people's tools write at most
	text func(n int) string
}

// longTexts are the ways in which a query gets long.
var longTexts = []longText{
	{"where", 20_000, pipeOf(" | where x > %d")},
	{"extend", 20_000, pipeOf(" | extend a = x + %d")},
	{"extend new", 1_000, pipeOf(" | extend a%d = x")},
	{"project", 20_000, pipeOf(" | project x = x + %d")},
	{"sort", 20_000, pipeOf(" | take %d")},
	{"serialize", 20_000, pipeOf(" | serialize | where x > %d")},
	{"summarize", 20_000, pipeOf(" | summarize x = max(x) by y = x + %d")},
	{"parse", 5_000, pipeOf(" | parse s with '%d' t 'x'")},
	{"mv-expand", 20_000, pipeOf(" | mv-expand x = pack_array(x, %d) to typeof(long)")},
	{"join", 5_000, pipeOf(" | join kind=leftsemi (T | where x > %d) on x")},
	{"lookup", 2_000, pipeOf(" | lookup (T | project x, z = %d) on x | project-away z")},
	{"as", 5_000, pipeOf(" | as t%d")},
	{"columns of project", 5_000, listOf("T | project a0 = x%s", ", a%d = x")},
	{"columns of extend", 5_000, listOf("T | extend a0 = x%s", ", a%d = x + 1")},
	{"aggregates", 5_000, listOf("T | summarize a0 = max(x)%s by s", ", a%d = sum(x)")},
	{"keys", 5_000, listOf("T | summarize by a0 = x%s", ", a%d = x + 1")},
	{"keys of sort", 5_000, listOf("T | sort by x%s", ", x + %d")},
	{"away", 5_000, listOf("T | extend a0 = x%s | project-away a*", ", a%d = x")},
	{"renames", 5_000, func(n int) string {
		return "T | extend " + repeated(n, ", a%d = x")[2:] + " | project-rename " + repeated(n, ", b%d = a%[1]d")[2:]
	}},
	{"legs", 5_000, listOf("union T%s", ", (T | where x > %d)")},
	{"legs of other columns", 500, listOf("union T%s", ", (T | project a%d = x)")},
	{"lets of values", 2_000, lets("let v%d = v%d + 1;\n", "let v0 = 1;\n", "T | where x > v%d")},
	{"lets doubled", 40, lets("let v%d = v%d + v%[2]d;\n", "let v0 = 1;\n", "T | where x > v%d")},
	{"lets of a random value", 2_000, lets("let v%d = v%d + rand();\n", "let v0 = 1;\n", "T | where x > v%d")},
	{"lets of tables", 2_000, lets("let v%d = v%d | where x > 1;\n", "let v0 = T;\n", "v%d")},
	{"lets of functions", 60, lets("let v%d = (a: long) { v%d(a) + 1 };\n", "let v0 = (a: long) { a };\n", "T | where x > v%d(x)")},
	{"lets apart", 2_000, func(n int) string { return repeated(n, "let v%d = T | where x > 1;\n") + "v1 | union v2" }},
	{"in", 100_000, listOf("T | where x in (0%s)", ", %d")},
	{"in of texts", 100_000, listOf("T | where s in ('0'%s)", ", 'name%d'")},
	{"in~ of texts", 100_000, listOf("T | where s in~ ('0'%s)", ", 'name%d'")},
	{"has_any", 100_000, listOf("T | where s has_any ('0'%s)", ", 'name%d'")},
	{"dynamic", 100_000, listOf("T | where s in (dynamic([0%s]))", ", %d")},
	{"case", 1_000, listOf("T | extend a = case(x == 0, 'a'%s, 'z')", ", x == %d, 'b'")},
	{"or", 5_000, listOf("T | where x == 0%s", " or x == %d")},
	{"or of texts", 5_000, listOf("T | where s has 'a'%s", " or s has 'b%d'")},
	{"and", 5_000, listOf("T | where x == 0%s", " and x != %d")},
	{"sum", 5_000, listOf("T | where x == 0%s", " + %d")},
	{"strcat", 60, listOf("T | extend a = strcat('a'%s)", ", 'b%d'")},
	{"parentheses", 400, func(n int) string { return "T | where " + strings.Repeat("(", n) + "x > 1" + strings.Repeat(")", n) }},
	{"nots", 400, func(n int) string { return "T | where " + strings.Repeat("not(", n) + "x > 1" + strings.Repeat(")", n) }},
	{"iffs", 400, func(n int) string {
		return "T | extend a = " + strings.Repeat("iff(x > 1, 1, ", n) + "x" + strings.Repeat(")", n)
	}},
	{"datatable", 100_000, listOf("datatable(x: long)[0%s] | where x > 5", ", %d")},
	{"datatable of texts", 100_000, listOf("datatable(s: string)['0'%s] | where s has '5'", ", 'name%d'")},
	{"datatable's columns", 5_000, listOf("datatable(x: long%s)[] | where x > 5", ", a%d: long")},
	{"statements", 2_000, listOf("T%s", "; T | where x > %d")},
	{"forks", 1_000, listOf("T | fork (take 1)%s", " (where x > %d)")},
	{"unknown names", 2_000, listOf("T | project x%s", ", nope%d")},
	{"unknown operators", 5_000, pipeOf(" | wher x > %d")},
	{"unknown columns by pipe", 5_000, pipeOf(" | where nope > %d")},
	{"nested mv-apply", 30, nested("mv-apply x = pack_array(x) to typeof(long) on (", "take 1", ")")},
	{"nested partition", 30, nested("partition by x (", "take 1", ")")},
	{"nested toscalar", 100, nested("where x == toscalar(T | ", "project x", ")")},
	{"nested join", 100, nested("join (T | ", "take 1", ") on x | project x")},
	{"nested union", 100, nested("union (T | ", "take 1", ")")},
	{"nested in", 100, nested("where x in (T | ", "project x", ")")},
	{"pushed filters", 500, pipeOf(" | extend a%d = x, s = 'b' | where x > %[1]d")},
	{"pushed below aggregates", 500, pipeOf(" | summarize s = take_any(s) by x | where x > %d")},
	{"comments", 20_000, pipeOf(" // %d\n")},
	{"paths", 5_000, listOf("T | extend d = dynamic({}) | project a = d.x%s", ", a%d = d.x.y[0].z%[1]d")},
	{"toscalars", 500, listOf("T | project x%s", ", a%d = toscalar(T | where x == %[1]d | summarize max(x))")},
	{"search", 2_000, listOf("search in (T) 'a'%s", " or 'b%d'")},
	{"scan", 100, listOf("T | sort by x | scan with (step s0: true;%s)", " step a%d: x > 1;")},
}

func repeated(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i+1)
	}
	return b.String()
}

func pipeOf(op string) func(int) string {
	return func(n int) string { return "T" + repeated(n, op) }
}

func listOf(format, part string) func(int) string {
	return func(n int) string { return fmt.Sprintf(format, repeated(n, part)) }
}

func nested(open, inner, shut string) func(int) string {
	return func(n int) string {
		return "T | extend x = tolong(x) | " + strings.Repeat(open, n) + inner + strings.Repeat(shut, n)
	}
}

func lets(format, first, last string) func(int) string {
	return func(n int) string {
		var b strings.Builder
		b.WriteString(first)
		for i := range n {
			fmt.Fprintf(&b, format, i+1, i)
		}
		fmt.Fprintf(&b, last, n)
		return b.String()
	}
}

// TestCompileEnds has texts compiled for less time than that takes: as soon as that is
// over the query ends with the error of one that runs for too long.
func TestCompileEnds(t *testing.T) {
	engine, err := kql.New()
	if err != nil {
		t.Fatal(err)
	}
	bound := pipeOf(" | extend a%d = x")(4_000) // each has the columns of all before it
	optimized := pipeOf(" | extend a = x, s = 'b' | where x > %d")(3_000)
	for name, c := range map[string]struct {
		text    string
		request kql.Request
		cancel  bool
		want    exec.ErrorKind
	}{
		"the request's time":      {bound, kql.Request{Properties: map[string]any{"servertimeout": "00:00:00.2"}}, false, exec.Timeout},
		"while it is optimized":   {optimized, kql.Request{Properties: map[string]any{"servertimeout": "00:00:01"}}, false, exec.Timeout},
		"a request that is ended": {bound, kql.Request{}, true, exec.Cancelled},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if c.cancel {
				time.AfterFunc(200*time.Millisecond, cancel)
			}
			begun := time.Now()
			q, diags := engine.CompileRequest(ctx, c.text, longTables(), c.request)
			_, err := q.Run(ctx, kql.RunOptions{})
			var typed *exec.Error
			if !errors.As(err, &typed) || typed.Kind != c.want || len(diags) > 0 {
				t.Errorf("got %v and %v, want %s", err, diags, c.want.Code())
			}
			if took := time.Since(begun); took > 10*time.Second {
				t.Errorf("ended after %s", took)
			}
		})
	}
}

// TestExpressionTooLarge has expressions that double with every let statement or
// function: their size is found out without computing them.
func TestExpressionTooLarge(t *testing.T) {
	engine, err := kql.New()
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		lets("let v%d = v%d + v%[2]d;\n", "let v0 = 1;\n", "T | where x > v%d")(60),
		lets("let v%d = v%d and not(v%[2]d);\n", "let v0 = rand() > 1;\n", "T | where v%d")(60),
		"let f = (a: long) { a + a }; T | where x > " + strings.Repeat("f(", 60) + "x" + strings.Repeat(")", 60),
	} {
		if _, diags := engine.Compile(text, longTables()); !slices.ContainsFunc(diags, func(d syntax.Diagnostic) bool {
			return strings.HasPrefix(d.Message, "the expression is too complex")
		}) {
			t.Errorf("%s\ngot %v", text, diags)
		}
	}
}

// longTables has the table that the long texts read.
func longTables() kql.Tables {
	return kql.Tables{"T": plan.NewMemory(types.Schema{Columns: []types.Column{
		{Name: "x", Type: types.Long}, {Name: "s", Type: types.String},
	}}, nil)}
}

func isError(d syntax.Diagnostic) bool { return d.Severity == syntax.Error }

// BenchmarkCompile reports what one part of a long text takes, at a tenth of the
// length and at all of it: about the same.
func BenchmarkCompile(b *testing.B) {
	engine, err := kql.New()
	if err != nil {
		b.Fatal(err)
	}
	tables := longTables()
	for _, l := range longTexts {
		for _, n := range []int{l.n / 10, l.n} {
			b.Run(l.name+"/"+strconv.Itoa(n), func(b *testing.B) {
				text := l.text(n)
				for b.Loop() {
					q, diags := engine.Compile(text, tables)
					if slices.ContainsFunc(diags, isError) {
						continue
					}
					if _, err := q.Optimized(kql.RunOptions{}); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/part")
			})
		}
	}
}
