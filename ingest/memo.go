package ingest

import (
	"math/bits"
	"strings"
)

// A memo remembers values that a key has had in the piece being read. Logs
// repeat themselves: a value that comes again is recognised by comparing it, which
// is several times faster than scanning it, and it carries a number, by which its
// column finds it without a look at its text.
type memo struct {
	// entries is nil until there are two values: a name that comes once, in an object
	// of a million others, must not take the memory for many.
	entries *[memoSlots]remembered
	met     bool
	// offsets is where in a value to look for what tells it from others, beside
	// its beginning. They are learnt from values that were taken for one another.
	offsets [2]int
	lessons int

	tries, hits int
	pause       int // values to let pass without a try
}

type remembered struct {
	raw   string // in the piece's memory; "" for nothing
	plain bool
	id    uint32
}

const (
	memoSlots = 64
	// maxLessons is how often a memo learns in a piece.
	maxLessons = 32
	// memoTries is after how many values a memo is judged, memoPause how many it
	// lets pass if it was of no use.
	memoTries, memoPause = 256, 1 << 14
)

// forget drops all values: their memory is about to be used for others.
func (m *memo) forget() {
	if m.entries != nil {
		clear(m.entries[:])
	}
	m.lessons = 0
}

// wanted reports whether to look for the next value.
func (m *memo) wanted() bool {
	if m.pause > 0 {
		m.pause--
		return false
	}
	if m.tries++; m.tries == memoTries {
		if 4*m.hits < m.tries {
			m.pause = memoPause
		}
		m.tries, m.hits = 0, 0
	}
	return true
}

// slot returns where the value at i of text would be.
func (m *memo) slot(text string, i int) int {
	if i+8 > len(text) {
		return 0
	}
	w := word(text, i)
	for _, off := range m.offsets {
		if j := i + off; j+8 <= len(text) {
			w = bits.RotateLeft64(w, 23) ^ word(text, j)
		}
	}
	return int(w * 0x9e3779b97f4a7c15 >> (64 - 6))
}

// find returns the value at i of text if slot has it.
func (m *memo) find(text string, i, slot int) (v value, ok bool) {
	if m.entries == nil {
		return v, false
	}
	e := &m.entries[slot]
	n := i + len(e.raw)
	if e.raw == "" || !strings.HasPrefix(text[i:], e.raw) {
		return v, false
	}
	if c := e.raw[len(e.raw)-1]; c-'0' <= 9 && (n == len(text) || !endsNumber(text[n])) {
		return v, false // the number may go on
	}
	m.hits++
	return value{raw: text[i:n], plain: e.plain, slot: uint8(slot), id: e.id}, true
}

func endsNumber(c byte) bool { return c == ',' || c == '}' }

// remember puts v into its slot.
func (m *memo) remember(v value, slot int) {
	if m.entries == nil {
		if !m.met {
			m.met = true
			return
		}
		m.entries = &[memoSlots]remembered{}
	}
	e := &m.entries[slot]
	if e.raw != "" && m.lessons < maxLessons {
		// Another value was here: next time, look where they differ.
		n := 0
		for n < len(e.raw) && n < len(v.raw) && e.raw[n] == v.raw[n] {
			n++
		}
		if n >= 8 {
			m.offsets[m.lessons%len(m.offsets)] = n - 4
		}
		m.lessons++
	}
	*e = remembered{v.raw, v.plain, v.id}
}
