package ingest

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"sync"
	"unsafe"
)

// A piece is a part of a file that is decoded on its own.
type piece struct {
	text     []byte
	line     int // of its first byte, from 1; 0 until the pieces before it say
	lines    int // line ends in the text, once it has been decoded
	parts    []part
	rejected []rejection
}

// beginAt says at which line the piece begins, after it has been decoded as if at
// line 0, and returns the line behind it.
func (p *piece) beginAt(line int) int {
	for i := range p.rejected {
		p.rejected[i].line += line
	}
	for _, t := range p.parts {
		for i := range t.bad {
			t.bad[i].line += line
		}
	}
	p.line = line
	return line + p.lines
}

// A rejection is a record that could not be understood.
type rejection struct {
	line int
	err  error
}

// pieceSize is large enough for what is done once a piece not to count, and small
// enough for a few pieces to be in memory.
const pieceSize = 4 << 20

// maxRecord bounds a line, and a document that is not written in lines, in
// bytes.
const maxRecord = 1 << 30

// splitLines cuts r into pieces at line ends and calls yield for each, which owns
// it then. A record that spans lines stays whole only if everything is one
// document: see readDocument.
func splitLines(r io.Reader, pool *buffers, yield func(*piece) error) error {
	buf, size := pool.take(firstRead), firstRead
	for {
		var err error
		before := len(buf) // no line ends there
		buf, err = fill(r, buf, size)
		atEnd := errors.Is(err, io.EOF)
		size = pieceSize
		cut := len(buf)
		if !atEnd {
			if cut = bytes.LastIndexByte(buf[before:], '\n') + 1; cut > 0 {
				cut += before
			}
		}
		if cut == 0 && !atEnd && err == nil && len(buf) < maxRecord {
			continue // no line end yet: read on
		}
		if cut == 0 {
			cut = len(buf)
		}
		var next []byte
		if !atEnd && err == nil {
			next = append(pool.take(size+len(buf)-cut), buf[cut:]...)
		}
		if cut > 0 {
			if yerr := yield(&piece{text: buf[:cut]}); yerr != nil {
				return yerr
			}
		}
		if atEnd {
			return nil
		}
		if err != nil {
			return err // what came before it has been decoded
		}
		buf = next
	}
}

// firstRead is what is read of a file before more memory is taken for it: logs
// in storage accounts are many small files.
const firstRead = 64 << 10

// fill reads up to n more bytes behind those of buf. The error is io.EOF where r
// ends before that.
func fill(r io.Reader, buf []byte, n int) ([]byte, error) {
	from := len(buf)
	buf = slices.Grow(buf, n)
	k, err := io.ReadFull(r, buf[from:from+n])
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = io.EOF
	}
	return buf[:from+k], err
}

// buffers lends memory for pieces, small or large.
type buffers struct{ small, large sync.Pool }

// take returns no bytes, with room for n.
func (b *buffers) take(n int) []byte {
	pool := &b.large
	if n <= firstRead {
		pool = &b.small
	}
	if got, ok := pool.Get().(*[]byte); ok && cap(*got) >= n {
		return (*got)[:0]
	}
	if n > firstRead {
		n += n / 16 // for the beginning of a record that the next one has
	}
	return make([]byte, 0, n)
}

func (b *buffers) give(buf []byte) {
	switch {
	case cap(buf) > 2*pieceSize: // of a record beyond measure
	case cap(buf) > 2*firstRead:
		b.large.Put(&buf)
	default:
		b.small.Put(&buf)
	}
}

// InLines reports whether JSON text is written one record per line, judging by the
// first line: it holds a whole value, or nothing can be said.
func InLines(head []byte) bool {
	head = bytes.TrimLeft(head, " \t\r\n")
	line, _, cut := bytes.Cut(head, []byte{'\n'})
	if !cut {
		return len(head) > 0 && head[0] == '{'
	}
	line = bytes.TrimSpace(line)
	return len(line) > 1 && (line[0] == '{' && line[len(line)-1] == '}')
}

// Spans reports whether JSON text begins with a value that goes on behind its first
// line, as records do that were written to be read. A line that is damaged does not.
func Spans(head []byte) bool {
	text := string(bytes.TrimLeft(head, " \t\r\n"))
	end, _, ok := (&scanner{text: text}).value(0)
	return ok && strings.Contains(text[:end], "\n")
}

// AreWhole reports whether text is JSON values that end, and nothing else.
func AreWhole(text string) bool {
	sc := scanner{text: text}
	for i := sc.skip(0); i < len(text); i = sc.skip(i) {
		var ok bool
		if i, _, ok = sc.value(i); !ok {
			return false
		}
	}
	return true
}

// peek returns the beginning of r without consuming it. The error is why there
// is no more of it, io.EOF not being one.
func peek(r *bufio.Reader) ([]byte, error) {
	head, err := r.Peek(window)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return head, err
}

// str returns b as a string without copying. b is not written to afterwards,
// and what is kept of it is copied.
func str(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
