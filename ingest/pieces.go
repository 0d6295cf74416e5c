package ingest

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"slices"
	"unsafe"
)

// A piece is a part of a file that is decoded on its own.
type piece struct {
	text     []byte
	line     int // of its first byte, from 1
	rows     []*rows
	rejected []rejection
}

// A rejection is a record that could not be understood.
type rejection struct {
	line int
	err  error
}

// pieceSize is large enough for dictionaries to pay and small enough for a few
// pieces to be in memory.
const pieceSize = 16 << 20

// maxRecord bounds a line, and a document that is not written in lines, in
// bytes.
const maxRecord = 1 << 30

// splitLines cuts r into pieces at line ends and calls yield for each. A record
// that spans lines stays whole only if everything is one document: see whole.
func splitLines(r io.Reader, line int, yield func(*piece) error) error {
	var rest []byte
	for {
		buf, err := readPiece(r, rest)
		atEnd := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
		cut := len(buf)
		if !atEnd {
			cut = bytes.LastIndexByte(buf, '\n') + 1
		}
		if cut == 0 && !atEnd && err == nil && len(buf) < maxRecord {
			rest = buf // no line end yet: read on
			continue
		}
		if cut == 0 {
			cut = len(buf)
		}
		if cut > 0 {
			if yerr := yield(&piece{text: buf[:cut], line: line}); yerr != nil {
				return yerr
			}
		}
		line += bytes.Count(buf[:cut], []byte{'\n'})
		rest = buf[cut:]
		if atEnd {
			return nil
		}
		if err != nil {
			return err // what came before it has been decoded
		}
	}
}

// firstRead is what is read of a file before more memory is taken for it: logs
// in storage accounts are many small files.
const firstRead = 64 << 10

// readPiece reads up to pieceSize more bytes behind rest, which it copies. The
// error is io.EOF or io.ErrUnexpectedEOF where r ends before that.
func readPiece(r io.Reader, rest []byte) ([]byte, error) {
	size := firstRead
	if len(rest) > 0 {
		size = pieceSize // there was a piece before it
	}
	buf := make([]byte, len(rest), len(rest)+size)
	copy(buf, rest)
	for {
		n, err := io.ReadFull(r, buf[len(buf):len(rest)+size])
		buf = buf[:len(buf)+n]
		if err != nil || size == pieceSize {
			return buf, err
		}
		size = min(4*size, pieceSize)
		buf = slices.Grow(buf, len(rest)+size-len(buf))
	}
}

// inLines reports whether JSON text is written one record a line, judging by the
// first line: it holds a whole value, or nothing can be said.
func inLines(head []byte) bool {
	head = bytes.TrimLeft(head, " \t\r\n")
	line, _, cut := bytes.Cut(head, []byte{'\n'})
	if !cut {
		return len(head) > 0 && head[0] == '{'
	}
	line = bytes.TrimSpace(line)
	return len(line) > 1 && (line[0] == '{' && line[len(line)-1] == '}')
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
