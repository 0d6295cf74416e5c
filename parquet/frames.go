package parquet

import (
	"cmp"
	"encoding/binary"
	"errors"
	"slices"
	"sort"
	"strings"

	pq "github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// Texts of a page that is not small are compressed in frames, each by itself, so that
// a few of them can be had for the few frames that they are in. A list of the frames
// stands before them, in a frame of those that decoders of Zstandard skip: to others the
// page is like any.
//
// Source: RFC 8878, "Zstandard Frames" and "Skippable Frames"; frames that stand one
// behind the other are decompressed as one.
const (
	skippedMagic  = "\x5c\x2a\x4d\x18"
	skippedHeader = len(skippedMagic) + 4
	// listMagic begins a list of frames: no other is taken for one.
	listMagic = "calypso frames 1"
	// frameText is how much text a frame has, if no text of it is longer.
	frameText = 64 << 10
	// framedRatio is how many times smaller compression makes a page at most that is
	// compressed in frames: one that repeats much loses much by that, and is quickly
	// decompressed as a whole.
	framedRatio = 4
)

// A frame is some of a page's texts.
type frame struct {
	first, end int // texts
	from, size int // in the page's body, from behind the levels
	unpacked   int
}

// appendFrames appends texts in plain encoding, compressed in frames, to dst; !ok if
// they are too few for more than one.
func (c *columnWriter) appendFrames(dst, values []byte) (out []byte, ok bool) {
	if len(values) < 2*frameText {
		return dst, false
	}
	list := append(make([]byte, 0, 256), listMagic...)
	packed := c.frames[:0]
	for from, at, n := 0, 0, 0; from < len(values); {
		at += 4 + int(binary.LittleEndian.Uint32(values[at:]))
		n++
		if at-from < frameText && at < len(values) {
			continue
		}
		before := len(packed)
		packed = c.zstd.EncodeAll(values[from:at], packed)
		list = binary.AppendUvarint(list, uint64(n))
		list = binary.AppendUvarint(list, uint64(at-from))
		list = binary.AppendUvarint(list, uint64(len(packed)-before))
		from, n = at, 0
	}
	c.frames = packed
	dst = append(dst, skippedMagic...)
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(list)))
	return append(append(dst, list...), packed...), true
}

var errFrames = errors.New("list of frames is damaged")

// framesOf returns the frames of a page that has n texts, which begin at behind in its
// body; nil if it was not written in frames, or its list does not fit it.
func (p *rawPage) framesOf(behind, n int) []frame {
	if p.need(behind+skippedHeader) != nil || p.header.packed < behind+skippedHeader {
		return nil
	}
	body := p.body()[behind:]
	if string(body[:len(skippedMagic)]) != skippedMagic {
		return nil
	}
	size := int(binary.LittleEndian.Uint32(body[len(skippedMagic):]))
	if size > len(body)-skippedHeader || p.need(behind+skippedHeader+size) != nil {
		return nil
	}
	list := body[skippedHeader : skippedHeader+size]
	if size < len(listMagic) || string(list[:len(listMagic)]) != listMagic {
		return nil
	}
	frames, err := listedFrames(list[len(listMagic):], skippedHeader+size)
	if err != nil || len(frames) == 0 {
		return nil
	}
	last, unpacked := frames[len(frames)-1], 0
	for _, f := range frames {
		unpacked += f.unpacked
	}
	if last.end != n || last.from+last.size != len(body) || unpacked != p.header.unpacked-behind {
		return nil
	}
	return frames
}

// listedFrames reads a list, the first of whose frames begins at from.
func listedFrames(list []byte, from int) (frames []frame, err error) {
	end := 0
	for len(list) > 0 {
		var numbers [3]int
		for i := range numbers {
			v, size := binary.Uvarint(list)
			if size <= 0 || v == 0 || v > 1<<31 {
				return nil, errFrames
			}
			numbers[i], list = int(v), list[size:]
		}
		frames = append(frames, frame{first: end, end: end + numbers[0], from: from, size: numbers[2], unpacked: numbers[1]})
		end, from = end+numbers[0], from+numbers[2]
	}
	return frames, nil
}

// textsIn returns copies of the texts of a page that have the numbers given, in their
// order. It is !ok where more than half of the page is needed for them, or a frame is
// damaged: then the page is to be read as a whole.
func (p *rawPage) textsIn(frames []frame, behind int, wanted []uint32) (texts []string, ok bool, err error) {
	order := make([]int, len(wanted))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(wanted[a], wanted[b]) })
	var needed []frame
	for i := 0; i < len(order); {
		first := int(wanted[order[i]])
		at := sort.Search(len(frames), func(i int) bool { return frames[i].end > first })
		if at == len(frames) {
			return nil, false, nil
		}
		needed = append(needed, frames[at])
		for i < len(order) && int(wanted[order[i]]) < frames[at].end {
			i++
		}
	}
	if 2*len(needed) > len(frames) {
		return nil, false, nil
	}
	texts = make([]string, len(wanted))
	for _, f := range needed {
		n := sort.Search(len(order), func(i int) bool { return int(wanted[order[i]]) >= f.end })
		if ok, err := p.frameTexts(f, behind, wanted, order[:n], texts); !ok || err != nil {
			return nil, false, err
		}
		order = order[n:]
	}
	return texts, true, nil
}

