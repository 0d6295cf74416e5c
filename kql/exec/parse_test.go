package exec

import (
	"testing"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

func textTable(lines ...string) (types.Schema, *column.Batch) {
	s := types.NewSchema(types.Column{Name: "s", Type: types.String})
	return s, column.NewBatch(len(lines), []column.Column{column.NewVec(types.String, lines, nil)})
}

// literal, capture and star write the steps of a pattern; position 0 is the
// parsed column.
func literal(s string) plan.ParseStep          { return plan.ParseStep{Text: s, To: -1} }
func star() plan.ParseStep                     { return plan.ParseStep{Star: true, To: -1} }
func into(to int, t types.Type) plan.ParseStep { return plan.ParseStep{To: to, Type: t} }

func TestParse(t *testing.T) {
	l, s, d := types.Long, types.String, types.DateTime
	for _, tc := range []struct {
		name  string
		mode  plan.ParseMode
		flags string
		where bool
		steps []plan.ParseStep
		in    []string
		out   string // columns after the text
		want  string
	}{
		{"between texts", plan.ParseSimple, "", false,
			[]plan.ParseStep{literal("id="), into(1, l), literal(";n="), into(2, s)},
			[]string{"id=17;n=bob=x", "id=x;n=bob", "xid=1;n=a", "id=-4;n=", "id=5"},
			"id:long, n:string", "17 bob=x\n- -\n- -\n-4 -\n- -\n"},
		{"stars", plan.ParseSimple, "", false,
			[]plan.ParseStep{star(), literal("a:"), into(1, l), star(), literal("b:"), into(2, d), literal(","), star()},
			[]string{"zz a:12 and b:2024-05-06,rest", "a:1b:2024-05-06 07:08:09,", "a:x b:2024-05-06,"},
			"a:long, b:datetime", "12 2024-05-06T00:00:00.0000000Z\n1 2024-05-06T07:08:09.0000000Z\n- -\n"},
		{"relaxed", plan.ParseRelaxed, "", false,
			[]plan.ParseStep{literal("a:"), into(1, l), literal(" b:"), into(2, s)},
			[]string{"a:1 b:x", "a:one b:y", "b:z"},
			"a:long, b:string", "1 x\n- y\n- -\n"},
		{"where", plan.ParseSimple, "", true,
			[]plan.ParseStep{literal("a:"), into(1, l)},
			[]string{"a:1", "b:2", "a:3 and more", "a:"},
			"a:long", "1\n3\n"},
		{"regex is greedy and keeps the pattern's groups apart", plan.ParseRegex, "", false,
			[]plan.ParseStep{literal(`(x|y)+`), into(1, s), literal(`\d(;)?`), into(2, l)},
			[]string{"xyabc1;22", "xzz9933", "none"},
			"a:string, b:long", "abc1; 2\nzz99 3\n- -\n"},
		{"regex flags", plan.ParseRegex, "Ui", false,
			[]plan.ParseStep{star(), literal("NAME="), into(1, s), literal(","), star()},
			[]string{"id=4, name=ann, age=3, x"},
			"n:string", "ann\n"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			sch, b := textTable(tc.in...)
			out := schema(t, tc.out)
			full := types.Schema{Columns: append(append([]types.Column(nil), sch.Columns...), out.Columns...)}
			checkPlan(t, tc.want, func(f form) plan.Node {
				in := read(sch, b, f)
				n := &plan.Parse{Input: in, Text: at(in, 0), Mode: tc.mode, Flags: tc.flags, Where: tc.where, Steps: tc.steps, Out: full}
				p := &plan.Project{Input: n, Out: out}
				for i := range out.Columns {
					p.Exprs = append(p.Exprs, at(n, i+1))
				}
				return p
			})
		})
	}
}

func TestParseKv(t *testing.T) {
	for _, tc := range []struct {
		name string
		n    plan.ParseKv
		in   string
		want string
	}{
		{"delimiters", plan.ParseKv{PairDelimiter: ";", KvDelimiter: ":"}, " a : 1 ;b:x y; a:2", "1 x_y\n"},
		{"blanks around", plan.ParseKv{PairDelimiter: " ", KvDelimiter: "="}, "z a  =  3 b=q r", "3 q\n"},
		{"greedy", plan.ParseKv{PairDelimiter: " ", KvDelimiter: "=", Greedy: true}, "b=one two three a=4", "4 one_two_three\n"},
		{"quotes and escapes", plan.ParseKv{PairDelimiter: ",", KvDelimiter: "=", Quotes: []string{`"`}, Escape: `\`}, `"b"="x, \"y\"",a=5`, "5 x,_\"y\"\n"},
		{"a pair of quotes", plan.ParseKv{PairDelimiter: " ", KvDelimiter: "=", Quotes: []string{"()"}}, "b=(x y) a=6", "6 x_y\n"},
		{"words", plan.ParseKv{Quotes: []string{"'"}, Escape: `\`}, `10:00 [I] a:7, b: 'don\'t'`, "7 don't\n"},
		{"regex", plan.ParseKv{Regex: `"(\w+)" -> (\w+)`}, `"a" -> 8; "b" -> x; "a" -> 9`, "8 x\n"},
		{"nothing", plan.ParseKv{PairDelimiter: ";", KvDelimiter: ":"}, "c:1", "- -\n"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			sch, b := textTable(tc.in)
			out := schema(t, "s:string, a:long, b:string")
			m := newMaker(t)
			checkPlan(t, tc.want, func(f form) plan.Node {
				c := tc.n
				c.Input = read(sch, b, f)
				c.Text, c.Keys, c.To, c.Out = at(c.Input, 0), []string{"a", "b"}, []int{1, 2}, out
				return &plan.Project{Input: &c, Exprs: []plan.Expr{at(&c, 1), m.call("underscored", at(&c, 2))}, Out: schema(t, "a:long, b:string")}
			})
		})
	}
}
