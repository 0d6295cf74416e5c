package exec

import (
	"math"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/types"
)

// none is the number of a value that a table does not have.
const none = math.MaxUint32 - 1

// A keyTable numbers the distinct values of one type from 0, in the order in
// which they come. Null is a value like others. add is for one goroutine; find
// may be called by several while nobody adds.
type keyTable interface {
	// add sets out[i] to the number of row i of c, a flat column.
	add(c column.Column, out []uint32)
	// find is add, but a value that is not there gets none.
	find(c column.Column, out []uint32)
	// values returns the values by number, maybe in a Lazy column that is good
	// until the next add.
	values() column.Column
	// len returns how many values there are.
	len() int
	// size returns the bytes held, roughly.
	size() int64
}

// An absorber is a keyTable that can take the values of another one of its type
// without making a column of them.
type absorber interface {
	// absorb adds the values of from and returns their numbers here, by their
	// numbers there.
	absorb(from keyTable) []uint32
}

// A settler is a keyTable that finds faster once it is told that nothing will be
// added any more.
type settler interface{ settle() }

// A reserver is a keyTable that can make room for n values in all at once, rather than
// by doubling.
type reserver interface{ reserve(n int) }

// newKeyTable returns a table for values of type t.
func newKeyTable(t types.Type) keyTable {
	switch t {
	case types.String:
		return &stringKeys{}
	case types.Dynamic:
		return &dynamicKeys{}
	case types.GUID:
		return &mapKeys[types.GUID128]{typ: t, nulls: nullKey{none}, ids: map[types.GUID128]uint32{}}
	case types.Decimal:
		return &mapKeys[types.Decimal128]{typ: t, nulls: nullKey{none}, ids: map[types.Decimal128]uint32{}, normal: types.NormalDecimal}
	}
	return &wordKeys{typ: t, nulls: nullKey{none}}
}

// A nullKey is the number of null in a table, none if it is not there.
type nullKey struct{ id uint32 }

// wordKeys numbers values that fit a 64-bit word: int, long, datetime, timespan,
// bool and real.
type wordKeys struct {
	typ   types.Type
	table wordTable
	nulls nullKey
}

// wordsOf returns the values of c as words; equal values are equal words.
func wordsOf(c column.Column) ([]uint64, column.Bitmap) {
	switch v := c.(type) {
	case *column.Vec[bool]:
		out := make([]uint64, len(v.Vals))
		for i, x := range v.Vals {
			out[i] = uint64(bit(x))
		}
		return out, v.Valid
	case *column.Vec[float64]:
		out := make([]uint64, len(v.Vals))
		for i, x := range v.Vals {
			out[i] = realWord(x)
		}
		return out, v.Valid
	}
	v := column.FlatVec[int64](c)
	out := make([]uint64, len(v.Vals))
	for i, x := range v.Vals {
		out[i] = uint64(x)
	}
	return out, v.Valid
}

// realWord makes 0 and -0 one key, and all NaNs one.
func realWord(x float64) uint64 {
	switch {
	case x == 0:
		return 0
	case x != x:
		return math.Float64bits(math.NaN())
	}
	return math.Float64bits(x)
}

func (k *wordKeys) add(c column.Column, out []uint32) {
	if v, ok := c.(*column.Vec[int64]); ok && v.Valid == nil {
		addWords(&k.table, v.Vals, out)
		return
	}
	words, valid := wordsOf(c)
	if valid == nil {
		k.table.addAll(words, out)
		return
	}
	for i, w := range words {
		switch {
		case valid.Has(i):
			out[i] = k.table.add(w)
		case k.nulls.id == none:
			k.nulls.id = k.table.skip()
			fallthrough
		default:
			out[i] = k.nulls.id
		}
	}
}

func (k *wordKeys) find(c column.Column, out []uint32) {
	words, valid := wordsOf(c)
	for i, w := range words {
		if valid.Has(i) {
			out[i] = k.table.find(w)
		} else {
			out[i] = k.nulls.id
		}
	}
}

