package parquet

import (
	"fmt"
	"io"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go/format"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
)

const (
	// groupRows is the number of rows of the row groups written: large enough
	// for dictionaries to pay, small enough to be decoded into the cache.
	groupRows = 1 << 17
	// groupBytes bounds what is kept of a row group until it is written.
	groupBytes = 64 << 20
	// windowBytes is how far back the compression looks: a page. More would be
	// memory that is never used, for each goroutine that compresses.
	windowBytes = 1 << 20
)

// A Writer writes batches of one schema as a Parquet file: zstd, dictionaries
// where values repeat, differences of integers where these are small, checksums, page index, statistics, and Bloom filters on
// the columns named. Datetimes are UTC timestamps in nanoseconds, dynamic values
// are JSON, timespans are ticks and decimals text; the file's metadata keeps the
// KQL types.
//
// What is written depends on the rows alone, not on how they are cut into
// batches nor on the form of their columns. A row group is kept in memory,
// compressed, until it has its rows or takes too much room. The first error, a full disk for example, is
// returned by every call that follows: what has been written is no Parquet file
// then. A Writer is for one goroutine.
type Writer struct {
	out    output
	schema types.Schema
	cols   []*columnWriter
	o      WriterOptions
	rows   int // of the row group being filled
	total  int64
	groups []writtenGroup
	closed bool
}

// WriterOptions say how a file is written.
type WriterOptions struct {
	// Bloom names text columns that get a Bloom filter: identifiers that
	// queries look up.
	Bloom []string
	// Micros names datetime columns that are written in microseconds, because
	// they have values before 1678 or after 2262. Such values are an error
	// elsewhere.
	Micros []string
	// Workers is the number of goroutines that encode columns; at least 1.
	Workers int
	// Metadata, if not nil, is asked at the end for a text that the file keeps
	// under its key; [File.Metadata] returns it.
	Metadata func() (key, text string)
}

// NewWriter returns a writer of rows of schema s to w. Close finishes the file.
func NewWriter(w io.Writer, s types.Schema, o WriterOptions) (*Writer, error) {
	o.Workers = max(1, o.Workers)
	z, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(level), zstd.WithEncoderConcurrency(o.Workers), zstd.WithWindowSize(windowBytes), zstd.WithEncoderCRC(false), zstd.WithZeroFrames(true),
		zstd.WithAllLitEntropyCompression(true)) // random hexadecimal digits, of identifiers, have no matches and fewer than 8 bits each
	if err != nil {
		return nil, err
	}
	out := &Writer{out: output{w: w}, schema: s, o: o}
	for _, c := range s.Columns {
		st := storageOf(c, slices.Contains(o.Micros, c.Name))
		out.cols = append(out.cols, newColumnWriter(c.Name, st, z, c.Type == types.String && slices.Contains(o.Bloom, c.Name)))
	}
	out.out.write([]byte(magic))
	return out, out.out.err
}

// level is the least work: on sign-ins the next level makes the whole ingest take an
// eighth longer, for a hundredth of the size.
const level = zstd.SpeedFastest

// magic begins and ends a Parquet file.
const magic = "PAR1"

// Write adds the rows of b, whose columns are those of the schema. It keeps b's
// text until the row group is written.
func (w *Writer) Write(b *column.Batch) error {
	if w.out.err == nil && w.closed {
		w.out.err = fmt.Errorf("parquet: write after close")
	}
	for from := 0; from < b.Len() && w.out.err == nil; {
		to := min(b.Len(), from+groupRows-w.rows)
		w.out.err = w.each(func(i int) error {
			c, err := b.Column(i)
			if err == nil {
				err = w.cols[i].add(c, from, to)
			}
			if err != nil {
				return fmt.Errorf("column %s: %w", w.schema.Columns[i].Name, err)
			}
			return nil
		})
		w.rows += to - from
		w.total += int64(to - from)
		from = to
		if w.rows == groupRows || w.Held() > groupBytes {
			w.flush()
		}
	}
	return w.out.err
}

// each calls f for every column, on as many goroutines as are allowed, and
// returns an error of them.
func (w *Writer) each(f func(i int) error) error {
	workers := min(w.o.Workers, len(w.cols))
	if workers <= 1 {
		for i := range w.cols {
			if err := f(i); err != nil {
				return err
			}
		}
		return nil
	}
	var next atomic.Int64
	errs := make([]error, workers)
	var wg sync.WaitGroup
	for k := range workers {
		wg.Go(func() {
			for errs[k] == nil {
				i := int(next.Add(1)) - 1
				if i >= len(w.cols) {
					return
				}
				errs[k] = f(i)
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// Held returns how many bytes of rows, compressed or not, are in memory until the
// row group is written.
func (w *Writer) Held() int {
	n := 0
	for _, c := range w.cols {
		n += c.held()
	}
	return n
}

// Flush writes what is in memory as a row group, however small.
func (w *Writer) Flush() error {
	if w.out.err == nil && w.closed {
		w.out.err = fmt.Errorf("parquet: write after close")
	}
	w.flush()
	return w.out.err
}

// flush writes the row group.
func (w *Writer) flush() {
	if w.rows == 0 || w.out.err != nil {
		return
	}
	if w.out.err = w.each(func(i int) error { w.cols[i].finishPage(); return nil }); w.out.err != nil {
		return
	}
	g := writtenGroup{group: format.RowGroup{NumRows: int64(w.rows), FileOffset: w.out.at, Ordinal: int16(len(w.groups))}}
	for _, c := range w.cols {
		g.add(c.write(&w.out))
	}
	for i, c := range w.cols {
		c.writeBloom(&w.out, &g.group.Columns[i].MetaData)
		c.reset()
	}
	w.groups = append(w.groups, g)
	w.rows = 0
}

// Close writes what is left and the footer. It does not close the io.Writer.
func (w *Writer) Close() error {
	if w.closed {
		return w.out.err
	}
	w.flush()
	w.closed = true
	w.footer()
	return w.out.err
}

// An output counts what it writes and keeps the first error.
type output struct {
	w   io.Writer
	at  int64
	err error
}

func (o *output) write(b []byte) {
	if o.err != nil {
		return
	}
	n, err := o.w.Write(b)
	o.at += int64(n)
	o.err = err
}
