package kql_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// TestScanComputesAsExtend holds expressions that scan computes row by row, over a
// row and the one before, against extend, which computes them over columns with
// prev().
func TestScanComputesAsExtend(t *testing.T) {
	e, err := kql.New()
	if err != nil {
		t.Fatal(err)
	}
	compared, seeds := 0, 400
	if testing.Short() {
		seeds = 100
	}
	for seed := range seeds {
		g := &generator{Rand: rand.New(rand.NewPCG(uint64(seed), 11))}
		of := []types.Type{types.Bool, types.Long, types.Real, types.String, types.DateTime, types.TimeSpan, types.GUID, types.Dynamic, types.Decimal}
		typ := of[seed%len(of)]
		stepwise, whole := scanAndExtend(g, typ)
		if strings.Contains(stepwise, "pack_all") {
			continue // of other columns
		}
		scan, diags := e.Compile(stepwise, kql.Tables{})
		if hasErrors(diags) {
			continue // an operand that is a table, say
		}
		extend := compile(t, e, whole)
		if slices.ContainsFunc(extend.Results()[0].Columns, func(c types.Column) bool { return c.Type != typ }) {
			continue // scan would convert it
		}
		for _, rows := range []int{1, 5, 1024} {
			o := kql.RunOptions{Now: now, BatchRows: rows}
			want := answer(t, context.Background(), extend, o)
			if got := answer(t, context.Background(), scan, o); got != want && want != "error" {
				t.Errorf("seed %d: %s\n%s", seed, stepwise, difference(got, want))
			}
		}
		compared++
	}
	if compared < seeds/2 {
		t.Errorf("only %d of %d queries could be compared", compared, seeds)
	}
}

// scanAndExtend returns two queries that compute the same expressions of type typ.
func scanAndExtend(g *generator, typ types.Type) (scan, extend string) {
	names := strings.Split(columns, ", ")
	table := g.table(12).String() + " | serialize"
	var before []string
	for i, c := range names {
		name, _, _ := strings.Cut(c, ":")
		g.cols = append(g.cols, types.Column{Name: name, Type: columnTypes[i]}, types.Column{Name: "s." + name, Type: columnTypes[i]})
		before = append(before, fmt.Sprintf("['s.%s'] = prev(%s)", name, name))
	}
	var declared, assigned, computed, out []string
	for i := range 6 {
		name := fmt.Sprintf("v%d", i)
		x := g.expr(typ, 3)
		declared = append(declared, name+": "+typ.String())
		computed = append(computed, name+" = "+x)
		for _, c := range names {
			col, _, _ := strings.Cut(c, ":")
			x = strings.ReplaceAll(x, "['s."+col+"']", "s."+col)
		}
		assigned = append(assigned, name+" = "+x)
		out = append(out, name)
	}
	project := " | project " + strings.Join(out, ", ")
	scan = table + " | scan declare (" + strings.Join(declared, ", ") + ") with (step s: true => " + strings.Join(assigned, ", ") + ";)" + project
	extend = table + " | extend " + strings.Join(before, ", ") + " | extend " + strings.Join(computed, ", ") + project
	return scan, extend
}

// scanEvents are events of ten thousand users, a second apart.
const scanEvents = `range x from 1 to %d step 1
	| extend t = datetime(2024-01-01) + x * 1s, u = hash(x, 10000), e = case(x %% 5 < 3, "fail", x %% 5 == 3, "ok", "grant") `

// scans are what a detection does with them.
var scans = map[string]string{
	"sessions": `| sort by u asc, t asc
		| scan with_match_id=id declare (start: datetime) with (step s: true => start = iff(isnull(s.start) or u != s.u or t - s.t > 30m, t, s.start);)`,
	"partitioned": `| partition hint.strategy=native by u (sort by t asc | scan declare (gap: timespan) with (step s: true => gap = t - s.t;))`,
	"login": `| sort by t asc
		| scan with_match_id=id declare (since: datetime) with (
			step fail output=none: e == "fail" => since = t;
			step ok output=none: e == "ok" and u == fail.u and t - fail.t < 10m => since = fail.since;
			step grant: e == "grant" and u == fail.u and t - since < 1h => since = fail.since;)`,
}

// TestScanAllocatesNoRows fails if a part of a usual scan is computed over columns
// of one row.
func TestScanAllocatesNoRows(t *testing.T) {
	e, err := kql.New()
	if err != nil {
		t.Fatal(err)
	}
	const events = 50_000
	for name, stage := range scans {
		if name == "partitioned" {
			continue // a plan for each partition
		}
		q := compile(t, e, fmt.Sprintf(scanEvents, events)+stage+" | count")
		got := testing.AllocsPerRun(1, func() {
			if _, err := q.Run(context.Background(), kql.RunOptions{Now: now}); err != nil {
				t.Error(err)
			}
		})
		if got > events/10 {
			t.Errorf("%s: %.0f allocations for %d rows", name, got, events)
		}
	}
}

func BenchmarkScan(b *testing.B) {
	e, err := kql.New()
	if err != nil {
		b.Fatal(err)
	}
	events := fmt.Sprintf(scanEvents, 1_000_000)
	for name, stage := range scans {
		q, diags := e.Compile(events+stage+" | count", kql.Tables{})
		if hasErrors(diags) {
			b.Fatal(syntax.Render(events+stage, diags))
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := q.Run(context.Background(), kql.RunOptions{Now: now}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func hasErrors(diags []syntax.Diagnostic) bool {
	return slices.ContainsFunc(diags, func(d syntax.Diagnostic) bool { return d.Severity == syntax.Error })
}
