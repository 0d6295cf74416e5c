// Package ingest turns bytes into rows: log files as they leave Microsoft into
// columns of Log Analytics and Defender tables.
//
// Formats are recognised by content: NDJSON, JSON arrays and documents, the
// diagnostic-settings envelope ({"records": […]} or one record per line), answers
// of the query APIs, CSV and TSV exports; gzip and zstd around any of them.
// Records become rows by their category (Entra ID, Defender XDR streaming, any
// other by a general rule) or by the Type of an exported row. The catalog's
// schema decides the types; a table that it does not have gets the types that
// fit its values.
//
// Nothing is dropped silently: a record or a value that cannot be understood is
// counted and reported with file and line, and the rest is loaded. Fields that a
// known table has no column for are kept in its hidden column _Unmapped. Bytes
// that are no UTF-8 are read as U+FFFD.
//
// How it is fast: input is cut into pieces at line ends, which decoders take side
// by side and a loader adds in their order. A record is scanned once, envelope
// and properties together (scan.go, members.go). Keys are expected in the order
// of the record before, and values that come again are recognised, not scanned
// (memo.go). Its members are staged by column (row.go) and go to the cells of
// their columns (cells.go), which number texts for as long as that pays. Where
// rows stay in memory, the pieces are put together into large batches
// (segment.go).
package ingest

import (
	"bufio"
	"context"
	"errors"
	"io"
	"sync"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
)

// Tables says which tables have a known schema. It is safe for concurrent use.
type Tables interface {
	// Schema returns the columns of a table, hidden ones at the end.
	Schema(table string) (s types.Schema, known bool)
}

// A Table is what was loaded for one table.
type Table struct {
	Name    string
	Schema  types.Schema
	Batches []*column.Batch
}

// Options say how input is read.
type Options struct {
	// Tables knows the schemas.
	Tables Tables
	// Workers is the number of goroutines that decode; at least 1.
	Workers int
	// Declared, if not nil, has the columns that other sources have of a table that
	// Tables does not know. Columns of their names get their types, and values that do
	// not read as them are null, and reported. It is asked by Finish.
	Declared func(table string) types.Schema
	// Progress, if not nil, is told how many bytes of input have been read
	// since the last call. It may be called concurrently.
	Progress func(n int)
	// Sink, if not nil, receives the batches of known tables instead of the
	// loader keeping them, in the order of the input: a few hundred rows each.
	// It is called by one goroutine at a time.
	Sink func(table string, s types.Schema, b *column.Batch) error
	// Keep, if not 0, is about how many bytes of the tables that Sink does not get
	// as they come, because their columns have no types yet, may be in memory. When
	// there are more, all of them get the types that fit what there is, and go to
	// Sink; a value that comes later and does not read as its column's type is null
	// then, and reported.
	Keep int64
	// Report, if not nil, is where the loader notes what it reads; loaders may
	// share one.
	Report *Report
	// Grows, if not nil, says which tables take columns that they lack: those for
	// which Tables has the columns that are there so far. Of a table that nobody
	// knows it says whether it will be kept, and grow later.
	Grows func(table string) bool
	// Name, if not nil, says what is wrong with the name of a table. Records for one
	// that has no right name are rejected.
	Name func(table string) error
	// MaxBytes is how large an input may be, unpacked; 0 is no limit. One that is
	// larger ends Read with ErrTooLarge.
	MaxBytes int64
	// MaxValues is how many values the rows that are kept may have, rows by columns,
	// null or not; 0 is no limit. More end Read with an error that wraps ErrTooLarge:
	// records of a few bytes that have nothing in common take far more memory than text.
	MaxValues int64
}

// ErrTooLarge says that an input is larger than it may be.
var ErrTooLarge = errors.New("the input is too large")

// A Loader reads any number of inputs into tables. Read may be called
// concurrently, the other methods when no Read is running.
type Loader struct {
	opt    Options
	report *Report

	buffers buffers

	mu     sync.Mutex
	idle   []*decoder
	tables map[string]*loadedTable
	order  []string
	kept   int64 // bytes of tables that Sink has not got
	values int64 // of all tables that are kept
}

// NewLoader returns an empty loader.
func NewLoader(o Options) *Loader {
	o.Workers = max(1, o.Workers)
	if o.Report == nil {
		o.Report = &Report{}
	}
	return &Loader{opt: o, report: o.Report, tables: map[string]*loadedTable{}}
}

// Report returns what was read so far and what could not be.
func (l *Loader) Report() *Report { return l.report }

// An Input is a stream to read.
type Input struct {
	// Name is the file's name, for the report.
	Name string
	// Into is the table that all records go to; empty to let the records say.
	Into string
	// Base is the table of records that do not say; empty to reject them.
	Base string
	// Lines says that the input is JSON records one a line, neither compressed
	// nor with a byte order mark: a part of a file, cut at line ends.
	Lines  bool
	Reader io.Reader
}

// Read reads one input to its end. What cannot be understood, a torn file
// included, goes into the report; the error is the Sink's or the context's.
func (l *Loader) Read(ctx context.Context, in Input) error {
	defer l.report.fileDone()
	if in.Lines {
		return l.told(in, l.readLines(ctx, in, in.Reader))
	}
	r, closer, err := Unpack(&counting{r: in.Reader, f: l.opt.Progress})
	if err != nil {
		l.report.FileBroken(in.Name, err)
		return nil
	}
	defer closer()
	if l.opt.MaxBytes > 0 {
		r = bufio.NewReaderSize(&bounded{r: r, left: l.opt.MaxBytes}, window)
	}
	return l.told(in, l.read(ctx, in, r))
}

// told puts an error of the input itself into the report.
func (l *Loader) told(in Input, err error) error {
	var broken *brokenInput
	if errors.As(err, &broken) && !errors.Is(err, ErrTooLarge) {
		l.report.FileBroken(in.Name, broken.err)
		return nil
	}
	return err
}

// Finish returns the tables, in the order in which they were first met. The
// loader must not be used afterwards.
func (l *Loader) Finish() []Table {
	l.idle = nil // and with them what they have learnt
	var out []Table
	for _, name := range l.order {
		if t := l.tables[name]; l.opt.Declared != nil && !t.known {
			t.fix(l.opt.Declared(name))
		}
		out = append(out, l.tables[name].finish(name, func(b badValues) { l.report.unreadable("", name, b) }))
		delete(l.tables, name)
	}
	return out
}
