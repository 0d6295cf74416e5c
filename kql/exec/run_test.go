package exec

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// An endless table yields batches until it is stopped.
type endless struct {
	schema types.Schema
	fail   error // returned after some batches, if set
}

func (s endless) Schema() types.Schema { return s.schema }

func (s endless) Open(context.Context, plan.Scan) (column.Reader, error) {
	return &endlessReader{schema: s.schema, fail: s.fail}, nil
}

type endlessReader struct {
	schema types.Schema
	fail   error
	n      int64
}

func (r *endlessReader) Schema() types.Schema { return r.schema }
func (r *endlessReader) Close() error         { return nil }

func (r *endlessReader) Next(ctx context.Context) (*column.Batch, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if r.fail != nil && r.n > 1000 {
		return nil, r.fail
	}
	vals := make([]int64, 100)
	for i := range vals {
		r.n++
		vals[i] = r.n
	}
	return column.NewBatch(len(vals), []column.Column{column.NewVec(types.Long, vals, nil)}), nil
}

// plansOver are plans that read all of their input, and one that does not.
func plansOver(t *testing.T, m maker, in plan.Node) map[string]plan.Node {
	s := in.Schema()
	keep := &plan.Filter{Input: in, Cond: m.call(">", at(in, 0), long(0))}
	all := map[string]plan.Node{
		"filter":    keep,
		"aggregate": &plan.Aggregate{Input: keep, Keys: []plan.Expr{at(keep, 0)}, Aggs: []plan.Agg{m.agg("count")}, Out: schema(t, "x:long, n:long")},
		"in order":  &plan.Aggregate{Input: keep, Keys: []plan.Expr{at(keep, 0)}, Aggs: []plan.Agg{m.agg("make_list", at(keep, 0))}, Out: schema(t, "x:long, n:dynamic")},
		"sort":      &plan.Sort{Input: keep, Keys: []plan.SortKey{{Expr: at(keep, 0), Desc: true}}},
		"top":       &plan.Top{Input: keep, N: long(3), Keys: []plan.SortKey{{Expr: at(keep, 0)}}},
		"window":    &plan.Project{Input: keep, Exprs: []plan.Expr{m.call("row_number")}, Out: s},
		"shared":    &plan.Shared{Def: &plan.SharedDef{Plan: keep}},
	}
	for _, kind := range joinKinds {
		out := schema(t, "x:long, y:long")
		if joinOut(t, kind).Len() == 3 {
			out = s
		}
		one := read(s, rows(t, s, "1", "5"), flatForm)
		all["probe "+kind.String()] = &plan.Join{Kind: kind, Left: keep, Right: one, LeftKeys: []plan.Expr{at(keep, 0)}, RightKeys: []plan.Expr{at(one, 0)}, Out: out}
		right := *one
		right.Source = unsized{one.Source} // so that the other side becomes the table
		one = &right
		all["build "+kind.String()] = &plan.Join{Kind: kind, Left: one, Right: &plan.Take{Input: keep, N: long(1 << 30)}, LeftKeys: []plan.Expr{at(one, 0)}, RightKeys: []plan.Expr{at(keep, 0)}, Out: out}
	}
	return all
}

