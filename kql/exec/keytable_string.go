package exec

import (
	"math/bits"

	"github.com/zeebo/xxh3"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
)

// stringKeys numbers strings. Those that are printed GUIDs, which most
// identifiers in logs are, are kept apart as 16 bytes beside their number:
// looking one up touches neither the string's bytes nor a second table.
type stringKeys struct {
	keys  []string // by number
	bytes int64    // of keys
	plain stringTable
	guids guidTable
}

func (k *stringKeys) next(s string) uint32 {
	k.keys = append(k.keys, s)
	k.bytes += int64(len(s))
	return uint32(len(k.keys) - 1)
}

func (k *stringKeys) add(c column.Column, out []uint32) {
	k.addAll(column.FlatVec[string](c).Vals, out)
}

func (k *stringKeys) find(c column.Column, out []uint32) {
	k.findAll(column.FlatVec[string](c).Vals, out)
}

func (k *stringKeys) addAll(vals []string, out []uint32) {
	for i, s := range vals {
		if hi, lo, ok := guidWords(s); ok {
			id := k.guids.slot(hi, lo)
			if id.id == 0 {
				id.id = k.next(s) + 1
				k.guids.used++
			}
			out[i] = id.id - 1
			continue
		}
		h := xxh3.HashString(s)
		slot := k.plain.slot(h, s, k.keys, true)
		if *slot == 0 {
			*slot = h&hashMask | uint64(k.next(s)+1)
			k.plain.used++
		}
		out[i] = uint32(*slot) - 1
	}
}

func (k *stringKeys) findAll(vals []string, out []uint32) {
	for i, s := range vals {
		out[i] = none
		if hi, lo, ok := guidWords(s); ok {
			out[i] = k.guids.find(hi, lo)
			continue
		}
		if len(k.plain.slots) == 0 {
			continue
		}
		if slot := *k.plain.slot(xxh3.HashString(s), s, k.keys, false); slot != 0 {
			out[i] = uint32(slot) - 1
		}
	}
}

func (k *stringKeys) values() column.Column { return column.NewVec(types.String, k.keys, nil) }
func (k *stringKeys) len() int              { return len(k.keys) }

func (k *stringKeys) size() int64 {
	return k.bytes + 16*int64(cap(k.keys)) + 8*int64(len(k.plain.slots)) + 24*int64(len(k.guids.slots))
}

// A stringTable is a hash table of numbers of strings. A slot has the upper
// half of the hash and the number plus one; 0 is empty.
type stringTable struct {
	slots []uint64
	shift uint
	used  int
}

const hashMask = 0xffffffff00000000

// slot returns the place of s, or the empty place where it belongs. Only if
// room is set may the table grow.
func (t *stringTable) slot(h uint64, s string, keys []string, room bool) *uint64 {
	if room && 4*t.used >= 3*len(t.slots) {
		t.grow()
	}
	mask := uint64(len(t.slots) - 1)
	for i := h >> t.shift; ; i = (i + 1) & mask {
		e := t.slots[i]
		if e == 0 || e&hashMask == h&hashMask && keys[uint32(e)-1] == s {
			return &t.slots[i]
		}
	}
}

// grow doubles the table. The upper half of a hash is enough to place it: a
// table has fewer than 2³² slots.
func (t *stringTable) grow() {
	old := t.slots
	n := max(64, 2*len(old))
	t.slots = make([]uint64, n)
	t.shift = uint(64 - bits.TrailingZeros(uint(n)))
	mask := uint64(n - 1)
	for _, e := range old {
		if e == 0 {
			continue
		}
		i := e >> t.shift
		for t.slots[i] != 0 {
			i = (i + 1) & mask
		}
		t.slots[i] = e
	}
}

// A guidTable is a hash table of 16-byte keys.
type guidTable struct {
	slots []guidSlot
	shift uint
	used  int
}

type guidSlot struct {
	hi, lo uint64
	id     uint32 // the number plus one; 0 is an empty slot
}

func guidHash(hi, lo uint64) uint64 { return wordHash(hi ^ bits.RotateLeft64(lo, 29)) }

// slot returns the place of a key; its id is 0 if the key is new.
func (t *guidTable) slot(hi, lo uint64) *guidSlot {
	if 4*t.used >= 3*len(t.slots) {
		t.grow()
	}
	mask := uint64(len(t.slots) - 1)
	for i := guidHash(hi, lo) >> t.shift; ; i = (i + 1) & mask {
		s := &t.slots[i]
		if s.id == 0 {
			s.hi, s.lo = hi, lo
			return s
		}
		if s.hi == hi && s.lo == lo {
			return s
		}
	}
}

func (t *guidTable) find(hi, lo uint64) uint32 {
	if len(t.slots) == 0 {
		return none
	}
	mask := uint64(len(t.slots) - 1)
	for i := guidHash(hi, lo) >> t.shift; ; i = (i + 1) & mask {
		s := &t.slots[i]
		if s.id == 0 {
			return none
		}
		if s.hi == hi && s.lo == lo {
			return s.id - 1
		}
	}
}

func (t *guidTable) grow() {
	old := t.slots
	n := max(64, 2*len(old))
	t.slots = make([]guidSlot, n)
	t.shift = uint(64 - bits.TrailingZeros(uint(n)))
	mask := uint64(n - 1)
	for _, s := range old {
		if s.id == 0 {
			continue
		}
		i := guidHash(s.hi, s.lo) >> t.shift
		for t.slots[i].id != 0 {
			i = (i + 1) & mask
		}
		t.slots[i] = s
	}
}

// hexValue is the value of a lower-case hexadecimal digit, 0xff for others.
var hexValue = func() (t [256]byte) {
	for i := range t {
		t[i] = 0xff
	}
	for i, c := range []byte("0123456789abcdef") {
		t[c] = byte(i)
	}
	return t
}()

// guidWords reads s as a GUID in the one form that it is printed in: lower case
// with hyphens. Two strings of that form are equal if their words are.
func guidWords(s string) (hi, lo uint64, ok bool) {
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return 0, 0, false
	}
	var bad byte
	word := func(from, to int) (w uint64) {
		for _, c := range []byte(s[from:to]) {
			v := hexValue[c]
			bad |= v
			w = w<<4 | uint64(v&15)
		}
		return w
	}
	hi = word(0, 8)<<32 | word(9, 13)<<16 | word(14, 18)
	lo = word(19, 23)<<48 | word(24, 36)
	return hi, lo, bad < 16
}
