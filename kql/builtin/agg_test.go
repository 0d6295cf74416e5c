package builtin

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// null stands for a null in the columns of tests.
type null struct{}

// testColumn makes a flat column of KQL type t.
func testColumn(t types.Type, vals ...any) column.Column {
	b := column.NewBuilder(t, len(vals))
	for _, v := range vals {
		switch v := v.(type) {
		case null:
			b.AppendNull()
		case int:
			if t == types.Real {
				b.(*column.TypedBuilder[float64]).Append(float64(v))
			} else {
				b.(*column.TypedBuilder[int64]).Append(int64(v))
			}
		case float64:
			b.(*column.TypedBuilder[float64]).Append(v)
		case bool:
			b.(*column.TypedBuilder[bool]).Append(v)
		case string:
			switch t {
			case types.Dynamic:
				b.(*column.TypedBuilder[dynamic.Value]).Append(dynamic.FromText(v))
			case types.Decimal:
				d, _ := types.ParseDecimal(v)
				b.(*column.TypedBuilder[types.Decimal128]).Append(d)
			case types.GUID:
				g, _ := types.ParseGUID(v)
				b.(*column.TypedBuilder[types.GUID128]).Append(g)
			default:
				b.(*column.TypedBuilder[string]).Append(v)
			}
		}
	}
	return b.Finish()
}

// asDict returns the rows of a flat column as a dictionary, with a value that no
// row has.
func asDict(c column.Column) column.Column {
	n := c.Len()
	b := column.NewBuilder(c.Type(), n+1)
	codes := make([]uint32, n)
	for i := range codes {
		codes[i] = uint32(n - i)
	}
	b.AppendFrom(c, 0)
	for i := n - 1; i >= 0; i-- {
		b.AppendFrom(c, i)
	}
	return &column.Dict{Codes: codes, Values: b.Finish()}
}

type aggCase struct {
	call string // name, and the types of the arguments if there are overloads
	args []column.Column
	want string // results of the groups, as JSON
	// unordered aggregates may list the elements of their results in any order
	// when workers' states are merged.
	unordered bool
}

// Rows 0, 2, 3 are of group 0, rows 1 and 4 of group 1; group 2 has none.
var aggGroups = []uint32{0, 1, 0, 0, 1}

