package builtin

import (
	"context"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// scalarsUnderTest holds the families that a kernel test can call.
func scalarsUnderTest(t testing.TB) *function.Registry {
	t.Helper()
	reg, err := function.NewRegistry(arithmetic(), comparison(), membership(), stringSearch(), termSearch(),
		conversions(), conditionals(), mathematics(), rounding(), bitwise(), distributions())
	if err != nil {
		t.Fatal(err)
	}
	return reg
}

// A truth table is a call of a kernel, one row a column of the table: arguments
// and result are a type and values, "null" for a null.
type truthTable struct {
	name   string
	args   []string
	result string
}

// check runs the table at lengths around a word of validity and in all forms of
// the arguments: flat, dictionaries, and each row alone as constants.
func (tt truthTable) check(t *testing.T, reg *function.Registry) {
	t.Helper()
	want := parseColumn(t, tt.result)
	cols := make([]column.Column, len(tt.args))
	for i, a := range tt.args {
		cols[i] = parseColumn(t, a)
		if cols[i].Len() != want.Len() {
			t.Fatalf("%s: argument %d has %d rows, the result %d", tt.name, i, cols[i].Len(), want.Len())
		}
	}
	for _, n := range []int{0, 1, 63, 64, 65, 130} {
		rows := make([]uint32, n)
		for i := range rows {
			rows[i] = uint32(i % want.Len())
		}
		for mask := range 1 << len(cols) {
			args := make([]column.Column, len(cols))
			for i, col := range cols {
				args[i] = &column.Dict{Codes: rows, Values: col}
				if mask>>i&1 == 0 {
					args[i] = column.Gather(col, rows)
				}
			}
			compareColumns(t, tt, runKernel(t, reg, tt.name, want.Type(), args, n), column.Gather(want, rows))
		}
	}
	for mask := 1; mask < 1<<len(cols); mask++ {
		tt.checkConstants(t, reg, cols, want, mask)
	}
}

// checkConstants takes the arguments in mask from one row, as constants, and
// compares that row; the others are flat.
func (tt truthTable) checkConstants(t *testing.T, reg *function.Registry, cols []column.Column, want column.Column, mask int) {
	t.Helper()
	for row := range want.Len() {
		args := make([]column.Column, len(cols))
		for i, col := range cols {
			args[i] = col
			if mask>>i&1 != 0 {
				args[i] = &column.Const{One: column.Gather(col, []uint32{uint32(row)}), N: want.Len()}
			}
		}
		got := runKernel(t, reg, tt.name, want.Type(), args, want.Len())
		if g, w := cellText(got, row), cellText(want, row); g != w {
			t.Errorf("%s(%s) with constants %b, row %d: got %s, want %s", tt.name, strings.Join(tt.args, "; "), mask, row, g, w)
		}
	}
}

func compareColumns(t *testing.T, tt truthTable, got, want column.Column) {
	t.Helper()
	if got.Type() != want.Type() || got.Len() != want.Len() {
		t.Errorf("%s(%s): got %d rows of %s, want %d of %s", tt.name, strings.Join(tt.args, "; "), got.Len(), got.Type(), want.Len(), want.Type())
		return
	}
	for i := range want.Len() {
		if g, w := cellText(got, i), cellText(want, i); g != w {
			t.Errorf("%s(%s), row %d of %d: got %s, want %s", tt.name, strings.Join(tt.args, "; "), i, want.Len(), g, w)
			return
		}
	}
}

// runKernel calls the first overload of name that takes the arguments' types.
func runKernel(t testing.TB, reg *function.Registry, name string, out types.Type, args []column.Column, n int) column.Column {
	t.Helper()
	f, ok := reg.Scalar(name)
	if !ok {
		t.Fatalf("no function %q", name)
	}
	for _, o := range f.Overloads {
		if accepts(o.Signature.Params, args) {
			got, err := o.Kernel.Run(function.NewCall(testEnv(), out), args, n)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			return got
		}
	}
	t.Fatalf("%s has no overload for the arguments", name)
	return nil
}

func accepts(params []function.Param, args []column.Column) bool {
	for i, a := range args {
		p := min(i, len(params)-1)
		if !params[p].Repeated && i >= len(params) || !params[p].Accepts.Has(a.Type()) {
			return false
		}
	}
	return len(args) >= len(params)
}

func testEnv() *function.Env {
	source := rand.New(rand.NewPCG(1, 2))
	return &function.Env{Context: context.Background(), Rand: func() *rand.Rand { return source }}
}

// parseColumn reads "long: 1, null, 3".
func parseColumn(t testing.TB, s string) column.Column {
	t.Helper()
	name, list, ok := strings.Cut(s, ": ")
	typ, known := types.Lookup(name)
	if !ok || !known {
		t.Fatalf("column %q: want type: values", s)
	}
	b := column.NewBuilder(typ, 8)
	for _, cell := range strings.Split(list, ", ") {
		one := parseCell(t, typ, cell)
		b.AppendFrom(one, 0)
	}
	return b.Finish()
}

func parseCell(t testing.TB, typ types.Type, cell string) column.Column {
	t.Helper()
	text := column.NewVec(types.String, []string{cell}, nil)
	switch {
	case typ == types.String:
		return column.NewVec(typ, []string{strings.ReplaceAll(strings.Trim(cell, "'"), "%", ", ")}, nil)
	case cell == "null":
		return column.NullConst(typ, 1)
	case typ == types.Dynamic:
		v, err := dynamic.ParseJSON(strings.ReplaceAll(cell, "%", ", "))
		if err != nil {
			t.Fatalf("dynamic %s: %v", cell, err)
		}
		return column.NewVec(typ, []dynamic.Value{v}, nil)
	}
	got, err := conversion(types.String, typ).Run(function.NewCall(testEnv(), typ), []column.Column{text}, 1)
	if err != nil || got.Null(0) {
		t.Fatalf("%s %q does not parse: %v", typ, cell, err)
	}
	return got
}

func cellText(col column.Column, i int) string {
	if v := dynamicAt(col, i); !v.IsNull() {
		return v.String()
	}
	return "null"
}
