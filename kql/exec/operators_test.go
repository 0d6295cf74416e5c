package exec

import (
	"testing"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

func animals(t *testing.T) (types.Schema, *column.Batch) {
	s := schema(t, "id:long, kind:string, legs:int, born:datetime")
	return s, rows(t, s,
		"1 cat  4 2020-01-02",
		"2 cat  - 2020-01-01",
		"3 ant  6 -",
		"4 -    2 2021-05-05",
		"- hen  2 2019-03-03",
		"6 ant  6 2018-01-01",
		"7 cat  4 2022-02-02",
		"8 worm 0 2017-07-07",
	)
}

func TestFilter(t *testing.T) {
	m := newMaker(t)
	s, b := animals(t)
	for _, tc := range []struct {
		name string
		cond func(n plan.Node) plan.Expr
		want string
	}{
		{"comparison drops nulls", func(n plan.Node) plan.Expr { return m.call(">", at(n, 0), long(3)) },
			"4\n6\n7\n8\n"},
		{"and narrows", func(n plan.Node) plan.Expr {
			return &plan.And{Args: []plan.Expr{m.call(">", at(n, 0), long(1)), m.call("has", at(n, 1), text("cat")), m.call(">", m.call("strlen", at(n, 1)), long(2))}}
		}, "2\n7\n"},
		{"or of what is left", func(n plan.Node) plan.Expr {
			return &plan.Or{Args: []plan.Expr{m.call("has", at(n, 1), text("ant")), m.call("==", at(n, 0), long(8)), m.call("has", at(n, 1), text("hen"))}}
		}, "3\n-\n6\n8\n"},
		{"and within or", func(n plan.Node) plan.Expr {
			return &plan.Or{Args: []plan.Expr{
				&plan.And{Args: []plan.Expr{m.call("has", at(n, 1), text("cat")), m.call(">", at(n, 0), long(1))}},
				&plan.And{Args: []plan.Expr{m.call("has", at(n, 1), text("a")), m.call(">", long(4), at(n, 0))}},
			}}
		}, "1\n2\n3\n7\n"},
		{"a constant", func(plan.Node) plan.Expr { return m.call(">", long(1), long(2)) }, ""},
		{"all", func(plan.Node) plan.Expr { return &plan.And{} }, "1\n2\n3\n4\n-\n6\n7\n8\n"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			checkPlan(t, tc.want, func(f form) plan.Node {
				in := read(s, b, f)
				n := &plan.Filter{Input: in, Cond: tc.cond(in)}
				return &plan.Project{Input: n, Exprs: []plan.Expr{at(n, 0)}, Out: schema(t, "id:long")}
			})
		})
	}
}

func TestProject(t *testing.T) {
	m := newMaker(t)
	s, b := animals(t)
	checkPlan(t, `
cat 3 4 true
cat 4 5 true
ant 5 6 true
- 6 7 false
hen - - -
ant 8 9 true
cat 9 10 true
worm 10 11 true
`, func(f form) plan.Node {
		in := read(s, b, f)
		plus := m.call("+", at(in, 0), long(2))
		again := m.call("+", m.call("+", at(in, 0), long(2)), long(1))
		both := &plan.And{Args: []plan.Expr{m.call(">", at(in, 0), long(0)), m.call(">", m.call("strlen", at(in, 1)), long(0))}}
		return &plan.Project{Input: in, Exprs: []plan.Expr{at(in, 1), plus, again, both}, Out: schema(t, "kind:string, a:long, b:long, c:bool")}
	})
}

func TestWindow(t *testing.T) {
	m := newMaker(t)
	s, b := animals(t)
	checkPlan(t, `
2 2 3
4 4 5
6 7 7
`, func(f form) plan.Node {
		in := read(s, b, f)
		keep := &plan.Filter{Input: in, Cond: m.call(">", at(in, 0), long(0))}
		n := &plan.Project{Input: keep, Exprs: []plan.Expr{m.call("row_number"), at(keep, 0), m.call("+", m.call("row_number"), long(1))}, Out: schema(t, "n:long, id:long, m:long")}
		even := &plan.Or{Args: []plan.Expr{m.call("==", at(n, 0), long(2)), m.call("==", at(n, 0), long(4)), m.call("==", at(n, 0), long(6))}}
		return &plan.Filter{Input: n, Cond: even}
	})
}

