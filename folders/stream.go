package folders

import (
	"bytes"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/calypso-kql/calypso/files"
	"github.com/calypso-kql/calypso/ingest"
)

// window is how much of a file is looked at to tell its kind.
const window = 64 << 10

// kindOf tells how a file is read. Until its first line is there it may be
// undecided; what is compressed is decided once it is whole.
func kindOf(path string, r io.ReaderAt) (kind, error) {
	head := make([]byte, window)
	n, err := r.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return undecided, err
	}
	head = head[:n]
	switch {
	case n < 4 && bytes.HasPrefix([]byte("PAR1"), head), len(bytes.TrimSpace(head)) == 0:
		return undecided, nil
	case files.IsParquet(path), bytes.HasPrefix(head, []byte{0xff, 0xfe}), bytes.HasPrefix(head, []byte{0xfe, 0xff}):
		return whole, nil
	case isPacked(head):
		return packed, nil
	}
	return kindOfText(path, head), nil
}

func isPacked(head []byte) bool {
	return bytes.HasPrefix(head, []byte{0x1f, 0x8b}) || ingest.IsZstd(head)
}

// kindOfText tells how text is read that begins with head. Names decide where
// the first line is damaged.
func kindOfText(path string, head []byte) kind {
	if head = bytes.TrimLeft(bytes.TrimPrefix(head, byteOrderMark), " \t\r\n"); len(head) == 0 {
		return undecided
	}
	name := strings.ToLower(filepath.Base(path))
	name = strings.TrimSuffix(strings.TrimSuffix(name, ".gz"), ".zst")
	switch {
	case ingest.Spans(head):
		return whole // whatever it is called
	case strings.HasSuffix(name, ".jsonl"), strings.HasSuffix(name, ".ndjson"), name == "pt1h.json":
		return lines
	case head[0] == '{' && ingest.InLines(head):
		return lines
	}
	return whole
}

var byteOrderMark = []byte("\ufeff")

// A stream is the bytes of a file, unpacked.
type stream struct {
	io.Reader
	close func()
}

// openStream opens a file that is read by lines at an offset of its bytes, or of
// what they unpack to. It leaves the file's own position alone.
func openStream(r *os.File, k kind, offset int64) (*stream, error) {
	if k != packed {
		return &stream{io.NewSectionReader(r, offset, math.MaxInt64-offset), func() {}}, nil
	}
	unpacked, done, err := ingest.Unpack(io.NewSectionReader(r, 0, math.MaxInt64))
	if err != nil {
		return nil, err
	}
	if _, err := io.CopyN(io.Discard, unpacked, offset); err != nil && !errors.Is(err, io.EOF) {
		done()
		return nil, err
	}
	return &stream{unpacked, done}, nil
}

// headOf returns the beginning of a file, unpacked.
func headOf(r *os.File, k kind, n int64) ([]byte, error) {
	s, err := openStream(r, k, 0)
	if err != nil {
		return nil, err
	}
	defer s.close()
	head := make([]byte, n)
	got, err := io.ReadFull(s, head)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil
	}
	return head[:got], err
}

// pieces cuts a stream into pieces at line ends.
type pieces struct {
	r    io.Reader
	rest []byte // of a line that was begun
	err  error  // why there is no more
}

// next returns the next piece of whole lines, of about n bytes. Where there is no
// line end it returns none, and what is left is in rest: err says whether there
// is more of it, io.EOF at the end.
func (p *pieces) next(n int64) []byte {
	if p.err != nil {
		return nil
	}
	buf := slices.Grow(p.rest, int(n))
	p.rest = nil
	got, err := io.ReadFull(p.r, buf[len(buf):len(buf)+int(n)])
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = io.EOF
	}
	buf, p.err = buf[:len(buf)+got], err
	cut := bytes.LastIndexByte(buf, '\n') + 1
	p.rest = slices.Clone(buf[cut:])
	return buf[:cut]
}