// frameTexts sets those of the texts that are in a frame.
func (p *rawPage) frameTexts(f frame, behind int, wanted []uint32, order []int, texts []string) (ok bool, err error) {
	packed, lent, err := p.bytes(behind+f.from, f.size)
	defer p.file.memory.give(lent)
	if err != nil {
		return false, err
	}
	z, err := p.file.inflater()
	if err != nil {
		return false, err
	}
	defer p.file.inflaters.Put(z)
	out := p.file.memory.take(f.unpacked)
	defer p.file.memory.give(out)
	values, err := z.DecodeAll(packed, out[:0])
	if err != nil || len(values) != f.unpacked || len(values) > len(out) {
		return false, nil
	}
	at := make([]int32, len(order))
	for i, o := range order {
		at[i] = int32(int(wanted[o]) - f.first)
	}
	found, err := textAt(values, at)
	if err != nil {
		return false, nil
	}
	for i, o := range order {
		texts[o] = strings.Clone(found[i])
	}
	return true, nil
}

// bytes returns n bytes of the page's body; lent, if not nil, is borrowed memory that
// they are in.
func (p *rawPage) bytes(from, n int) (b, lent []byte, err error) {
	if p.start+from+n <= p.have {
		return p.body()[from : from+n], nil, nil
	}
	lent = p.file.memory.take(n)
	_, err = p.file.f.ReadAt(lent, p.s.offset+int64(p.start+from))
	return lent, lent, err
}

// frames returns the frames of a page of texts, and how many bytes stand before them;
// nil if it is not compressed in frames.
func (r *pageReader) frames(raw *rawPage) (frames []frame, behind int) {
	h, meta := raw.header, r.g.meta(r.field.leaf)
	if h.kind == format.DataPageV2 {
		behind = h.levels + h.repeats
	}
	texts := h.kind == format.DictionaryPage || h.kind == format.DataPageV2 && h.encoding == format.Plain
	if r.field.from.kind != pq.ByteArray || !texts || h.stored || meta.Codec != format.Zstd {
		return nil, behind
	}
	if behind > h.packed || behind > h.unpacked || int64(h.unpacked) > meta.TotalUncompressedSize {
		return nil, behind
	}
	return raw.framesOf(behind, h.values-h.nulls), behind
}

// pickedFrames is picked for a page that is compressed in frames; nil if it is none, or
// is to be read as a whole.
func (r *pageReader) pickedFrames(raw *rawPage, rows []uint32) (*values, error) {
	frames, behind := r.frames(raw)
	if frames == nil {
		return nil, nil
	}
	h := raw.header
	v := &values{rows: len(rows), present: len(rows)}
	wanted := rows
	if h.nulls > 0 {
		slots, _, err := slotsOfLevels(raw.body()[h.repeats:behind], h.values)
		if err != nil {
			return nil, err
		}
		v.slots, v.present, wanted = make([]int32, len(rows)), 0, nil
		for i, row := range rows {
			if v.slots[i] = -1; int(row) < len(slots) && slots[row] >= 0 {
				v.slots[i] = int32(v.present)
				v.present++
				wanted = append(wanted, uint32(slots[row]))
			}
		}
	}
	texts, ok, err := raw.textsIn(frames, behind, wanted)
	if !ok || err != nil {
		return nil, err
	}
	v.text = texts
	return v, nil
}

// leastFramed is how many bytes a page has on the disk, at least, that is looked into
// for frames.
const leastFramed = 4 << 10

// fewTexts returns the texts of a dictionary that a handful of codes stands for; nil if
// it is not compressed in frames, or is at hand.
func (r *pageReader) fewTexts(codes []uint32) ([]string, error) {
	l := r.layout
	if r.field.from.kind != pq.ByteArray || l.dict.size < leastFramed || len(codes) > handful || l.unframed.Load() || r.g.file.dicts.whole(dictKey{r.g.index, r.field.leaf}) {
		return nil, nil
	}
	raw, err := r.raw(l.dict, false)
	defer raw.giveBack()
	if err != nil {
		return nil, err
	}
	frames, behind := r.frames(raw)
	if frames == nil {
		l.unframed.Store(true)
		return nil, nil
	}
	texts, _, err := raw.textsIn(frames, behind, codes)
	return texts, err
}
