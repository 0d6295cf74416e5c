package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/zeebo/xxh3"

	"github.com/calypso-kql/calypso/ingest"
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/parquet"
)

// partRows is the number of rows from which on a part of a file is handed on: as
// many as a store writes as a segment at once.
const partRows = 1 << 16

// A Part is rows of one file that go to one table.
type Part struct {
	// ID is the same whenever the same content is read again: a digest of the
	// file's bytes, the table, and which part it is.
	ID     string
	File   string
	Table  string
	Schema types.Schema
	Rows   *column.Batch
}

// Each reads the files of all specs, one after the other, and calls f with their
// rows, a part after the other, in the order of the file for each table. An error
// of f ends it. What of the files cannot be understood is in the report.
func Each(ctx context.Context, specs []Spec, o Options, f func(Part) error) (*ingest.Report, error) {
	found, err := walk(specs)
	if err != nil {
		return nil, err
	}
	report := &ingest.Report{}
	told := progress(found, o.Progress)
	for _, file := range found {
		if err := ctx.Err(); err != nil {
			return report, err
		}
		if file.err != nil {
			report.FileBroken(file.path, file.err)
			continue
		}
		p := &parts{file: file, f: f, open: map[string]*part{}}
		if p.digest, err = digest(file.path); err != nil {
			report.FileBroken(file.path, err)
			continue
		}
		if file.parquet {
			err = p.parquet(ctx, o, report)
		} else {
			err = p.records(ctx, o, told, report)
		}
		if err == nil {
			err = p.flush()
		}
		if err != nil {
			return report, err
		}
	}
	return report, nil
}

// parts collects the rows of one file.
type parts struct {
	file   found
	digest string
	f      func(Part) error
	open   map[string]*part
	order  []string
}

// part is the rows of one table that have not been handed on.
type part struct {
	schema  types.Schema
	batches []*column.Batch
	rows    int
	n       int // of parts handed on
}

func (p *parts) add(table string, s types.Schema, b *column.Batch) error {
	t := p.open[table]
	if t == nil {
		t = &part{}
		p.open[table], p.order = t, append(p.order, table)
	}
	if t.rows > 0 && !t.schema.Equal(s) {
		if err := p.hand(table, t); err != nil {
			return err
		}
	}
	t.schema, t.batches, t.rows = s, append(t.batches, b), t.rows+b.Len()
	if t.rows >= partRows {
		return p.hand(table, t)
	}
	return nil
}

// hand hands a part on.
func (p *parts) hand(table string, t *part) error {
	if t.rows == 0 {
		return nil
	}
	rows, err := column.Concat(t.schema, t.batches)
	if err != nil {
		return fmt.Errorf("%s: %w", p.file.path, err)
	}
	id := fmt.Sprintf("file:%s/%s#%d", p.digest, table, t.n)
	t.n++
	t.batches, t.rows = nil, 0
	return p.f(Part{ID: id, File: p.file.path, Table: table, Schema: t.schema, Rows: rows})
}

func (p *parts) flush() error {
	for _, table := range p.order {
		if err := p.hand(table, p.open[table]); err != nil {
			return err
		}
	}
	return nil
}

// records reads a file of JSON or CSV.
func (p *parts) records(ctx context.Context, o Options, told func(int), report *ingest.Report) error {
	l := ingest.NewLoader(ingest.Options{Tables: o.Tables, Workers: o.Workers, Progress: told, Sink: p.add, Report: report})
	if err := readFile(ctx, l, p.file); err != nil {
		return err
	}
	for _, t := range l.Finish() {
		for _, b := range t.Batches {
			if err := p.add(t.Name, t.Schema, b); err != nil {
				return err
			}
		}
	}
	return nil
}

// parquet reads a Parquet file. One that is damaged is told; what of it was
// whole has been handed on.
func (p *parts) parquet(ctx context.Context, o Options, report *ingest.Report) error {
	table := p.file.table(o.Tables)
	declared, _ := o.Tables.Schema(table)
	pf, err := parquet.Open(p.file.path, parquet.Options{Declared: declared})
	if err != nil {
		report.FileBroken(p.file.path, err)
		return nil
	}
	defer pf.Close()
	for _, what := range pf.Skipped() {
		report.Note(p.file.path, what)
	}
	cols := make([]int, pf.Schema().Len())
	for i := range cols {
		cols[i] = i
	}
	r, err := pf.Open(ctx, plan.Scan{Columns: cols})
	if err != nil {
		return err
	}
	defer r.Close()
	for {
		b, err := r.Next(ctx)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			report.FileBroken(p.file.path, err)
			return ctx.Err()
		}
		for from := 0; from < b.Len(); from += partRows {
			part, err := forced(b.Slice(from, min(from+partRows, b.Len())))
			if err != nil {
				report.FileBroken(p.file.path, err)
				return ctx.Err()
			}
			if err := p.add(table, pf.Schema(), part); err != nil {
				return err
			}
		}
	}
}

// forced returns the rows of b read from their file, which is closed when the
// batch is still in use.
func forced(b *column.Batch) (*column.Batch, error) {
	cols := make([]column.Column, b.Width())
	for i := range cols {
		var err error
		if cols[i], err = b.Column(i); err != nil {
			return nil, err
		}
	}
	return column.NewBatch(b.Len(), cols), nil
}

// digest returns a digest of a file's content.
func digest(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := xxh3.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	sum := h.Sum128().Bytes()
	return fmt.Sprintf("%x", sum), nil
}
