package exec

import (
	"slices"

	"github.com/zeebo/xxh3"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
)

// stringKeys numbers strings. Those that are printed GUIDs, which most
// identifiers in logs are, are kept apart as 16 bytes beside their number:
// looking one up touches neither the string's bytes nor a second table, and the
// strings themselves need not be kept, for they can be printed again.
type stringKeys struct {
	n     int
	plain stringTable
	guids guidTable
	words []guidWords  // by number; zero for other strings
	sieve column.Sieve // of all strings, where they are only looked up
}

// add implements keyTable. c may have printed GUIDs as values of GUID.
func (k *stringKeys) add(c column.Column, out []uint32) {
	if g, ok := c.(*column.Vec[types.GUID128]); ok {
		k.addGUIDs(g.Vals, out)
		return
	}
	k.addAll(column.FlatVec[string](c).Vals, out)
}

// find implements keyTable. c may have printed GUIDs as values of GUID.
func (k *stringKeys) find(c column.Column, out []uint32) {
	if g, ok := c.(*column.Vec[types.GUID128]); ok {
		k.findGUIDs(g.Vals, out)
		return
	}
	k.findAll(column.FlatVec[string](c).Vals, out)
}

// chunk is how many keys are hashed before the first is looked up: the places
// where they belong are touched all at once, so that the waits for memory
// overlap.
const chunk = 128

func (k *stringKeys) addAll(vals []string, out []uint32) {
	var hashes [chunk]uint64
	var words [chunk]guidWords
	var isGUID [chunk]bool
	for len(vals) > 0 {
		n := min(chunk, len(vals))
		for i, s := range vals[:n] {
			if words[i], isGUID[i] = parseGUIDWords(s); isGUID[i] {
				hashes[i] = words[i].hash()
			} else {
				hashes[i] = xxh3.HashString(s)
			}
		}
		k.guids.touch(hashes[:n], k.words)
		k.plain.touch(hashes[:n])
		for i, s := range vals[:n] {
			if isGUID[i] {
				out[i] = k.addGUID(hashes[i], words[i])
			} else {
				out[i] = k.addPlain(hashes[i], s)
			}
		}
		vals, out = vals[n:], out[n:]
	}
}

func (k *stringKeys) addGUIDs(vals []types.GUID128, out []uint32) {
	var hashes [chunk]uint64
	var words [chunk]guidWords
	for len(vals) > 0 {
		n := min(chunk, len(vals))
		for i, g := range vals[:n] {
			words[i] = wordsOfGUID(g)
			hashes[i] = words[i].hash()
		}
		k.guids.touch(hashes[:n], k.words)
		for i := range vals[:n] {
			out[i] = k.addGUID(hashes[i], words[i])
		}
		vals, out = vals[n:], out[n:]
	}
}

func (k *stringKeys) addGUID(h uint64, w guidWords) uint32 {
	slot := k.guids.slot(h, w, k.words, true)
	if *slot == 0 {
		k.words = append(roomFor(k.words), w)
		k.n++
		k.guids.used++
		*slot = h&hashMask | uint64(k.n)
	}
	return uint32(*slot) - 1
}

func (k *stringKeys) addPlain(h uint64, s string) uint32 {
	slot := k.plain.slot(h, s, true)
	if *slot == 0 {
		k.plain.keys = append(roomFor(k.plain.keys), k.plain.texts.keep(s))
		k.plain.ids = append(roomFor(k.plain.ids), uint32(k.n))
		k.plain.bytes += int64(len(s))
		k.words = append(roomFor(k.words), guidWords{})
		k.n++
		*slot = h&hashMask | uint64(len(k.plain.keys))
	}
	return k.plain.ids[uint32(*slot)-1]
}

func (k *stringKeys) findAll(vals []string, out []uint32) {
	var buf [chunk]uint32
	var hashes [chunk]uint64
	var words [chunk]guidWords
	var isGUID [chunk]bool
	for len(vals) > 0 {
		n := min(chunk, len(vals))
		for i := range out[:n] {
			out[i] = none
		}
		rows := k.sieve.Sift(vals[:n], buf[:0])
		for j, i := range rows {
			s := vals[i]
			if words[j], isGUID[j] = parseGUIDWords(s); isGUID[j] {
				hashes[j] = words[j].hash()
			} else {
				hashes[j] = xxh3.HashString(s)
			}
		}
		k.guids.load(hashes[:len(rows)], k.words)
		k.plain.load(hashes[:len(rows)])
		for j, i := range rows {
			if isGUID[j] {
				out[i] = k.findGUID(hashes[j], words[j])
			} else {
				out[i] = k.findPlain(hashes[j], vals[i])
			}
		}
		vals, out = vals[n:], out[n:]
	}
}

func (k *stringKeys) findGUIDs(vals []types.GUID128, out []uint32) {
	var hashes [chunk]uint64
	var words [chunk]guidWords
	for len(vals) > 0 {
		n := min(chunk, len(vals))
		for i, g := range vals[:n] {
			words[i] = wordsOfGUID(g)
			hashes[i] = words[i].hash()
		}
		k.guids.load(hashes[:n], k.words)
		for i := range vals[:n] {
			out[i] = k.findGUID(hashes[i], words[i])
		}
		vals, out = vals[n:], out[n:]
	}
}

