package exec

import (
	"math/bits"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
)

// A tupleLayout says how the values of several keys are written as words, one
// behind the other, so that one table numbers whole rows of them.
type tupleLayout struct {
	keys   []tupleKey
	stride int // words of a row
}

// A tupleKey is one key of a layout.
type tupleKey struct {
	typ  types.Type
	form tupleForm
	at   int // the first of its words in a row
}

type tupleForm uint8

const (
	// tupleWord is a value that fits a word. A null has a flag and the word 0.
	tupleWord tupleForm = iota
	// tupleGUID is the two words of a GUID. A null has a flag and zeros.
	tupleGUID
	// tupleText is the two words of a printed GUID. Any other text has a flag and
	// its number among those, and 0.
	tupleText
	// tupleNumber is the number of the value in a table of its own.
	tupleNumber
)

// maxTupleKeys is how many keys have a flag each.
const maxTupleKeys = 64

func newTupleLayout(keys []types.Type) *tupleLayout {
	l := &tupleLayout{}
	for _, t := range keys {
		k := tupleKey{typ: t, at: l.stride}
		switch t {
		case types.String:
			k.form = tupleText
		case types.GUID:
			k.form = tupleGUID
		case types.Dynamic, types.Decimal:
			k.form = tupleNumber
		default:
			k.form = tupleWord
		}
		l.stride++
		if k.form == tupleGUID || k.form == tupleText {
			l.stride++
		}
		l.keys = append(l.keys, k)
	}
	return l
}

// tuples is the keys of some rows. What must be numbered first is in others, by
// key, which is nil where nothing is.
type tuples struct {
	stride int
	hashes []uint64
	words  []uint64 // stride of each row
	flags  []uint64 // a bit for each key; nil if no row has any
	others []column.Column
}

// gather returns the keys of the rows given, none of whose columns are Lazy; hashes
// are those of all rows. Printed GUIDs may come as values of GUID.
func (l *tupleLayout) gather(cols []column.Column, hashes []uint64, rows []uint32) tuples {
	t := tuples{stride: l.stride, hashes: picked(hashes, rows), words: make([]uint64, l.stride*len(rows)), others: make([]column.Column, len(cols))}
	for j, k := range l.keys {
		c := cols[j]
		if k.form == tupleNumber || k.form == tupleText && c.Type() == types.String {
			t.others[j] = column.Gather(c, rows)
			continue
		}
		c = column.Flat(c)
		if v, ok := c.(*column.Vec[types.GUID128]); ok {
			for i, r := range rows {
				w := wordsOfGUID(v.Vals[r])
				t.words[i*l.stride+k.at], t.words[i*l.stride+k.at+1] = w.hi, w.lo
			}
		} else if v, ok := c.(*column.Vec[int64]); ok {
			for i, r := range rows {
				t.words[i*l.stride+k.at] = uint64(v.Vals[r])
			}
		} else {
			words, _ := wordsOf(c)
			for i, r := range rows {
				t.words[i*l.stride+k.at] = words[r]
			}
		}
		t.flagNulls(k, j, validOf(c), rows)
	}
	return t
}

// flagNulls marks the rows whose key j is null.
func (t *tuples) flagNulls(k tupleKey, j int, valid column.Bitmap, rows []uint32) {
	if valid == nil {
		return
	}
	for i, r := range rows {
		if valid.Has(int(r)) {
			continue
		}
		t.flag(i, j)
		at := i*t.stride + k.at
		t.words[at] = 0
		if k.form == tupleGUID {
			t.words[at+1] = 0
		}
	}
}

func (t *tuples) flag(i, j int) {
	if t.flags == nil {
		t.flags = make([]uint64, len(t.hashes))
	}
	t.flags[i] |= 1 << j
}

// slice returns rows from up to, not including, to, in the same memory.
func (t *tuples) slice(from, to int) tuples {
	out := tuples{stride: t.stride, hashes: t.hashes[from:to], words: t.words[from*t.stride : to*t.stride]}
	if t.flags != nil {
		out.flags = t.flags[from:to]
	}
	out.others = make([]column.Column, len(t.others))
	for j, c := range t.others {
		if c != nil {
			out.others[j] = column.Slice(c, from, to)
		}
	}
	return out
}

// size returns the bytes held, roughly.
func (t *tuples) size() int64 {
	n := 8 * int64(len(t.hashes)+len(t.words)+len(t.flags))
	for _, c := range t.others {
		if c != nil {
			n += columnSize(c)
		}
	}
	return n
}

