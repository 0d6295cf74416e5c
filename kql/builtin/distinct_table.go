package builtin

import "iter"

// A distinctTable is a set of pairs of a group and a value's hash, for all
// groups in one open hash table. A pair is kept as one number that is made of
// both and from which the hash can be had again, so that looking a pair up
// touches one place in memory. Values whose 64-bit hashes are equal count as
// equal, and pairs whose numbers are: with a million pairs the odds of one such
// case are 1 to 30 million.
type distinctTable struct {
	slots  []uint64 // the pairs' numbers, 0 where free; a power of two
	groups []uint32 // of the pairs
	shift  uint     // of a number to a slot
	used   int

	touched uint64
}

// distinctChunk is how many pairs are looked for at once: the waits for memory
// overlap.
const distinctChunk = 256

const (
	distinctMul = 0xff51afd7ed558ccd
	distinctInv = 0x4f74430c22a54005 // times distinctMul is 1
	distinctXor = 0x9e3779b97f4a7c15
)

// number returns the pair's number. It differs for the hashes of one group but
// for one in 2^64, where it would be 0.
func (d *distinctTable) number(hash uint64, group uint32) uint64 {
	return max((hash^uint64(group)*distinctXor)*distinctMul, 1)
}

// hash is the inverse of number.
func (d *distinctTable) hash(number uint64, group uint32) uint64 {
	return number*distinctInv ^ uint64(group)*distinctXor
}

// touch loads what adding the pairs will look at.
//
//go:noinline
func (d *distinctTable) touch(hashes []uint64, groups []uint32) {
	if len(d.slots) == 0 {
		return
	}
	x := uint64(0)
	for i, h := range hashes {
		x |= d.slots[d.number(h, groups[i])>>d.shift]
	}
	d.touched |= x
}

// add adds the pair and reports whether it was new. The value of hash must not
// be nullHash.
func (d *distinctTable) add(hash uint64, group uint32) bool {
	if 4*d.used >= 3*len(d.slots) {
		d.rehash(max(2*len(d.slots), 128))
	}
	n := d.number(hash, group)
	i := d.slot(n)
	if d.slots[i] == n {
		return false
	}
	d.slots[i], d.groups[i] = n, group
	d.used++
	return true
}

// slot returns where the number is, or the free place where it belongs.
func (d *distinctTable) slot(number uint64) uint64 {
	mask := uint64(len(d.slots) - 1)
	i := number >> d.shift
	for ; d.slots[i] != 0 && d.slots[i] != number; i = (i + 1) & mask {
	}
	return i
}

// reserve makes room for n pairs, which may come in the order of their numbers:
// a table that only grew on the way would be full in front and empty behind.
func (d *distinctTable) reserve(n int) {
	size := max(len(d.slots), 128)
	for 7*size < 8*n {
		size *= 2
	}
	if size > len(d.slots) {
		d.rehash(size)
	}
}

// rehash moves the pairs to n slots. Numbers are ordered but for collisions, so
// both the old slots and the new ones are gone through from the front.
func (d *distinctTable) rehash(n int) {
	slots, groups := d.slots, d.groups
	d.slots, d.groups = make([]uint64, n), make([]uint32, n)
	d.shift = 64
	for ; n > 1; n >>= 1 {
		d.shift--
	}
	for at, number := range slots {
		if number != 0 {
			i := d.slot(number)
			d.slots[i], d.groups[i] = number, groups[at]
		}
	}
}

// pairs goes through the hashes and groups, in an order that depends on what else
// the table has.
func (d *distinctTable) pairs() iter.Seq2[uint64, uint32] {
	return func(yield func(uint64, uint32) bool) {
		for i, number := range d.slots {
			if number != 0 && !yield(d.hash(number, d.groups[i]), d.groups[i]) {
				return
			}
		}
	}
}

func (d *distinctTable) size() int64 { return sizeOf(d.slots) + sizeOf(d.groups) }
