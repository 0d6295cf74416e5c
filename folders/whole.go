package folders

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/zeebo/xxh3"

	"github.com/calypso-kql/calypso/files"
	"github.com/calypso-kql/calypso/ingest"
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/parquet"
	"github.com/calypso-kql/calypso/store"
)

// wholePrefix begins the names of the store's streams of files that are read all at
// once.
const wholePrefix = "whole:"

// readWhole stores a file that is read all at once: Parquet, a JSON document, CSV.
// It is known by a digest of all its bytes, each table of it by the number of rows
// stored: a file that is read a second time after a crash goes on there.
func (f *follower) readWhole(ctx context.Context, x *file, path string, r *os.File) error {
	sum, err := wholeDigest(r)
	if err != nil {
		return err
	}
	if info, err := r.Stat(); err != nil || info.Size() != x.size || !info.ModTime().Equal(x.mod) {
		return errors.Join(err, errors.New("it changed while it was read"))
	}
	source := fmt.Sprintf("%s%x:%s", wholePrefix, sum, x.folder.Table)
	x.source = source
	if _, ok := f.o.Intake.Store().Offset(source); ok {
		return nil
	}
	if f.once {
		err := f.inBulk(ctx, x, path, func() string { return source }, func(b *bulk) (int64, error) {
			return x.size, b.whole(ctx, r)
		})
		x.count.Bytes.Add(x.size)
		return err
	}
	if err := f.room.take(ctx, maxPiece); err != nil {
		return err
	}
	defer f.room.give(maxPiece)
	w := &wholeFile{f: f, x: x, path: path, source: source, open: map[string]*part{}}
	if files.IsParquet(path) {
		err = w.parquet(ctx)
	} else {
		err = w.records(ctx, r)
	}
	if err == nil {
		err = w.flush(ctx)
	}
	if err != nil || x.torn {
		return err // a torn file is looked into again when the process is
	}
	x.count.Bytes.Add(x.size)
	_, err = f.append(ctx, path, store.Batch{Source: source, Offset: x.size})
	return err
}

func wholeDigest(r *os.File) ([16]byte, error) {
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return [16]byte{}, err
	}
	h := xxh3.New()
	if _, err := io.Copy(h, r); err != nil {
		return [16]byte{}, err
	}
	_, err := r.Seek(0, io.SeekStart)
	return h.Sum128().Bytes(), err
}

// A wholeFile collects the rows of a file.
type wholeFile struct {
	f      *follower
	x      *file
	path   string
	source string
	open   map[string]*part
	order  []string
}

// part is the rows of one table that have not been stored.
type part struct {
	schema  types.Schema
	batches []*column.Batch
	rows    int
	bytes   int64
	before  int64 // rows of the table before these
	stored  int64 // rows of the table in the store
}

// A part is stored when it has so many rows, which a store writes as a segment at
// once, or so many bytes.
const (
	partRows  = 1 << 16
	partBytes = 32 << 20
)

func (w *wholeFile) add(ctx context.Context, table string, s types.Schema, b *column.Batch) error {
	p := w.open[table]
	if p == nil {
		p = &part{}
		p.stored, _ = w.f.o.Intake.Store().Offset(w.source + "/" + table)
		w.open[table], w.order = p, append(w.order, table)
	}
	if p.rows > 0 && !p.schema.Equal(s) {
		if err := w.store(ctx, table, p); err != nil {
			return err
		}
	}
	p.schema, p.batches = s, append(p.batches, b)
	p.rows, p.bytes = p.rows+b.Len(), p.bytes+b.Size()
	if p.rows >= partRows || p.bytes >= partBytes {
		return w.store(ctx, table, p)
	}
	return nil
}

func (w *wholeFile) flush(ctx context.Context) error {
	for _, table := range w.order {
		if err := w.store(ctx, table, w.open[table]); err != nil {
			return err
		}
	}
	return nil
}