func TestSortAndTop(t *testing.T) {
	s, b := animals(t)
	for _, tc := range []struct {
		name string
		keys func(n plan.Node) []plan.SortKey
		want [8]string
	}{
		{"descending, nulls last", func(n plan.Node) []plan.SortKey { return []plan.SortKey{{Expr: at(n, 0), Desc: true}} },
			[8]string{"8", "7", "6", "4", "3", "2", "1", "-"}},
		{"nulls first", func(n plan.Node) []plan.SortKey { return []plan.SortKey{{Expr: at(n, 0), NullsFirst: true}} },
			[8]string{"-", "1", "2", "3", "4", "6", "7", "8"}},
		{"text, then number", func(n plan.Node) []plan.SortKey {
			return []plan.SortKey{{Expr: at(n, 1)}, {Expr: at(n, 0), Desc: true}}
		}, [8]string{"4", "6", "3", "7", "2", "1", "-", "8"}},
		{"equal rows keep their order", func(n plan.Node) []plan.SortKey {
			return []plan.SortKey{{Expr: at(n, 2), Desc: true, NullsFirst: true}}
		}, [8]string{"2", "3", "6", "1", "7", "4", "-", "8"}},
		{"a constant", func(plan.Node) []plan.SortKey { return []plan.SortKey{{Expr: long(1)}} },
			[8]string{"1", "2", "3", "4", "-", "6", "7", "8"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var all, three string
			for i, x := range tc.want {
				all += x + "\n"
				if i < 3 {
					three += x + "\n"
				}
			}
			checkPlan(t, all, func(f form) plan.Node {
				in := read(s, b, f)
				n := &plan.Sort{Input: in, Keys: tc.keys(in)}
				return &plan.Project{Input: n, Exprs: []plan.Expr{at(n, 0)}, Out: schema(t, "id:long")}
			})
			checkPlan(t, three, func(f form) plan.Node {
				in := read(s, b, f)
				n := &plan.Top{Input: in, Keys: tc.keys(in), N: long(3)}
				return &plan.Project{Input: n, Exprs: []plan.Expr{at(n, 0)}, Out: schema(t, "id:long")}
			})
			checkPlan(t, "", func(f form) plan.Node {
				in := read(s, b, f)
				return &plan.Top{Input: in, Keys: tc.keys(in), N: long(0)}
			})
		})
	}
}

func TestTakeAndUnion(t *testing.T) {
	m := newMaker(t)
	s, b := animals(t)
	one := func(n plan.Node) plan.Node {
		return &plan.Project{Input: n, Exprs: []plan.Expr{at(n, 0)}, Out: schema(t, "id:long")}
	}
	filtered := func(f form) plan.Node {
		in := read(s, b, f)
		return one(&plan.Filter{Input: in, Cond: m.call(">", at(in, 0), long(2))})
	}
	checkPlan(t, "3\n4\n6\n", func(f form) plan.Node { return &plan.Take{Input: filtered(f), N: long(3)} })
	checkPlan(t, "", func(f form) plan.Node { return &plan.Take{Input: filtered(f), N: long(0)} })
	checkPlan(t, "3\n4\n6\n7\n8\n1\n2\n3\n4\n", func(f form) plan.Node {
		out := schema(t, "id:long")
		return &plan.Union{Parts: []plan.Node{filtered(f), &plan.Take{Input: one(read(s, b, f)), N: long(4)}}, Out: out}
	})
}

