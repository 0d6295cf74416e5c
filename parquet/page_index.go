package parquet

import (
	"errors"
	"fmt"
	"sort"
	"sync"
	"sync/atomic"

	pq "github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// A spot is where a page lies in the file, header included. A size of 0 means
// that there is no such page.
type spot struct {
	offset int64
	size   int
	first  int // the page's first row
}

// A layout is the pages of one column of a row group.
type layout struct {
	dict spot
	data []spot // in the order of their rows
	n    int    // rows
	// unframed says that the dictionary is known not to be compressed in frames.
	unframed atomic.Bool

	bounding sync.Once
	bounds   []bounds // of data, once asked for; nil if the file does not say
}

// page returns the data page that holds row.
func (l *layout) page(row int) int {
	return sort.Search(len(l.data), func(i int) bool { return l.data[i].first > row }) - 1
}

// end returns the row behind the last one of page i.
func (l *layout) end(i int) int {
	if i+1 < len(l.data) {
		return l.data[i+1].first
	}
	return l.n
}

// isDirect reports whether the pages of a column are decoded here: those that
// nearly every writer writes. All others are left to the library.
func isDirect(f field, c format.ColumnChunk) bool {
	switch f.from.kind {
	case pq.Boolean, pq.ByteArray, pq.Int32, pq.Int64, pq.Double:
	default:
		return false
	}
	if c.FilePath != "" || c.CryptoMetadata.Value != nil || len(c.EncryptedColumnMetadata) > 0 {
		return false
	}
	switch c.MetaData.Codec {
	case format.Uncompressed, format.Snappy, format.Gzip, format.Zstd, format.Lz4Raw, format.Brotli:
	default:
		return false
	}
	for _, e := range c.MetaData.Encoding {
		switch e {
		case format.Plain, format.RLE, format.BitPacked, plainDictionary, format.RLEDictionary:
		case format.DeltaBinaryPacked:
			if f.from.kind != pq.Int64 {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// layoutOf finds the pages of a column: by the offset index, or by walking from
// header to header where the file has none. It is done once a column.
func (g *group) layoutOf(leaf int) (*layout, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if l := g.layouts[leaf]; l != nil {
		return l, nil
	}
	l, err := g.indexed(leaf)
	if err == nil && l == nil {
		l, err = g.walked(leaf)
	}
	if err != nil {
		return nil, err
	}
	g.layouts[leaf] = l
	return l, nil
}

var errLayout = errors.New("page index is damaged")

// indexed returns the layout that the offset index tells, nil without one.
func (g *group) indexed(leaf int) (*layout, error) {
	index, err := g.rg.ColumnChunks()[leaf].OffsetIndex()
	if errors.Is(err, pq.ErrMissingOffsetIndex) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("page index: %w", err)
	}
	m := g.meta(leaf)
	l := &layout{n: g.n}
	for i := range index.NumPages() {
		s := spot{offset: index.Offset(i), size: int(index.CompressedPageSize(i)), first: int(index.FirstRowIndex(i))}
		if s.size <= 0 || int64(s.size) > m.TotalCompressedSize || s.first < 0 || s.first >= g.n {
			return nil, errLayout
		}
		if i == 0 && s.first != 0 || i > 0 && s.first <= l.data[i-1].first {
			return nil, errLayout
		}
		l.data = append(l.data, s)
	}
	if len(l.data) == 0 {
		return nil, nil
	}
	start := m.DataPageOffset
	if m.DictionaryPageOffset > 0 {
		start = min(start, m.DictionaryPageOffset)
	}
	if size := l.data[0].offset - start; size > 0 && size <= m.TotalCompressedSize {
		l.dict = spot{offset: start, size: int(size)}
	}
	return l, nil
}

// walked returns the layout that the headers of the pages tell.
func (g *group) walked(leaf int) (*layout, error) {
	l := &layout{n: g.n}
	rows := 0
	err := g.headers(leaf, func(h pageHeader, s spot) (more bool, err error) {
		switch h.kind {
		case format.DictionaryPage:
			l.dict = s
		case format.DataPage, format.DataPageV2:
			if h.values > 0 {
				s.first = rows
				l.data = append(l.data, s)
				rows += h.values
			}
		}
		return rows < g.n, nil
	})
	if err != nil {
		return nil, err
	}
	if rows != g.n {
		return nil, fmt.Errorf("holds %d rows, want %d", rows, g.n)
	}
	return l, nil
}

// headers calls f with the header of each page of a column, and where the page is, while
// it wants more.
func (g *group) headers(leaf int, f func(pageHeader, spot) (more bool, err error)) error {
	m := g.meta(leaf)
	start := m.DataPageOffset
	if m.DictionaryPageOffset > 0 {
		start = min(start, m.DictionaryPageOffset)
	}
	if m.TotalCompressedSize < 0 || start < 0 || m.TotalCompressedSize > g.file.size-start {
		return errors.New("lies outside the file")
	}
	raw := g.file.memory.take(int(m.TotalCompressedSize))
	defer g.file.memory.give(raw)
	if _, err := g.file.f.ReadAt(raw, start); err != nil {
		return err
	}
	for at := 0; at < len(raw); {
		h, n, err := parsePageHeader(raw[at:])
		if err != nil {
			return err
		}
		if h.packed > len(raw)-at-n {
			return errors.New("page is torn")
		}
		s := spot{offset: start + int64(at), size: n + h.packed}
		if more, err := f(h, s); err != nil || !more {
			return err
		}
		at += s.size
	}
	return nil
}

func (g *group) meta(leaf int) *format.ColumnMetaData {
	return &g.file.pf.Metadata().RowGroups[g.index].Columns[leaf].MetaData
}
