// Package column holds the values of a query in memory: columns of one type,
// batches of columns with the same number of rows, and readers that yield
// batches.
//
// A column comes in one of four forms. A [Vec] is flat: one Go value per row. A
// [Dict] has a code per row and each distinct value once; functions run over the
// distinct values only. A [Const] repeats one value. A [Lazy] column has not
// been read from its file yet. Columns and batches are immutable once handed
// out and may be shared between goroutines.
//
// The layout follows Apache Arrow in spirit (values apart from validity), but
// uses plain garbage collection, no reference counts.
package column

import (
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/types"
)

// A Column is an immutable sequence of values of one type: a *[Vec], *[Dict],
// *[Const] or *[Lazy].
type Column interface {
	// Type returns the KQL type of the values.
	Type() types.Type
	// Len returns the number of rows.
	Len() int
	// Null reports whether row i is null. Strings never are. It must not be
	// called on a *Lazy column, nor per row in a kernel: see [ViewOf].
	Null(i int) bool

	sealed()
}

// A Value is the Go form of a KQL value:
//
//	bool                    bool
//	int, long               int64
//	datetime, timespan      int64, in 100 ns ticks
//	real                    float64
//	decimal                 types.Decimal128
//	string                  string
//	guid                    types.GUID128
//	dynamic                 dynamic.Value
type Value interface {
	bool | int64 | float64 | types.Decimal128 | string | types.GUID128 | dynamic.Value
}

// A Vec is a flat column: row i is Vals[i]. Where Valid says that a row is
// null, its value is unspecified. String and dynamic columns have no Valid: a
// string is never null, and a null dynamic is the zero dynamic.Value.
type Vec[T Value] struct {
	typ   types.Type
	Vals  []T
	Valid Bitmap
}

// NewVec returns the column of type t over vals, which it keeps. valid may be
// nil: no nulls. T must be the Go form of t; valid is ignored for string and
// dynamic.
func NewVec[T Value](t types.Type, vals []T, valid Bitmap) *Vec[T] {
	if t == types.String || t == types.Dynamic {
		valid = nil
	}
	return &Vec[T]{typ: t, Vals: vals, Valid: valid}
}

// Type returns the column's type.
func (v *Vec[T]) Type() types.Type { return v.typ }

// Len returns the number of rows.
func (v *Vec[T]) Len() int { return len(v.Vals) }

// Null reports whether row i is null.
func (v *Vec[T]) Null(i int) bool {
	if v.typ == types.Dynamic {
		d, _ := any(v).(*Vec[dynamic.Value])
		return d.Vals[i].IsNull()
	}
	return !v.Valid.Has(i)
}

// Retype returns the same values as type t, which must have the same Go form:
// int as long, a tick count as datetime.
func (v *Vec[T]) Retype(t types.Type) *Vec[T] {
	if v.typ == t {
		return v
	}
	return &Vec[T]{typ: t, Vals: v.Vals, Valid: v.Valid}
}

func (*Vec[T]) sealed() {}

// A Dict is a dictionary column: row i is Values at Codes[i]. Values is a flat
// column, may hold a null, and need not be sorted; the same value may appear
// twice (after a function has mapped two values to one). Batches of one source
// that share a dictionary share the same Values pointer, so that work done per
// dictionary can be kept between batches.
type Dict struct {
	Codes  []uint32
	Values Column
}

// Type returns the type of the dictionary's values.
func (d *Dict) Type() types.Type { return d.Values.Type() }

// Len returns the number of rows.
func (d *Dict) Len() int { return len(d.Codes) }

// Null reports whether row i is null.
func (d *Dict) Null(i int) bool { return d.Values.Null(int(d.Codes[i])) }

func (*Dict) sealed() {}

// A Const is one value repeated. One is a flat column with one row.
type Const struct {
	One Column
	N   int
}

// Type returns the type of the value.
func (c *Const) Type() types.Type { return c.One.Type() }

// Len returns the number of rows.
func (c *Const) Len() int { return c.N }

// Null reports whether the value is null.
func (c *Const) Null(int) bool { return c.One.Null(0) }

func (*Const) sealed() {}

// NewConst returns the value v of type t repeated n times.
func NewConst[T Value](t types.Type, v T, n int) *Const {
	return &Const{One: NewVec(t, []T{v}, nil), N: n}
}

// NullConst returns n nulls of type t (empty strings for string).
func NullConst(t types.Type, n int) *Const {
	b := NewBuilder(t, 1)
	b.AppendNull()
	return &Const{One: b.Finish(), N: n}
}
