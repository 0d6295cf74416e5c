// Package parquet reads and writes tables as Apache Parquet files.
//
// A [File] is a plan.Source. It reads no more than a query needs: row groups
// and pages whose statistics or Bloom filters exclude every wanted row are
// skipped, and columns are lazy, so that after a filter only the pages that
// hold surviving rows are decoded. Dictionaries of the file stay dictionaries
// in memory.
//
// The decoding of pages rests on github.com/parquet-go/parquet-go, read page by
// page (see docs/decisions). Nested columns are read as dynamic values.
package parquet

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"

	pq "github.com/parquet-go/parquet-go"

	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// Options say how a file is read.
type Options struct {
	// Declared gives columns the types that a catalog knows for them, by name,
	// and marks hidden ones; text is then read as dynamic, guid, datetime and so
	// on. Columns that the file lacks are not added.
	Declared types.Schema
	// Keep decodes columns whole when they are first needed and keeps them in
	// memory: slower for one query, much faster for those that follow.
	Keep bool
	// Index, if not nil, is asked where rows that a query wants may be, besides
	// the file's own statistics.
	Index Index
	// MaxBytes bounds what the pages that are read unpack to, in all: beyond that,
	// reading ends with ErrTooLarge. 0 is no limit.
	MaxBytes int64
}

// An Index knows of text in a file what its statistics don't. It is safe for
// concurrent use.
type Index interface {
	// Rows returns the rows of the file outside of which none fulfils the hint on
	// a column of text or of dynamic values: ranges in ascending order that do not
	// touch. It is !ok if the index does not say.
	Rows(column string, h plan.Hint) (ranges []Range, ok bool)
}

// A Range is rows of a file from From up to, not including, To.
type Range struct{ From, To int }

// A File is a Parquet file opened for reading. It is safe for concurrent use.
type File struct {
	path   string
	f      ReaderAtCloser
	pf     *pq.File
	schema types.Schema
	fields []field
	// skipped says which columns can't be read.
	skipped []string
	groups  []*group
	size    int64
	grain   int // of f, if it is a Checking; 0 otherwise
	memory  memory
	dicts   dictCache
	index   Index
	// inflaters has decoders that can stop early.
	inflaters sync.Pool
	block     atomic.Int64 // see blockSize; 0 if nothing is known
	// left is how many bytes pages may still unpack to, if that is bounded.
	bounded bool
	left    atomic.Int64
}

// A field is a column of the file.
type field struct {
	name string     // in the file
	leaf int        // index of the column chunk, of the first one if it is nested
	from physical   // how the file stores it
	own  types.Type // what is decoded of it
	to   types.Type // what the query sees: own, or converted from it
	// nested is how a nested column is put together; nil for a flat one.
	nested *node
}

// Open opens the file at path. A file that is torn or not Parquet is an error
// with its name.
func Open(path string, o Options) (*File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	st, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, err
	}
	return OpenReader(f, st.Size(), path, o)
}

// A ReaderAtCloser is an opened file. ReadAt may be called concurrently.
type ReaderAtCloser interface {
	io.ReaderAt
	io.Closer
}

// OpenReader is Open for a file of size bytes that has been opened already: by a
// reader that checks what it reads, for one. path is its name in errors. The
// File closes f; after an error f is closed.
func OpenReader(f ReaderAtCloser, size int64, path string, o Options) (*File, error) {
	file, err := open(f, size, path, o)
	if err != nil {
		f.Close()
		return nil, err
	}
	return file, nil
}

func open(f ReaderAtCloser, size int64, path string, o Options) (file *File, err error) {
	defer recovered(path, &err)
	checking, isChecking := f.(Checking)
	if !isChecking {
		if err := checkFooter(f, size); err != nil {
			return nil, fmt.Errorf("%s: not a whole Parquet file: %w", path, err)
		}
	}
	pf, err := pq.OpenFile(f, size, pq.SkipPageIndex(true), pq.ReadBufferSize(1<<16))
	if err != nil {
		return nil, fmt.Errorf("%s: not a whole Parquet file: %w", path, err)
	}
	file = &File{path: path, f: f, pf: pf, size: size, index: o.Index, bounded: o.MaxBytes > 0}
	file.left.Store(o.MaxBytes)
	if isChecking {
		file.grain = checking.Grain()
	}
	leaf := 0
	for _, c := range pf.Root().Columns() {
		file.addField(c, leaf, o.Declared)
		leaf += leavesOf(c)
	}
	hiddenLast(file)
	for i := range pf.RowGroups() {
		file.groups = append(file.groups, newGroup(file, i, o.Keep))
	}
	return file, nil
}

// Metadata returns the text that the file keeps under a key.
func (file *File) Metadata(key string) (text string, ok bool) { return file.pf.Lookup(key) }

// addField adds a column of the file, whose first leaf is given, with its declared
// type, or the type that the file itself says. A column that can't be read is left
// out, and noted.
func (file *File) addField(c *pq.Column, leaf int, declared types.Schema) {
	f := field{name: c.Name(), leaf: leaf, own: types.Dynamic}
	var err error
	if c.Leaf() && !c.Repeated() {
		f.from, f.own, err = physicalOf(c)
	} else {
		f.nested, err = nodeOf(c, 0, 0, 0)
	}
	if err != nil {
		file.skip(c, err.Error())
		return
	}
	col := types.Column{Name: f.name, Type: f.own}
	if kind, ok := file.pf.Lookup(typeKey(f.name)); ok && f.nested == nil {
		if t, known := types.Lookup(kind); known && f.from.reads(t) {
			col.Type, f.own = t, t
		}
	}
	if i := declared.Index(f.name); i >= 0 {
		col = declared.Columns[i]
	}
	if f.nested == nil && f.from.reads(col.Type) {
		f.own = col.Type
	}
	f.to = col.Type
	file.schema.Columns = append(file.schema.Columns, col)
	file.fields = append(file.fields, f)
}

// leavesOf returns the number of leaves of c.
func leavesOf(c *pq.Column) int {
	if c.Leaf() {
		return 1
	}
	n := 0
	for _, child := range c.Columns() {
		n += leavesOf(child)
	}
	return n
}

func (file *File) skip(c *pq.Column, why string) {
	file.skipped = append(file.skipped, fmt.Sprintf("column %s is not read: %s", c.Name(), why))
}

// Skipped says which columns of the file are not read, and why.
func (file *File) Skipped() []string { return file.skipped }

// hiddenLast moves hidden columns behind the visible ones.
func hiddenLast(file *File) {
	var cols []types.Column
	var fields []field
	for _, hidden := range []bool{false, true} {
		for i, c := range file.schema.Columns {
			if c.Hidden == hidden {
				cols, fields = append(cols, c), append(fields, file.fields[i])
			}
		}
	}
	file.schema.Columns, file.fields = cols, fields
}

// typeKey is the key of the file's metadata that holds a column's KQL type,
// where Parquet has no type of its own for it.
func typeKey(column string) string { return "kql.type." + column }

// Schema implements plan.Source.
func (file *File) Schema() types.Schema { return file.schema }

// Rows implements plan.Sizer.
func (file *File) Rows() int64 { return file.pf.NumRows() }

// Close closes the file. No reader of it may be used afterwards.
func (file *File) Close() error { return file.f.Close() }

// recovered turns a panic of the Parquet library over damaged data into an
// error: the library trusts its input in places, and a hostile file must not
// end the process.
func recovered(path string, err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("%s: damaged Parquet file: %v", path, r)
	}
}

// eof reports whether err is the end of a chunk's pages.
func eof(err error) bool { return errors.Is(err, io.EOF) }
