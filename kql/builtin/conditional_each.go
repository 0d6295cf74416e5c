package builtin

import (
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// eachSame passes a value of the same Go form on.
func eachSame(_ *function.Call, out function.Cell, args []function.Cell) func() error {
	return eachChoice(out, args, func() int { return 0 })
}

// eachCase is choose for one row: pairs of a condition and a value, and the value
// where no condition is true.
func eachCase(_ *function.Call, out function.Cell, args []function.Cell) func() error {
	var conds, values []function.Cell
	for i := 0; i+1 < len(args); i += 2 {
		conds, values = append(conds, args[i]), append(values, args[i+1])
	}
	tests, ok := function.Cells[bool](conds)
	if !ok {
		return nil
	}
	return eachChoice(out, append(values, args[len(args)-1]), func() int {
		for k, c := range tests {
			if c.V && !c.Null {
				return k
			}
		}
		return len(tests)
	})
}

func eachCoalesce(_ *function.Call, out function.Cell, args []function.Cell) func() error {
	has := make([]func() bool, len(args)-1)
	for i := range has {
		has[i] = presentEach(args[i], true)
	}
	return eachChoice(out, args, func() int {
		for k, f := range has {
			if f() {
				return k
			}
		}
		return len(has)
	})
}

func eachPresence(nonEmpty, absent bool) function.Each {
	return func(_ *function.Call, out function.Cell, args []function.Cell) func() error {
		r, ok := out.(*function.CellOf[bool])
		if !ok {
			return nil
		}
		has := presentEach(args[0], nonEmpty)
		return func() error {
			r.Set(has() != absent)
			return nil
		}
	}
}

// presentEach is presence of a cell.
func presentEach(c function.Cell, nonEmpty bool) func() bool {
	switch c := c.(type) {
	case *function.CellOf[string]:
		return func() bool { return !nonEmpty || c.V != "" }
	case *function.CellOf[dynamic.Value]:
		return func() bool {
			if !nonEmpty || c.V.Kind() != dynamic.String {
				return !c.V.IsNull()
			}
			return c.V.String() != ""
		}
	case *function.CellOf[bool]:
		return func() bool { return !c.Null }
	case *function.CellOf[int64]:
		return func() bool { return !c.Null }
	case *function.CellOf[float64]:
		return func() bool { return !c.Null }
	case *function.CellOf[types.GUID128]:
		return func() bool { return !c.Null }
	}
	decimal, _ := c.(*function.CellOf[types.Decimal128])
	return func() bool { return !decimal.Null }
}

// eachChoice copies the value that choose names; nil where one would have to be
// converted to another Go form.
func eachChoice(out function.Cell, values []function.Cell, choose func() int) func() error {
	switch out := out.(type) {
	case *function.CellOf[bool]:
		return copyEach(out, values, choose)
	case *function.CellOf[int64]:
		return copyEach(out, values, choose)
	case *function.CellOf[float64]:
		return copyEach(out, values, choose)
	case *function.CellOf[string]:
		return copyEach(out, values, choose)
	case *function.CellOf[types.GUID128]:
		return copyEach(out, values, choose)
	case *function.CellOf[types.Decimal128]:
		return copyEach(out, values, choose)
	case *function.CellOf[dynamic.Value]:
		return copyEach(out, values, choose)
	}
	return nil
}

func copyEach[T column.Value](out *function.CellOf[T], values []function.Cell, choose func() int) func() error {
	cells, ok := function.Cells[T](values)
	if !ok {
		return nil
	}
	return func() error {
		out.Copy(cells[choose()])
		return nil
	}
}

func isDynamicCell(c function.Cell) bool {
	_, ok := c.(*function.CellOf[dynamic.Value])
	return ok
}
