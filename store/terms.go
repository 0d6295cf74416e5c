package store

import (
	"math/bits"

	"github.com/zeebo/xxh3"
)

// The terms of a text, as the term index has them, are its maximal runs of ASCII
// letters and digits of termLeast and more, in lower case, but for four
// hexadecimal digits: the middle of identifiers has them, and every block of rows
// has nearly all of them. Characters beyond ASCII separate. Kusto has letters of
// all scripts in terms: a text has every term of these that it has of those, so
// that an absent one excludes it.
//
// An IP address in decimals is entered as a whole, too: its terms by themselves
// exclude nothing. So is a short value without a longer term; == asks for it.
const (
	termLeast = 3
	// termRare is the length from which a term is taken to say much.
	termRare = 5
	// wholeMost is the length up to which a value may be entered as a whole.
	wholeMost = 64
)

// A tokenizer finds terms. It is for one goroutine.
type tokenizer struct {
	hashes []uint64
	// of an address that the text may be within: where each of the last parts
	// begins, and how many there are
	parts [4]int
	n     int
}

// The classes of bytes.
const (
	inTerm = 1 << iota
	isDigit
	isHex
)

// classOf has the classes of each byte.
var classOf = func() (out [256]byte) {
	for c := range out {
		switch {
		case '0' <= c && c <= '9':
			out[c] = inTerm | isDigit | isHex
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			out[c] = inTerm | isHex
		case 'a' <= c|0x20 && c|0x20 <= 'z':
			out[c] = inTerm
		}
	}
	return out
}()

// terms returns the hashes of the terms of s, which are valid until the next
// call, and whether one of them says much.
func (t *tokenizer) terms(s string) (hashes []uint64, rare bool) {
	t.hashes, t.n = t.hashes[:0], 0
	end := -1 // of the term before
	for i := 0; i < len(s); {
		class := classOf[s[i]]
		if class == 0 {
			i++
			continue
		}
		from := i
		for i++; i < len(s); i++ {
			c := classOf[s[i]]
			if c == 0 {
				break
			}
			class &= c
		}
		n := i - from
		if n >= termLeast && (n != 4 || class&isHex == 0) {
			t.hashes = append(t.hashes, termHash(s[from:i]))
			rare = rare || n >= termRare
		}
		if n <= 3 && class&isDigit != 0 {
			if t.address(s, from, end) {
				t.hashes = append(t.hashes, termHash(s[t.parts[0]:i]))
				rare = true
			}
		} else {
			t.n = 0
		}
		end = i
	}
	return t.hashes, rare
}

// address takes a term of digits that begins at from as a part of an address, and
// reports whether it is the fourth of one. end is where the term before ended.
func (t *tokenizer) address(s string, from, end int) bool {
	if t.n > 0 && (end+1 != from || s[end] != '.') {
		t.n = 0
	}
	if t.n == 4 {
		copy(t.parts[:], t.parts[1:])
		t.n = 3
	}
	t.parts[t.n] = from
	t.n++
	return t.n == 4
}

// termHash returns the hash of a term, or of an address, which is that of the same
// in lower case: bit 5 is set in digits, dots and small letters.
func termHash(s string) uint64 {
	const lower, factor = 0x2020202020202020, 0x9e3779b97f4a7c15
	h := uint64(len(s))
	for ; len(s) >= 8; s = s[8:] {
		h = mixed(h^(word(s)|lower), factor)
	}
	if len(s) > 0 {
		w := uint64(0)
		for i := range len(s) {
			w |= uint64(s[i]) << (8 * i)
		}
		h = mixed(h^(w|lower), factor)
	}
	return mixed(h^lower, factor)
}

// mixed returns the two halves of a product, put together.
func mixed(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

// word reads eight bytes; the compiler makes it one load.
func word(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// value returns the hashes that stand for a value: its terms, or what it is as a
// whole where they say little. It is empty for values that nothing is known of.
func (t *tokenizer) value(s string) []uint64 {
	hashes, rare := t.terms(s)
	if !rare && s != "" && len(s) <= wholeMost {
		hashes = append(hashes, wholeHash(s))
	}
	t.hashes = hashes
	return hashes
}

// wholeSeed keeps values from being taken for terms.
const wholeSeed = 1

func wholeHash(s string) uint64 { return xxh3.HashStringSeed(s, wholeSeed) }

// A termFilter is a Bloom filter of blocks of 32 bytes, as Parquet has them: of
// every hash eight bits in one block.
//
// Source: the Parquet format, "Bloom Filter", split block Bloom filters.
type termFilter []byte

const (
	filterBlock = 32
	// filterBits is the number of bits for each hash: about one in a hundred
	// absent ones passes.
	filterBits = 10
)

var filterSalts = [8]uint32{0x47b6137b, 0x44974d91, 0x8824ad5b, 0xa2b7289d, 0x705495c7, 0x2df1424b, 0x9efc4947, 0x5c6bfb31}

// filterBytes is the size of a filter of n hashes.
func filterBytes(n int) int {
	return (n*filterBits + 8*filterBlock - 1) / (8 * filterBlock) * filterBlock
}

// filterBlockOf returns which of n blocks has the bits of a hash.
func filterBlockOf(hash uint64, n int) int { return int(hash >> 32 * uint64(n) >> 32) }

func (f termFilter) insert(hash uint64) {
	at := filterBlockOf(hash, len(f)/filterBlock) * filterBlock
	for i, salt := range filterSalts {
		bit := uint32(hash) * salt >> 27
		f[at+4*i+int(bit/8)] |= 1 << (bit % 8)
	}
}

// blockHas reports whether a block of a filter has the bits of a hash.
func blockHas(block []byte, hash uint64) bool {
	for i, salt := range filterSalts {
		bit := uint32(hash) * salt >> 27
		if block[4*i+int(bit/8)]>>(bit%8)&1 == 0 {
			return false
		}
	}
	return true
}

// A hashSet is a set of hashes, made for being emptied often.
type hashSet struct {
	slots []uint64 // 0 for none
	all   []uint64
}

// add adds a hash, and reports whether it is new. 0 stands for none: it is entered
// as 1.
func (s *hashSet) add(h uint64) bool {
	if 4*len(s.all) >= 3*len(s.slots) {
		s.grow()
	}
	h = max(h, 1)
	mask := uint64(len(s.slots) - 1)
	for i := h & mask; ; i = (i + 1) & mask {
		switch s.slots[i] {
		case h:
			return false
		case 0:
			s.slots[i] = h
			s.all = append(s.all, h)
			return true
		}
	}
}

func (s *hashSet) grow() {
	s.slots = make([]uint64, max(64, 2*len(s.slots)))
	mask := uint64(len(s.slots) - 1)
	for _, h := range s.all {
		i := h & mask
		for s.slots[i] != 0 {
			i = (i + 1) & mask
		}
		s.slots[i] = h
	}
}

func (s *hashSet) reset() {
	clear(s.slots)
	s.all = s.all[:0]
}
