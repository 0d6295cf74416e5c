package dynamic

import (
	"math"
	"slices"
	"testing"
)

// TestWords makes the same arrays by every way there is: they must have one
// encoding, and give their elements back one by one and many at once.
func TestWords(t *testing.T) {
	for _, n := range []int{0, 1, 63, 64, 65, 200} {
		longs, reals := make([]int64, n), make([]float64, n)
		var one, other ArrayBuilder
		for i := range longs {
			longs[i] = int64(i)*1_000_003 - math.MaxInt64
			reals[i] = float64(i) / 7
			one.AppendLong(longs[i])
			other.Append(FromReal(reals[i]))
		}
		v, rb := wordsOf(Long, longs), NewWordsBuilder(Real, n)
		rb.AppendReals(reals)
		w := rb.Value()
		if v.Encoding() != one.Value().Encoding() || w.Encoding() != other.Value().Encoding() {
			t.Errorf("%d elements: the encodings differ", n)
		}
		if v.Kind() != Array || v.Len() != n {
			t.Errorf("%d elements: %s of %d", n, v.Kind(), v.Len())
		}
		for i, e := range v.Elements() {
			if x, ok := e.AsLong(); !ok || x != longs[i] {
				t.Fatalf("element %d of %d is %s, want %d", i, n, e.JSON(), longs[i])
			}
		}
		if back, ok := v.AppendWords(nil, Long, 0, n); !ok || !slices.Equal(back, longs) {
			t.Errorf("%d elements read as %v, %v", n, back, ok)
		}
		if parsed := FromText(v.JSON()); parsed.Encoding() != v.Encoding() {
			t.Errorf("%d elements parsed: the encodings differ", n)
		}
	}
}

func wordsOf(kind Kind, vals []int64) Value {
	b := NewWordsBuilder(kind, len(vals))
	b.Append(vals)
	return b.Value()
}

// TestOtherWords asks for words where there are others: all or none are read.
func TestOtherWords(t *testing.T) {
	for _, c := range []struct {
		v        Value
		kind     Kind
		from, to int
		ok       bool
	}{
		{wordsOf(DateTime, []int64{1, 2, 3}), DateTime, 1, 3, true},
		{wordsOf(DateTime, []int64{1, 2, 3}), TimeSpan, 1, 3, false},
		{wordsOf(TimeSpan, []int64{1, 2, 3}), TimeSpan, 3, 3, true},
		{FromText(`[1.0, 2.0]`), Long, 0, 2, false},
		{FromText(`[1.0, 2.0]`), Real, 0, 2, false},
		{FromText(`[1, 2, "eight ch"]`), Long, 0, 2, true},
		{FromText(`[1, 2, "eight ch"]`), Long, 0, 3, false},
		{FromText(`[1, 2, "seven c"]`), Long, 0, 2, false},
		{FromText(`["seven c", "nine char"]`), Long, 0, 2, false},
		{FromText(`[1, null, 2]`), Long, 0, 3, false},
		{FromText(`[]`), Long, 0, 0, true},
	} {
		dst := []int64{7}
		words, ok := c.v.AppendWords(dst, c.kind, c.from, c.to)
		want := 1
		if c.ok {
			want += c.to - c.from
		}
		if ok != c.ok || len(words) != want {
			t.Errorf("%s as %s from %d to %d: %v, %v", c.v.JSON(), c.kind, c.from, c.to, words, ok)
		}
	}
}
