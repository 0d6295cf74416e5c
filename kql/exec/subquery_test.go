package exec

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// subqueryPlans are plans of series, hierarchies, scans, subqueries and graphs over
// in, which has one column, x.
func subqueryPlans(t *testing.T, m maker, in plan.Node) map[string]plan.Node {
	keep := &plan.Filter{Input: in, Cond: m.call(">", at(in, 0), long(0))}
	x := at(keep, 0)
	hole := &plan.Hole{Out: keep.Schema()}
	each := &plan.Aggregate{Input: hole, Aggs: []plan.Agg{m.agg("count")}, Out: schema(t, "n:long")}
	n := &plan.Column{Index: 0, Typ: types.Long}
	graph := &plan.MakeGraph{Edges: keep, Source: x, Target: m.call("+", x, long(1)), Nodes: schema(t, "id:long"), ID: []bool{true}}
	return map[string]plan.Node{
		"make-series": &plan.MakeSeries{Input: keep, Keys: []plan.Expr{x}, Axis: x, From: long(0), To: long(1 << 40), Step: long(1 << 39),
			Aggs: []plan.Agg{m.agg("count")}, Values: []plan.Expr{n}, Defaults: []plan.Expr{long(0)}, Out: schema(t, "x:long, n:dynamic, t:dynamic")},
		"top-nested": &plan.TopNested{Input: keep, Levels: []plan.NestedLevel{{N: long(2), Of: x, Aggs: []plan.Agg{m.agg("count")}, By: n, Desc: true}}, Out: schema(t, "x:long, n:long")},
		"partition":  &plan.Partition{Input: keep, Key: x, Hole: hole, Sub: each},
		"one by one": &plan.Partition{Input: keep, Key: x, Hole: hole, Sub: &plan.Join{Kind: plan.Inner, Left: hole, Right: hole,
			LeftKeys: []plan.Expr{x}, RightKeys: []plan.Expr{x}, Out: schema(t, "x:long, y:long")}},
		"scan": &plan.StepScan{Input: keep, PartitionBy: []plan.Expr{x}, Steps: []plan.ScanStep{{Cond: m.call(">", x, long(0))}}, Out: keep.Schema()},
		"graph": &plan.GraphMatch{Input: graph, Vars: []plan.GraphVar{{}, {Edge: true, Offset: 1}, {Offset: 2}},
			Steps: []plan.GraphStep{{From: 0, Edge: 1, To: 2, Min: 1, Max: 1}}, Exprs: []plan.Expr{n}, Out: schema(t, "id:long")},
	}
}

func TestSubqueriesOverEndlessTables(t *testing.T) {
	m := newMaker(t)
	table := func(fail error) plan.Node {
		return &plan.Read{Table: "E", Source: endless{schema: schema(t, "x:long"), fail: fail}, Columns: []int{0}}
	}
	for name, n := range subqueryPlans(t, m, table(nil)) {
		t.Run("memory/"+name, func(t *testing.T) {
			noLeaks(t)
			var typed *Error
			err := drain(context.Background(), n, Options{MemoryLimit: 1 << 20, Workers: 2})
			if !errors.As(err, &typed) || typed.Kind != Memory {
				t.Errorf("got %v, want E_RUNAWAY_QUERY", err)
			}
		})
		t.Run("cancel/"+name, func(t *testing.T) {
			noLeaks(t)
			ctx, cancel := context.WithCancel(context.Background())
			time.AfterFunc(20*time.Millisecond, cancel)
			var typed *Error
			err := drain(ctx, n, Options{Workers: 2})
			if !errors.As(err, &typed) || typed.Kind != Cancelled {
				t.Errorf("got %v, want E_QUERY_CANCELLED", err)
			}
		})
	}
	broken := errors.New("disk on fire")
	for name, n := range subqueryPlans(t, m, table(broken)) {
		t.Run("source/"+name, func(t *testing.T) {
			noLeaks(t)
			if err := drain(context.Background(), n, Options{Workers: 3}); !errors.Is(err, broken) {
				t.Errorf("got %v, want the source's error", err)
			}
		})
	}
}

// TestSubqueryMemoryIsReturned runs the plans several times within one query.
func TestSubqueryMemoryIsReturned(t *testing.T) {
	m := newMaker(t)
	in := &plan.Range{Out: schema(t, "x:long"), From: long(1), To: long(3000), Step: long(1)}
	for name := range subqueryPlans(t, m, in) {
		var parts []plan.Node
		for range 6 {
			parts = append(parts, &plan.Aggregate{Input: subqueryPlans(t, m, in)[name], Aggs: []plan.Agg{m.agg("count")}, Out: schema(t, "n:long")})
		}
		u := &plan.Union{Parts: parts, Out: parts[0].Schema()}
		if err := drain(context.Background(), u, Options{MemoryLimit: 3 << 20, Workers: 2}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestMvApplyOverManyElements checks that rows with many elements are taken in
// parts.
func TestMvApplyOverManyElements(t *testing.T) {
	m := newMaker(t)
	s := schema(t, "id:long, xs:dynamic")
	var lines []string
	for i := range 40 {
		lines = append(lines, fmt.Sprintf("%d [%s]", i, strings.TrimSuffix(strings.Repeat("1,", i), ",")))
	}
	checkPlan(t, "40 780\n", func(f form) plan.Node {
		in := read(s, rows(t, s, lines...), f)
		out := schema(t, "id:long, xs:dynamic, x:long")
		hole := &plan.Hole{Out: out}
		apply := &plan.MvApply{
			Expand: &plan.MvExpand{Input: in, Cols: []plan.Expand{{Expr: at(in, 1), To: 2}}, Out: out},
			Hole:   hole, Cols: []plan.ApplyColumn{{Index: 0}, {FromSub: true, Index: 0}}, Out: schema(t, "id:long, s:long"),
			Sub: &plan.Aggregate{Input: hole, Aggs: []plan.Agg{m.agg("sum", &plan.Column{Index: 2, Typ: types.Long})}, Out: schema(t, "s:long")},
		}
		return &plan.Aggregate{Input: apply, Aggs: []plan.Agg{m.agg("count"), m.agg("sum", at(apply, 1))}, Out: schema(t, "n:long, s:long")}
	})
}
