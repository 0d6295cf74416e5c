package exec

import (
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// A keeper keeps one column of the records of one step, by the number of the
// match. What depends on the Go form of the column is in its methods, which are
// called when a scan is built; what they return is called for each row.
type keeper interface {
	// saver returns a function that keeps what cell holds for match m.
	saver(cell function.Cell) func(m int32)
	// loader returns a function that sets cell to what is kept for match m.
	loader(cell function.Cell) func(m int32)
	// putter returns a function that appends what is kept for match m to b.
	putter(b column.Builder) func(m int32)
	// one returns what is kept for match m as a flat column of one row.
	one(m int32) column.Column
	// size returns the bytes kept, roughly.
	size() int64
}

// keeperOf is the keeper of a Go form.
type keeperOf[T column.Value] struct {
	typ   types.Type
	vals  []T
	null  []bool
	bytes int64
	width int64
	text  func(T) int // of a value of no fixed width; nil for the others
}

func newKeeper(t types.Type) keeper {
	switch t {
	case types.Bool:
		return &keeperOf[bool]{typ: t, width: 2}
	case types.Real:
		return &keeperOf[float64]{typ: t, width: 9}
	case types.Decimal:
		return &keeperOf[types.Decimal128]{typ: t, width: 17}
	case types.String:
		return &keeperOf[string]{typ: t, width: 17, text: func(s string) int { return len(s) }}
	case types.GUID:
		return &keeperOf[types.GUID128]{typ: t, width: 17}
	case types.Dynamic:
		return &keeperOf[dynamic.Value]{typ: t, width: 17, text: func(v dynamic.Value) int { return len(v.Encoding()) }}
	}
	return &keeperOf[int64]{typ: t, width: 9}
}

func (k *keeperOf[T]) saver(cell function.Cell) func(m int32) {
	from := cell.(*function.CellOf[T])
	return func(m int32) {
		for int(m) >= len(k.vals) {
			var zero T
			k.vals, k.null = append(k.vals, zero), append(k.null, false)
		}
		if k.text != nil {
			k.bytes += int64(k.text(from.V) - k.text(k.vals[m]))
		}
		k.vals[m], k.null[m] = from.V, from.Null
	}
}

func (k *keeperOf[T]) loader(cell function.Cell) func(m int32) {
	to := cell.(*function.CellOf[T])
	return func(m int32) { to.V, to.Null = k.vals[m], k.null[m] }
}

func (k *keeperOf[T]) putter(b column.Builder) func(m int32) {
	to := b.(*column.TypedBuilder[T])
	return func(m int32) {
		if k.null[m] {
			to.AppendNull()
		} else {
			to.Append(k.vals[m])
		}
	}
}

func (k *keeperOf[T]) one(m int32) column.Column {
	if k.null[m] {
		return column.NullConst(k.typ, 1).One
	}
	return column.NewVec(k.typ, []T{k.vals[m]}, nil)
}

func (k *keeperOf[T]) size() int64 { return k.bytes + k.width*int64(cap(k.vals)) }

// A cellReader sets a cell from a column.
type cellReader interface {
	// look takes c, which is not Lazy, as the column to read.
	look(c column.Column)
	// read sets the cell to row i.
	read(i int)
}

type cellReaderOf[T column.Value] struct {
	cell *function.CellOf[T]
	view column.View[T]
}

func (r *cellReaderOf[T]) look(c column.Column) { r.view = column.ViewOf[T](c) }

func (r *cellReaderOf[T]) read(i int) {
	if r.view.Null(i) {
		r.cell.SetNull()
	} else {
		r.cell.Set(r.view.At(i))
	}
}

// newCellReader returns a new cell for type t and what reads it.
func newCellReader(t types.Type) (function.Cell, cellReader) {
	cell := function.NewCell(t)
	return cell, readerOf(cell)
}

// readerOf returns what sets cell.
func readerOf(cell function.Cell) cellReader {
	switch c := cell.(type) {
	case *function.CellOf[bool]:
		return &cellReaderOf[bool]{cell: c}
	case *function.CellOf[float64]:
		return &cellReaderOf[float64]{cell: c}
	case *function.CellOf[types.Decimal128]:
		return &cellReaderOf[types.Decimal128]{cell: c}
	case *function.CellOf[string]:
		return &cellReaderOf[string]{cell: c}
	case *function.CellOf[types.GUID128]:
		return &cellReaderOf[types.GUID128]{cell: c}
	case *function.CellOf[dynamic.Value]:
		return &cellReaderOf[dynamic.Value]{cell: c}
	}
	return &cellReaderOf[int64]{cell: cell.(*function.CellOf[int64])}
}

// constantCell returns a cell that holds row 0 of c.
func constantCell(c column.Column) function.Cell {
	cell, r := newCellReader(c.Type())
	r.look(c)
	r.read(0)
	return cell
}
