package store

import (
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"sync"
)

// sumBlock is the number of bytes of a segment that one checksum covers.
const sumBlock = 1 << 16

// A summer writes to a file, if it has one, and keeps the CRC-32C of each block
// of it.
type summer struct {
	f    *os.File
	sums []byte // four bytes a block
	rest []byte // the beginning of a block that is not full
	n    int64
}

func (s *summer) Write(p []byte) (int, error) {
	n := len(p)
	var err error
	if s.f != nil {
		n, err = s.f.Write(p)
	}
	p = p[:n]
	s.n += int64(n)
	for len(p) > 0 {
		take := min(len(p), sumBlock-len(s.rest))
		s.rest = append(s.rest, p[:take]...)
		p = p[take:]
		if len(s.rest) == sumBlock {
			s.block()
		}
	}
	return n, err
}

func (s *summer) block() {
	s.sums = binary.LittleEndian.AppendUint32(s.sums, checksum(s.rest))
	s.rest = s.rest[:0]
}

// finish returns the checksums of the whole file.
func (s *summer) finish() []byte {
	if len(s.rest) > 0 {
		s.block()
	}
	return s.sums
}

// checked is a segment's file that is only read in whole blocks, each held
// against its checksum on every read: a byte that has changed on the disk, or on
// the way from it, is an error and never data.
type checked struct {
	f    *os.File
	size int64
	sums []byte
	// edges has memory for blocks of which only some bytes are wanted, *[sumBlock]byte.
	edges sync.Pool
}

// ReadAt implements io.ReaderAt.
func (c *checked) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 || off >= c.size {
		return 0, io.EOF
	}
	want := p[:min(int64(len(p)), c.size-off)]
	n, err := c.read(want, off)
	if err == nil && n < len(p) {
		err = io.EOF
	}
	return n, err
}

// read fills p. Whole blocks are read in place, the two at the edges elsewhere.
func (c *checked) read(p []byte, off int64) (int, error) {
	n := len(p)
	for len(p) > 0 {
		first := off / sumBlock
		from := first * sumBlock
		inPlace := len(p) / sumBlock * sumBlock
		if off+int64(len(p)) == c.size {
			inPlace = len(p) // the last block, which is shorter, too
		}
		if off == from && inPlace > 0 {
			if err := c.blocks(p[:inPlace], first); err != nil {
				return 0, err
			}
			p, off = p[inPlace:], off+int64(inPlace)
			continue
		}
		edge, ok := c.edges.Get().(*[sumBlock]byte)
		if !ok {
			edge = new([sumBlock]byte)
		}
		block := edge[:min(sumBlock, c.size-from)]
		if err := c.blocks(block, first); err != nil {
			return 0, err
		}
		done := copy(p, block[off-from:])
		c.edges.Put(edge)
		p, off = p[done:], off+int64(done)
	}
	return n, nil
}

// blocks reads whole blocks and holds each against its checksum.
func (c *checked) blocks(b []byte, first int64) error {
	if _, err := c.f.ReadAt(b, first*sumBlock); err != nil && err != io.EOF {
		return fmt.Errorf("%s: %w", c.f.Name(), err)
	}
	for i := first; len(b) > 0; i++ {
		block := b[:min(sumBlock, len(b))]
		if got, want := checksum(block), c.sum(i); got != want {
			return &DamageError{File: c.f.Name(), What: fmt.Sprintf("checksum of bytes %d to %d is %08x, want %08x",
				i*sumBlock, i*sumBlock+int64(len(block))-1, got, want)}
		}
		b = b[len(block):]
	}
	return nil
}

// Grain implements parquet.Checking.
func (c *checked) Grain() int { return sumBlock }

func (c *checked) sum(block int64) uint32 { return binary.LittleEndian.Uint32(c.sums[4*block:]) }

// Close implements io.Closer.
func (c *checked) Close() error { return c.f.Close() }

// A DamageError says what of a file is not as it was written.
type DamageError struct {
	File string
	What string
}

// Error implements error.
func (e *DamageError) Error() string { return e.File + ": damaged: " + e.What }
