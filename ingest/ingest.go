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
// known table has no column for are kept in its hidden column _Unmapped.
package ingest

import (
	"bufio"
	"bytes"
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
	// Progress, if not nil, is told how many bytes of input have been read
	// since the last call. It may be called concurrently.
	Progress func(n int)
	// Sink, if not nil, receives the batches of known tables instead of the
	// loader keeping them, in the order of the input. It is called by one
	// goroutine at a time.
	Sink func(table string, s types.Schema, b *column.Batch) error
}

// A Loader reads any number of inputs into tables. Read may be called
// concurrently, the other methods when no Read is running.
type Loader struct {
	opt    Options
	report Report

	mu     sync.Mutex
	tables map[string]*loaded
	order  []string
}

// loaded is the pieces of one table, in the order of input.
type loaded struct {
	batches []*column.Batch // of a known table
	schema  types.Schema
	rows    []*rows // of another: types are decided when all is read
}

// NewLoader returns an empty loader.
func NewLoader(o Options) *Loader {
	o.Workers = max(1, o.Workers)
	return &Loader{opt: o, tables: map[string]*loaded{}}
}

// Report returns what was read so far and what could not be.
func (l *Loader) Report() *Report { return &l.report }

// An Input is a stream to read.
type Input struct {
	// Name is the file's name, for the report.
	Name string
	// Into is the table that all records go to; empty to let the records say.
	Into string
	// Base is the table of records that do not say.
	Base   string
	Reader io.Reader
}

// Read reads one input to its end. What cannot be understood, a torn file
// included, goes into the report; the error is the Sink's or the context's.
func (l *Loader) Read(ctx context.Context, in Input) error {
	defer l.report.fileDone()
	r, closer, err := decompress(&counting{r: in.Reader, f: l.opt.Progress})
	if err != nil {
		l.report.FileBroken(in.Name, err)
		return nil
	}
	defer closer()
	err = l.read(ctx, in, r)
	var broken *brokenInput
	if errors.As(err, &broken) {
		l.report.FileBroken(in.Name, broken.err)
		return nil
	}
	return err
}

// brokenInput is an error of the input itself, after which other files go on.
type brokenInput struct{ err error }

func (b *brokenInput) Error() string { return b.err.Error() }

func (l *Loader) read(ctx context.Context, in Input, r *bufio.Reader) error {
	head, err := peek(r)
	switch c := first(str(head)); {
	case len(bytes.TrimSpace(head)) == 0:
		return broken(err) // an empty file is an empty table
	case c == '{' && inLines(head):
		return l.readLines(ctx, in, r)
	case c == '{' || c == '[':
		p, err := readDocument(r)
		d := newDecoder(l.opt.Tables, in.Into, in.Base)
		d.decodeDocument(p)
		return errors.Join(l.add(in, p), broken(err))
	}
	comma, ok := delimiterOf(head)
	if !ok {
		return broken(errors.New("the format is not recognised: want JSON, NDJSON, CSV, TSV or Parquet"))
	}
	p := &piece{line: 1}
	d := newDecoder(l.opt.Tables, in.Into, in.Base)
	err = d.decodeDelimited(r, comma, p)
	return errors.Join(l.add(in, p), broken(err))
}

func broken(err error) error {
	if err == nil {
		return nil
	}
	return &brokenInput{err}
}

