package store

import (
	"encoding/binary"
	"fmt"
	"os"
	"slices"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/parquet"
)

// A termIndex says which blocks of a segment's rows may have a term. It is read
// from its file as it is asked, each piece held against its checksum. It is safe
// for concurrent use.
type termIndex struct {
	f    *os.File
	kept *filterCache // pieces that were read lately
	name uint64       // there
	rows int
	per  int // rows of a block
	cols map[string]indexedColumn
	sums []byte
	size int64 // of the filters
}

type indexedColumn struct {
	at     int64 // where its filters begin
	n      int   // of filters
	woven  int   // blocks of each filter, which lie together with those of the others; 0 if they don't
	blocks []int // of each filter that is not woven
}

// openTerms opens the term index of a segment, which keeps what it reads in c; a nil
// one reads everything again.
func openTerms(path string, s *Segment, c *filterCache) (*termIndex, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	x := &termIndex{f: f, kept: c, name: c.name(), cols: map[string]indexedColumn{}}
	if err := x.readFoot(s); err != nil {
		f.Close()
		return nil, &DamageError{File: path, What: err.Error()}
	}
	return x, nil
}

// readFoot reads what the index says of its columns, and checks that it is that of s.
func (x *termIndex) readFoot(s *Segment) error {
	foot, err := x.foot()
	if err != nil {
		return err
	}
	if got := binary.LittleEndian.Uint32(foot); got != s.Sums {
		return fmt.Errorf("it is of another segment")
	}
	d := decoder{data: foot[4:]}
	if x.rows, x.per = d.count(0), d.count(0); int64(x.rows) != s.Rows {
		d.fail("it is of another number of rows")
	}
	at := int64(0)
	for range d.count(2) {
		name := d.text()
		c := indexedColumn{at: at, n: d.count(0)}
		if x.per < 1 || c.n != (x.rows+x.per-1)/x.per {
			d.fail("a column has filters for other rows")
			break
		}
		if d.byte() == 1 {
			c.woven = d.count(0)
			at += int64(c.woven) * int64(c.n) * filterBlock
		} else if c.n <= len(d.data) {
			c.blocks = make([]int, c.n)
		} else {
			d.fail("it names more filters than it has")
		}
		for i := range c.blocks {
			c.blocks[i] = d.count(0)
			at += int64(c.blocks[i]) * filterBlock
		}
		x.cols[name] = c
	}
	x.sums = d.bytes(int((x.size + termChunk - 1) / termChunk * 4))
	if d.err == nil && (len(d.data) > 0 || at != x.size) {
		d.fail("its parts do not fit together")
	}
	return d.err
}

// foot returns the footer behind its magic, at least four bytes, and sets the size of
// what is before it.
func (x *termIndex) foot() ([]byte, error) {
	st, err := x.f.Stat()
	if err != nil {
		return nil, err
	}
	var tail [8]byte
	if st.Size() < int64(len(tail)) {
		return nil, errTorn
	}
	if _, err := x.f.ReadAt(tail[:], st.Size()-8); err != nil {
		return nil, err
	}
	n := int64(binary.LittleEndian.Uint32(tail[4:]))
	if n < int64(len(termsMagic))+8 || n+4 > st.Size() {
		return nil, fmt.Errorf("its end names a footer of %d bytes", n)
	}
	foot := make([]byte, n-4)
	if _, err := x.f.ReadAt(foot, st.Size()-4-n); err != nil {
		return nil, err
	}
	if got, want := checksum(foot), binary.LittleEndian.Uint32(tail[:]); got != want {
		return nil, fmt.Errorf("checksum of its footer is %08x, want %08x", got, want)
	}
	if string(foot[:len(termsMagic)]) != termsMagic {
		return nil, fmt.Errorf("it is no term index of this version")
	}
	x.size = st.Size() - 4 - n
	return foot[len(termsMagic):], nil
}

// rowsOf returns the rows that may fulfil a hint on a column; !ok if the index
// does not say. See parquet.Index.
func (x *termIndex) rowsOf(name string, h plan.Hint) (rows []parquet.Range, ok bool, err error) {
	c, ok := x.cols[name]
	if !ok || h.Values.Type() != types.String {
		return nil, false, nil
	}
	wanted, all, ok := hashesOf(h)
	if !ok {
		return nil, false, nil
	}
	may := make([]bool, c.n)
	if c.woven > 0 {
		err = x.mayWoven(c, wanted, all, may)
	} else {
		err = x.mayEach(c, wanted, all, may)
	}
	if err != nil {
		return nil, false, err
	}
	var out []parquet.Range
	for i, may := range may {
		if !may {
			continue
		}
		from, to := i*x.per, min((i+1)*x.per, x.rows)
		if k := len(out); k > 0 && out[k-1].To == from {
			out[k-1].To = to
		} else {
			out = append(out, parquet.Range{From: from, To: to})
		}
	}
	return out, true, nil
}

