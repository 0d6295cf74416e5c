package dynamic

import (
	"encoding/binary"
	"iter"
	"math"
	"slices"
	"strings"
)

// wordSize is the size of an element of a tagWords array: a tag and eight bytes.
const wordSize = 9

// Index returns element i of an array, counted from the end if i is negative;
// null if there is none or v is no array.
func (v Value) Index(i int) Value {
	if v.Kind() != Array {
		return Value{}
	}
	n := v.Len()
	if i < 0 {
		i += n
	}
	if uint(i) >= uint(n) {
		return Value{}
	}
	return v.element(n, i)
}

// element returns element i of an array of n.
func (v Value) element(n, i int) Value {
	if v.enc[0] == tagWords {
		return Value{v.enc[1+wordSize*i : 1+wordSize*(i+1)]}
	}
	at := len(v.enc) - 4 - 4*n + 4*i
	from := 1
	if i > 0 {
		from = int(le32(v.enc, at-4))
	}
	return Value{v.enc[from:le32(v.enc, at)]}
}

// Range iterates over elements from up to, not including, to of an array, which
// must have them.
func (v Value) Range(from, to int) iter.Seq[Value] {
	return func(yield func(Value) bool) {
		n := v.Len()
		for i := from; i < to; i++ {
			if !yield(v.element(n, i)) {
				return
			}
		}
	}
}

// Elements iterates over the elements of an array, with their positions; over
// nothing if v is no array.
func (v Value) Elements() iter.Seq2[int, Value] {
	return func(yield func(int, Value) bool) {
		if v.Kind() != Array {
			return
		}
		n := v.Len()
		for i := range n {
			if !yield(i, v.element(n, i)) {
				return
			}
		}
	}
}

// AppendWords appends to dst the elements from up to, not including, to of an
// array, which must have them, as the words that they are: the numbers of kind
// Long, the ticks of DateTime and TimeSpan. It is how many numbers are read at once; !ok,
// and dst as it was, if one of them is not of that kind.
func (v Value) AppendWords(dst []int64, kind Kind, from, to int) (words []int64, ok bool) {
	if from == to {
		return dst, true
	}
	if v.enc[0] != tagWords || kind == Real {
		return dst, false
	}
	enc := v.enc[1+wordSize*from : 1+wordSize*to]
	tag, n := wordTag(kind), len(dst)
	for len(enc) >= wordSize {
		e := enc[:wordSize]
		if e[0] != tag {
			return dst[:n], false
		}
		dst = append(dst, int64(le64(e, 1)))
		enc = enc[wordSize:]
	}
	return dst, true
}

// A WordsBuilder makes one array, of which the kind and the number of elements are
// known, in the memory that it takes and no more.
type WordsBuilder struct {
	out strings.Builder
	tag byte
	n   int
}

// NewWordsBuilder returns a builder for n elements of kind Long, DateTime,
// TimeSpan or Real.
func NewWordsBuilder(kind Kind, n int) *WordsBuilder {
	b := &WordsBuilder{tag: wordTag(kind), n: n}
	if n > 0 {
		b.out.Grow(1 + wordSize*n + 4)
		b.out.WriteByte(tagWords)
	}
	return b
}

// Append adds numbers, or ticks.
func (b *WordsBuilder) Append(vals []int64) {
	var buf [wordsAtOnce * wordSize]byte
	for part := range slices.Chunk(vals, wordsAtOnce) {
		for i, v := range part {
			e := buf[wordSize*i : wordSize*i+wordSize]
			e[0] = b.tag
			binary.LittleEndian.PutUint64(e[1:], uint64(v))
		}
		b.out.Write(buf[:len(part)*wordSize])
	}
}

// AppendReals is Append for the kind Real.
func (b *WordsBuilder) AppendReals(vals []float64) {
	var buf [wordsAtOnce * wordSize]byte
	for part := range slices.Chunk(vals, wordsAtOnce) {
		for i, v := range part {
			e := buf[wordSize*i : wordSize*i+wordSize]
			e[0] = b.tag
			binary.LittleEndian.PutUint64(e[1:], math.Float64bits(v))
		}
		b.out.Write(buf[:len(part)*wordSize])
	}
}

// wordsAtOnce is how many elements are written at once.
const wordsAtOnce = 64

// Value returns the array; as many elements as announced have been appended.
func (b *WordsBuilder) Value() Value {
	if b.n == 0 {
		return Value{emptyArray}
	}
	var n [4]byte
	binary.LittleEndian.PutUint32(n[:], uint32(b.n))
	b.out.Write(n[:])
	return Value{b.out.String()}
}

func wordTag(kind Kind) byte {
	switch kind {
	case Long:
		return tagLong
	case DateTime:
		return tagDateTime
	case TimeSpan:
		return tagTimeSpan
	case Real:
		return tagReal
	}
	return 0
}
