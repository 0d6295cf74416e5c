package column

import (
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/types"
)

// Gather returns the rows of c given, in that order. A Lazy column stays lazy.
func Gather(c Column, rows []uint32) Column {
	switch c := c.(type) {
	case *Lazy:
		return c.gather(rows)
	case *Const:
		return &Const{One: c.One, N: len(rows)}
	case *Dict:
		codes := make([]uint32, len(rows))
		for i, r := range rows {
			codes[i] = c.Codes[r]
		}
		return &Dict{Codes: codes, Values: c.Values}
	case *Vec[bool]:
		return gatherVec(c, rows)
	case *Vec[int64]:
		return gatherVec(c, rows)
	case *Vec[float64]:
		return gatherVec(c, rows)
	case *Vec[string]:
		return gatherVec(c, rows)
	case *Vec[types.GUID128]:
		return gatherVec(c, rows)
	case *Vec[types.Decimal128]:
		return gatherVec(c, rows)
	default:
		return gatherVec(c.(*Vec[dynamic.Value]), rows)
	}
}

func gatherVec[T Value](v *Vec[T], rows []uint32) *Vec[T] {
	out := &Vec[T]{typ: v.typ, Vals: make([]T, len(rows))}
	for i, r := range rows {
		out.Vals[i] = v.Vals[r]
	}
	if v.Valid != nil {
		out.Valid = NewBitmap(len(rows))
		for i, r := range rows {
			if v.Valid.Has(int(r)) {
				out.Valid.Set(i)
			}
		}
	}
	return out
}

// Slice returns rows from up to, not including, to. It shares memory with c
// where it can.
func Slice(c Column, from, to int) Column {
	switch c := c.(type) {
	case *Lazy:
		rows := make([]uint32, to-from)
		for i := range rows {
			rows[i] = uint32(from + i)
		}
		return c.gather(rows)
	case *Const:
		return &Const{One: c.One, N: to - from}
	case *Dict:
		return &Dict{Codes: c.Codes[from:to], Values: c.Values}
	case *Vec[bool]:
		return sliceVec(c, from, to)
	case *Vec[int64]:
		return sliceVec(c, from, to)
	case *Vec[float64]:
		return sliceVec(c, from, to)
	case *Vec[string]:
		return sliceVec(c, from, to)
	case *Vec[types.GUID128]:
		return sliceVec(c, from, to)
	case *Vec[types.Decimal128]:
		return sliceVec(c, from, to)
	default:
		return sliceVec(c.(*Vec[dynamic.Value]), from, to)
	}
}

func sliceVec[T Value](v *Vec[T], from, to int) *Vec[T] {
	out := &Vec[T]{typ: v.typ, Vals: v.Vals[from:to]}
	switch {
	case v.Valid == nil:
	case from&63 == 0:
		out.Valid = v.Valid[from>>6 : (to+63)>>6]
	default:
		out.Valid = v.Valid.slice(from, to)
	}
	return out
}

// Flat returns c as a *Vec. A Lazy column must have been forced.
func Flat(c Column) Column {
	switch c := c.(type) {
	case *Dict:
		return Gather(c.Values, c.Codes)
	case *Const:
		return Gather(c.One, make([]uint32, c.N))
	}
	return c
}

// FlatVec returns c as a flat column of T, the Go form of c's type.
func FlatVec[T Value](c Column) *Vec[T] { return flatVec[T](Flat(c)) }