func aggCases() []aggCase {
	l := testColumn(types.Long, 5, 7, null{}, 3, 7)
	i := testColumn(types.Int, 5, 7, null{}, 3, 7)
	r := testColumn(types.Real, 0.5, 2, 4, null{}, 2)
	s := testColumn(types.String, "b", "", "a", "b", "c")
	d := testColumn(types.Decimal, "1.50", "2", "1.5", null{}, "3")
	ts := testColumn(types.TimeSpan, 10_000_000, null{}, 30_000_000, 50_000_000, 20_000_000)
	dt := testColumn(types.DateTime, 0, 10_000_000, null{}, 20_000_000, 40_000_000)
	b := testColumn(types.Bool, true, null{}, false, true, true)
	g := testColumn(types.GUID, "74be27de-1e4e-49d9-b579-fe0b331d3642", null{}, "00000000-0000-0000-0000-000000000001", null{}, null{})
	j := testColumn(types.Dynamic, `{"a":1}`, `[1,"x",1]`, `{"a":2,"b":null}`, `3`, `null`)
	p := testColumn(types.Bool, true, true, true, false, null{})
	two := testColumn(types.Long, 2, 2, 2, 2, 2)
	acc := testColumn(types.Long, 3, 3, 3, 3, 3)
	p50 := testColumn(types.Real, 50, 50, 50, 50, 50)
	return []aggCase{
		{"count()", nil, `3 2 0`, false},
		{"count(scalar)", []column.Column{l}, `3 2 0`, false},
		{"countif", []column.Column{b}, `2 1 0`, false},
		{"sum(int|long)", []column.Column{l}, `8 14 0`, false},
		{"sum(real)", []column.Column{r}, `4.5 4.0 0.0`, false},
		{"sum(decimal)", []column.Column{d}, `"3" "5" "0"`, false},
		{"sum(timespan)", []column.Column{ts}, `"00:00:09" "00:00:02" "00:00:00"`, false},
		{"sumif(int|long)", []column.Column{l, p}, `5 7 0`, false},
		{"avg(int|long)", []column.Column{l}, `4.0 7.0 "NaN"`, false},
		{"avg(decimal)", []column.Column{d}, `"1.5" "2.5" null`, false},
		{"avg(timespan)", []column.Column{ts}, `"00:00:03" "00:00:02" null`, false},
		{"avg(datetime)", []column.Column{dt}, `"0001-01-01T00:00:01.0000000Z" "0001-01-01T00:00:02.5000000Z" null`, false},
		{"avgif(real)", []column.Column{r, p}, `2.25 2.0 "NaN"`, false},
		{"min", []column.Column{i}, `3 7 null`, false},
		{"min", []column.Column{s}, `"a" "" ""`, false},
		{"min", []column.Column{r}, `0.5 2.0 null`, false},
		{"min", []column.Column{b}, `false true null`, false},
		{"min", []column.Column{g}, `"00000000-0000-0000-0000-000000000001" null null`, false},
		{"max", []column.Column{l}, `5 7 null`, false},
		{"max", []column.Column{d}, `"1.5" "3" null`, false},
		{"max", []column.Column{dt}, `"0001-01-01T00:00:02.0000000Z" "0001-01-01T00:00:04.0000000Z" null`, false},
		{"maxif", []column.Column{l, p}, `5 7 null`, false},
		{"minif", []column.Column{s, p}, `"a" "" ""`, false},
		{"dcount", []column.Column{l}, `2 1 0`, false},
		{"dcount", []column.Column{s, acc}, `2 2 0`, false},
		{"dcount", []column.Column{d}, `1 2 0`, false},
		{"dcountif", []column.Column{s, p}, `2 1 0`, false},
		{"count_distinct", []column.Column{g}, `2 0 0`, false},
		{"count_distinctif", []column.Column{r, p}, `2 1 0`, false},
		{"make_list", []column.Column{l}, `[5,3] [7,7] []`, true},
		{"make_list", []column.Column{j}, `[{"a":1},{"a":2,"b":null},3] [1,"x",1,null] []`, true},
		{"make_list", []column.Column{s, two}, `["b","a"] ["","c"] []`, true},
		{"make_list_if", []column.Column{l, p}, `[5] [7] []`, true},
		{"make_list_with_nulls", []column.Column{i}, `[5,null,3] [7,7] []`, true},
		{"make_set", []column.Column{s}, `["b","a"] ["","c"] []`, true},
		{"make_set", []column.Column{d}, `["1.5"] ["2","3"] []`, true},
		{"make_set", []column.Column{j}, `[{"a":1},{"a":2,"b":null},3] [1,"x",null] []`, true},
		{"make_set_if", []column.Column{b, p}, `[true,false] [] []`, true},
		{"make_bag", []column.Column{j}, `{"a":1,"b":null} {} {}`, true},
		{"take_any", []column.Column{testColumn(types.String, "", "x", "y", "y", "x")}, `"y" "x" ""`, false},
		{"take_anyif", []column.Column{l, p}, `5 7 null`, false},
		{"variance(number)", []column.Column{r}, `6.125 0.0 0.0`, false},
		{"stdevp(timespan)", []column.Column{testColumn(types.TimeSpan, 1, 1, 3, null{}, 1)}, `1.0 0.0 0.0`, false},
		{"covariance", []column.Column{r, testColumn(types.Real, 1, 1, 8, 9, 1)}, `12.25 0.0 0.0`, false},
		{"percentile", []column.Column{l, p50}, `3 7 null`, false},
		{"percentile", []column.Column{r, p50}, `0.5 2.0 null`, false},
		{"percentilew", []column.Column{l, testColumn(types.Long, 3, 1, 9, 1, 2), p50}, `5 7 null`, false},
		{"percentiles_array(const number)", []column.Column{dt, p50}, `["0001-01-01T00:00:00.0000000Z"] ["0001-01-01T00:00:01.0000000Z"] null`, false},
		{"tdigest", []column.Column{l}, `[[7],[3,5],[1,1]] [[7],[7],[2]] null`, false},
		{"hll", []column.Column{testColumn(types.Long, null{}, 1, null{}, null{}, 1)}, `null [[1,14],[-7995527694508729151]] null`, false},
		{"binary_all_and", []column.Column{l}, `1 7 null`, false},
		{"binary_all_or", []column.Column{l}, `7 7 null`, false},
		{"binary_all_xor", []column.Column{l}, `6 0 null`, false},
		{"buildschema", []column.Column{j}, `["long",{"a":"long","b":null}] {"` + "`indexer`" + `":["long","string"]} null`, true},
	}
}

