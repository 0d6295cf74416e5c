package store

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/parquet"
)

// The columns whose least and greatest value every segment knows: queries and
// retention go by them.
const (
	timeGenerated = "TimeGenerated"
	timeReceived  = "_TimeReceived"
)

// A Segment is one immutable Parquet file of a table, as the manifest has it.
type Segment struct {
	File  string `json:"file"`
	Rows  int64  `json:"rows"`
	Bytes int64  `json:"bytes"`
	// Sums is the CRC-32C of the file of checksums beside it.
	Sums uint32 `json:"sums"`
	// Times has the least and greatest value of TimeGenerated and
	// _TimeReceived; a column that the table lacks or that has no value is not
	// in it.
	Times map[string]Span `json:"times,omitempty"`
	// Blocks divide the rows; none if nothing is known of them.
	Blocks []Block `json:"blocks,omitempty"`
	// replaces are the numbers of the segments in whose place it was written.
	replaces []uint64
}

// A Span is the least and greatest of a segment's times, in ticks.
type Span struct {
	Min int64 `json:"min"`
	Max int64 `json:"max"`
	// Full says that every row has a value.
	Full bool `json:"full,omitempty"`
}

// A segmentWriter writes one segment.
type segmentWriter struct {
	dir  string
	info Segment
	sums *summer
	w    *parquet.Writer
	// terms is the index of what is written.
	terms *termWriter
	s     types.Schema
	step  func(string)
	// micros names the datetime columns that are written in microseconds.
	micros []string
	// syncing is closed when what had been written by then is on the disk;
	// synced is how much that was. The error of it is in syncErr.
	syncing chan struct{}
	synced  int64
	syncErr error
}

// segmentBytes is the size from which on rows go to another segment.
const segmentBytes = 1 << 30

// syncBytes is how much of a segment is written before the disk is told to take
// it, while more is written: little is left to wait for at the end.
const syncBytes = 4 << 20

