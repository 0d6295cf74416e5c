package parquet

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/calypso-kql/calypso/kql/types"
)

// A FileWriter writes a Parquet file that appears under its name only when it is
// whole: until Close it is beside it, under a name with ".partial" behind. Close
// or Abort must be called.
type FileWriter struct {
	*Writer
	path string
	f    *os.File
	buf  *bufio.Writer
	done bool
}

// partial is behind the name of a file that is being written.
const partial = ".partial"

// Create returns a writer of rows of schema s to a new file at path, which
// replaces one that is there. Errors of writing name the file.
func Create(path string, s types.Schema, o WriterOptions) (*FileWriter, error) {
	f, err := os.Create(path + partial)
	if err != nil {
		return nil, err
	}
	buf := bufio.NewWriterSize(f, 1<<18)
	w, err := NewWriter(buf, s, o)
	if err != nil {
		f.Close()
		os.Remove(f.Name())
		return nil, err
	}
	return &FileWriter{Writer: w, path: path, f: f, buf: buf}, nil
}

// Close finishes the file, waits until the disk has it, and gives it its name.
// After an error, such as a full disk, there is no file, and one that was there
// before is as it was. Only the first call does something.
func (w *FileWriter) Close() error {
	if w.done {
		return nil
	}
	w.done = true
	err := w.Writer.Close()
	if err == nil {
		err = w.buf.Flush()
	}
	if err == nil {
		err = w.f.Sync()
	}
	if cerr := w.f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(w.f.Name(), w.path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("write %s: %w", w.path, err), os.Remove(w.f.Name()))
	}
	return syncFolder(filepath.Dir(w.path))
}

// Abort gives the file up; it does nothing after Close.
func (w *FileWriter) Abort() {
	if !w.done {
		w.done = true
		w.f.Close()
		os.Remove(w.f.Name())
	}
}

// syncFolder makes the name of a new file as durable as its content.
func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	err = d.Sync()
	return errors.Join(err, d.Close())
}
