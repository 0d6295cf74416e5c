package parquet

import (
	"encoding/binary"
	"fmt"

	pq "github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// plainDictionary is the name that writers of the first Parquet version gave
// both the dictionary's values and the codes into it.
const plainDictionary format.Encoding = 2

// A page is the values of a data page or of a dictionary, decompressed.
type page struct {
	rows    int
	present int     // rows with a value
	slots   []int32 // position of each row's value, -1 if missing; nil if no row is missing
	coded   bool    // the values are codes into the dictionary
	data    []byte  // the values, encoded; with slack behind
	memory  []byte  // what data lies in; nil if that is the decoder's it is for
	cut     bool    // data has not all of the values
}

// A pageReader reads the pages of one column of a row group. It is for one
// goroutine.
type pageReader struct {
	g      *group
	field  field
	layout *layout
	text   []string      // of the page that was read into borrowed memory
	alone  bool          // nobody needs the codes of a page when the next is read
	codes  []uint32      // of the last page; used again if alone
	into   *decoder      // of the page that is read next, if it has room for all of its rows
	lent   []*dictionary // in borrowed memory, what was read last at the end
}

// read returns page s, whose bytes belong to the caller if keep is set and
// otherwise are to be given back to the file's memory. A dictionary has no
// levels.
func (r *pageReader) read(s spot, keep bool) (page, error) {
	raw, err := r.raw(s, true)
	defer raw.giveBack()
	if err != nil {
		return page{}, err
	}
	return r.readTo(raw, keep, -1)
}

// readTo is read of a page of which something has been read; with rows >= 0 the first so
// many rows are wanted, and the page may be cut behind their values. It is not certain to
// have all of these: where they take up more of the page than rows do on average, they
// may be missing.
func (r *pageReader) readTo(raw *rawPage, keep bool, rows int) (page, error) {
	h := raw.header
	if err := r.g.file.spend(h.unpacked); err != nil {
		return page{}, err
	}
	p := page{rows: h.values, present: h.values}
	levels, err := r.inflate(&p, &h, raw, keep, rows)
	if err != nil {
		return page{}, err
	}
	if r.field.from.optional && h.kind != format.DictionaryPage && (h.kind == format.DataPage || h.nulls > 0) {
		if p.slots, p.present, err = slotsOfLevels(levels, h.values); err != nil {
			return page{}, err
		}
	}
	return r.decoded(h, p, keep)
}

// inflate gives p the bytes of its values, decompressed, and returns those of its
// definition levels. h.unpacked becomes the size of what is compressed: levels lie
// before it in pages of the second version, and within it in those of the first.
func (r *pageReader) inflate(p *page, h *pageHeader, raw *rawPage, keep bool, rows int) (levels []byte, err error) {
	behind := 0 // the levels
	if h.kind == format.DataPageV2 {
		behind = h.levels + h.repeats
		if behind > h.packed || behind > h.unpacked {
			return nil, errPageHeader
		}
		h.unpacked -= behind
	}
	if rows >= 0 && r.canCut(*h) {
		p.data = raw.inflateBeginning(behind, beginningOf(*h, rows), h.unpacked)
		p.memory = p.data
	}
	if p.cut = p.data != nil; !p.cut && rows >= 0 {
		if err := raw.readAll(); err != nil {
			return nil, err
		}
	}
	levels, body := raw.body()[h.repeats:behind], raw.body()[behind:]
	if !p.cut {
		if int64(h.unpacked) > r.g.meta(r.field.leaf).TotalUncompressedSize {
			return nil, errPageHeader
		}
		if p.data = r.into.placeOf(*h); p.data == nil {
			p.data = r.buffer(*h, keep)
			p.memory = p.data
		}
		if err := r.unpack(*h, body, p.data); err != nil {
			return nil, err
		}
	}
	if h.kind == format.DataPage && r.field.from.optional {
		if len(p.data) < 4 || int(binary.LittleEndian.Uint32(p.data)) > len(p.data)-4 {
			return nil, errPageHeader
		}
		end := 4 + int(binary.LittleEndian.Uint32(p.data))
		levels, p.data = p.data[4:end], p.data[end:]
	}
	return levels, nil
}

// canCut reports whether the beginning of a page can be decompressed, and read, without
// the rest.
func (r *pageReader) canCut(h pageHeader) bool {
	return !h.stored && r.g.meta(r.field.leaf).Codec == format.Zstd && r.field.from.kind != pq.Boolean && h.encoding != format.DeltaBinaryPacked
}

// decoded returns p with its values in plain encoding, or as codes into the dictionary.
func (r *pageReader) decoded(h pageHeader, p page, keep bool) (_ page, err error) {
	if h.encoding == format.RLEDictionary || h.encoding == plainDictionary && h.kind != format.DictionaryPage {
		p.coded = true
		return p, nil
	}
	if runs := h.encoding == format.RLE; r.field.from.kind == pq.Boolean && (runs || h.encoding == format.Plain) {
		p.data, err = booleans(p.data, p.present, runs)
		return p, err
	}
	if h.encoding == format.DeltaBinaryPacked && r.field.from.kind == pq.Int64 {
		return r.deltas(h, p, keep)
	}
	if h.encoding != format.Plain && h.encoding != plainDictionary {
		return page{}, fmt.Errorf("encoding %s was not announced", h.encoding)
	}
	return p, nil
}

// deltas returns p, whose values are differences, with the values in plain encoding.
func (r *pageReader) deltas(h pageHeader, p page, keep bool) (page, error) {
	defer r.g.file.memory.give(p.memory)
	size := wordSize * p.present
	if err := r.g.file.spend(size); err != nil {
		return page{}, err
	}
	p.memory = nil
	out := r.into.wordPlace(h)
	switch {
	case out != nil:
	case keep:
		out = fresh(size)
	default:
		out = r.g.file.memory.take(size)
		p.memory = out
	}
	err := decodeDeltas(out, p.data)
	p.data = out
	return p, err
}

// buffer returns memory for a page.
func (r *pageReader) buffer(h pageHeader, keep bool) []byte {
	if keep && h.encoding != format.RLEDictionary && h.encoding != format.DeltaBinaryPacked {
		return fresh(h.unpacked)
	}
	return r.g.file.memory.take(h.unpacked)
}

// unpack decompresses a page to out.
func (r *pageReader) unpack(h pageHeader, body, out []byte) error {
	codec := r.g.meta(r.field.leaf).Codec
	if h.unpacked == 0 {
		return nil
	}
	if h.stored || codec == format.Uncompressed {
		if len(body) != h.unpacked {
			return errPageHeader
		}
		copy(out, body)
		return nil
	}
	got, err := pq.LookupCompressionCodec(codec).Decode(out[:h.unpacked:cap(out)], body)
	if err != nil {
		return err
	}
	if len(got) != h.unpacked {
		return fmt.Errorf("page has %d bytes, want %d", len(got), h.unpacked)
	}
	if &got[0] != &out[0] {
		copy(out, got)
	}
	return nil
}