// readLines decodes pieces side by side and adds them in their order.
func (l *Loader) readLines(ctx context.Context, in Input, r io.Reader) error {
	type job struct {
		p    *piece
		done chan struct{}
	}
	todo, inOrder := make(chan job), make(chan job, l.opt.Workers)
	var workers sync.WaitGroup
	for range l.opt.Workers {
		workers.Go(func() {
			d := newDecoder(l.opt.Tables, in.Into, in.Base)
			for j := range todo {
				d.decodeLines(j.p)
				close(j.done)
			}
		})
	}
	failed := make(chan error, 1)
	go func() {
		var err error
		for j := range inOrder {
			<-j.done
			if err == nil {
				err = l.add(in, j.p)
			}
		}
		failed <- err
	}()
	readErr := splitLines(r, 1, func(p *piece) error {
		j := job{p, make(chan struct{})}
		select {
		case todo <- j:
			inOrder <- j
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	})
	close(todo)
	close(inOrder)
	workers.Wait()
	if err := <-failed; err != nil {
		return err
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return broken(readErr)
}

// add takes over the rows of a piece.
func (l *Loader) add(in Input, p *piece) error {
	l.report.piece(in.Name, p)
	for _, t := range p.rows {
		if !t.c.known {
			l.mu.Lock()
			l.table(t.table).rows = append(l.table(t.table).rows, t)
			l.mu.Unlock()
			continue
		}
		s := types.Schema{Columns: t.c.cols}
		b := l.batch(in, p, t, s)
		l.mu.Lock()
		lt := l.table(t.table)
		lt.schema = s
		var err error
		if l.opt.Sink != nil {
			err = l.opt.Sink(t.table, s, b)
		} else {
			lt.batches = append(lt.batches, b)
		}
		l.mu.Unlock()
		if err != nil {
			return err
		}
	}
	return nil
}

func (l *Loader) table(name string) *loaded {
	t := l.tables[name]
	if t == nil {
		t = &loaded{}
		l.tables[name] = t
		l.order = append(l.order, name)
	}
	return t
}

// batch converts the rows of a table to columns of schema s.
func (l *Loader) batch(in Input, p *piece, t *rows, s types.Schema) *column.Batch {
	cols := make([]column.Column, s.Len())
	for i, c := range s.Columns {
		if i >= len(t.cells) || t.cells[i].rows == 0 {
			cols[i] = column.NullConst(c.Type, t.n)
			continue
		}
		col, bad, example := t.cells[i].finish(c.Type, t.n)
		if bad > 0 {
			l.report.unreadable(in.Name, p.line, t.table, c.Name, c.Type.String(), example, bad)
		}
		cols[i] = col
	}
	return column.NewBatch(t.n, cols)
}

// Finish returns the tables, in the order in which they were first met. The
// loader must not be used afterwards.
func (l *Loader) Finish() []Table {
	var out []Table
	for _, name := range l.order {
		t := l.tables[name]
		if len(t.rows) > 0 {
			l.inferred(name, t)
		}
		out = append(out, Table{Name: name, Schema: t.schema, Batches: t.batches})
	}
	return out
}

// inferred gives a table without a known schema the columns that its pieces
// have between them, with the types that fit all their values.
func (l *Loader) inferred(name string, t *loaded) {
	at := map[string]int{}
	var shapes []shape
	for _, p := range t.rows {
		for _, c := range p.cells {
			if c.rows == 0 {
				continue
			}
			i, ok := at[c.name]
			if !ok {
				i = len(shapes)
				at[c.name] = i
				shapes = append(shapes, 0)
				t.schema.Columns = append(t.schema.Columns, types.Column{Name: c.name})
			}
			shapes[i] |= c.shapes
		}
	}
	for i, s := range shapes {
		t.schema.Columns[i].Type = s.typeOf()
	}
	for _, p := range t.rows {
		byName := make([]*cells, len(shapes))
		for _, c := range p.cells {
			if i, ok := at[c.name]; ok && c.rows > 0 {
				byName[i] = c
			}
		}
		cols := make([]column.Column, len(shapes))
		for i, c := range byName {
			if c == nil {
				cols[i] = column.NullConst(t.schema.Columns[i].Type, p.n)
				continue
			}
			cols[i], _, _ = c.finish(t.schema.Columns[i].Type, p.n)
		}
		t.batches = append(t.batches, column.NewBatch(p.n, cols))
	}
	t.rows = nil
}