// reserve implements reserver.
func (k *stringKeys) reserve(n int) {
	if k.guids.used > len(k.plain.keys) {
		k.guids.slots, k.guids.shift = grownTo(k.guids.slots, n)
		k.words = slices.Grow(k.words, max(0, n-len(k.words)))
		return
	}
	k.plain.slots, k.plain.shift = grownTo(k.plain.slots, n)
}

func (k *stringKeys) findGUID(h uint64, w guidWords) uint32 {
	if len(k.guids.slots) > 0 {
		if slot := *k.guids.slot(h, w, k.words, false); slot != 0 {
			return uint32(slot) - 1
		}
	}
	return none
}

func (k *stringKeys) findPlain(h uint64, s string) uint32 {
	if len(k.plain.slots) > 0 {
		if slot := *k.plain.slot(h, s, false); slot != 0 {
			return k.plain.ids[uint32(slot)-1]
		}
	}
	return none
}

// settle makes look-ups of strings that are not there cheaper. Nothing may be
// added afterwards.
func (k *stringKeys) settle() {
	if k.sieve = column.NewSieve(k.n); !k.sieve.Knows() {
		return
	}
	for _, s := range k.plain.keys {
		k.sieve.Add(s)
	}
	var text [36]byte
	plain := 0
	for i, w := range k.words {
		if plain < len(k.plain.ids) && int(k.plain.ids[plain]) == i {
			plain++
			continue
		}
		k.sieve.Add(string(types.AppendGUID(text[:0], w.guid())))
	}
}

// absorb implements absorber.
func (k *stringKeys) absorb(from keyTable) []uint32 {
	o := from.(*stringKeys)
	out := make([]uint32, o.n)
	plain := 0 // o's next key that is no GUID
	var hashes [chunk]uint64
	for at := 0; at < o.n; at += chunk {
		words := o.words[at:min(o.n, at+chunk)]
		for i, w := range words {
			hashes[i] = w.hash()
		}
		k.guids.touch(hashes[:len(words)], k.words)
		for i, w := range words {
			if plain < len(o.plain.ids) && int(o.plain.ids[plain]) == at+i {
				s := o.plain.keys[plain]
				out[at+i] = k.addPlain(xxh3.HashString(s), s)
				plain++
				continue
			}
			out[at+i] = k.addGUID(hashes[i], w)
		}
	}
	return out
}

// values returns the strings; a Lazy column if GUIDs must be printed for it.
func (k *stringKeys) values() column.Column {
	if k.guids.used == 0 {
		return column.NewVec(types.String, k.plain.keys, nil)
	}
	return column.NewLazy(types.String, k.n, k)
}

// Load prints the strings of the numbers given, all if rows is nil.
func (k *stringKeys) Load(rows []uint32) (column.Column, error) {
	n := len(rows)
	if rows == nil {
		n = k.n
	}
	out := make([]string, n)
	var p guidPrinter
	p.grow(n)
	for i := range out {
		id := uint32(i)
		if rows != nil {
			id = rows[i]
		}
		w := k.words[id]
		if w == (guidWords{}) { // the GUID of zeros, if it is no other string
			if at, isPlain := slices.BinarySearch(k.plain.ids, id); isPlain {
				out[i] = k.plain.keys[at]
				continue
			}
		}
		p.add(i, w)
	}
	p.print(out)
	return column.NewVec(types.String, out, nil), nil
}

// Scattered implements column.Scattered.
func (k *stringKeys) Scattered() bool { return true }

func (k *stringKeys) len() int { return k.n }

func (k *stringKeys) size() int64 {
	return k.plain.bytes + 20*int64(cap(k.plain.keys)) + 8*int64(len(k.plain.slots)) + 8*int64(len(k.guids.slots)) + 16*int64(cap(k.words))
}

// A stringTable is a hash table of strings, numbered on their own. A slot has
// the upper half of the hash and the number plus one; 0 is empty.
type stringTable struct {
	slots   []uint64
	shift   uint
	keys    []string
	texts   textArena // what keys point to
	ids     []uint32  // the number of each key in the stringKeys
	bytes   int64     // of keys
	touched uint64
}

const hashMask = 0xffffffff00000000

// touch loads what look-ups of hashes will need, all at once. Hashes of keys
// that are not in this table do no harm.
func (t *stringTable) touch(hashes []uint64) { t.touched |= t.load(hashes) }

// load is touch for several goroutines; see guidTable.load.
//
//go:noinline
func (t *stringTable) load(hashes []uint64) (x uint64) {
	if len(t.slots) < touchSlots {
		return 0
	}
	for _, h := range hashes {
		x |= t.slots[h>>t.shift]
	}
	return x
}

// slot returns the place of s, or the empty place where it belongs. Only if
// room is set may the table grow.
func (t *stringTable) slot(h uint64, s string, room bool) *uint64 {
	if room && 4*len(t.keys) >= 3*len(t.slots) {
		t.slots, t.shift = grown(t.slots)
	}
	mask := uint64(len(t.slots) - 1)
	for i := h >> t.shift; ; i = (i + 1) & mask {
		e := t.slots[i]
		if e == 0 || e&hashMask == h&hashMask && t.keys[uint32(e)-1] == s {
			return &t.slots[i]
		}
	}
}