// overloadOf finds "sum(real)": an aggregate by name, and an overload by how its
// first parameter, or the second if the name is shared, is written.
func overloadOf(t *testing.T, call string, args int) *function.AggregateOverload {
	t.Helper()
	reg, err := Functions()
	if err != nil {
		t.Fatal(err)
	}
	name, param, given := strings.Cut(strings.TrimSuffix(call, ")"), "(")
	a, ok := reg.Aggregate(name)
	if !ok {
		t.Fatalf("no aggregate %s", name)
	}
	for i := range a.Overloads {
		o := &a.Overloads[i]
		if !given || strings.Contains(o.Sig, ": "+param) || param == "" && len(o.In) == args {
			return o
		}
	}
	t.Fatalf("no overload %s", call)
	return nil
}

func newTestAccumulator(t *testing.T, o *function.AggregateOverload, args []column.Column) function.Accumulator {
	t.Helper()
	c := &function.AggregateCall{Env: &function.Env{Context: context.Background()}, Out: o.Signature.Result}
	for i, a := range args {
		c.Args = append(c.Args, a.Type())
		var one column.Column
		if p := o.Signature.Params[min(i, len(o.Signature.Params)-1)]; p.Kind == function.ArgConst {
			one = column.Slice(a, 0, 1)
		}
		c.Consts = append(c.Consts, one)
	}
	if c.Out == types.Unknown {
		c.Out = args[0].Type()
	}
	acc, err := o.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return acc
}

func feed(t *testing.T, acc function.Accumulator, args []column.Column, groups []uint32, total, batch int) {
	t.Helper()
	part := make([]column.Column, len(args))
	for from := 0; from < len(groups); from += batch {
		to := min(from+batch, len(groups))
		for i, a := range args {
			part[i] = column.Slice(a, from, to)
		}
		if err := acc.Update(part, groups[from:to], total); err != nil {
			t.Fatal(err)
		}
	}
}

func resultText(t *testing.T, acc function.Accumulator, total int, unordered bool) string {
	t.Helper()
	c, err := acc.Result(total)
	if err != nil {
		t.Fatal(err)
	}
	texts := make([]string, total)
	for i := range texts {
		texts[i] = dynamicAt(c, i).JSON()
		if unordered {
			b := []byte(texts[i])
			slices.Sort(b)
			texts[i] = string(b)
		}
	}
	return strings.Join(texts, " ")
}

func TestAggregates(t *testing.T) {
	for _, c := range aggCases() {
		t.Run(c.call+"_"+fmt.Sprint(len(c.args)), func(t *testing.T) {
			o := overloadOf(t, c.call, len(c.args))
			dicts := make([]column.Column, len(c.args))
			for i, a := range c.args {
				dicts[i] = asDict(a)
			}
			for _, batch := range []int{1, 3, 1024} {
				for form, args := range map[string][]column.Column{"flat": c.args, "dict": dicts} {
					acc := newTestAccumulator(t, o, c.args)
					feed(t, acc, args, aggGroups, 3, batch)
					if got := resultText(t, acc, 3, false); got != c.want {
						t.Errorf("%s, batches of %d: %s, want %s", form, batch, got, c.want)
					}
					if acc.Size() < 0 {
						t.Errorf("size %d", acc.Size())
					}
				}
			}
			checkMerge(t, o, c)
			checkKept(t, o, c)
			checkConstant(t, o, c)
		})
	}
}

