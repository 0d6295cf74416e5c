package exec

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// TestManyGroups groups by keys that nearly every row has for itself, which are
// split by hash, and compares with the same aggregation beside a pick, which
// keeps it whole.
func TestManyGroups(t *testing.T) {
	m := newMaker(t)
	r := rand.New(rand.NewPCG(5, 6))
	const n = 2 * partSample
	numbers := make([]int64, n)
	for i := range numbers {
		numbers[i] = int64(i)
	}
	for i, typ := range allTypes {
		s := types.NewSchema(types.Column{Name: "a", Type: typ}, types.Column{Name: "b", Type: types.String}, types.Column{Name: "x", Type: types.Long})
		b := column.NewBatch(n, []column.Column{
			randomColumn(t, r, typ, n, 1<<20), randomColumn(t, r, types.String, n, 1<<18), column.NewVec(types.Long, numbers, nil),
		})
		f := form(i % 3)
		in := read(s, b, f)
		group := func(more ...plan.Agg) *plan.Aggregate {
			out := types.NewSchema(s.Columns[0], s.Columns[1], types.Column{Name: "n", Type: types.Long}, types.Column{Name: "sum", Type: types.Long})
			if more != nil {
				out.Columns = append(out.Columns, s.Columns[2])
			}
			return &plan.Aggregate{Input: in, Keys: []plan.Expr{at(in, 0), at(in, 1)}, Aggs: append([]plan.Agg{m.agg("count"), m.agg("sum", at(in, 2))}, more...), Out: out}
		}
		split := group()
		whole := group(plan.Agg{Pick: &plan.Pick{Kind: plan.PickAny, Cols: []plan.Expr{at(in, 2)}}})
		o := Options{Workers: 1 + r.IntN(4), BatchRows: 500 + r.IntN(20_000)}
		for _, having := range []bool{false, true} {
			var a, b plan.Node = split, whole
			if having {
				a = &plan.Filter{Input: a, Cond: m.call(">", at(a, 2), long(1))}
				b = &plan.Filter{Input: b, Cond: m.call(">", at(b, 2), long(1))}
			}
			b = &plan.Project{Input: b, Exprs: []plan.Expr{at(b, 0), at(b, 1), at(b, 2), at(b, 3)}, Out: split.Out}
			if got, want := runPlan(t, a, o), runPlan(t, b, Options{Workers: 1}); got != want {
				t.Fatalf("%s, form %d, having %v, %+v: %s", typ, f, having, o, firstDifference(got, want))
			}
		}
	}
}

func firstDifference(got, want string) string {
	a, b := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return fmt.Sprintf("row %d: got %q, want %q", i, a[i], b[i])
		}
	}
	return fmt.Sprintf("got %d rows, want %d", len(a), len(b))
}

// TestSplitDecision gives each worker of an aggregation too few rows for a sample
// of its own, or more rows than it may collect.
func TestSplitDecision(t *testing.T) {
	m := newMaker(t)
	for _, tc := range []struct {
		rows int64
		o    Options
	}{
		{2*partSample + 10, Options{Workers: 8, BatchRows: 1000}},
		{2*partSample + 10, Options{Workers: 1, BatchRows: 7}},
		{5 * maxHeld, Options{Workers: 3, BatchRows: partSample}},
	} {
		in := &plan.Range{Out: schema(t, "x:long"), From: long(1), To: long(tc.rows), Step: long(1)}
		group := &plan.Aggregate{Input: in, Keys: []plan.Expr{at(in, 0)}, Aggs: []plan.Agg{m.agg("sum", at(in, 0))}, Out: schema(t, "x:long, n:long")}
		all := &plan.Aggregate{Input: group, Aggs: []plan.Agg{m.agg("count"), m.agg("sum", at(group, 1))}, Out: schema(t, "n:long, sum:long")}
		if got, want := runPlan(t, all, tc.o), fmt.Sprintf("%d %d\n", tc.rows, tc.rows*(tc.rows+1)/2); got != want {
			t.Errorf("%+v: got %s, want %s", tc, got, want)
		}
	}
}
