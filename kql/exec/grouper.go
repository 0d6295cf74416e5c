package exec

import (
	"math"
	"slices"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
)

// A grouper numbers the distinct rows of some key columns from 0, in the order
// in which they come. Each column's values are numbered on their own, and pairs
// of numbers are numbered again, column by column: so a dictionary column costs
// an array look-up a row whatever else is a key, and no row is ever copied or
// encoded.
type grouper struct {
	cols  []keyTable
	pairs []*wordTable // pairs[j] numbers (number so far, number in cols[j+1])
}

func newGrouper(keys []types.Type) *grouper {
	g := &grouper{}
	for _, t := range keys {
		g.cols = append(g.cols, newKeyTable(t))
	}
	for range max(0, len(keys)-1) {
		g.pairs = append(g.pairs, &wordTable{})
	}
	return g
}

// len returns the number of groups. Without keys there is one.
func (g *grouper) len() int {
	switch {
	case len(g.cols) == 0:
		return 1
	case len(g.pairs) > 0:
		return len(g.pairs[len(g.pairs)-1].keys)
	}
	return g.cols[0].len()
}

func (g *grouper) size() int64 {
	var n int64
	for _, c := range g.cols {
		n += c.size()
	}
	for _, p := range g.pairs {
		n += p.size()
	}
	return n
}

// keys returns the key columns, a row for each group.
func (g *grouper) keys() []column.Column {
	out := make([]column.Column, len(g.cols))
	if len(g.cols) == 0 {
		return out
	}
	if len(g.pairs) == 0 {
		out[0] = g.cols[0].values()
		return out
	}
	n := g.len()
	first := make([]uint32, n) // the group's number in pairs[j]
	for i := range first {
		first[i] = uint32(i)
	}
	for j := len(g.pairs) - 1; j >= 0; j-- {
		second := make([]uint32, n)
		for i, p := range first {
			w := g.pairs[j].keys[p]
			first[i], second[i] = uint32(w>>32), uint32(w)
		}
		out[j+1] = column.Gather(g.cols[j+1].values(), second)
	}
	out[0] = column.Gather(g.cols[0].values(), first)
	return out
}

// absorb adds the groups of from, which has the same key columns, and returns
// their numbers here, by their numbers there.
func (g *grouper) absorb(from *grouper) ([]uint32, error) {
	if len(g.cols) == 0 {
		return make([]uint32, 1), nil
	}
	numbers := make([][]uint32, len(g.cols)) // of each column's values
	for j, c := range g.cols {
		if a, ok := c.(absorber); ok {
			numbers[j] = a.absorb(from.cols[j])
			continue
		}
		vals, err := column.Force(from.cols[j].values())
		if err != nil {
			return nil, err
		}
		numbers[j] = make([]uint32, vals.Len())
		c.add(vals, numbers[j])
	}
	out := numbers[0]
	for j, p := range from.pairs {
		words := make([]uint64, len(p.keys))
		for i, w := range p.keys {
			words[i] = uint64(out[w>>32])<<32 | uint64(numbers[j+1][uint32(w)])
		}
		out = make([]uint32, len(words))
		g.pairs[j].addAll(words, out)
	}
	return out, nil
}

// reserve makes room for n groups in all. Each column may have as many values as
// it has now for each group.
func (g *grouper) reserve(n int) {
	now := g.len()
	for _, c := range g.cols {
		if r, ok := c.(reserver); ok && now > 0 {
			r.reserve(int(int64(n) * int64(c.len()) / int64(now)))
		}
	}
	for _, p := range g.pairs {
		p.reserve(n)
	}
}

// again returns a grouper with the same groups, whose keys, a row for each, are cols.
func (g *grouper) again(cols []column.Column) *grouper {
	if len(cols) == 0 {
		return g
	}
	types := make([]types.Type, len(cols))
	for i, c := range cols {
		types[i] = c.Type()
	}
	out := newGrouper(types)
	newKeyReader(out, false).groups(cols, cols[0].Len())
	return out
}

// settle prepares the tables for being looked up only.
func (g *grouper) settle() {
	for _, c := range g.cols {
		if s, ok := c.(settler); ok {
			s.settle()
		}
	}
}

// A keyReader numbers rows by a grouper. It keeps what it has learned of
// dictionaries, and so is for one goroutine; several may find by one grouper
// while nobody adds to it.
type keyReader struct {
	g     *grouper
	fixed bool // find only: rows without a group get none
	dicts []map[column.Column][]uint32
	pairs []pairCache // beside g.pairs
	buf   []uint32
	fresh []uint32 // codes that learn has met first
	ids   []uint32 // their numbers
	// again says that whoever asks for groups is done with those of the call before.
	again bool
	out   []uint32 // that they are in
}

