package external

import (
	"archive/zip"
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/klauspost/compress/gzip"
)

// A textFile is the text of a file, decompressed.
type textFile struct {
	*bufio.Reader
	file io.Closer
}

// openText opens a file and unwraps gzip and zip, which it tells by content. The
// files of an archive follow one another, each on lines of its own.
func openText(path string) (*textFile, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	r, err := unwrap(f)
	if err != nil {
		f.Close()
		return nil, err
	}
	return newText(r, f), nil
}

// newText reads r, without a byte order mark; file is closed with it.
func newText(r io.Reader, file io.Closer) *textFile {
	t := &textFile{bufio.NewReaderSize(&limited{r: r, left: maxBytes}, 64<<10), file}
	if head, _ := t.Peek(3); bytes.Equal(head, []byte("\ufeff")) {
		_, _ = t.Discard(3) // they were there to be peeked at
	}
	return t
}

func (t *textFile) close() error { return t.file.Close() }

func unwrap(f *os.File) (io.Reader, error) {
	var head [4]byte
	n, err := f.ReadAt(head[:], 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	switch {
	case bytes.HasPrefix(head[:n], []byte{0x1f, 0x8b}):
		return gzip.NewReader(f)
	case bytes.Equal(head[:n], []byte("PK\x03\x04")):
		info, err := f.Stat()
		if err != nil {
			return nil, err
		}
		z, err := zip.NewReader(f, info.Size())
		if err != nil {
			return nil, err
		}
		return &archive{files: z.File}, nil
	}
	return f, nil
}

// An archive reads the files of a zip archive, with a line's end between them.
type archive struct {
	files []*zip.File
	open  io.ReadCloser
	last  byte
}

func (a *archive) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for {
		if a.open == nil {
			if len(a.files) == 0 {
				return 0, io.EOF
			}
			f := a.files[0]
			a.files = a.files[1:]
			if f.FileInfo().IsDir() {
				continue
			}
			var err error
			if a.open, err = f.Open(); err != nil {
				return 0, err
			}
			if a.last != 0 && a.last != '\n' {
				p[0], a.last = '\n', '\n'
				return 1, nil
			}
		}
		n, err := a.open.Read(p)
		if n > 0 {
			a.last = p[n-1]
			return n, nil
		}
		if err != nil {
			a.open.Close()
			a.open = nil
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return 0, err
		}
	}
}

// limited fails where a file goes on after the limit.
type limited struct {
	r    io.Reader
	left int64
}

func (l *limited) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return 0, fmt.Errorf("the file has more than %d MiB: ingest it and query its table", maxBytes>>20)
	}
	return n, err
}
