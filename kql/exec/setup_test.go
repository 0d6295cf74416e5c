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
