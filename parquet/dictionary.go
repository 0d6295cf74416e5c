package parquet

import (
	"container/list"
	"encoding/binary"
	"errors"
	"sync"

	pq "github.com/parquet-go/parquet-go"

	"github.com/calypso-kql/calypso/kql/column"
)

// A dictionary is the distinct values of a column of a row group.
type dictionary struct {
	text  []string // views of the page's memory
	fixed []byte   // the page itself, where values have a fixed size
	n     int
	bytes int64

	mu      sync.Mutex
	columns [2]column.Column // the values as the query sees them: without and with a missing one at the end
}

// values returns the dictionary as a column of f's type, one and the same for
// all that ask, so that what is computed of it can be kept.
func (d *dictionary) values(f field, missing bool) column.Column {
	d.mu.Lock()
	defer d.mu.Unlock()
	i := 0
	if missing {
		i = 1
	}
	if d.columns[i] == nil {
		text := d.text
		var valid column.Bitmap
		if missing {
			text = append(text[:len(text):len(text)], "")
			valid = column.FullBitmap(len(text))
			valid.Clear(len(text) - 1)
		}
		d.columns[i] = fromText(f.to, text, valid)
	}
	return d.columns[i]
}

// dictionary reads the dictionary of the reader's column.
func (r *pageReader) dictionary() (*dictionary, error) {
	return r.g.file.dicts.get(dictKey{r.g.index, r.field.leaf}, func() (*dictionary, error) {
		if r.layout.dict.size == 0 {
			return nil, errors.New("has codes but no dictionary")
		}
		p, err := r.read(r.layout.dict, true)
		if err != nil {
			return nil, err
		}
		d := &dictionary{n: p.rows, fixed: p.plain, bytes: int64(cap(p.plain))}
		if r.field.from.kind == pq.ByteArray {
			d.text, err = appendText(make([]string, 0, min(p.rows, len(p.plain)/4)+1), p.plain, p.rows)
			d.fixed = nil
			d.bytes += 16 * int64(cap(d.text))
		}
		return d, err
	})
}

var errText = errors.New("text is torn")

// appendText appends n texts, each behind its length, as views of b.
func appendText(dst []string, b []byte, n int) ([]string, error) {
	for range n {
		if len(b) < 4 {
			return nil, errText
		}
		size := binary.LittleEndian.Uint32(b)
		b = b[4:]
		if uint64(size) > uint64(len(b)) {
			return nil, errText
		}
		dst = append(dst, view(b[:size]))
		b = b[size:]
	}
	return dst, nil
}

type dictKey struct{ group, leaf int }

// A dictCache keeps the dictionaries that were used last. The parts of a row
// group share them within a query; between queries, as many as fit stay.
type dictCache struct {
	mu      sync.Mutex
	entries map[dictKey]*list.Element
	recent  list.List // of *dictEntry, the latest first
	bytes   int64
}

type dictEntry struct {
	key  dictKey
	once sync.Once
	d    *dictionary
	err  error
	size int64 // counted in the cache's bytes
}

// dictBytes bounds the dictionaries that are kept.
const dictBytes = 32 << 20

func (c *dictCache) get(key dictKey, read func() (*dictionary, error)) (*dictionary, error) {
	c.mu.Lock()
	if c.entries == nil {
		c.entries = map[dictKey]*list.Element{}
	}
	el := c.entries[key]
	if el == nil {
		el = c.recent.PushFront(&dictEntry{key: key})
		c.entries[key] = el
	} else {
		c.recent.MoveToFront(el)
	}
	c.mu.Unlock()
	e := el.Value.(*dictEntry)
	e.once.Do(func() {
		e.err = errors.New("dictionary could not be read") // unless read returns
		e.d, e.err = read()
		c.settle(e)
	})
	return e.d, e.err
}

// settle counts what has been read and forgets what was used longest ago.
func (c *dictCache) settle(e *dictEntry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.entries[e.key] == nil || c.entries[e.key].Value != any(e) {
		return // forgotten meanwhile
	}
	if e.d != nil {
		e.size = e.d.bytes
	}
	c.bytes += e.size
	for el := c.recent.Back(); el != nil && c.bytes > dictBytes; {
		old := el.Value.(*dictEntry)
		before := el.Prev()
		if old != e && old.size > 0 {
			c.bytes -= old.size
			delete(c.entries, old.key)
			c.recent.Remove(el)
		}
		el = before
	}
}
