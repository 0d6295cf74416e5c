package builtin

import "github.com/calypso-kql/calypso/kql/column"

// seenCodes remembers which values of a dictionary each group has met, a bit
// for each pair, so that aggregates of distinct values look at a pair once. It
// is a cache: forgetting costs time only. The zero value is ready for use.
type seenCodes struct {
	dict   column.Column // that came last
	rows   int           // that have met it
	width  int           // groups that there are bits for
	bits   []uint64
	fresh  []uint32
	groups []uint32
}

const (
	// seenBits bounds the memory: 2 MiB.
	seenBits = 16 << 20
	// seenBitsPerRow is what clearing the bits may cost for each row that has
	// met the dictionary.
	seenBitsPerRow = 256
)

// narrow returns the rows of c, and their groups, that may be new to their
// groups: all of them where c is no dictionary or keeping track does not pay.
func (s *seenCodes) narrow(c column.Column, groups []uint32, total int) (column.Column, []uint32) {
	d, ok := c.(*column.Dict)
	if !ok || !s.open(d, total) {
		return c, groups
	}
	s.fresh, s.groups = s.fresh[:0], s.groups[:0]
	for i, code := range d.Codes {
		at := uint64(code)*uint64(s.width) + uint64(groups[i])
		word, bit := at>>6, uint64(1)<<(at&63)
		if s.bits[word]&bit == 0 {
			s.bits[word] |= bit
			s.fresh, s.groups = append(s.fresh, uint32(i)), append(s.groups, groups[i])
		}
	}
	if len(s.fresh) == len(groups) {
		return c, groups
	}
	return column.Gather(d, s.fresh), s.groups
}

// open makes bits for d and total groups, if that pays.
func (s *seenCodes) open(d *column.Dict, total int) bool {
	if s.dict != d.Values {
		s.dict, s.rows, s.width = d.Values, 0, 0
	}
	s.rows += len(d.Codes)
	if total <= s.width {
		return true
	}
	width := 1
	for width < total {
		width *= 2
	}
	n := width * d.Values.Len()
	if n > seenBits || n > seenBitsPerRow*s.rows {
		s.width = 0
		return false
	}
	words := (n + 63) / 64
	if cap(s.bits) < words {
		s.bits = make([]uint64, words)
	}
	s.bits, s.width = s.bits[:words], width
	clear(s.bits)
	return true
}

func (s *seenCodes) size() int64 { return sizeOf(s.bits) + sizeOf(s.fresh) + sizeOf(s.groups) }
