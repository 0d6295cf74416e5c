package exec

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

var joinKinds = []plan.JoinKind{
	plan.InnerUnique, plan.Inner, plan.LeftOuter, plan.RightOuter, plan.FullOuter,
	plan.LeftAnti, plan.RightAnti, plan.LeftSemi, plan.RightSemi,
}

// unsized hides how many rows a table has.
type unsized struct{ plan.Source }

// randomRows returns rows of a key with nulls and repetitions, a text key with
// few values, and the row's number.
func randomRows(t *testing.T, r *rand.Rand, s types.Schema, n int) *column.Batch {
	lines := make([]string, n)
	for i := range lines {
		k := fmt.Sprint(r.IntN(n/2 + 2))
		if r.IntN(6) == 0 {
			k = "-"
		}
		g := []string{"a", "b", "3f2504e0-4f89-11d3-9a0c-0305e82c3301", "-"}[r.IntN(4)]
		lines[i] = fmt.Sprintf("%s %s %d", k, g, i)
	}
	return rows(t, s, lines...)
}

// naiveJoin joins printed rows by comparing all pairs; the first keys cells are
// the key.
func naiveJoin(kind plan.JoinKind, left, right []string, keys int) []string {
	key := func(row string) string { return strings.Join(strings.Fields(row)[:keys], " ") }
	nulls := func(rows []string) string {
		return strings.TrimSuffix(strings.Repeat("- ", 3), " ")
	}
	var out []string
	seen := map[string]bool{}
	rightMatched := make([]bool, len(right))
	for _, l := range left {
		if kind == plan.InnerUnique {
			if seen[key(l)] {
				continue
			}
			seen[key(l)] = true
		}
		matched := false
		for j, r := range right {
			if key(l) != key(r) {
				continue
			}
			matched, rightMatched[j] = true, true
			switch kind {
			case plan.InnerUnique, plan.Inner, plan.LeftOuter, plan.RightOuter, plan.FullOuter:
				out = append(out, l+" "+r)
			}
		}
		switch {
		case matched && kind == plan.LeftSemi, !matched && kind == plan.LeftAnti:
			out = append(out, l)
		case !matched && (kind == plan.LeftOuter || kind == plan.FullOuter):
			out = append(out, l+" "+nulls(right))
		}
	}
	for j, r := range right {
		switch {
		case rightMatched[j] && kind == plan.RightSemi, !rightMatched[j] && kind == plan.RightAnti:
			out = append(out, r)
		case !rightMatched[j] && (kind == plan.RightOuter || kind == plan.FullOuter):
			out = append(out, nulls(left)+" "+r)
		}
	}
	return out
}

func lines(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(s, "\n"), "\n")
}

func joinOut(t *testing.T, kind plan.JoinKind) types.Schema {
	switch kind {
	case plan.LeftSemi, plan.LeftAnti, plan.RightSemi, plan.RightAnti:
		return schema(t, "k:long, g:string, i:long")
	}
	return schema(t, "k:long, g:string, i:long, k1:long, g1:string, i1:long")
}

func TestJoinKinds(t *testing.T) {
	s := schema(t, "k:long, g:string, i:long")
	r := rand.New(rand.NewPCG(1, 2))
	for _, size := range [][2]int{{0, 5}, {5, 0}, {7, 9}, {40, 30}, {6, 60}, {60, 6}} {
		lb, rb := randomRows(t, r, s, size[0]), randomRows(t, r, s, size[1])
		left := lines(runPlan(t, read(s, lb, flatForm), Options{}))
		right := lines(runPlan(t, read(s, rb, flatForm), Options{}))
		for _, kind := range joinKinds {
			for keys := 1; keys <= 2; keys++ {
				t.Run(fmt.Sprintf("%s %d×%d on %d", kind, size[0], size[1], keys), func(t *testing.T) {
					want := naiveJoin(kind, left, right, keys)
					slices.Sort(want)
					for _, sized := range []bool{true, false} {
						checkJoin(t, kind, s, lb, rb, keys, sized, want)
					}
				})
			}
		}
	}
}

