package column

import (
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/types"
)

// A Builder makes a flat column of one type, row by row or column by column.
// It is for edges and for operators that reorder rows; kernels fill slices.
type Builder interface {
	// AppendNull adds a null (an empty string for string).
	AppendNull()
	// AppendFrom adds row i of c, which has the builder's type and is not Lazy.
	AppendFrom(c Column, i int)
	// AppendColumn adds all rows of c, which has the builder's type and is not
	// Lazy.
	AppendColumn(c Column)
	// Len returns the number of rows so far.
	Len() int
	// Finish returns the column. The builder must not be used afterwards.
	Finish() Column
}

// NewBuilder returns a builder for type t with room for n rows. Its dynamic
// type is *TypedBuilder of t's Go form.
func NewBuilder(t types.Type, n int) Builder {
	switch t {
	case types.Bool:
		return NewTypedBuilder[bool](t, n)
	case types.Real:
		return NewTypedBuilder[float64](t, n)
	case types.Decimal:
		return NewTypedBuilder[types.Decimal128](t, n)
	case types.String:
		return NewTypedBuilder[string](t, n)
	case types.GUID:
		return NewTypedBuilder[types.GUID128](t, n)
	case types.Dynamic:
		return NewTypedBuilder[dynamic.Value](t, n)
	default:
		return NewTypedBuilder[int64](t, n)
	}
}

// A TypedBuilder is a Builder that also takes Go values.
type TypedBuilder[T Value] struct {
	typ   types.Type
	vals  []T
	valid Bitmap // nil until the first null
}

// NewTypedBuilder returns a builder of T for type t with room for n rows.
func NewTypedBuilder[T Value](t types.Type, n int) *TypedBuilder[T] {
	return &TypedBuilder[T]{typ: t, vals: make([]T, 0, n)}
}

// Append adds a value.
func (b *TypedBuilder[T]) Append(v T) {
	b.vals = append(b.vals, v)
	if b.valid != nil {
		b.grow()
		b.valid.Set(len(b.vals) - 1)
	}
}

// Extend adds the values that f appends to the builder's.
func (b *TypedBuilder[T]) Extend(f func(vals []T) []T) {
	n := len(b.vals)
	b.vals = f(b.vals)
	if b.valid == nil {
		return
	}
	b.grow()
	for i := n; i < len(b.vals); i++ {
		b.valid.Set(i)
	}
}

// AppendNull adds a null.
func (b *TypedBuilder[T]) AppendNull() {
	var zero T
	b.vals = append(b.vals, zero)
	if b.typ == types.String || b.typ == types.Dynamic {
		return
	}
	if b.valid == nil {
		b.valid = FullBitmap(len(b.vals))
	}
	b.grow()
	b.valid.Clear(len(b.vals) - 1)
}

func (b *TypedBuilder[T]) grow() {
	for len(b.valid)*64 < len(b.vals) {
		b.valid = append(b.valid, 0)
	}
}

// AppendFrom adds row i of c.
func (b *TypedBuilder[T]) AppendFrom(c Column, i int) {
	v := ViewOf[T](c)
	if v.Null(i) {
		b.AppendNull()
		return
	}
	b.Append(v.At(i))
}

// AppendColumn adds all rows of c.
func (b *TypedBuilder[T]) AppendColumn(c Column) {
	v := FlatVec[T](c)
	if v.Valid == nil && b.valid == nil {
		b.vals = append(b.vals, v.Vals...)
		return
	}
	for i, x := range v.Vals {
		if v.Valid.Has(i) {
			b.Append(x)
		} else {
			b.AppendNull()
		}
	}
}

// Len returns the number of rows so far.
func (b *TypedBuilder[T]) Len() int { return len(b.vals) }

// Finish returns the column.
func (b *TypedBuilder[T]) Finish() Column { return NewVec(b.typ, b.vals, b.valid) }