// newSegmentWriter begins a segment of rows of schema s, about which the file says
// what is given. micros names the columns of datetimes that need microseconds.
func newSegmentWriter(dir string, a about, s types.Schema, micros []string, step func(string)) (*segmentWriter, error) {
	file := segmentName(a.number)
	step("segment create")
	f, err := os.OpenFile(filepath.Join(dir, file), os.O_CREATE|os.O_TRUNC|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	w := &segmentWriter{dir: dir, info: Segment{File: file, Times: map[string]Span{}, replaces: a.Replaces}, sums: &summer{f: f}, s: s, step: step, micros: micros, terms: newTermWriter(s)}
	w.w, err = parquet.NewWriter(w.sums, s, parquet.WriterOptions{Micros: micros, Workers: workers(), Metadata: func() (string, string) {
		a.Times = w.info.Times
		return aboutKey, a.text()
	}})
	if err != nil {
		w.abandon()
		return nil, err
	}
	return w, nil
}

// write adds rows. It is for one goroutine, as is finish.
func (w *segmentWriter) write(b *column.Batch) error {
	for i, c := range w.s.Columns {
		if c.Name != timeGenerated && c.Name != timeReceived || c.Type != types.DateTime {
			continue
		}
		col, err := b.Column(i)
		if err != nil {
			return err
		}
		w.widen(c.Name, col)
	}
	w.info.Rows += int64(b.Len())
	if err := w.w.Write(b); err != nil {
		return err
	}
	if err := w.terms.write(b); err != nil {
		return err
	}
	return w.sync(syncBytes)
}

// held returns how many bytes of rows and of their terms are in memory.
func (w *segmentWriter) held() int64 { return int64(w.w.Held()) + w.terms.held() }

// flush writes the rows that are in memory.
func (w *segmentWriter) flush() error {
	if err := w.w.Flush(); err != nil {
		return err
	}
	return w.sync(syncBytes)
}

// sync has the disk take what was written, if that is as much as least, unless
// it is still at it.
func (w *segmentWriter) sync(least int64) error {
	if w.syncing != nil {
		select {
		case <-w.syncing:
			w.syncing = nil
		default:
			return nil
		}
	}
	if w.syncErr != nil || w.sums.n-w.synced < least {
		return w.syncErr
	}
	w.synced = w.sums.n
	done := make(chan struct{})
	w.syncing = done
	go func() {
		defer close(done)
		w.syncErr = w.sums.f.Sync()
	}()
	return nil
}

// settle waits for a sync under way and returns its error, which the system does
// not tell again.
func (w *segmentWriter) settle() error {
	if w.syncing != nil {
		<-w.syncing
		w.syncing = nil
	}
	return w.syncErr
}

// widen takes the values of a column into its span.
func (w *segmentWriter) widen(name string, c column.Column) {
	span, known := w.info.Times[name]
	span.Full = (known || w.info.Rows == 0) && (!known || span.Full)
	v := column.ViewOf[int64](c)
	for i := range c.Len() {
		if v.Null(i) {
			span.Full = false
			continue
		}
		t := v.At(i)
		if !known {
			span.Min, span.Max, known = t, t, true
		}
		span.Min, span.Max = min(span.Min, t), max(span.Max, t)
	}
	if known {
		w.info.Times[name] = span
	}
}

// finish makes the segment durable.
func (w *segmentWriter) finish() (*Segment, error) {
	if err := w.w.Close(); err != nil {
		w.abandon()
		return nil, err
	}
	w.w = nil // and with it all buffers, while the disk takes the file
	sums := w.sums.finish()
	w.info.Bytes, w.info.Sums = w.sums.n, checksum(sums)
	w.step("segment sync")
	err := w.settle()
	if err == nil {
		err = w.sums.f.Sync()
	}
	if err != nil {
		w.abandon()
		return nil, err
	}
	if err := w.sums.f.Close(); err != nil {
		w.remove()
		return nil, err
	}
	w.step("segment terms")
	if err := writeSynced(filepath.Join(w.dir, termsName(w.info.File)), w.terms.finish(w.info.Bytes, w.info.Sums)...); err != nil {
		w.remove()
		return nil, err
	}
	w.step("segment sums")
	if err := writeSynced(filepath.Join(w.dir, sumsName(w.info.File)), sums); err != nil {
		w.remove()
		return nil, err
	}
	info := w.info // not a pointer into w, which the table would keep with all its buffers
	return &info, nil
}

// abandon removes what has been written.
func (w *segmentWriter) abandon() {
	_ = w.settle() // what it says of a file that goes is of no interest
	w.sums.f.Close()
	w.remove()
}

func (w *segmentWriter) remove() { removeFiles(w.dir, w.info.File) }

// removeFiles removes the files of a segment.
func removeFiles(dir, segment string) {
	for _, name := range []string{segment, sumsName(segment), termsName(segment)} {
		os.Remove(filepath.Join(dir, name))
	}
}

// openSegment opens a segment, every byte of which is checked when it is read.
func openSegment(dir string, s *Segment) (*parquet.File, error) {
	c, err := openChecked(dir, s)
	if err != nil {
		return nil, err
	}
	return c.segment(types.Schema{}, nil)
}

// segment returns c as the Parquet file that it is. terms, if not nil, knows where
// terms are.
func (c *checked) segment(declared types.Schema, terms parquet.Index) (*parquet.File, error) {
	return parquet.OpenReader(c, c.size, c.f.Name(), parquet.Options{Declared: declared, Index: terms})
}

// openChecked opens a segment's file. Where its checksums are damaged or gone,
// those of the file as it is are as good, if together they have the checksum that
// the manifest knows.
func openChecked(dir string, s *Segment) (*checked, error) {
	path := filepath.Join(dir, s.File)
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	st, err := f.Stat()
	if err == nil && st.Size() != s.Bytes {
		err = &DamageError{File: path, What: fmt.Sprintf("it has %d bytes, want %d", st.Size(), s.Bytes)}
	}
	var sums []byte
	if err == nil {
		sums, err = readSums(dir, s, f)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return &checked{f: f, size: s.Bytes, sums: sums}, nil
}

func readSums(dir string, s *Segment, f *os.File) ([]byte, error) {
	path := filepath.Join(dir, sumsName(s.File))
	sums, err := os.ReadFile(path)
	if err == nil && checksum(sums) == s.Sums {
		return sums, nil
	}
	if err == nil {
		err = &DamageError{File: path, What: fmt.Sprintf("its checksum is %08x, want %08x", checksum(sums), s.Sums)}
	}
	again := &summer{}
	if _, sumErr := io.Copy(again, io.NewSectionReader(f, 0, s.Bytes)); sumErr != nil {
		return nil, sumErr
	}
	if sums := again.finish(); checksum(sums) == s.Sums {
		return sums, nil
	}
	return nil, err
}
