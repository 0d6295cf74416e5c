package builtin

import (
	"fmt"
	"slices"
	"unsafe"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// grown returns s with room for n groups; new elements are zero.
func grown[T any](s []T, n int) []T {
	if len(s) >= n {
		return s
	}
	return append(s, make([]T, n-len(s))...)
}

// push appends to a slice that will grow large: it doubles where append adds a
// quarter, which copies less.
func push[T any](s []T, v T) []T {
	if len(s) == cap(s) {
		s = slices.Grow(s, max(len(s), 64))
	}
	return append(s, v)
}

// mergeable returns from as the accumulator type that it must have.
func mergeable[A function.Accumulator](from function.Accumulator) (A, error) {
	a, ok := from.(A)
	if !ok {
		return a, fmt.Errorf("merge of %T into another aggregate", from)
	}
	return a, nil
}

// sizeOf returns the bytes that the elements of s take in place.
func sizeOf[T any](s []T) int64 {
	var zero T
	return int64(cap(s)) * int64(unsafe.Sizeof(zero))
}

// runLength is how many neighbouring rows are looked at together. Where they are of
// one group, as in logs ordered by time or behind mv-expand, its state is read and
// written once for all of them, and no row waits for the one before it.
const runLength = 16

// oneGroup returns the group of the first runLength rows if it is the same.
func oneGroup(groups []uint32) (g uint32, ok bool) {
	run := (*[runLength]uint32)(groups)
	differ := uint32(0)
	for _, x := range run[1:] {
		differ |= x ^ run[0]
	}
	return run[0], differ == 0
}

// present flattens a column and drops its nulls, so that the loops of
// aggregates need not test for them. The zero value is ready for use.
type present[T column.Value] struct {
	vals   []T
	groups []uint32
}

// of returns the values of c that are not null, and their groups. The slices
// are valid until the next call and must not be changed.
func (p *present[T]) of(c column.Column, groups []uint32) ([]T, []uint32) {
	v := column.FlatVec[T](c)
	if v.Valid == nil {
		return v.Vals, groups
	}
	p.vals, p.groups = p.vals[:0], p.groups[:0]
	for i, x := range v.Vals {
		if v.Valid.Has(i) {
			p.vals = append(p.vals, x)
			p.groups = append(p.groups, groups[i])
		}
	}
	return p.vals, p.groups
}

// A foldAcc keeps one value per group that every further value is folded into:
// sum, min, max and their like.
type foldAcc[T column.Value] struct {
	out   types.Type
	vals  []T
	seen  []bool // which groups have met a value
	empty bool   // groups without a value yield the zero value, not null
	// loop folds vals[i] into state[groups[i]]. The first value of a group
	// replaces the state where the loop looks at seen.
	loop func(state []T, seen []bool, vals []T, groups []uint32)
	in   present[T]
}

func (a *foldAcc[T]) grow(total int) {
	a.vals, a.seen = grown(a.vals, total), grown(a.seen, total)
}

func (a *foldAcc[T]) Update(args []column.Column, groups []uint32, total int) error {
	a.grow(total)
	vals, groups := a.in.of(args[0], groups)
	a.loop(a.vals, a.seen, vals, groups)
	return nil
}

func (a *foldAcc[T]) Merge(from function.Accumulator, groups []uint32, total int) error {
	f, err := mergeable[*foldAcc[T]](from)
	if err != nil {
		return err
	}
	a.grow(total)
	f.grow(len(groups))
	var vals []T
	var gs []uint32
	for i, g := range groups {
		if f.seen[i] || a.empty {
			vals, gs = append(vals, f.vals[i]), append(gs, g)
		}
	}
	a.loop(a.vals, a.seen, vals, gs)
	return nil
}

func (a *foldAcc[T]) Result(total int) (column.Column, error) {
	a.grow(total)
	if a.empty {
		return column.NewVec(a.out, a.vals[:total], nil), nil
	}
	return column.NewVec(a.out, a.vals[:total], bitmapOf(a.seen[:total])), nil
}

func (a *foldAcc[T]) Size() int64 { return sizeOf(a.vals) + sizeOf(a.seen) }

// bitmapOf returns the bitmap of the rows that are set; nil if all are.
func bitmapOf(set []bool) column.Bitmap {
	b := column.NewBitmap(len(set))
	n := 0
	for i, s := range set {
		if s {
			b.Set(i)
			n++
		}
	}
	if n == len(set) {
		return nil
	}
	return b
}
