package folders

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"

	"github.com/calypso-kql/calypso/ingest"
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/store"
)

// largeBytes is what of a file that is read once is so much that it is read alone,
// by all cores, as one batch, instead of beside others in pieces.
const largeBytes = 8 << 20

// A bulk is the rows of one file as one batch.
type bulk struct {
	f      *follower
	x      *file
	path   string
	to     *store.Bulk
	report ingest.Report
	tables map[string]int // rows of each
}

// inBulk makes one batch of what read adds, and stores it as what a stream has up
// to the offset that read returns.
func (f *follower) inBulk(ctx context.Context, x *file, path string, source func() string, read func(*bulk) (int64, error)) error {
	f.alone.Lock()
	defer f.alone.Unlock()
	for attempt := 0; ; attempt++ {
		err := f.oneBulk(ctx, x, path, source, read)
		var mistyped *store.TypeError
		if attempt < 3 && errors.As(err, &mistyped) {
			continue // the table got the column meanwhile, in another type
		}
		return err
	}
}

func (f *follower) oneBulk(ctx context.Context, x *file, path string, source func() string, read func(*bulk) (int64, error)) error {
	to, err := f.o.Intake.Store().Begin(ctx)
	if err != nil {
		return &storeError{err}
	}
	defer to.Abort()
	b := &bulk{f: f, x: x, path: path, to: to, tables: map[string]int{}}
	end, err := read(b)
	if err != nil {
		return err
	}
	_, _, rejected, nulls, broken := b.report.Counts()
	if x.torn = broken > 0; x.torn && len(b.tables) == 0 {
		return nil // it is as if it had not been there
	}
	ack, err := to.CommitAt(source(), end)
	if err != nil {
		return &storeError{err}
	}
	x.count.Rejected.Add(int64(rejected + broken))
	x.count.Nulls.Add(int64(nulls))
	if ack.Duplicate {
		x.count.Duplicates.Add(1)
		return nil
	}
	x.count.Batches.Add(1)
	x.took = x.took || rejected > 0
	for table, n := range b.tables {
		x.count.Rows.Add(int64(n))
		f.stored(x, path, table, n)
	}
	return nil
}

// add takes rows of a table.
func (b *bulk) add(table string, s types.Schema, rows *column.Batch) error {
	arrived, err := b.f.o.Intake.ArrivedBatch(table, s, rows)
	if err != nil {
		return err
	}
	b.tables[table] += rows.Len()
	if err := b.to.Add(arrived); err != nil {
		return &storeError{err}
	}
	return nil
}

// load reads an input to its end.
func (b *bulk) load(ctx context.Context, report *ingest.Report, in ingest.Input) error {
	l := b.f.o.Intake.Loader(report, b.add)
	in.Name, in.Into, in.Base = b.path, b.x.folder.Table, b.f.base(b.x, b.path)
	in.Reader = &read{in.Reader, b.f.o.Progress}
	if err := l.Read(ctx, in); err != nil {
		return err
	}
	for _, t := range l.Finish() {
		for _, rows := range t.Batches {
			if err := b.add(t.Name, t.Schema, rows); err != nil {
				return err
			}
		}
	}
	return nil
}

// sectionBytes is about how much of a file is read by one loader: tables that grow
// are in memory until it ends.
const sectionBytes = 64 << 20

// readLinesAlone stores the lines of a large file that are not stored yet, as one
// batch. A last line that does not end is left to lastLine.
func (f *follower) readLinesAlone(ctx context.Context, x *file, path string, r *os.File) error {
	end, err := lastLineEnd(r, x.offset, x.size)
	if err != nil || end == x.offset {
		return err
	}
	from := x.offset
	source := func() string { return x.entry.key() }
	err = f.inBulk(ctx, x, path, source, func(b *bulk) (int64, error) {
		if x.entry == nil && !f.begin(x, len(x.head)) {
			return 0, errCopied
		}
		for at := from; at < end; {
			next := end
			if end-at > sectionBytes {
				if next, err = nextLineEnd(r, at+sectionBytes, end); err != nil {
					return 0, err
				}
			}
			report := &ingest.Report{}
			if err := b.load(ctx, report, ingest.Input{Lines: true, Reader: withoutMark(io.NewSectionReader(r, at, next-at), at)}); err != nil {
				return 0, err
			}
			b.took(report, r, at)
			at = next
		}
		return end, nil
	})
	if err != nil {
		return err
	}
	x.count.Bytes.Add(end - from)
	x.offset, x.lines = end, -1
	f.known.reach(x.entry, end)
	x.setLag(x.size - end)
	return nil
}

// took tells what of a part of a file from an offset on was not understood.
func (b *bulk) took(report *ingest.Report, r *os.File, at int64) {
	_, _, rejected, nulls, _ := report.Counts()
	b.x.count.Rejected.Add(int64(rejected))
	b.x.count.Nulls.Add(int64(nulls))
	problems := report.Problems()
	if len(problems) == 0 {
		return
	}
	before, err := countLines(io.NewSectionReader(r, 0, at))
	if err != nil {
		before = 0
	}
	b.f.tell(b.path, problems, before, rejected, nulls)
}

// withoutMark leaves out the byte order mark at the beginning of a file.
func withoutMark(r *io.SectionReader, at int64) io.Reader {
	head := make([]byte, len(byteOrderMark))
	if n, _ := r.ReadAt(head, 0); at == 0 && bytes.Equal(head[:n], byteOrderMark) {
		return io.NewSectionReader(r, int64(n), r.Size()-int64(n))
	}
	return r
}

// lastLineEnd returns the offset behind the last line end between two offsets;
// from if there is none.
func lastLineEnd(r io.ReaderAt, from, to int64) (int64, error) {
	buf := make([]byte, window)
	for to > from {
		n := min(window, to-from)
		if _, err := r.ReadAt(buf[:n], to-n); err != nil && !errors.Is(err, io.EOF) {
			return 0, err
		}
		if i := bytes.LastIndexByte(buf[:n], '\n'); i >= 0 {
			return to - n + int64(i) + 1, nil
		}
		to -= n
	}
	return from, nil
}

// nextLineEnd returns the offset behind the first line end between two offsets; to
// if there is none.
func nextLineEnd(r io.ReaderAt, from, to int64) (int64, error) {
	buf := make([]byte, window)
	for from < to {
		n := min(window, to-from)
		if _, err := r.ReadAt(buf[:n], from); err != nil && !errors.Is(err, io.EOF) {
			return 0, err
		}
		if i := bytes.IndexByte(buf[:n], '\n'); i >= 0 {
			return from + int64(i) + 1, nil
		}
		from += n
	}
	return to, nil
}

// countLines counts the line ends of r.
func countLines(r io.Reader) (int64, error) {
	buf := make([]byte, window)
	var n int64
	for {
		got, err := r.Read(buf)
		n += int64(bytes.Count(buf[:got], []byte{'\n'}))
		if errors.Is(err, io.EOF) {
			return n, nil
		}
		if err != nil {
			return n, err
		}
	}
}

// read tells how much was read.
type read struct {
	io.Reader
	told func(int64)
}

func (r *read) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if r.told != nil && n > 0 {
		r.told(int64(n))
	}
	return n, err
}