// mayEach says of each of a column's filters whether it may have what is wanted.
func (x *termIndex) mayEach(c indexedColumn, wanted [][]uint64, all bool, may []bool) (err error) {
	at := c.at
	for i, n := range c.blocks {
		if may[i], err = x.may(at, n, wanted, all); err != nil {
			return err
		}
		at += int64(n) * filterBlock
	}
	return nil
}

// fewLists is how many lists of hashes are looked up chunk by chunk; for more, the
// whole filter is read at once.
const fewLists = 4

// may reports whether a filter may have all of one of the lists of hashes, or,
// with all, of each of them.
func (x *termIndex) may(at int64, n int, lists [][]uint64, all bool) (bool, error) {
	if n == 0 {
		return false, nil
	}
	if len(lists) > fewLists {
		if err := x.fetch(at/termChunk, (at+int64(n)*filterBlock-1)/termChunk); err != nil {
			return true, err
		}
	}
	for _, list := range lists {
		has := true
		for _, h := range list {
			h = max(h, 1)
			b, err := x.block(at + int64(filterBlockOf(h, n))*filterBlock)
			if err != nil {
				return true, err
			}
			if has = blockHas(b, h); !has {
				break
			}
		}
		if has != all {
			return has, nil
		}
	}
	return all, nil
}

// block returns a block of a filter.
func (x *termIndex) block(at int64) ([]byte, error) {
	chunk := at / termChunk
	b := x.kept.get(filterKey{x.name, chunk})
	if b == nil {
		var err error
		if b, err = x.read(chunk, chunk); err != nil {
			return nil, err
		}
	}
	return b[at%termChunk:][:filterBlock], nil
}

// fetch has the chunks from first to last kept.
func (x *termIndex) fetch(first, last int64) error {
	for first <= last && x.kept.get(filterKey{x.name, first}) != nil {
		first++
	}
	if first > last {
		return nil
	}
	_, err := x.read(first, last)
	return err
}

// read returns the chunks from first to last, which from then on are kept.
func (x *termIndex) read(first, last int64) ([]byte, error) {
	b := make([]byte, min((last+1)*termChunk, x.size)-first*termChunk)
	if _, err := x.f.ReadAt(b, first*termChunk); err != nil {
		return nil, fmt.Errorf("%s: %w", x.f.Name(), err)
	}
	for c := first; c <= last; c++ {
		chunk := b[(c-first)*termChunk : min((c-first+1)*termChunk, int64(len(b)))]
		if got, want := checksum(chunk), binary.LittleEndian.Uint32(x.sums[4*c:]); got != want {
			return nil, &DamageError{File: x.f.Name(), What: fmt.Sprintf("checksum of bytes %d to %d is %08x, want %08x",
				c*termChunk, c*termChunk+int64(len(chunk))-1, got, want)}
		}
		if last > first {
			chunk = slices.Clone(chunk) // or else it would keep all of b
		}
		x.kept.put(filterKey{x.name, c}, chunk)
	}
	return b, nil
}

// hashesOf returns what rows must have that fulfil a hint: all of one of the lists,
// or, with all, of each of them; !ok if the index can't say.
func hashesOf(h plan.Hint) (lists [][]uint64, all, ok bool) {
	var t tokenizer
	for _, s := range column.FlatVec[string](h.Values).Vals {
		var list []uint64
		switch h.Op {
		case plan.HintIn:
			list = t.value(s)
		case plan.HintHas, plan.HintHasAny:
			list, _ = t.terms(s)
		default:
			return nil, false, false
		}
		switch {
		case len(list) > 0:
			lists = append(lists, slices.Clone(list))
		case h.Op != plan.HintHas:
			return nil, false, false // any row may have this one
		}
	}
	return lists, h.Op == plan.HintHas, len(lists) > 0
}

// verify reads all of the index.
func (x *termIndex) verify() error {
	for c := int64(0); c*termChunk < x.size; c++ {
		if _, err := x.read(c, c); err != nil {
			return err
		}
	}
	return nil
}

// Close closes the file.
func (x *termIndex) Close() error { return x.f.Close() }
