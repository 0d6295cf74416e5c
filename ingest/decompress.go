package ingest

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf16"

	kgzip "github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// window is how much of a stream is looked at to tell its format. Reads of whole
// pieces go past it, and logs in storage accounts are many small files.
const window = 64 << 10

// Unpack unwraps gzip and zstd, and UTF-16 and byte order marks of text. The
// function that it returns gives back what the decoder holds.
func Unpack(r io.Reader) (*bufio.Reader, func(), error) {
	br := bufio.NewReaderSize(r, window)
	head, _ := br.Peek(4)
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		z, err := kgzip.NewReader(br)
		if err != nil {
			return nil, nil, fmt.Errorf("gzip: %w", err)
		}
		return plainText(named{z, "gzip"}), func() { z.Close() }, nil
	case IsZstd(head):
		z, err := zstd.NewReader(br, zstd.WithDecoderMaxMemory(1<<30))
		if err != nil {
			return nil, nil, fmt.Errorf("zstd: %w", err)
		}
		return plainText(named{z, "zstd"}), z.Close, nil
	}
	return plainText(br), func() {}, nil
}

// IsZstd reports whether head begins a zstd stream: a frame, or one to skip, which
// parallel compressors write first.
func IsZstd(head []byte) bool {
	return bytes.HasPrefix(head, []byte{0x28, 0xb5, 0x2f, 0xfd}) || len(head) >= 4 && head[0]&0xf0 == 0x50 && bytes.Equal(head[1:4], []byte{0x2a, 0x4d, 0x18})
}

// plainText drops a byte order mark and turns UTF-16 into UTF-8.
func plainText(r io.Reader) *bufio.Reader {
	br := bufio.NewReaderSize(r, window)
	head, _ := br.Peek(3)
	switch {
	case bytes.HasPrefix(head, []byte{0xef, 0xbb, 0xbf}):
		br.Discard(3)
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}):
		br.Discard(2)
		return bufio.NewReaderSize(&utf16Reader{r: br}, window)
	case bytes.HasPrefix(head, []byte{0xfe, 0xff}):
		br.Discard(2)
		return bufio.NewReaderSize(&utf16Reader{r: br, big: true}, window)
	}
	return br
}

// named says which compression an error is of: a torn gzip file is known by
// that.
type named struct {
	r    io.Reader
	name string
}

func (n named) Read(p []byte) (int, error) {
	k, err := n.r.Read(p)
	if err != nil && err != io.EOF {
		if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, gzip.ErrChecksum) {
			return k, fmt.Errorf("torn %s stream: %w", n.name, errTorn)
		}
		return k, errors.New(n.name + ": " + strings.TrimPrefix(err.Error(), n.name+": "))
	}
	return k, err
}

var errTorn = errors.New("the file ends early or its checksum is wrong")

type utf16Reader struct {
	r    *bufio.Reader
	big  bool
	text []byte
}

func (u *utf16Reader) Read(p []byte) (int, error) {
	for len(u.text) == 0 {
		r, err := u.unit()
		if err != nil {
			return 0, err
		}
		if utf16.IsSurrogate(r) {
			low, err := u.unit()
			if err != nil {
				return 0, err
			}
			r = utf16.DecodeRune(r, low)
		}
		u.text = append(u.text[:0], string(r)...)
	}
	n := copy(p, u.text)
	u.text = u.text[n:]
	return n, nil
}

func (u *utf16Reader) unit() (rune, error) {
	var b [2]byte
	if _, err := io.ReadFull(u.r, b[:]); err != nil {
		return 0, err
	}
	if u.big {
		b[0], b[1] = b[1], b[0]
	}
	return rune(b[0]) | rune(b[1])<<8, nil
}

// counting reports how much was read.
type counting struct {
	r io.Reader
	f func(int)
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	if c.f != nil && n > 0 {
		c.f(n)
	}
	return n, err
}

// bounded ends with ErrTooLarge where more than left bytes are read.
type bounded struct {
	r    io.Reader
	left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, ErrTooLarge
	}
	return n, err
}