func newKeyReader(g *grouper, fixed bool) *keyReader {
	r := &keyReader{g: g, fixed: fixed, dicts: make([]map[column.Column][]uint32, len(g.cols)), pairs: make([]pairCache, len(g.pairs))}
	for i := range r.dicts {
		r.dicts[i] = map[column.Column][]uint32{}
	}
	return r
}

// groups returns the group of each of n rows of keys, which are in any form but
// Lazy.
func (r *keyReader) groups(keys []column.Column, n int) []uint32 {
	out := r.room(n)
	if len(keys) == 0 {
		clear(out)
		return out
	}
	r.column(0, keys[0], out)
	for j := 1; j < len(keys); j++ {
		if cap(r.buf) < n {
			r.buf = make([]uint32, n)
		}
		second := r.buf[:n]
		r.column(j, keys[j], second)
		if r.fixed {
			findPairs(r.g.pairs[j-1], out, second)
		} else {
			r.pairs[j-1].add(r.g.pairs[j-1], out, second, r.numbers(j), uint32(r.g.cols[j].len()))
		}
	}
	return out
}

// numbers returns how many numbers the keys before column j have so far.
func (r *keyReader) numbers(j int) uint32 {
	if j == 1 {
		return uint32(r.g.cols[0].len())
	}
	return uint32(len(r.g.pairs[j-2].keys))
}

func (r *keyReader) room(n int) []uint32 {
	if !r.again {
		return make([]uint32, n)
	}
	if cap(r.out) < n {
		r.out = make([]uint32, n)
	}
	return r.out[:n]
}

// column numbers the rows of key column j.
func (r *keyReader) column(j int, c column.Column, out []uint32) {
	switch c := c.(type) {
	case *column.Const:
		one := make([]uint32, 1)
		r.flat(j, c.One, one)
		for i := range out {
			out[i] = one[0]
		}
		return
	case *column.Dict:
		// A dictionary much larger than the batch does not pay.
		if r.dicts[j][c.Values] != nil || c.Values.Len() <= 4*len(out) {
			r.dict(j, c, out)
			return
		}
	}
	r.flat(j, column.Flat(c), out)
}

func (r *keyReader) flat(j int, c column.Column, out []uint32) {
	if r.fixed {
		r.g.cols[j].find(c, out)
	} else {
		r.g.cols[j].add(c, out)
	}
}

// maxDicts bounds the dictionaries that a reader remembers: that of the part it reads
// and, where columns of several are put together, some more.
const maxDicts = 8

// dict numbers each code when it first comes. known has a number plus one for
// each code, 0 for those that have not come yet.
func (r *keyReader) dict(j int, c *column.Dict, out []uint32) {
	known := r.dicts[j][c.Values]
	if known == nil {
		if len(r.dicts[j]) >= maxDicts {
			clear(r.dicts[j])
		}
		known = make([]uint32, c.Values.Len())
		r.dicts[j][c.Values] = known
	}
	if !numbered(known, c.Codes, out) {
		r.learn(j, c, known)
		numbered(known, c.Codes, out)
	}
}

// numbered sets out to the numbers of codes; it reports whether all are known.
func numbered(known, codes, out []uint32) bool {
	least := uint32(math.MaxUint32)
	out = out[:len(codes)]
	for i, code := range codes {
		n := known[code]
		least = min(least, n)
		out[i] = n - 1
	}
	return least > 0
}

// gatherRun is column.Gather of rows that are often one behind the other, as the codes of
// a dictionary are when they first come: then it shares c's memory.
func gatherRun(c column.Column, rows []uint32) column.Column {
	for i, r := range rows {
		if r != rows[0]+uint32(i) {
			return column.Gather(c, rows)
		}
	}
	if len(rows) == 0 {
		return column.Slice(c, 0, 0)
	}
	return column.Slice(c, int(rows[0]), int(rows[0])+len(rows))
}

// learn numbers the codes of c that are not known.
func (r *keyReader) learn(j int, c *column.Dict, known []uint32) {
	fresh := r.fresh[:0]
	for _, code := range c.Codes {
		if known[code] == 0 {
			known[code] = none + 1
			fresh = append(fresh, code)
		}
	}
	ids := slices.Grow(r.ids[:0], len(fresh))[:len(fresh)]
	r.fresh, r.ids = fresh, ids
	r.flat(j, column.Flat(gatherRun(c.Values, fresh)), ids)
	for i, code := range fresh {
		known[code] = ids[i] + 1
	}
}
