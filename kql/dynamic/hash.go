package dynamic

import (
	"math"
	"slices"
	"strings"

	"github.com/zeebo/xxh3"
)

// Hash returns a hash under which Equal values are equal: the order of a bag's
// members does not count, nor which zero or which NaN a real is.
func (v Value) Hash(seed uint64) uint64 {
	switch v.Kind() {
	case Real:
		f, _ := v.AsReal()
		switch {
		case f == 0:
			return xxh3.HashStringSeed("\x040", seed)
		case math.IsNaN(f):
			return xxh3.HashStringSeed("\x04NaN", seed)
		}
	case Array:
		h := mix(seed, uint64(tagArray))
		n := v.Len()
		for i := range n {
			h = mix(h, v.element(n, i).Hash(seed))
		}
		return h
	case Bag:
		h := mix(seed, uint64(tagBag))
		n := v.Len()
		for i := range n {
			name, val := v.entry(n, i)
			h += mix(xxh3.HashStringSeed(name, seed), val.Hash(seed))
		}
		return mix(h, uint64(n))
	}
	return xxh3.HashStringSeed(v.enc, seed)
}

// mix joins two hashes; the order counts.
func mix(a, b uint64) uint64 {
	h := (a ^ b*0x9e3779b97f4a7c15) * 0xff51afd7ed558ccd
	return h ^ h>>32
}

// sortedMembers returns the positions of a bag's members in the order of their
// names.
func sortedMembers(v Value) []int {
	n := v.Len()
	p := make([]int, n)
	for i := range p {
		p[i] = i
	}
	slices.SortFunc(p, func(i, j int) int {
		a, _ := v.entry(n, i)
		b, _ := v.entry(n, j)
		return strings.Compare(a, b)
	})
	return p
}