func TestRange(t *testing.T) {
	for _, tc := range []struct {
		from, to, step int64
		want           string
	}{
		{1, 4, 1, "1\n2\n3\n4\n"},
		{1, 4, 2, "1\n3\n"},
		{4, 1, -2, "4\n2\n"},
		{4, 1, 1, ""},
		{1, 4, 0, ""},
		{9223372036854775806, 9223372036854775807, 1, "9223372036854775806\n9223372036854775807\n"},
	} {
		checkPlan(t, tc.want, func(form) plan.Node {
			return &plan.Range{Out: schema(t, "x:long"), From: long(tc.from), To: long(tc.to), Step: long(tc.step)}
		})
	}
}

func TestMvExpand(t *testing.T) {
	s := schema(t, "id:long, a:dynamic, b:dynamic")
	b := rows(t, s,
		`1 [1,"x",null] {"k":1,"l":2}`,
		`2 []           -`,
		`3 []           []`,
		`4 7            [[1],[2]]`,
		`5 -            {}`,
	)
	expand := func(n plan.MvExpand) func(f form) plan.Node {
		return func(f form) plan.Node {
			c := n
			c.Input = read(s, b, f)
			return &c
		}
	}
	in := read(s, b, flatForm)
	t.Run("one column", func(t *testing.T) {
		checkPlan(t, `
1 1 {"k":1,"l":2}
1 "x" {"k":1,"l":2}
1 - {"k":1,"l":2}
4 7 [[1],[2]]
5 - {}
`, expand(plan.MvExpand{Cols: []plan.Expand{{Expr: at(in, 1), To: 1}}, Out: s}))
	})
	t.Run("side by side, with an index", func(t *testing.T) {
		checkPlan(t, `
1 1 {"k":1} 0
1 "x" {"l":2} 1
1 - - 2
2 - - 0
4 7 [1] 0
4 - [2] 1
5 - - 0
`, expand(plan.MvExpand{Cols: []plan.Expand{{Expr: at(in, 1), To: 1}, {Expr: at(in, 2), To: 2}}, ItemIndex: true, Out: schema(t, "id:long, a:dynamic, b:dynamic, i:long")}))
	})
	t.Run("as arrays, into a new column, limited", func(t *testing.T) {
		checkPlan(t, `
1 [1,"x",null] {"k":1,"l":2} ["k",1]
2 [] - -
4 7 [[1],[2]] [1]
`, expand(plan.MvExpand{Cols: []plan.Expand{{Expr: at(in, 2), To: 3}}, BagArrays: true, Limit: 1, Out: schema(t, "id:long, a:dynamic, b:dynamic, c:dynamic")}))
	})
	t.Run("typed", func(t *testing.T) {
		checkPlan(t, `
1 1 {"k":1,"l":2}
1 - {"k":1,"l":2}
1 - {"k":1,"l":2}
4 7 [[1],[2]]
5 - {}
`, expand(plan.MvExpand{Cols: []plan.Expand{{Expr: at(in, 1), To: 1}}, Out: schema(t, "id:long, a:long, b:dynamic")}))
	})
}

func TestShared(t *testing.T) {
	m := newMaker(t)
	s, b := animals(t)
	checkPlan(t, "3\n4\n6\n7\n8\n3\n4\n", func(f form) plan.Node {
		in := read(s, b, f)
		big := &plan.Filter{Input: in, Cond: m.call(">", at(in, 0), long(2))}
		def := &plan.SharedDef{Name: "big", Plan: &plan.Project{Input: big, Exprs: []plan.Expr{at(big, 0)}, Out: schema(t, "id:long")}}
		// The second use takes as many rows as a subquery over the first finds.
		two := &plan.Aggregate{Input: &plan.Take{Input: &plan.Shared{Def: def}, N: long(2)}, Aggs: []plan.Agg{m.agg("count")}, Out: schema(t, "n:long")}
		return &plan.Union{Parts: []plan.Node{
			&plan.Shared{Def: def},
			&plan.Take{Input: &plan.Shared{Def: def}, N: &plan.Subquery{Plan: two, Typ: types.Long}},
		}, Out: schema(t, "id:long")}
	})
}
