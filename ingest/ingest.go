// Package ingest turns bytes into rows: log files as they leave Microsoft into
// columns of Log Analytics and Defender tables.
//
// Formats are recognised by content: NDJSON, JSON arrays and documents, the
// diagnostic-settings envelope ({"records": […]} or one record a line), answers
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
	"bytes"
	"context"
	"errors"
	"fmt"
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
	// Base is the table of records that do not say.
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

// brokenInput is an error of the input itself, after which other files go on.
type brokenInput struct{ err error }

func (b *brokenInput) Error() string { return b.err.Error() }

func (b *brokenInput) Unwrap() error { return b.err }

func (l *Loader) read(ctx context.Context, in Input, r *bufio.Reader) error {
	line := 1
	head, err := peek(r)
	for len(head) == window && len(bytes.TrimSpace(head)) == 0 {
		line += bytes.Count(head, []byte{'\n'})
		if _, err := r.Discard(len(head)); err != nil {
			return broken(err)
		}
		head, err = peek(r)
	}
	c := first(head)
	switch {
	case len(bytes.TrimSpace(head)) == 0:
		return broken(err) // an empty file is an empty table
	case c == '{' && InLines(head):
		return l.readLinesFrom(ctx, in, r, line)
	case c == '{' || c == '[':
		p, err := readDocument(r)
		p.line = line
		added := l.decodeWhole(in, p, func(d *decoder) { d.decodeDocument() })
		return errors.Join(added, broken(err))
	}
	comma, n, ok := separatorOf(head)
	if ok {
		if _, err := r.Discard(n); err != nil {
			return broken(err)
		}
		line++
		if head, err = peek(r); err != nil {
			return broken(err)
		}
	} else {
		comma, ok = delimiterOf(head, in.Name)
	}
	if !ok {
		return broken(errors.New("the format is not recognised: want JSON, NDJSON, CSV, TSV or Parquet"))
	}
	text := io.Reader(r)
	if bytes.IndexByte(head, '\n') < 0 {
		text = carriageReturns{r}
	}
	added := l.decodeWhole(in, &piece{line: line}, func(d *decoder) { err = d.decodeDelimited(text, comma) })
	return errors.Join(added, broken(err))
}

// decodeWhole decodes an input that is not cut into pieces, and adds its rows a
// part at a time. The error is that of adding them.
func (l *Loader) decodeWhole(in Input, p *piece, decode func(*decoder)) error {
	d := l.decoder()
	defer l.release(d)
	d.begin(in, p)
	d.full = func() error {
		err := l.add(in, p)
		p.parts, p.rejected = nil, nil
		return err
	}
	decode(d)
	failed := d.failed
	d.end()
	if failed != nil {
		return failed
	}
	return l.add(in, p)
}

// first returns the first byte that is no blank, 0 if there is none.
func first(text []byte) byte {
	if text = bytes.TrimSpace(text); len(text) > 0 {
		return text[0]
	}
	return 0
}

func broken(err error) error {
	if err == nil {
		return nil
	}
	return &brokenInput{err}
}

// decoder returns a decoder that nobody uses.
func (l *Loader) decoder() *decoder {
	l.mu.Lock()
	defer l.mu.Unlock()
	if n := len(l.idle); n > 0 {
		d := l.idle[n-1]
		l.idle = l.idle[:n-1]
		return d
	}
	d := newDecoder(l.opt.Tables, l.opt.Sink == nil)
	d.grows, d.name = l.opt.Grows, l.opt.Name
	return d
}

func (l *Loader) release(d *decoder) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.idle = append(l.idle, d)
}

// decodeLines decodes a piece and gives its memory back.
func (l *Loader) decodeLines(d *decoder, in Input, p *piece) {
	text := p.text
	d.begin(in, p)
	d.decodeLines()
	d.end()
	l.buffers.give(text)
}

func (l *Loader) readLines(ctx context.Context, in Input, r io.Reader) error {
	return l.readLinesFrom(ctx, in, r, 1)
}