// A tupleTable numbers the distinct rows of several keys from 0, in the order in
// which they come. It is a hash table with open addressing: a slot has the upper
// half of the hash and the number plus one; 0 is empty.
type tupleTable struct {
	*tupleLayout
	slots  []uint64
	shift  uint
	n      int
	words  []uint64   // stride of each row, by number
	flags  []uint64   // by number; nil while no row has any
	others []keyTable // by key: of the values that are numbered
}

// newTupleTable returns a table with room for about n rows.
func newTupleTable(l *tupleLayout, n int) *tupleTable {
	t := &tupleTable{tupleLayout: l, others: make([]keyTable, len(l.keys))}
	size := max(64, 1<<bits.Len(uint(n+n/3)))
	t.slots, t.shift = make([]uint64, size), uint(64-bits.TrailingZeros(uint(size)))
	t.words = make([]uint64, 0, n*l.stride)
	return t
}

// add sets out to the numbers of r's rows, whose words it may change.
func (t *tupleTable) add(r tuples, out []uint32) {
	t.number(&r)
	if r.flags != nil && t.flags == nil {
		t.flags = make([]uint64, t.n)
	}
	for i, h := range r.hashes {
		flags := uint64(0)
		if r.flags != nil {
			flags = r.flags[i]
		}
		out[i] = t.addRow(h, r.words[i*t.stride:(i+1)*t.stride], flags)
	}
}

func (t *tupleTable) addRow(h uint64, words []uint64, flags uint64) uint32 {
	if 4*t.n >= 3*len(t.slots) {
		t.slots, t.shift = grown(t.slots)
	}
	mask := uint64(len(t.slots) - 1)
	for at := h >> t.shift; ; at = (at + 1) & mask {
		e := t.slots[at]
		if e == 0 {
			t.slots[at] = h&hashMask | uint64(t.n+1)
			return t.append(words, flags)
		}
		if (e^h)&hashMask == 0 && t.is(uint32(e)-1, words, flags) {
			return uint32(e) - 1
		}
	}
}

// is reports whether row id is the one given.
func (t *tupleTable) is(id uint32, words []uint64, flags uint64) bool {
	have := t.words[int(id)*t.stride:]
	have = have[:len(words)]
	for i, w := range words {
		if w != have[i] {
			return false
		}
	}
	return t.flags == nil || t.flags[id] == flags
}

func (t *tupleTable) append(words []uint64, flags uint64) uint32 {
	if len(t.words)+t.stride > cap(t.words) {
		more := make([]uint64, len(t.words), max(64, 2*len(t.words)))
		copy(more, t.words)
		t.words = more
	}
	t.words = append(t.words, words...)
	if t.flags != nil {
		t.flags = append(t.flags, flags)
	}
	t.n++
	return uint32(t.n - 1)
}

// number fills in the words of the values that are numbered.
func (t *tupleTable) number(r *tuples) {
	for j, c := range r.others {
		if c == nil {
			continue
		}
		k := t.keys[j]
		if t.others[j] == nil {
			t.others[j] = newKeyTable(k.typ)
		}
		if k.form == tupleText {
			t.numberTexts(r, j, column.FlatVec[string](c).Vals)
			continue
		}
		ids := make([]uint32, c.Len())
		t.others[j].add(column.Flat(c), ids)
		for i, id := range ids {
			r.words[i*t.stride+k.at] = uint64(id)
		}
	}
}

// numberTexts is number for texts, of which those that are printed GUIDs need no
// number.
func (t *tupleTable) numberTexts(r *tuples, j int, texts []string) {
	var plain []string
	var rows []int
	for i, s := range texts {
		w, ok := parseGUIDWords(s)
		if !ok {
			plain, rows = append(plain, s), append(rows, i)
			continue
		}
		at := i*t.stride + t.keys[j].at
		r.words[at], r.words[at+1] = w.hi, w.lo
	}
	if len(plain) == 0 {
		return
	}
	ids := make([]uint32, len(plain))
	t.others[j].add(column.NewVec(types.String, plain, nil), ids)
	for k, i := range rows {
		r.words[i*t.stride+t.keys[j].at] = uint64(ids[k])
		r.flag(i, j)
	}
}

func (t *tupleTable) len() int { return t.n }

// size returns the bytes held, roughly.
func (t *tupleTable) size() int64 {
	n := 8 * int64(len(t.slots)+cap(t.words)+cap(t.flags))
	for _, o := range t.others {
		if o != nil {
			n += o.size()
		}
	}
	return n
}