// TestJoinWithItself joins a table with itself: the same rows, some of them on either
// side, and by other columns; each is compared with a join of tables that have
// different names, which are not known to be the same.
func TestJoinWithItself(t *testing.T) {
	m := newMaker(t)
	s := schema(t, "k:long, g:string, i:long")
	r := rand.New(rand.NewPCG(11, 12))
	for _, size := range []int{1, 30, 200} {
		b := randomRows(t, r, s, size)
		for _, kind := range joinKinds {
			for variant := range 5 {
				join := func(other string, o Options) string {
					left, right := read(s, b, lazyForm), read(s, b, lazyForm)
					right.Table = other
					l, r := plan.Node(left), plan.Node(right)
					if variant == 1 || variant == 3 {
						l = &plan.Filter{Input: l, Cond: m.call(">", at(l, 2), long(int64(size/3)))}
					}
					if variant == 2 || variant == 3 {
						r = &plan.Filter{Input: r, Cond: m.call(">", long(int64(size/2)), at(r, 2))}
					}
					key := 0
					if variant == 4 {
						key = 2
					}
					return runPlan(t, &plan.Join{Kind: kind, Left: l, Right: r, LeftKeys: []plan.Expr{at(l, 0)}, RightKeys: []plan.Expr{at(r, key)}, Out: joinOut(t, kind)}, o)
				}
				want := join("U", Options{Workers: 1, BatchRows: 1000})
				for _, o := range configurations() {
					if got := join("T", o); got != want {
						t.Fatalf("%s of %d rows, variant %d, %+v: got\n%swant\n%s", kind, size, variant, o, got, want)
					}
				}
			}
		}
	}
}

// TestJoinWithItselfReadsKeyOnce counts how often the key is read.
func TestJoinWithItselfReadsKeyOnce(t *testing.T) {
	s := schema(t, "k:long")
	key := column.NewVec(types.Long, []int64{3, 1, 3, 2}, nil)
	for name, want := range map[string]int32{"T": 1, "U": 2} {
		var loads atomic.Int32
		n := &plan.Join{Kind: plan.Inner, Out: schema(t, "k:long, k1:long"), Spent: []int{0, 1}}
		for _, table := range []string{"T", name} {
			b := column.NewBatch(4, []column.Column{column.NewLazy(types.Long, 4, loadCounter{heldColumn{key}, &loads})})
			r := &plan.Read{Table: table, Source: oneBatch{s, b}, Columns: []int{0}}
			if n.Left == nil {
				n.Left, n.LeftKeys = r, []plan.Expr{at(r, 0)}
			} else {
				n.Right, n.RightKeys = r, []plan.Expr{at(r, 0)}
			}
		}
		count := &plan.Aggregate{Input: n, Aggs: []plan.Agg{newMaker(t).agg("count")}, Out: schema(t, "n:long")}
		if got := runPlan(t, count, Options{Workers: 2}); got != "6\n" {
			t.Errorf("%s: %s rows, want 6", name, got)
		}
		if got := loads.Load(); got != want {
			t.Errorf("T with %s: the key was read %d times, want %d", name, got, want)
		}
	}
}

type loadCounter struct {
	heldColumn
	loads *atomic.Int32
}

func (c loadCounter) Load(rows []uint32) (column.Column, error) {
	c.loads.Add(1)
	return c.heldColumn.Load(rows)
}

// oneBatch is a table of one batch, as it is.
type oneBatch struct {
	schema types.Schema
	b      *column.Batch
}

func (s oneBatch) Schema() types.Schema { return s.schema }

func (s oneBatch) Open(context.Context, plan.Scan) (column.Reader, error) {
	return &batchReader{schema: s.schema, batches: []*column.Batch{s.b}}, nil
}