func (k *wordKeys) values() column.Column {
	n := len(k.table.keys)
	var valid column.Bitmap
	if k.nulls.id != none {
		valid = column.FullBitmap(n)
		valid.Clear(int(k.nulls.id))
	}
	return columnOfWords(k.typ, k.table.keys, valid)
}

// columnOfWords returns the values that words are made of; see wordsOf.
func columnOfWords(t types.Type, words []uint64, valid column.Bitmap) column.Column {
	switch t {
	case types.Bool:
		out := make([]bool, len(words))
		for i, w := range words {
			out[i] = w != 0
		}
		return column.NewVec(t, out, valid)
	case types.Real:
		out := make([]float64, len(words))
		for i, w := range words {
			out[i] = math.Float64frombits(w)
		}
		return column.NewVec(t, out, valid)
	}
	out := make([]int64, len(words))
	for i, w := range words {
		out[i] = int64(w)
	}
	return column.NewVec(t, out, valid)
}

func (k *wordKeys) reserve(n int) { k.table.reserve(n) }

func (k *wordKeys) len() int    { return len(k.table.keys) }
func (k *wordKeys) size() int64 { return k.table.size() }

// mapKeys numbers the rarer types with Go's own map.
type mapKeys[T column.Value] struct {
	typ    types.Type
	ids    map[T]uint32
	vals   []T
	nulls  nullKey
	normal func(T) T // gives equal values one form; may be nil
}

func (k *mapKeys[T]) key(x T) T {
	if k.normal != nil {
		return k.normal(x)
	}
	return x
}

func (k *mapKeys[T]) next(x T) uint32 {
	k.vals = append(k.vals, x)
	return uint32(len(k.vals) - 1)
}

func (k *mapKeys[T]) add(c column.Column, out []uint32) {
	v := column.FlatVec[T](c)
	for i, x := range v.Vals {
		if !v.Valid.Has(i) {
			if k.nulls.id == none {
				k.nulls.id = k.next(x)
			}
			out[i] = k.nulls.id
			continue
		}
		x = k.key(x)
		id, ok := k.ids[x]
		if !ok {
			id = k.next(x)
			k.ids[x] = id
		}
		out[i] = id
	}
}

func (k *mapKeys[T]) find(c column.Column, out []uint32) {
	v := column.FlatVec[T](c)
	for i, x := range v.Vals {
		out[i] = none
		if !v.Valid.Has(i) {
			out[i] = k.nulls.id
		} else if id, ok := k.ids[k.key(x)]; ok {
			out[i] = id
		}
	}
}

func (k *mapKeys[T]) values() column.Column {
	var valid column.Bitmap
	if k.nulls.id != none {
		valid = column.FullBitmap(len(k.vals))
		valid.Clear(int(k.nulls.id))
	}
	return column.NewVec(k.typ, k.vals, valid)
}

func (k *mapKeys[T]) len() int    { return len(k.vals) }
func (k *mapKeys[T]) size() int64 { return 56 * int64(len(k.vals)) }

// dynamicKeys numbers dynamic values by their encoding; null is the empty one.
type dynamicKeys struct{ strings stringKeys }

func encodings(c column.Column) []string {
	v := column.FlatVec[dynamic.Value](c)
	out := make([]string, len(v.Vals))
	for i, x := range v.Vals {
		out[i] = x.Encoding()
	}
	return out
}

func (k *dynamicKeys) add(c column.Column, out []uint32)  { k.strings.addAll(encodings(c), out) }
func (k *dynamicKeys) find(c column.Column, out []uint32) { k.strings.findAll(encodings(c), out) }
func (k *dynamicKeys) len() int                           { return k.strings.len() }
func (k *dynamicKeys) size() int64                        { return k.strings.size() }

func (k *dynamicKeys) values() column.Column {
	out := make([]dynamic.Value, len(k.strings.plain.keys))
	for i, s := range k.strings.plain.keys {
		out[i] = dynamic.FromEncoding(s)
	}
	return column.NewVec(types.Dynamic, out, nil)
}
