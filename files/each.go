package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"

	"github.com/zeebo/xxh3"

	"github.com/calypso-kql/calypso/ingest"
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/parquet"
)

// A Sink takes what Each reads.
type Sink interface {
	// Stored reports whether a batch has been committed with this ID before, as
	// its own or beside it.
	Stored(id string) bool
	// Before is told of files that have been stored before.
	Before(file string)
	// Begin begins the batch of a file.
	Begin(file string) (Batch, error)
}

// A Batch is the rows of one file, all of which are stored or none. Commit or
// Abort ends it.
type Batch interface {
	// Add takes rows of one table, in the order of the file.
	Add(table string, s types.Schema, rows *column.Batch) error
	// Commit stores the rows under an ID, which is the same whenever the same
	// content goes to the same tables again, whatever the file's name; if a batch
	// of it has been stored before, nothing. The other IDs are kept beside it.
	Commit(id string, also ...string) error
	Abort()
}

// Each reads the files of all specs, one after the other, each as a batch of to.
// A file whose content has been stored before is left out. An error of to ends
// it. What of the files cannot be understood is in the report.
func Each(ctx context.Context, specs []Spec, o Options, to Sink) (*ingest.Report, error) {
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
		e := &each{file: file, o: o, to: to, told: told, report: report}
		if err := e.read(ctx); err != nil {
			return report, err
		}
	}
	return report, nil
}

// each reads one file.
type each struct {
	file   found
	o      Options
	to     Sink
	told   func(int)
	report *ingest.Report
	batch  Batch
	tables map[string]bool // with rows
}

// digestFirst is the size up to which a file is digested before it is read: that
// costs little. A larger one is digested while it is read, unless its mark says
// that it has probably been stored.
const digestFirst = 8 << 20

func (e *each) read(ctx context.Context) (err error) {
	sum, mark := "", ""
	switch {
	case e.file.parquet || e.file.size <= digestFirst:
		sum, err = digest(e.file.path)
	default:
		mark, err = markOf(e.file.path, e.file.size)
		if err == nil && e.to.Stored(mark) {
			sum, err = digest(e.file.path)
		}
	}
	if err != nil {
		e.report.FileBroken(e.file.path, err)
		return nil
	}
	if sum != "" && e.to.Stored(e.reading(sum)) {
		if e.told != nil && !e.file.parquet {
			e.told(int(e.file.size))
		}
		e.to.Before(e.file.path)
		return nil
	}
	if e.batch, err = e.to.Begin(e.file.path); err != nil {
		return err
	}
	defer e.batch.Abort()
	e.tables = map[string]bool{}
	if e.file.parquet {
		err = e.parquet(ctx)
	} else {
		sum, err = e.records(ctx, sum)
	}
	if err != nil || len(e.tables) == 0 {
		return err
	}
	id := fmt.Sprintf("file:%s:%q", sum, slices.Sorted(maps.Keys(e.tables)))
	also := []string{e.reading(sum)}
	if mark != "" {
		also = append(also, mark)
	}
	return e.batch.Commit(id, also...)
}

// reading is the ID of a file's content together with all that decides what
// tables its rows go to, besides the rows.
func (e *each) reading(sum string) string {
	return fmt.Sprintf("read:%s:%q:%q:%q", sum, e.file.into, BaseName(e.file.path), TableOf(e.file.path, e.file.into, e.o.Tables))
}

func (e *each) add(table string, s types.Schema, b *column.Batch) error {
	if b.Len() > 0 {
		e.tables[table] = true
	}
	if err := e.batch.Add(table, s, b); err != nil {
		return fmt.Errorf("%s: %w", e.file.path, err)
	}
	return nil
}

// records reads a file of JSON or CSV, and returns its digest, which it makes
// unless it is given.
func (e *each) records(ctx context.Context, sum string) (string, error) {
	l := ingest.NewLoader(ingest.Options{Tables: e.o.Tables, Workers: e.o.Workers, Progress: e.told, Sink: e.add, Report: e.report})
	f, err := os.Open(e.file.path)
	if err != nil {
		e.report.FileBroken(e.file.path, err)
		return "", nil
	}
	defer f.Close()
	h := xxh3.New()
	var r io.Reader = f
	if sum == "" {
		r = io.TeeReader(f, h)
	}
	if err := l.Read(ctx, e.file.input(r)); err != nil {
		return "", err
	}
	for _, t := range l.Finish() {
		for _, b := range t.Batches {
			if err := e.add(t.Name, t.Schema, b); err != nil {
				return "", err
			}
		}
	}
	if sum != "" {
		return sum, nil
	}
	// What a decoder has left, behind damage for example, counts, too.
	if _, err := io.Copy(h, f); err != nil {
		return "", fmt.Errorf("%s: %w", e.file.path, err)
	}
	return hex(h), nil
}

// parquet reads a Parquet file. One that is damaged is told; what of it was
// whole has been handed on.
func (e *each) parquet(ctx context.Context) error {
	table, report := TableOf(e.file.path, e.file.into, e.o.Tables), e.report
	declared, _ := e.o.Tables.Schema(table)
	pf, err := parquet.Open(e.file.path, parquet.Options{Declared: declared})
	if err != nil {
		report.FileBroken(e.file.path, err)
		return nil
	}
	defer pf.Close()
	for _, what := range pf.Skipped() {
		report.Note(e.file.path, what)
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
			report.FileBroken(e.file.path, err)
			return ctx.Err()
		}
		if b, err = forced(b); err != nil {
			report.FileBroken(e.file.path, err)
			return ctx.Err()
		}
		if err := e.add(table, pf.Schema(), b); err != nil {
			return err
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

// digest returns the digest of a file's content.
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
	return hex(h), nil
}

func hex(h *xxh3.Hasher) string { return fmt.Sprintf("%x", h.Sum128().Bytes()) }

// markOf returns the mark of a large file: files of the same content have the
// same, and other files seldom.
func markOf(path string, size int64) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := xxh3.New()
	for _, at := range []int64{0, size / 2, size - markBytes} {
		if _, err := io.Copy(h, io.NewSectionReader(f, at, markBytes)); err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("mark:%d:%s", size, hex(h)), nil
}

// markBytes is what is looked at for a mark at the beginning, in the middle and
// at the end of a file.
const markBytes = 64 << 10