// checkJoin also checks that the order of the rows is the same under every
// configuration.
func checkJoin(t *testing.T, kind plan.JoinKind, s types.Schema, lb, rb *column.Batch, keys int, sized bool, want []string) {
	t.Helper()
	first := ""
	for f := flatForm; f <= lazyForm; f++ {
		for i, o := range configurations() {
			l, r := read(s, lb, f), read(s, rb, f)
			if !sized {
				l.Source, r.Source = unsized{l.Source}, unsized{r.Source}
			}
			n := &plan.Join{Kind: kind, Left: l, Right: r, Out: joinOut(t, kind)}
			for k := range keys {
				n.LeftKeys = append(n.LeftKeys, at(l, k))
				n.RightKeys = append(n.RightKeys, at(r, k))
			}
			out := runPlan(t, n, o)
			if f == flatForm && i == 0 {
				first = out
			}
			if out != first {
				t.Fatalf("form %d, %d rows, %d workers: order differs: got\n%swant\n%s", f, o.BatchRows, o.Workers, out, first)
			}
			got := lines(out)
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Fatalf("form %d, %d rows, %d workers, sized %v: got\n%s\nwant\n%s", f, o.BatchRows, o.Workers, sized, strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		}
	}
}

func TestJoinNarrowsProbe(t *testing.T) {
	m := newMaker(t)
	s := schema(t, "k:long, v:string")
	small := rows(t, s, "2 x", "3 y", "2 z")
	var lines []string
	for i := range 200 {
		lines = append(lines, fmt.Sprintf("%d v%d", i, i))
	}
	big := rows(t, s, lines...)
	var hints []plan.Hint
	join := func(kind plan.JoinKind, build *column.Batch) string {
		hints = nil
		l := &plan.Read{Table: "B", Source: &table{schema: s, all: big, hints: &hints}, Columns: []int{1, 0}}
		keep := &plan.Filter{Input: l, Cond: m.call(">", at(l, 1), long(2))}
		r := read(s, build, flatForm)
		n := &plan.Join{Kind: kind, Left: keep, Right: r, LeftKeys: []plan.Expr{at(keep, 1)}, RightKeys: []plan.Expr{at(r, 0)}, Out: schema(t, "v:string, k:long, k1:long, v1:string")}
		return runPlan(t, n, Options{Workers: 1})
	}
	if got := join(plan.Inner, small); got != "v3 3 3 y\n" {
		t.Errorf("got %q", got)
	}
	if len(hints) != 2 || hints[0].Op != plan.HintIn || hints[0].Column != 0 || hints[0].Values.Len() != 2 || hints[1].Op != plan.HintGreater {
		t.Errorf("inner: hints %+v", hints)
	}
	if join(plan.LeftOuter, small); len(hints) != 1 {
		t.Errorf("leftouter keeps all rows, but has hints %+v", hints)
	}
	if join(plan.Inner, rows(t, s, "- x", "3 y")); len(hints) != 1 {
		t.Errorf("null keys match, but the table has hints %+v", hints)
	}
}

func TestJoinReadsMatchesOnly(t *testing.T) {
	s := schema(t, "k:long, wide:string")
	var loaded int
	n := 1000
	keys := make([]int64, n)
	wide := make([]string, n)
	for i := range keys {
		keys[i], wide[i] = int64(i), fmt.Sprint("w", i)
	}
	lazy := column.NewLazy(types.String, n, countingLoader{column.NewVec(types.String, wide, nil), &loaded})
	right := &plan.Values{Out: s, Batches: []*column.Batch{column.NewBatch(n, []column.Column{column.NewVec(types.Long, keys, nil), lazy})}}
	left := read(schema(t, "k:long"), rows(t, schema(t, "k:long"), "7", "5"), flatForm)
	left.Source = unsized{left.Source}
	j := &plan.Join{Kind: plan.LeftOuter, Left: left, Right: right, LeftKeys: []plan.Expr{at(left, 0)}, RightKeys: []plan.Expr{at(right, 0)}, Out: schema(t, "k:long, k1:long, wide:string")}
	r, err := Open(context.Background(), j, Options{Workers: 1, BatchRows: 2000})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	b, err := r.Next(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	var w strings.Builder
	if err := printBatch(&w, b); err != nil {
		t.Fatal(err)
	}
	if w.String() != "7 7 w7\n5 5 w5\n" || loaded != 2 {
		t.Errorf("got %q, %d rows of the wide column read, want 2", w.String(), loaded)
	}
}