// readLinesFrom reads records that are written one a line, from the line given on. A
// small input is one piece, which is decoded here.
func (l *Loader) readLinesFrom(ctx context.Context, in Input, r io.Reader, line int) error {
	var pipe *pipeline
	var err error
	readErr := splitLines(r, &l.buffers, func(p *piece) error {
		if pipe == nil && len(p.text) < firstRead/2 {
			d := l.decoder()
			l.decodeLines(d, in, p)
			l.release(d)
			line = p.beginAt(line)
			err = l.add(in, p)
			return err
		}
		if pipe == nil {
			pipe = l.start(in, line)
		}
		return pipe.put(ctx, p)
	})
	if pipe != nil {
		err = pipe.wait()
	}
	switch {
	case err != nil:
		return err
	case ctx.Err() != nil:
		return ctx.Err()
	}
	return broken(readErr)
}

// A pipeline decodes pieces side by side and adds them in their order.
type pipeline struct {
	todo    chan job
	inOrder chan job
	workers sync.WaitGroup
	failed  chan error
}

type job struct {
	p    *piece
	done chan struct{}
}

// start starts a pipeline for an input from the line given on.
func (l *Loader) start(in Input, line int) *pipeline {
	pipe := &pipeline{todo: make(chan job), inOrder: make(chan job, l.opt.Workers), failed: make(chan error, 1)}
	for range l.opt.Workers {
		pipe.workers.Go(func() {
			d := l.decoder()
			defer l.release(d)
			for j := range pipe.todo {
				l.decodeLines(d, in, j.p)
				close(j.done)
			}
		})
	}
	go func() {
		var err error
		for j := range pipe.inOrder {
			<-j.done
			line = j.p.beginAt(line)
			if err == nil {
				err = l.add(in, j.p)
			}
		}
		pipe.failed <- err
	}()
	return pipe
}

func (pipe *pipeline) put(ctx context.Context, p *piece) error {
	j := job{p, make(chan struct{})}
	select {
	case pipe.todo <- j:
		pipe.inOrder <- j
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// wait waits until everything has been added, and returns why it was not.
func (pipe *pipeline) wait() error {
	close(pipe.todo)
	close(pipe.inOrder)
	pipe.workers.Wait()
	return <-pipe.failed
}

// add takes over the rows of a piece.
func (l *Loader) add(in Input, p *piece) error {
	l.report.piece(in.Name, p)
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range p.parts {
		t := &p.parts[i]
		for _, b := range t.bad {
			l.report.unreadable(in.Name, t.table, b)
		}
		lt := l.tables[t.table]
		if lt == nil {
			lt = &loadedTable{}
			l.tables[t.table] = lt
			l.order = append(l.order, t.table)
		}
		if l.opt.Sink == nil || !t.known {
			before := lt.values()
			lt.add(t)
			l.kept += t.size()
			l.values += lt.values() - before
			continue
		}
		lt.known, lt.names = true, t.names
		if err := l.opt.Sink(t.table, types.Schema{Columns: t.names}, t.batch()); err != nil {
			return err
		}
	}
	p.parts = nil
	if l.opt.MaxValues > 0 && l.values > l.opt.MaxValues {
		return fmt.Errorf("%w: rows by columns, it has more than %d values, null ones counted; send fewer records at once", ErrTooLarge, l.opt.MaxValues)
	}
	if l.opt.Sink != nil && l.opt.Keep > 0 && l.kept > l.opt.Keep {
		return l.handOver(in)
	}
	return nil
}

// handOver gives Sink the rows that it has not got.
func (l *Loader) handOver(in Input) error {
	l.kept = 0
	for _, name := range l.order {
		t := l.tables[name]
		if t.isEmpty() {
			continue
		}
		out := t.finish(name, func(b badValues) { l.report.unreadable(in.Name, name, b) })
		for _, b := range out.Batches {
			if err := l.opt.Sink(name, out.Schema, b); err != nil {
				return err
			}
		}
		t.goOn(out.Schema)
	}
	return nil
}

// batch returns the rows as a batch.
func (p *part) batch() *column.Batch {
	cols := make([]column.Column, len(p.cols))
	for i, c := range p.cols {
		if cols[i] = c; c == nil {
			cols[i] = column.NullConst(p.names[i].Type, p.n)
		}
	}
	return column.NewBatch(p.n, cols)
}

// Finish returns the tables, in the order in which they were first met. The
// loader must not be used afterwards.
func (l *Loader) Finish() []Table {
	l.idle = nil // and with them what they have learnt
	var out []Table
	for _, name := range l.order {
		out = append(out, l.tables[name].finish(name, func(b badValues) { l.report.unreadable("", name, b) }))
		delete(l.tables, name)
	}
	return out
}
