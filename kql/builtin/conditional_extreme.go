package builtin

import (
	"bytes"
	"strings"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// extreme declares max_of or min_of. A NaN among reals is the result.
func extreme(name, doc string, greatest bool, examples ...string) function.Scalar {
	return function.Scalar{
		Doc: doc,
		Overloads: []function.Overload{{
			Sig: name + "(first: T orderable, more...: T orderable): T",
			Kernel: function.Kernel{In: []types.Type{types.Unknown, types.Unknown}, Each: eachExtreme(greatest), Run: func(c *function.Call, args []column.Column, n int) (column.Column, error) {
				return function.OverOne(c, args, n, func(args []column.Column, n int) (column.Column, error) {
					return extremeOf(c, args, n, greatest)
				})
			}},
		}},
		Examples:      examples,
		MostArguments: 64,
		Analyzer:      []string{name + "(first: T number|string|bool|datetime|timespan, more...: T number|string|bool|datetime|timespan): T"},
	}
}

func extremeOf(c *function.Call, args []column.Column, n int, greatest bool) (column.Column, error) {
	cols := make([]column.Column, len(args))
	for k, a := range args {
		col, err := coerce(c, a, c.Out, n)
		if err != nil {
			return nil, err
		}
		cols[k] = col
	}
	switch c.Out {
	case types.Bool:
		return fold(c.Out, cols, n, boolBeats(greatest)), nil
	case types.Real:
		return fold(c.Out, cols, n, realBeats(greatest)), nil
	case types.Decimal:
		return fold(c.Out, cols, n, ordered(types.CompareDecimal, greatest)), nil
	case types.String:
		return fold(c.Out, cols, n, ordered(strings.Compare, greatest)), nil
	case types.GUID:
		return fold(c.Out, cols, n, ordered(compareGUIDs, greatest)), nil
	}
	return fold(c.Out, cols, n, longBeats(greatest)), nil
}

// A winner tells whether x takes the place of y.
type winner[T any] func(x, y T) bool

func boolBeats(greatest bool) winner[bool] {
	return func(x, y bool) bool { return (x && !y) == greatest && x != y }
}

func longBeats(greatest bool) winner[int64] {
	return func(x, y int64) bool { return x != y && (x > y) == greatest }
}

func realBeats(greatest bool) winner[float64] {
	return func(x, y float64) bool { return x != x || y == y && (greatest && x > y || !greatest && x < y) }
}

func ordered[T any](compare func(x, y T) int, greatest bool) winner[T] {
	return func(x, y T) bool {
		order := compare(x, y)
		return greatest && order > 0 || !greatest && order < 0
	}
}

func compareGUIDs(x, y types.GUID128) int { return bytes.Compare(x[:], y[:]) }

func eachExtreme(greatest bool) function.Each {
	return func(_ *function.Call, out function.Cell, args []function.Cell) func() error {
		switch out := out.(type) {
		case *function.CellOf[bool]:
			return foldEach(out, args, boolBeats(greatest))
		case *function.CellOf[float64]:
			return foldEach(out, args, realBeats(greatest))
		case *function.CellOf[string]:
			return foldEach(out, args, ordered(strings.Compare, greatest))
		case *function.CellOf[types.GUID128]:
			return foldEach(out, args, ordered(compareGUIDs, greatest))
		case *function.CellOf[int64]:
			return foldEach(out, args, longBeats(greatest))
		}
		return nil
	}
}

// foldEach is fold for one row.
func foldEach[T column.Value](out *function.CellOf[T], args []function.Cell, wins winner[T]) func() error {
	cells, ok := function.Cells[T](args)
	if !ok {
		return nil
	}
	return func() error {
		out.SetNull()
		found := false
		for _, c := range cells {
			if !c.Null && (!found || wins(c.V, out.V)) {
				out.Set(c.V)
				found = true
			}
		}
		return nil
	}
}

// fold keeps in each row the value that wins against all others.
func fold[T column.Value](t types.Type, cols []column.Column, n int, wins winner[T]) column.Column {
	vals, valid := make([]T, n), column.NewBitmap(n)
	for _, col := range cols {
		v := column.ViewOf[T](col)
		for i := range vals {
			if v.Null(i) {
				continue
			}
			if x := v.At(i); !valid.Has(i) || wins(x, vals[i]) {
				vals[i] = x
				valid.Set(i)
			}
		}
	}
	if valid.Count(n) == n {
		valid = nil
	}
	return column.NewVec(t, vals, valid)
}
