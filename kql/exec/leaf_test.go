package exec

import (
	"testing"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

func TestSubqueriesNarrowTables(t *testing.T) {
	m := newMaker(t)
	s, b := animals(t)
	var hints []plan.Hint
	in := read(s, b, flatForm)
	kinds := &plan.Project{Input: &plan.Filter{Input: in, Cond: m.call(">", at(in, 0), long(6))}, Exprs: []plan.Expr{at(in, 1)}, Out: schema(t, "kind:string")}
	in2 := &plan.Read{Table: "T", Source: &table{schema: s, all: b, hints: &hints}, Columns: []int{1, 0}}
	n := &plan.Filter{Input: in2, Cond: &plan.And{Args: []plan.Expr{
		m.call("in", at(in2, 0), &plan.Subquery{Plan: kinds, Typ: types.Dynamic, List: true}),
		m.call(">", long(8), at(in2, 1)),
		m.call("has", at(in2, 0), text("cat")),
	}}}
	if got, want := runPlan(t, n, Options{}), "cat 1\ncat 2\ncat 7\n"; got != want {
		t.Fatalf("got\n%swant\n%s", got, want)
	}
	if len(hints) != 3 || hints[0].Op != plan.HintIn || hints[0].Column != 1 || hints[0].Values.Len() != 2 ||
		hints[1].Op != plan.HintLess || hints[1].Column != 0 || hints[2].Op != plan.HintHas {
		t.Errorf("hints %+v", hints)
	}
}

func TestLazyColumnsStayUnread(t *testing.T) {
	m := newMaker(t)
	s := schema(t, "id:long, wide:string")
	var loaded int
	ids := column.NewVec(types.Long, []int64{1, 2, 3, 4, 5, 6}, nil)
	wide := column.NewLazy(types.String, 6, countingLoader{column.NewVec(types.String, []string{"a", "b", "c", "d", "e", "f"}, nil), &loaded})
	values := &plan.Values{Out: s, Batches: []*column.Batch{column.NewBatch(6, []column.Column{ids, wide})}}
	keep := &plan.Filter{Input: values, Cond: m.call(">", at(values, 0), long(2))}
	pick := &plan.Aggregate{Input: keep, Aggs: []plan.Agg{{Pick: &plan.Pick{Kind: plan.PickMax, By: at(keep, 0), Cols: []plan.Expr{at(keep, 1)}}}}, Out: schema(t, "wide:string")}
	if got := runPlan(t, pick, Options{Workers: 1}); got != "f\n" {
		t.Errorf("got %q", got)
	}
	if loaded != 1 {
		t.Errorf("arg_max read %d rows of the wide column, want 1", loaded)
	}
	loaded = 0
	top := &plan.Top{Input: keep, N: long(2), Keys: []plan.SortKey{{Expr: at(keep, 0), Desc: true}}}
	if got := runPlan(t, top, Options{Workers: 1}); got != "6 f\n5 e\n" {
		t.Errorf("got %q", got)
	}
	if loaded != 2 {
		t.Errorf("top read %d rows of the wide column, want 2", loaded)
	}
}

type countingLoader struct {
	c      column.Column
	loaded *int
}

func (l countingLoader) Load(rows []uint32) (column.Column, error) {
	if rows == nil {
		*l.loaded += l.c.Len()
		return l.c, nil
	}
	*l.loaded += len(rows)
	return column.Gather(l.c, rows), nil
}
