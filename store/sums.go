package store

import (
	"encoding/binary"
	"fmt"
	"io"
	"os"
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

func (c *checked) read(p []byte, off int64) (int, error) {
	first, end := off/sumBlock, (off+int64(len(p))+sumBlock-1)/sumBlock
	from, to := first*sumBlock, min(end*sumBlock, c.size)
	// Whole blocks are read in place; the edges need room of their own.
	buf := p
	if from != off || to != off+int64(len(p)) {
		buf = make([]byte, to-from)
	}
	if _, err := c.f.ReadAt(buf, from); err != nil && err != io.EOF {
		return 0, fmt.Errorf("%s: %w", c.f.Name(), err)
	}
	for b := first; b < end; b++ {
		block := buf[(b-first)*sumBlock : min((b-first+1)*sumBlock, int64(len(buf)))]
		if got, want := checksum(block), c.sum(b); got != want {
			return 0, &DamageError{File: c.f.Name(), What: fmt.Sprintf("checksum of bytes %d to %d is %08x, want %08x",
				b*sumBlock, b*sumBlock+int64(len(block))-1, got, want)}
		}
	}
	if len(buf) != len(p) {
		copy(p, buf[off-from:])
	}
	return len(p), nil
}

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