func drain(ctx context.Context, n plan.Node, o Options) error {
	r, err := Open(ctx, n, o)
	if err != nil {
		return err
	}
	defer r.Close()
	for {
		if _, err := r.Next(ctx); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// noLeaks checks that all goroutines of a test have ended.
func noLeaks(t *testing.T) {
	t.Helper()
	before := runtime.NumGoroutine()
	t.Cleanup(func() {
		for range 200 {
			if runtime.NumGoroutine() <= before {
				return
			}
			time.Sleep(5 * time.Millisecond)
		}
		buf := make([]byte, 1<<16)
		t.Errorf("%d goroutines more than before:\n%s", runtime.NumGoroutine()-before, buf[:runtime.Stack(buf, true)])
	})
}

func TestCancel(t *testing.T) {
	m := newMaker(t)
	in := &plan.Read{Table: "E", Source: endless{schema: schema(t, "x:long")}, Columns: []int{0}}
	for name, n := range plansOver(t, m, in) {
		if name == "filter" || name == "top" {
			continue
		}
		for _, workers := range []int{1, 4} {
			t.Run(fmt.Sprint(name, workers), func(t *testing.T) {
				noLeaks(t)
				ctx, cancel := context.WithCancel(context.Background())
				time.AfterFunc(3*time.Millisecond, cancel)
				err := drain(ctx, n, Options{Workers: workers})
				var typed *Error
				if !errors.As(err, &typed) || typed.Kind != Cancelled {
					t.Fatalf("got %v, want a cancelled query", err)
				}
			})
		}
	}
	t.Run("deadline", func(t *testing.T) {
		noLeaks(t)
		ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
		defer cancel()
		var typed *Error
		if err := drain(ctx, in, Options{}); !errors.As(err, &typed) || typed.Kind != Timeout {
			t.Fatalf("got %v, want a timeout", err)
		}
	})
}

func TestSourceErrors(t *testing.T) {
	m := newMaker(t)
	broken := errors.New("disk on fire")
	in := &plan.Read{Table: "E", Source: endless{schema: schema(t, "x:long"), fail: broken}, Columns: []int{0}}
	for name, n := range plansOver(t, m, in) {
		for _, workers := range []int{1, 4} {
			t.Run(fmt.Sprint(name, workers), func(t *testing.T) {
				noLeaks(t)
				if err := drain(context.Background(), n, Options{Workers: workers}); !errors.Is(err, broken) {
					t.Fatalf("got %v, want %v", err, broken)
				}
			})
		}
	}
}

func TestCloseEarly(t *testing.T) {
	m := newMaker(t)
	in := &plan.Read{Table: "E", Source: endless{schema: schema(t, "x:long")}, Columns: []int{0}}
	keep := &plan.Filter{Input: in, Cond: m.call(">", at(in, 0), long(10))}
	for _, workers := range []int{1, 4} {
		noLeaks(t)
		r, err := Open(context.Background(), keep, Options{Workers: workers})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.Next(context.Background()); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := r.Close(); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := r.Next(context.Background()); err == nil || err == io.EOF {
			t.Errorf("after close: %v", err)
		}
		if got := runPlan(t, &plan.Take{Input: keep, N: long(2)}, Options{Workers: workers}); got != "11\n12\n" {
			t.Errorf("take: %q", got)
		}
	}
}

func TestLimits(t *testing.T) {
	m := newMaker(t)
	in := &plan.Read{Table: "E", Source: endless{schema: schema(t, "x:long")}, Columns: []int{0}}
	for name, n := range plansOver(t, m, in) {
		if name == "filter" || name == "top" || strings.HasPrefix(name, "probe") {
			continue
		}
		t.Run(name, func(t *testing.T) {
			noLeaks(t)
			var typed *Error
			err := drain(context.Background(), n, Options{MemoryLimit: 1 << 20, Workers: 2})
			if !errors.As(err, &typed) || typed.Kind != Memory || !strings.Contains(err.Error(), "E_RUNAWAY_QUERY") {
				t.Fatalf("got %v, want E_RUNAWAY_QUERY", err)
			}
		})
	}
	for _, o := range []Options{{MaxRows: 500}, {MaxBytes: 1 << 14}} {
		var typed *Error
		err := drain(context.Background(), in, o)
		if !errors.As(err, &typed) || typed.Kind != TooLarge || !strings.Contains(err.Error(), "E_QUERY_RESULT_SET_TOO_LARGE") {
			t.Errorf("%+v: got %v", o, err)
		}
	}
}

// TestManyRowsOfOneBatch takes a few rows of a join that makes half a thousand
// million of one batch: they must not be made before they are read.
func TestManyRowsOfOneBatch(t *testing.T) {
	one := &plan.Range{Out: schema(t, "x:long"), From: long(1), To: long(32_000), Step: long(1)}
	s := schema(t, "x:long, k:long")
	keyed := &plan.Project{Input: one, Exprs: []plan.Expr{at(one, 0), long(1)}, Out: s}
	join := &plan.Join{Kind: plan.Inner, Left: keyed, Right: keyed, LeftKeys: []plan.Expr{at(keyed, 1)}, RightKeys: []plan.Expr{at(keyed, 1)},
		Out: types.Schema{Columns: append(append([]types.Column(nil), s.Columns...), s.Columns...)}}
	for _, workers := range []int{1, 3} {
		noLeaks(t)
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		if err := drain(ctx, &plan.Take{Input: join, N: long(100_000)}, Options{Workers: workers}); err != nil {
			t.Errorf("%d workers: %v", workers, err)
		}
	}
}

// TestMemoryIsReturned runs queries that need most of the budget one after the
// other: what one operator held must not count against the next.
func TestMemoryIsReturned(t *testing.T) {
	m := newMaker(t)
	in := plan.Node(&plan.Range{Out: schema(t, "x:long"), From: long(1), To: long(20000), Step: long(1)})
	for range 5 {
		in = &plan.Sort{Input: in, Keys: []plan.SortKey{{Expr: at(in, 0), Desc: true}}}
		in = &plan.Aggregate{Input: in, Keys: []plan.Expr{at(in, 0)}, Aggs: []plan.Agg{m.agg("count")}, Out: schema(t, "x:long, n:long")}
		in = &plan.Project{Input: in, Exprs: []plan.Expr{at(in, 0)}, Out: schema(t, "x:long")}
	}
	if err := drain(context.Background(), in, Options{MemoryLimit: 6 << 20, Workers: 2}); err != nil {
		t.Error(err)
	}
}

func TestRun(t *testing.T) {
	m := newMaker(t)
	s := schema(t, "x:long")
	opened := 0
	src := &countedSource{table{schema: s, all: rows(t, s, "3", "1", "2")}, &opened}
	in := &plan.Read{Table: "T", Source: src, Columns: []int{0}}
	def := &plan.SharedDef{Plan: &plan.Sort{Input: in, Keys: []plan.SortKey{{Expr: at(in, 0)}}}}
	use := &plan.Shared{Def: def}
	q := &plan.Query{Shared: []*plan.SharedDef{def}, Results: []plan.Result{
		{Name: "all", Root: use},
		{Root: &plan.Aggregate{Input: use, Aggs: []plan.Agg{m.agg("count")}, Out: schema(t, "n:long")}},
	}}
	var got strings.Builder
	err := Run(context.Background(), q, Options{}, func(res plan.Result, r column.Reader) error {
		got.WriteString(res.Name + ":\n")
		for {
			b, err := r.Next(context.Background())
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return err
			}
			if err := printBatch(&got, b); err != nil {
				return err
			}
		}
	})
	if err != nil || got.String() != "all:\n1\n2\n3\n:\n3\n" {
		t.Errorf("got %q, %v", got.String(), err)
	}
	if opened != 1 {
		t.Errorf("the shared table was opened %d times", opened)
	}
}

type countedSource struct {
	table
	opened *int
}

func (s *countedSource) Open(ctx context.Context, scan plan.Scan) (column.Reader, error) {
	*s.opened++
	return s.table.Open(ctx, scan)
}

func TestStats(t *testing.T) {
	m := newMaker(t)
	s, b := animals(t)
	in := read(s, b, flatForm)
	keep := &plan.Filter{Input: in, Cond: m.call(">", at(in, 0), long(2))}
	n := &plan.Aggregate{Input: keep, Keys: []plan.Expr{at(keep, 1)}, Aggs: []plan.Agg{m.agg("count")}, Out: schema(t, "kind:string, n:long")}
	var st Stats
	runPlan(t, n, Options{Stats: &st, BatchRows: 3})
	for _, tc := range []struct {
		n             plan.Node
		rows, batches int64
	}{{in, 8, 3}, {keep, 5, 3}, {n, 4, 2}} {
		o := st.Of(tc.n)
		if o == nil || o.Rows() != tc.rows || o.Batches() != tc.batches || o.Time() <= 0 || o.Bytes() <= 0 {
			t.Errorf("%s: %v, want %d rows, %d batches", plan.Describe(tc.n), o, tc.rows, tc.batches)
		}
	}
	if out := st.Explain(n); !strings.Contains(out, "filter id > 2  -- 5 rows, 3 batches") {
		t.Error(out)
	}
}

// TestPanicsEndTheQueryOnly runs a kernel that panics, which must not take the
// process with it whichever goroutine runs it.
func TestPanicsEndTheQueryOnly(t *testing.T) {
	m := newMaker(t)
	s := schema(t, "x:long")
	in := read(s, rows(t, s, "1", "2", "3"), flatForm)
	n := &plan.Project{Input: in, Exprs: []plan.Expr{m.call("crash", at(in, 0))}, Out: s}
	for name, n := range plansOver(t, m, n) {
		for _, workers := range []int{1, 4} {
			noLeaks(t)
			var typed *Error
			err := drain(context.Background(), n, Options{Workers: workers})
			if !errors.As(err, &typed) || typed.Kind != Internal || !strings.Contains(err.Error(), "crash on purpose") {
				t.Errorf("%s, %d workers: got %v", name, workers, err)
			}
		}
	}
}
