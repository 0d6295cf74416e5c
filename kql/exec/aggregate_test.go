package exec

import (
	"testing"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

func TestAggregate(t *testing.T) {
	m := newMaker(t)
	s, b := animals(t)
	t.Run("one key", func(t *testing.T) {
		checkPlan(t, `
cat 3 10 [1,2,7]
ant 2 9 [3,6]
- 1 4 [4]
hen 1 0 []
worm 1 8 [8]
`, func(f form) plan.Node {
			in := read(s, b, f)
			return &plan.Aggregate{Input: in, Keys: []plan.Expr{at(in, 1)}, Aggs: []plan.Agg{m.agg("count"), m.agg("sum", at(in, 0)), m.agg("make_list", at(in, 0))}, Out: schema(t, "kind:string, n:long, s:long, l:dynamic")}
		})
	})
	t.Run("any order", func(t *testing.T) {
		checkPlan(t, `
4 2 8
- 1 2
6 2 9
2 2 4
0 1 8
`, func(f form) plan.Node {
			in := read(s, b, f)
			return &plan.Aggregate{Input: in, Keys: []plan.Expr{at(in, 2)}, Aggs: []plan.Agg{m.agg("count"), m.agg("sum", at(in, 0))}, Out: schema(t, "legs:int, n:long, s:long")}
		})
	})
	t.Run("distinct over three columns", func(t *testing.T) {
		checkPlan(t, `
cat 4 true
cat - true
ant 6 true
- 2 true
hen 2 -
worm 0 true
`, func(f form) plan.Node {
			in := read(s, b, f)
			return &plan.Aggregate{Input: in, Keys: []plan.Expr{at(in, 1), at(in, 2), &plan.And{Args: []plan.Expr{m.call(">", at(in, 0), long(0))}}}, Out: schema(t, "kind:string, legs:int, b:bool")}
		})
	})
	t.Run("no keys", func(t *testing.T) {
		checkPlan(t, "8 31\n", func(f form) plan.Node {
			in := read(s, b, f)
			return &plan.Aggregate{Input: in, Aggs: []plan.Agg{m.agg("count"), m.agg("sum", at(in, 0))}, Out: schema(t, "n:long, s:long")}
		})
	})
	none := func(f form) plan.Node {
		in := read(s, b, f)
		return &plan.Filter{Input: in, Cond: m.call(">", at(in, 0), long(100))}
	}
	t.Run("no rows, no keys", func(t *testing.T) {
		checkPlan(t, "0 - -\n", func(f form) plan.Node {
			in := none(f)
			pick := plan.Agg{Pick: &plan.Pick{Kind: plan.PickAny, Cols: []plan.Expr{at(in, 0), at(in, 1)}}}
			return &plan.Aggregate{Input: in, Aggs: []plan.Agg{m.agg("count"), pick}, Out: schema(t, "n:long, id:long, kind:string")}
		})
	})
	t.Run("no rows", func(t *testing.T) {
		checkPlan(t, "", func(f form) plan.Node {
			in := none(f)
			return &plan.Aggregate{Input: in, Keys: []plan.Expr{at(in, 1)}, Aggs: []plan.Agg{m.agg("count")}, Out: schema(t, "kind:string, n:long")}
		})
	})
}

func TestPick(t *testing.T) {
	s, b := animals(t)
	pick := func(kind plan.PickKind, by int) func(f form) plan.Node {
		return func(f form) plan.Node {
			in := read(s, b, f)
			p := &plan.Pick{Kind: kind, Cols: []plan.Expr{at(in, 3), at(in, 0)}}
			if kind != plan.PickAny {
				p.By = at(in, by)
			}
			return &plan.Aggregate{Input: in, Keys: []plan.Expr{at(in, 1)}, Aggs: []plan.Agg{{Pick: p}}, Out: schema(t, "kind:string, born:datetime, id:long")}
		}
	}
	t.Run("max", func(t *testing.T) {
		checkPlan(t, `
cat 2022-02-02T00:00:00.0000000Z 7
ant 2018-01-01T00:00:00.0000000Z 6
- 2021-05-05T00:00:00.0000000Z 4
hen 2019-03-03T00:00:00.0000000Z -
worm 2017-07-07T00:00:00.0000000Z 8
`, pick(plan.PickMax, 3))
	})
	t.Run("min, the first of equals", func(t *testing.T) {
		checkPlan(t, `
cat 2020-01-02T00:00:00.0000000Z 1
ant - 3
- 2021-05-05T00:00:00.0000000Z 4
hen 2019-03-03T00:00:00.0000000Z -
worm 2017-07-07T00:00:00.0000000Z 8
`, pick(plan.PickMin, 2))
	})
	t.Run("max by string", func(t *testing.T) {
		checkPlan(t, `
cat 2020-01-02T00:00:00.0000000Z 1
ant - 3
- 2021-05-05T00:00:00.0000000Z 4
hen 2019-03-03T00:00:00.0000000Z -
worm 2017-07-07T00:00:00.0000000Z 8
`, pick(plan.PickMax, 1))
	})
	t.Run("any", func(t *testing.T) {
		checkPlan(t, `
cat 2020-01-02T00:00:00.0000000Z 1
ant - 3
- 2021-05-05T00:00:00.0000000Z 4
hen 2019-03-03T00:00:00.0000000Z -
worm 2017-07-07T00:00:00.0000000Z 8
`, pick(plan.PickAny, 0))
	})
}

func TestDynamicKeys(t *testing.T) {
	s := schema(t, "d:dynamic")
	vals := []dynamic.Value{dynamic.FromLong(1), {}, dynamic.FromString("1"), dynamic.FromLong(1), {}}
	b := column.NewBatch(5, []column.Column{column.NewVec(types.Dynamic, vals, nil)})
	m := newMaker(t)
	checkPlan(t, "1 2\n- 2\n\"1\" 1\n", func(f form) plan.Node {
		in := read(s, b, f)
		return &plan.Aggregate{Input: in, Keys: []plan.Expr{at(in, 0)}, Aggs: []plan.Agg{m.agg("count")}, Out: schema(t, "d:dynamic, n:long")}
	})
}
