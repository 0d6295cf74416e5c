package builtin

import (
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
			Kernel: function.Kernel{In: []types.Type{types.Unknown, types.Unknown}, Run: func(c *function.Call, args []column.Column, n int) (column.Column, error) {
				return function.OverOne(c, args, n, func(args []column.Column, n int) (column.Column, error) {
					return extremeOf(c, args, n, greatest)
				})
			}},
		}},
		Examples: examples,
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
		return fold(c.Out, cols, n, func(x, y bool) bool { return (x && !y) == greatest && x != y }), nil
	case types.Real:
		return fold(c.Out, cols, n, func(x, y float64) bool { return x != x || y == y && (greatest && x > y || !greatest && x < y) }), nil
	case types.Decimal:
		return fold(c.Out, cols, n, func(x, y types.Decimal128) bool { return beats(types.CompareDecimal(x, y), greatest) }), nil
	case types.String:
		return fold(c.Out, cols, n, func(x, y string) bool { return beats(strings.Compare(x, y), greatest) }), nil
	case types.GUID:
		return fold(c.Out, cols, n, func(x, y types.GUID128) bool { return beats(strings.Compare(string(x[:]), string(y[:])), greatest) }), nil
	}
	return fold(c.Out, cols, n, func(x, y int64) bool { return x != y && (x > y) == greatest }), nil
}

func beats(order int, greatest bool) bool { return greatest && order > 0 || !greatest && order < 0 }

// fold keeps in each row the value that wins against all others.
func fold[T column.Value](t types.Type, cols []column.Column, n int, wins func(x, y T) bool) column.Column {
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
