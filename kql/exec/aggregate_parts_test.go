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

// TestSplitBySortedKey groups rows that are sorted by a key and begin a group in two
// of three rows, and rows that begin no more groups after a while: the former are
// split, though a sample of them has few people, the latter are not.
func TestSplitBySortedKey(t *testing.T) {
	m := newMaker(t)
	const n = 3 * partSample
	s := schema(t, "p:string, v:long, x:long")
	for _, tc := range []struct {
		name string
		key  func(i int) int64
		want int32
	}{
		{"visits", func(i int) int64 { return int64(i * 2 / 3) }, partsSplit},
		{"few, all met soon", func(i int) int64 { return int64(i % (partSample * 2 / 5)) }, partsWhole},
	} {
		person, visit, x := make([]string, n), make([]int64, n), make([]int64, n)
		groups := map[int64]bool{}
		for i := range n {
			person[i], visit[i], x[i] = fmt.Sprintf("p%04d", i/100), tc.key(i), 1
			if tc.want == partsWhole {
				person[i] = "p"
			}
			groups[int64(i/100)<<32+tc.key(i)] = true
		}
		want := len(groups)
		if tc.want == partsWhole {
			want = partSample * 2 / 5
		}
		b := column.NewBatch(n, []column.Column{column.NewVec(types.String, person, nil), column.NewVec(types.Long, visit, nil), column.NewVec(types.Long, x, nil)})
		for _, o := range []Options{{Workers: 1, BatchRows: 1000}, {Workers: 2, BatchRows: 16384}, {Workers: 3, BatchRows: 333}} {
			in := read(s, b, flatForm)
			a := &plan.Aggregate{Input: in, Keys: []plan.Expr{at(in, 0), at(in, 1)}, Aggs: []plan.Agg{m.agg("sum", at(in, 2))}, Out: schema(t, "p:string, v:long, n:long")}
			all := &plan.Aggregate{Input: a, Aggs: []plan.Agg{m.agg("count"), m.agg("sum", at(a, 2))}, Out: schema(t, "n:long, sum:long")}
			if got, want := runPlan(t, all, o), fmt.Sprintf("%d %d\n", want, n); got != want {
				t.Errorf("%s, %+v: got %s, want %s", tc.name, o, got, want)
			}
			if got := modeOf(t, a, o); got != tc.want {
				t.Errorf("%s, %+v: mode %d, want %d", tc.name, o, got, tc.want)
			}
		}
	}
}

// TestLooseGroups aggregates groups that are filtered and computed with, over no rows
// too, without keys and with them.
func TestLooseGroups(t *testing.T) {
	m := newMaker(t)
	for _, rows := range []int64{0, 10, 3 * partSample} {
		in := &plan.Range{Out: schema(t, "x:long"), From: long(1), To: long(rows), Step: long(1)}
		group := &plan.Aggregate{Input: in, Keys: []plan.Expr{at(in, 0)}, Aggs: []plan.Agg{m.agg("sum", at(in, 0))}, Out: schema(t, "x:long, n:long")}
		large := &plan.Filter{Input: group, Cond: m.call(">", at(group, 1), long(5))}
		twice := &plan.Project{Input: large, Exprs: []plan.Expr{m.call("+", at(large, 1), at(large, 1))}, Out: schema(t, "y:long")}
		n := max(0, rows-5)
		sum := rows*(rows+1) - min(rows, 5)*(min(rows, 5)+1)
		for _, o := range []Options{{Workers: 1}, {Workers: 3, BatchRows: 100}} {
			all := &plan.Aggregate{Input: twice, Aggs: []plan.Agg{m.agg("count"), m.agg("sum", at(twice, 0))}, Out: schema(t, "n:long, sum:long")}
			if got, want := runPlan(t, all, o), fmt.Sprintf("%d %d\n", n, sum); got != want {
				t.Errorf("%d rows, %+v: got %s, want %s", rows, o, got, want)
			}
			each := &plan.Aggregate{Input: twice, Keys: []plan.Expr{at(twice, 0)}, Aggs: []plan.Agg{m.agg("count")}, Out: schema(t, "y:long, n:long")}
			var want strings.Builder
			for x := int64(6); x <= rows; x++ {
				fmt.Fprintf(&want, "%d 1\n", 2*x)
			}
			if got := runPlan(t, each, o); got != want.String() {
				t.Errorf("%d rows, %+v: groups in another order: %s", rows, o, firstDifference(got, want.String()))
			}
		}
	}
}

// modeOf returns how the groups of n are found.
func modeOf(t *testing.T, n *plan.Aggregate, o Options) int32 {
	q := newQuery(t.Context(), o)
	defer q.cancel()
	a := &aggregation{q: q, node: n}
	p := a.newParts()
	in, err := q.build(n.Input)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.runParts(t.Context(), in, p, in.workers()); err != nil {
		t.Fatal(err)
	}
	return p.mode.Load()
}