// store stores a part, but for the rows of it that are stored already.
func (w *wholeFile) store(ctx context.Context, table string, p *part) error {
	if p.rows == 0 {
		return nil
	}
	rows, err := column.Concat(p.schema, p.batches)
	if err != nil {
		return err
	}
	skip := min(max(p.stored-p.before, 0), int64(p.rows))
	p.before += int64(p.rows)
	p.batches, p.rows, p.bytes = nil, 0, 0
	if rows = rows.Slice(int(skip), rows.Len()); rows.Len() == 0 {
		return nil
	}
	arrived, err := w.f.o.Intake.ArrivedBatch(table, p.schema, rows)
	if err != nil {
		return err
	}
	ack, err := w.f.append(ctx, w.path, store.Batch{Source: w.source + "/" + table, Offset: p.before, Rows: []store.Rows{arrived}})
	if err != nil {
		return err
	}
	if ack.Duplicate {
		w.x.count.Duplicates.Add(1)
		return nil
	}
	w.x.count.Batches.Add(1)
	w.x.count.Rows.Add(int64(rows.Len()))
	w.f.stored(w.x, w.path, table, rows.Len())
	return nil
}

// records reads a file of JSON or CSV.
func (w *wholeFile) records(ctx context.Context, r *os.File) error {
	report := &ingest.Report{}
	l := w.f.o.Intake.Loader(report, func(table string, s types.Schema, b *column.Batch) error { return w.add(ctx, table, s, b) })
	if err := l.Read(ctx, ingest.Input{Name: w.path, Into: w.x.folder.Table, Base: w.f.base(w.x, w.path), Reader: r}); err != nil {
		return err
	}
	for _, t := range l.Finish() {
		for _, b := range t.Batches {
			if err := w.add(ctx, t.Name, t.Schema, b); err != nil {
				return err
			}
		}
	}
	w.report(report)
	return nil
}

// report tells what of a file was not understood.
func (w *wholeFile) report(r *ingest.Report) {
	_, _, rejected, nulls, broken := r.Counts()
	w.x.torn = broken > 0
	w.x.took = w.x.took || rejected > 0
	w.x.count.Rejected.Add(int64(rejected + broken))
	w.x.count.Nulls.Add(int64(nulls))
	w.f.tell(w.path, r.Problems(), 0, rejected, nulls)
}

// parquetBytes is about how many bytes of a Parquet file are in memory at once.
const parquetBytes = 8 << 20

// parquetRows is how many rows of a Parquet file are added to a part at once.
const parquetRows = 1 << 12

func (w *wholeFile) parquet(ctx context.Context) error {
	report := &ingest.Report{}
	defer func() { w.report(report) }()
	return w.f.parquet(ctx, w.x, w.path, report, func(table string, s types.Schema, b *column.Batch) error {
		for from := 0; from < b.Len(); from += parquetRows {
			if err := w.add(ctx, table, s, b.Slice(from, min(from+parquetRows, b.Len()))); err != nil {
				return err
			}
		}
		return nil
	})
}

// parquet reads a Parquet file. Of one that is damaged it hands on what is whole.
func (f *follower) parquet(ctx context.Context, x *file, path string, report *ingest.Report, add func(string, types.Schema, *column.Batch) error) error {
	table := files.ParquetTable(x.folder.Path, path, x.folder.Table, f.o.Tables)
	declared, _ := f.o.Intake.Schema(table)
	pf, err := parquet.Open(path, parquet.Options{Declared: declared})
	if err != nil {
		report.FileBroken(path, err)
		return nil
	}
	defer pf.Close()
	for _, what := range pf.Skipped() {
		report.Note(path, what)
	}
	scan := plan.Scan{BatchBytes: parquetBytes}
	for i := range pf.Schema().Len() {
		scan.Columns = append(scan.Columns, i)
	}
	r, err := pf.Open(ctx, scan)
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
			report.FileBroken(path, err)
			return ctx.Err()
		}
		if b, err = forced(b); err != nil {
			report.FileBroken(path, err)
			return ctx.Err()
		}
		if err := add(table, pf.Schema(), b); err != nil {
			return err
		}
	}
}

// whole adds all rows of a file that is no Parquet, or is.
func (b *bulk) whole(ctx context.Context, r *os.File) error {
	defer func() {
		_, _, rejected, nulls, _ := b.report.Counts()
		b.f.tell(b.path, b.report.Problems(), 0, rejected, nulls)
	}()
	if !files.IsParquet(b.path) {
		return b.load(ctx, &b.report, ingest.Input{Reader: r})
	}
	if b.f.o.Progress != nil {
		b.f.o.Progress(b.x.size)
	}
	return b.f.parquet(ctx, b.x, b.path, &b.report, b.add)
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
