package parquet

import (
	"encoding/binary"
	"errors"
	"io"
)

// ErrTooLarge says that a file has more in it than Options.MaxBytes.
var ErrTooLarge = errors.New("too large")

// A file can say of itself what it likes: some bytes that they are gigabytes. What is
// not known to be whole is looked at before memory is made for it.

// mostItems bounds what a footer tells of: columns, and row groups by columns.
const mostItems = 4 << 20

var errFooter = errors.New("its footer is damaged")

// checkFooter makes sure that the footer is in the file, and that all lists in it are as
// long as they say.
func checkFooter(f io.ReaderAt, size int64) error {
	var end [8]byte
	if size < int64(len(magic)+len(end)) {
		return errFooter
	}
	if _, err := f.ReadAt(end[:], size-int64(len(end))); err != nil {
		return err
	}
	if string(end[4:]) != magic {
		return nil // the library says what is wrong with it
	}
	n := int64(binary.LittleEndian.Uint32(end[:4]))
	if n > size-int64(len(magic)+len(end)) {
		return errFooter
	}
	c := compact{b: make([]byte, n)}
	if _, err := f.ReadAt(c.b, size-int64(len(end))-n); err != nil {
		return err
	}
	c.fields(0, func(int, byte) bool { return false })
	if c.bad || c.structs > mostItems {
		return errFooter
	}
	return nil
}

// spend takes the bytes that a page unpacks to off what the file's pages may have.
func (file *File) spend(unpacked int) error {
	if file.bounded && file.left.Add(-int64(unpacked)) < 0 {
		return ErrTooLarge
	}
	return nil
}

// spendChunk is spend for all pages of a column that the library reads; it counts once.
func (g *group) spendChunk(leaf int) error {
	if !g.file.bounded {
		return nil
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.spent[leaf] {
		return nil
	}
	if g.spent == nil {
		g.spent = map[int]bool{}
	}
	g.spent[leaf] = true
	return g.headers(leaf, func(h pageHeader, _ spot) (bool, error) { return true, g.file.spend(h.unpacked) })
}