// checkMerge gives the last three rows to a second accumulator, which numbers
// the groups the other way round.
func checkMerge(t *testing.T, o *function.AggregateOverload, c aggCase) {
	t.Helper()
	whole := newTestAccumulator(t, o, c.args)
	feed(t, whole, c.args, aggGroups, 3, 1024)
	first, second := newTestAccumulator(t, o, c.args), newTestAccumulator(t, o, c.args)
	head, tail := make([]column.Column, len(c.args)), make([]column.Column, len(c.args))
	for i, a := range c.args {
		head[i], tail[i] = column.Slice(a, 0, 2), column.Slice(a, 2, 5)
	}
	feed(t, first, head, aggGroups[:2], 2, 1024)
	feed(t, second, tail, []uint32{1, 1, 0}, 2, 1024)
	if err := first.Merge(second, []uint32{1, 0}, 3); err != nil {
		t.Fatal(err)
	}
	got, want := resultText(t, first, 3, c.unordered), resultText(t, whole, 3, c.unordered)
	if got != want {
		t.Errorf("merged: %s, want %s", got, want)
	}
}

// checkKept merges states that are kept into two others, one after the other: both
// come to what one state of all rows comes to, also when the text that they were fed
// is gone.
func checkKept(t *testing.T, o *function.AggregateOverload, c aggCase) {
	t.Helper()
	if !o.Splits() {
		return
	}
	whole := newTestAccumulator(t, o, c.args)
	feed(t, whole, c.args, aggGroups, 3, 1024)
	want := resultText(t, whole, 3, false)
	var kept []function.Accumulator
	var text [][]byte
	for _, rows := range [][2]int{{0, 2}, {2, 2}, {2, 5}} {
		acc := newTestAccumulator(t, o, c.args)
		args := make([]column.Column, len(c.args))
		for i, a := range c.args {
			args[i] = column.Slice(a, rows[0], rows[1])
			if v, ok := args[i].(*column.Vec[string]); ok {
				args[i], text = borrowed(v, text)
			}
		}
		feed(t, acc, args, aggGroups[rows[0]:rows[1]], 2, 1024)
		if k, ok := acc.(function.Keepable); !ok || !k.Detach() {
			return
		}
		kept = append(kept, acc)
	}
	for _, b := range text {
		clear(b)
	}
	for range 2 {
		into := newTestAccumulator(t, o, c.args)
		for _, k := range kept {
			if err := into.Merge(k, []uint32{0, 1}, 3); err != nil {
				t.Fatal(err)
			}
		}
		if got := resultText(t, into, 3, false); got != want {
			t.Errorf("from what is kept: %s, want %s", got, want)
		}
	}
}

// borrowed returns the values of v as parts of memory that is appended to all.
func borrowed(v *column.Vec[string], all [][]byte) (column.Column, [][]byte) {
	out := make([]string, len(v.Vals))
	for i, s := range v.Vals {
		b := []byte(s)
		all = append(all, b)
		out[i] = unsafe.String(unsafe.SliceData(b), len(b))
	}
	return column.NewVec(types.String, out, nil), all
}

// checkConstant repeats row 0 as a constant and as a flat column.
func checkConstant(t *testing.T, o *function.AggregateOverload, c aggCase) {
	t.Helper()
	consts, flat := make([]column.Column, len(c.args)), make([]column.Column, len(c.args))
	for i, a := range c.args {
		consts[i] = &column.Const{One: column.Slice(a, 0, 1), N: 5}
		flat[i] = column.Flat(consts[i])
	}
	a, b := newTestAccumulator(t, o, c.args), newTestAccumulator(t, o, c.args)
	feed(t, a, consts, aggGroups, 3, 1024)
	feed(t, b, flat, aggGroups, 3, 1024)
	if got, want := resultText(t, a, 3, false), resultText(t, b, 3, false); got != want {
		t.Errorf("constant: %s, want %s", got, want)
	}
}
