package plan

import (
	"context"
	"strings"
	"testing"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

func call(name string, args ...Expr) Expr {
	return &Call{Fn: &function.Overload{Name: name}, Args: args, Typ: types.Bool}
}

func lit[T column.Value](t types.Type, v T) Expr {
	return &Literal{Value: column.NewVec(t, []T{v}, nil)}
}

func TestExprString(t *testing.T) {
	a, b := &Column{Index: 0, Name: "a", Typ: types.Long}, &Column{Index: 1, Name: "b c", Typ: types.String}
	one := lit[int64](types.Long, 1)
	var long dynamic.ArrayBuilder
	for i := range 12 {
		long.AppendLong(int64(i))
	}
	null := &Literal{Value: column.NewVec(types.Real, []float64{0}, column.NewBitmap(1))}
	for _, tc := range []struct {
		e    Expr
		want string
	}{
		{call("+", a, call("*", one, a)), "a + (1 * a)"},
		{call("unary -", call("-", a, one)), "-(a - 1)"},
		{call("has_cs", b, lit(types.String, "it's \"x\"\n")), `['b c'] has_cs 'it\'s "x"\n'`},
		{call("!contains", b, b), "['b c'] !contains ['b c']"},
		{call("matches regex", b, b), "['b c'] matches regex ['b c']"},
		{call("!in~", b, b, b), "['b c'] !in~ (['b c'], ['b c'])"},
		{call("!between", a, one, one), "a !between (1 .. 1)"},
		{call("member", call("index", b, one), lit(types.String, "x")), "['b c'][1].x"},
		{call("member", b, lit(types.String, "x y")), "['b c'].['x y']"},
		{call("iff", call("not", call("==", a, one)), one, a), "iff(not(a == 1), 1, a)"},
		{&And{Args: []Expr{&Or{Args: []Expr{call(">", a, one), call("isempty", b)}}, call("==", a, one)}}, "((a > 1) or isempty(['b c'])) and (a == 1)"},
		{lit[int64](types.Int, 3), "int(3)"},
		{lit[int64](types.DateTime, 0), "datetime(0001-01-01T00:00:00.0000000Z)"},
		{lit[int64](types.TimeSpan, 36_000_000_000), "timespan(01:00:00)"},
		{lit(types.Real, 1.5), "real(1.5)"},
		{lit(types.Bool, true), "true"},
		{lit(types.GUID, types.GUID128{15: 1}), "guid(00000000-0000-0000-0000-000000000001)"},
		{null, "real(null)"},
		{lit(types.Dynamic, long.Value()), "dynamic([0,1,2,3,4,5,6,7,8,9,… 12 elements])"},
		{&Column{Index: 4}, "#4"},
		{&Subquery{List: true}, "subquery list"},
	} {
		if got := tc.e.String(); got != tc.want {
			t.Errorf("got %s, want %s", got, tc.want)
		}
	}
}

type noRows struct{ s types.Schema }

func (n noRows) Schema() types.Schema                              { return n.s }
func (n noRows) Open(context.Context, Scan) (column.Reader, error) { return nil, nil }

func TestPrint(t *testing.T) {
	cols := []types.Column{{Name: "a", Type: types.Long}, {Name: "s", Type: types.String}, {Name: "d", Type: types.Dynamic}}
	a := &Column{Index: 0, Name: "a", Typ: types.Long}
	s := &Column{Index: 1, Name: "s", Typ: types.String}
	one := lit[int64](types.Long, 1)
	read := &Read{Table: "T 1", Source: noRows{types.NewSchema(cols...)}, Columns: []int{0, 1}, Limit: 5,
		Hints: []Hint{{Column: 0, Op: HintGreater, Values: column.NewVec(types.Long, []int64{7}, nil)}, {Column: 1, Op: HintIn, Values: column.NewVec(types.String, []string{"x", "y"}, nil)}}}
	def := &SharedDef{Name: "X", Plan: read}
	sub := &Aggregate{Input: &Shared{Def: def}, Keys: []Expr{s}, Out: types.NewSchema(cols[1])}
	filter := &Filter{Input: &Shared{Def: def}, Cond: call("in", s, &Subquery{Plan: sub, Typ: types.Dynamic, List: true})}
	agg := &Aggregate{Input: filter, Keys: []Expr{s}, Out: types.NewSchema(cols[1], cols[0], cols[2], types.Column{Name: "n", Type: types.Long}),
		Aggs: []Agg{{Pick: &Pick{Kind: PickMax, By: a, Cols: []Expr{a, &Column{Name: "d"}}}}, {Fn: &function.AggregateOverload{Name: "count"}}}}
	join := &Join{Kind: LeftOuter, Left: agg, Right: &Top{Input: read, N: one, Keys: []SortKey{{Expr: a, Desc: true}}}, LeftKeys: []Expr{s}, RightKeys: []Expr{s}, Out: types.NewSchema(cols...)}
	parse := &Parse{Input: join, Text: s, Mode: ParseRegex, Flags: "i", Where: true, Out: types.NewSchema(cols...),
		Steps: []ParseStep{{Star: true, To: -1}, {Text: "x'", To: -1}, {To: 0, Type: types.Long}}}
	expand := &MvExpand{Input: parse, Cols: []Expand{{Expr: &Column{Index: 2, Name: "d"}, To: 0}}, BagArrays: true, Limit: 3, Out: types.NewSchema(cols...)}
	root := &Project{Input: expand, Exprs: []Expr{s, call("+", a, one)}, Out: types.NewSchema(cols[1], types.Column{Name: "b", Type: types.Long})}
	want := strings.TrimLeft(`
project s, b = a + 1
  mv-expand kind=array a = d to typeof(long) limit 3
    parse-where kind=regex flags=i s with * 'x\'' a:long
      join leftouter on $left.s == $right.s (a, s, d)
        aggregate arg_max(a; a, d), n = count() by s
          filter s in (subquery list)
            subquery list:
              distinct s
                shared 1 X
                  read ['T 1'] [a, s] hints a > 7 and s in ('x', 'y') limit 5
            shared 1 X
        top 1 by a desc nulls last
          read ['T 1'] [a, s] hints a > 7 and s in ('x', 'y') limit 5
`, "\n")
	if got := Print(root); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if got := PrintAnnotated(read, func(Node) string { return "3 rows" }); !strings.HasSuffix(got, "limit 5  -- 3 rows\n") {
		t.Error(got)
	}
}

func TestRewriteExprs(t *testing.T) {
	a := &Column{Index: 0, Name: "a", Typ: types.Long}
	n := &Sort{Keys: []SortKey{{Expr: a, Desc: true}}}
	if same := RewriteExprs(n, func(e Expr) Expr { return e }); same != Node(n) {
		t.Error("nothing changed, but the node is new")
	}
	out := RewriteExprs(n, func(Expr) Expr { return lit[int64](types.Long, 2) }).(*Sort)
	if out.Keys[0].Expr.String() != "2" || !out.Keys[0].Desc || n.Keys[0].Expr != Expr(a) {
		t.Errorf("got %v of %v", out.Keys, n.Keys)
	}
}
