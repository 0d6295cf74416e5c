package parquet

import (
	"errors"
	"hash/crc32"
)

// A Checking is a source that holds what it reads against checksums of its own, some
// whole blocks at a time. The beginning of a page is then good without the rest,
// which its own checksum is of, too.
type Checking interface {
	ReaderAtCloser
	// Grain returns the size of the blocks that are read at least: the file consists
	// of them, but for the last one.
	Grain() int
}

// A rawPage is a page as it is in the file, read as far as it was asked for.
type rawPage struct {
	file   *File
	s      spot
	b      []byte // in borrowed memory, of the page's size
	have   int    // bytes of it that have been read
	header pageHeader
	start  int // where in b the page's own bytes begin, behind the header
}

// raw reads page s: all of it, or the header and what it takes to read that. What it
// returns is to be given back, also with an error.
func (r *pageReader) raw(s spot, whole bool) (*rawPage, error) {
	file := r.g.file
	if s.offset < 0 || s.offset+int64(s.size) > file.size {
		return &rawPage{file: file}, errors.New("page lies outside the file")
	}
	p := &rawPage{file: file, s: s, b: file.memory.take(s.size)}
	if !whole && file.grain > 0 {
		if err := p.upTo(min(headerBytes, s.size)); err != nil {
			return p, err
		}
		if p.parse() == nil {
			return p, nil
		}
	}
	return p, p.readAll()
}

// giveBack ends the life of what has been read.
func (p *rawPage) giveBack() { p.file.memory.give(p.b) }

// readAll reads the whole page and checks it.
func (p *rawPage) readAll() error {
	if err := p.upTo(p.s.size); err != nil {
		return err
	}
	if err := p.parse(); err != nil {
		return err
	}
	if h := &p.header; h.hasCRC && h.crc != 0 && crc32.ChecksumIEEE(p.body()) != h.crc {
		return errors.New("page is damaged: its checksum differs")
	}
	return nil
}

func (p *rawPage) parse() error {
	h, n, err := parsePageHeader(p.b[:p.have])
	if err != nil {
		return err
	}
	if h.packed > len(p.b)-n {
		return errors.New("page is torn")
	}
	p.header, p.start = h, n
	return nil
}

// body returns the page's bytes behind its header, of which only some may have been
// read.
func (p *rawPage) body() []byte { return p.b[p.start : p.start+p.header.packed] }

// need reads the body's bytes before n.
func (p *rawPage) need(n int) error { return p.upTo(min(p.start+n, len(p.b))) }

// upTo reads the page's bytes before n, and those behind them up to the end of the
// source's block: they cost nothing more.
func (p *rawPage) upTo(n int) error {
	if n <= p.have {
		return nil
	}
	if grain := int64(p.file.grain); grain > 0 {
		end := (p.s.offset + int64(n) + grain - 1) / grain * grain
		n = int(min(end-p.s.offset, int64(len(p.b))))
	}
	if _, err := p.file.f.ReadAt(p.b[p.have:n], p.s.offset+int64(p.have)); err != nil {
		return err
	}
	p.have = n
	return nil
}
