package exec

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// The functions that the tests' plans use, declared as package builtin declares
// its own.

func testRegistry(t testing.TB) *function.Registry {
	t.Helper()
	l, s, b := types.Long, types.String, types.Bool
	scalar := func(sig string, k function.Kernel) function.Scalar {
		return function.Scalar{Doc: "Tests.", Examples: []string{"x"}, Overloads: []function.Overload{{Sig: sig, Kernel: k}}}
	}
	number := scalar("row_number(): long", function.Kernel{Out: l, Run: func(_ *function.Call, _ []column.Column, n int) (column.Column, error) {
		out := make([]int64, n)
		for i := range out {
			out[i] = int64(i + 1)
		}
		return column.NewVec(l, out, nil), nil
	}})
	number.Window = true
	agg := func(sig string, in []types.Type, anyOrder bool, mk func(*function.AggregateCall) (function.Accumulator, error)) function.Aggregate {
		return function.Aggregate{Doc: "Tests.", Examples: []string{"x"}, Overloads: []function.AggregateOverload{{Sig: sig, In: in, New: mk, AnyOrder: anyOrder}}}
	}
	reg, err := function.NewRegistry(function.Family{
		Scalars: []function.Scalar{
			scalar("==(a: long, b: long): bool", function.Map2(l, l, b, func(x, y int64) bool { return x == y })),
			scalar(">(a: long, b: long): bool", function.Map2(l, l, b, func(x, y int64) bool { return x > y })),
			scalar("+(a: long, b: long): long", function.Map2(l, l, l, func(x, y int64) int64 { return x + y })),
			scalar("has(a: string, b: string): bool", function.Map2(s, s, b, strings.Contains)),
			scalar("in(a: string, list: dynamic): bool", function.Map2(s, types.Dynamic, b, func(x string, list dynamic.Value) bool {
				for _, e := range list.Elements() {
					if t, ok := e.AsString(); ok && t == x {
						return true
					}
				}
				return false
			})),
			scalar("strlen(a: string): long", function.Map1(s, l, func(x string) int64 { return int64(len(x)) })),
			scalar("underscored(a: string): string", function.Map1(s, s, func(x string) string { return strings.ReplaceAll(x, " ", "_") })),
			scalar("crash(a: long): long", function.Kernel{In: []types.Type{l}, Out: l, Run: func(*function.Call, []column.Column, int) (column.Column, error) {
				panic("crash on purpose")
			}}),
			scalar("positive(a: long): bool", function.Kernel{In: []types.Type{l}, Out: b, Run: func(_ *function.Call, args []column.Column, n int) (column.Column, error) {
				v := column.ViewOf[int64](args[0])
				for i := range n {
					if !v.Null(i) && v.At(i) <= 0 {
						return nil, fmt.Errorf("%d is not positive", v.At(i))
					}
				}
				return column.NewConst(b, true, n), nil
			}}),
			number,
		},
		Aggregates: []function.Aggregate{
			agg("count(): long", nil, true, func(*function.AggregateCall) (function.Accumulator, error) { return &sumAcc{}, nil }),
			agg("sum(x: long): long", []types.Type{l}, true, func(*function.AggregateCall) (function.Accumulator, error) { return &sumAcc{}, nil }),
			agg("make_list(x: long): dynamic", []types.Type{l}, false, func(*function.AggregateCall) (function.Accumulator, error) { return &listAcc{}, nil }),
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return reg
}

// sumAcc is sum, and count where there is no argument.
type sumAcc struct{ sums []int64 }

func (a *sumAcc) grow(n int) {
	for len(a.sums) < n {
		a.sums = append(a.sums, 0)
	}
}

func (a *sumAcc) Update(args []column.Column, groups []uint32, total int) error {
	a.grow(total)
	if len(args) == 0 {
		for _, g := range groups {
			a.sums[g]++
		}
		return nil
	}
	v := column.ViewOf[int64](args[0])
	for i, g := range groups {
		if !v.Null(i) {
			a.sums[g] += v.At(i)
		}
	}
	return nil
}

func (a *sumAcc) Merge(from function.Accumulator, groups []uint32, total int) error {
	a.grow(total)
	for i, g := range groups {
		a.sums[g] += from.(*sumAcc).sums[i]
	}
	return nil
}

func (a *sumAcc) Result(total int) (column.Column, error) {
	a.grow(total)
	return column.NewVec(types.Long, a.sums[:total], nil), nil
}

func (a *sumAcc) Size() int64 { return 8 * int64(len(a.sums)) }

// listAcc is make_list.
type listAcc struct{ lists [][]int64 }

func (a *listAcc) Update(args []column.Column, groups []uint32, total int) error {
	for len(a.lists) < total {
		a.lists = append(a.lists, nil)
	}
	v := column.ViewOf[int64](args[0])
	for i, g := range groups {
		if !v.Null(i) {
			a.lists[g] = append(a.lists[g], v.At(i))
		}
	}
	return nil
}

func (a *listAcc) Merge(function.Accumulator, []uint32, int) error {
	return fmt.Errorf("make_list must not be merged")
}

func (a *listAcc) Result(total int) (column.Column, error) {
	out := make([]dynamic.Value, total)
	var b dynamic.ArrayBuilder
	for g := range out {
		if g < len(a.lists) {
			for _, x := range a.lists[g] {
				b.AppendLong(x)
			}
		}
		out[g] = b.Value()
	}
	return column.NewVec(types.Dynamic, out, nil), nil
}

func (a *listAcc) Size() int64 { return 24 * int64(len(a.lists)) }

// A maker writes expressions shortly.
type maker struct {
	t   testing.TB
	reg *function.Registry
}

func newMaker(t testing.TB) maker { return maker{t, testRegistry(t)} }

func (m maker) call(name string, args ...plan.Expr) plan.Expr {
	m.t.Helper()
	f, ok := m.reg.Scalar(name)
	if !ok {
		m.t.Fatalf("no function %q", name)
	}
	return &plan.Call{Fn: &f.Overloads[0], Args: args, Typ: f.Overloads[0].Kernel.Out}
}

func (m maker) agg(name string, args ...plan.Expr) plan.Agg {
	m.t.Helper()
	f, ok := m.reg.Aggregate(name)
	if !ok {
		m.t.Fatalf("no aggregate %q", name)
	}
	return plan.Agg{Fn: &f.Overloads[0], Args: args, Typ: f.Overloads[0].Signature.Result}
}

func long(v int64) plan.Expr {
	return &plan.Literal{Value: column.NewVec(types.Long, []int64{v}, nil)}
}

func text(v string) plan.Expr {
	return &plan.Literal{Value: column.NewVec(types.String, []string{v}, nil)}
}

// at is column i of n.
func at(n plan.Node, i int) plan.Expr {
	c := n.Schema().Columns[i]
	return &plan.Column{Index: i, Name: c.Name, Typ: c.Type}
}

// schema reads "a:long, b:string".
func schema(t testing.TB, s string) types.Schema {
	t.Helper()
	var out types.Schema
	for _, f := range strings.Split(s, ", ") {
		name, typ, _ := strings.Cut(f, ":")
		tt, ok := types.Lookup(typ)
		if !ok {
			t.Fatalf("no type %q", typ)
		}
		out.Columns = append(out.Columns, types.Column{Name: name, Type: tt})
	}
	return out
}

// rows reads cells parted by blanks, a row a line; null is "-".
func rows(t testing.TB, s types.Schema, lines ...string) *column.Batch {
	t.Helper()
	builders := make([]column.Builder, s.Len())
	for i, c := range s.Columns {
		builders[i] = column.NewBuilder(c.Type, len(lines))
	}
	for _, l := range lines {
		cells := strings.Fields(l)
		if len(cells) != s.Len() {
			t.Fatalf("row %q: want %d cells", l, s.Len())
		}
		for i, c := range cells {
			appendCell(t, builders[i], s.Columns[i].Type, c)
		}
	}
	cols := make([]column.Column, s.Len())
	for i, b := range builders {
		cols[i] = b.Finish()
	}
	return column.NewBatch(len(lines), cols)
}

func appendCell(t testing.TB, b column.Builder, typ types.Type, s string) {
	t.Helper()
	if s == "-" {
		b.AppendNull()
		return
	}
	v := convertText(s, typ)
	if !v.ok {
		t.Fatalf("cell %q is no %s", s, typ)
	}
	v.appendTo(b)
}

// A table is a plan.Source in memory whose columns come in every form: flat, as
// dictionaries, and Lazy.
type table struct {
	schema types.Schema
	all    *column.Batch
	form   form
	hints  *[]plan.Hint // of the last Open, where it is set
}

type form uint8

const (
	flatForm form = iota
	dictForm
	lazyForm
)

func (s *table) Schema() types.Schema { return s.schema }

func (s *table) Rows() int64 { return int64(s.all.Len()) }

func (s *table) Open(_ context.Context, scan plan.Scan) (column.Reader, error) {
	if s.hints != nil {
		*s.hints = scan.Hints
	}
	cols := make([]column.Column, len(scan.Columns))
	out := types.Schema{}
	for i, p := range scan.Columns {
		c := s.all.Raw(p)
		if s.form == dictForm {
			c = asDict(c)
		}
		cols[i] = c
		out.Columns = append(out.Columns, s.schema.Columns[p])
	}
	return &tableReader{batchReader{schema: out, batches: []*column.Batch{column.NewBatch(s.all.Len(), cols)}, rows: scan.BatchRows}, s.form}, nil
}

type tableReader struct {
	batchReader
	form form
}

func (r *tableReader) Next(ctx context.Context) (*column.Batch, error) {
	b, err := r.batchReader.Next(ctx)
	if err != nil || r.form != lazyForm {
		return b, err
	}
	cols := make([]column.Column, b.Width())
	for i := range cols {
		cols[i] = column.NewLazy(b.Raw(i).Type(), b.Len(), heldColumn{b.Raw(i)})
	}
	return column.NewBatch(b.Len(), cols), nil
}

type heldColumn struct{ c column.Column }

func (h heldColumn) Load(rows []uint32) (column.Column, error) {
	if rows == nil {
		return h.c, nil
	}
	return column.Gather(h.c, rows), nil
}

// heldID is the identity of a column by where its values are.
type heldID struct {
	first any
	n     int
}

// Identity implements column.Identified, for keys.
func (h heldColumn) Identity() any {
	switch v := h.c.(type) {
	case *column.Vec[int64]:
		return heldID{&v.Vals[0], len(v.Vals)}
	case *column.Vec[string]:
		return heldID{&v.Vals[0], len(v.Vals)}
	}
	return nil
}

// asDict gives each row its own code but shares values that are next to each
// other, so that the same value has several codes.
func asDict(c column.Column) column.Column {
	codes := make([]uint32, c.Len())
	var rows []uint32
	for i := range codes {
		if i == 0 || compareCells(c, i, c, i-1) != 0 {
			rows = append(rows, uint32(i))
		}
		codes[i] = uint32(len(rows) - 1)
	}
	return &column.Dict{Codes: codes, Values: column.Gather(c, rows)}
}

// read is a plan.Read of all columns.
func read(s types.Schema, b *column.Batch, f form) *plan.Read {
	return &plan.Read{Table: "T", Source: &table{schema: s, all: b, form: f}, Columns: positions(s.Len())}
}

// runPlan runs n and prints its rows, a line each.
func runPlan(t testing.TB, n plan.Node, o Options) string {
	t.Helper()
	out, err := tryPlan(n, o)
	if err != nil {
		t.Fatalf("%+v: %v", o, err)
	}
	return out
}

func tryPlan(n plan.Node, o Options) (string, error) {
	r, err := Open(context.Background(), n, o)
	if err != nil {
		return "", err
	}
	defer r.Close()
	var b strings.Builder
	for {
		batch, err := r.Next(context.Background())
		if err == io.EOF {
			return b.String(), nil
		}
		if err != nil {
			return "", err
		}
		if err := printBatch(&b, batch); err != nil {
			return "", err
		}
	}
}

func printBatch(w *strings.Builder, b *column.Batch) error {
	cols := make([]column.Column, b.Width())
	for i := range cols {
		c, err := b.Column(i)
		if err != nil {
			return err
		}
		if c.Len() != b.Len() {
			return fmt.Errorf("column %d has %d rows, the batch %d", i, c.Len(), b.Len())
		}
		cols[i] = column.Flat(c)
	}
	for r := range b.Len() {
		for i, c := range cols {
			if i > 0 {
				w.WriteByte(' ')
			}
			w.WriteString(cellText(c, r))
		}
		w.WriteByte('\n')
	}
	return nil
}

func cellText(c column.Column, i int) string {
	if c.Null(i) {
		return "-"
	}
	switch v := c.(type) {
	case *column.Vec[bool]:
		return strconv.FormatBool(v.Vals[i])
	case *column.Vec[int64]:
		switch v.Type() {
		case types.DateTime:
			return string(types.AppendDateTime(nil, v.Vals[i]))
		case types.TimeSpan:
			return string(types.AppendTimeSpan(nil, v.Vals[i]))
		}
		return strconv.FormatInt(v.Vals[i], 10)
	case *column.Vec[float64]:
		return string(types.AppendReal(nil, v.Vals[i]))
	case *column.Vec[string]:
		if v.Vals[i] == "" {
			return "-"
		}
		return v.Vals[i]
	case *column.Vec[types.GUID128]:
		return v.Vals[i].String()
	case *column.Vec[types.Decimal128]:
		return string(types.AppendDecimal(nil, v.Vals[i]))
	case *column.Vec[dynamic.Value]:
		return v.Vals[i].JSON()
	}
	return "?"
}

// configurations are the ways in which each plan must give the same answer.
func configurations() []Options {
	var out []Options
	for _, rows := range []int{1, 3, 1024} {
		for _, workers := range []int{1, 4} {
			out = append(out, Options{BatchRows: rows, Workers: workers})
		}
	}
	return out
}

// checkPlan runs what mk makes over a table in each form under every
// configuration and compares what it prints.
func checkPlan(t *testing.T, want string, mk func(form) plan.Node) {
	t.Helper()
	want = strings.TrimLeft(want, "\n")
	for f := flatForm; f <= lazyForm; f++ {
		for _, o := range configurations() {
			if got := runPlan(t, mk(f), o); got != want {
				t.Fatalf("form %d, %d rows, %d workers: got\n%swant\n%s\nplan:\n%s", f, o.BatchRows, o.Workers, got, want, plan.Print(mk(f)))
			}
		}
	}
}
