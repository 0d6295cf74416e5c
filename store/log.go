package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/calypso-kql/calypso/kql/types"
)

// logFileBytes is the size after which a new log file is begun.
const logFileBytes = 64 << 20

// commitBytes is how much the writer of the log collects into one fsync.
const commitBytes = 32 << 20

// A log makes what is appended durable, in order: one goroutine writes whatever
// has come in since it last looked and syncs it once, so that many small
// batches share the cost of the disk.
type log struct {
	dir   string
	step  func(string) // told before each change of a file; for tests
	apply func([]*entry)
	// synced is told of each fsync of a group of so many entries.
	synced func(took time.Duration, entries int)

	work chan *entry
	done chan struct{}

	mu    sync.Mutex // guards what follows against readers of the log's state
	files []logFile  // oldest first; the last is written to
	f     *os.File
	seq   uint64 // of the last file, also if it is gone
	off   int64
	lsn   uint64 // of the last record written
	// gone has the last offsets of streams in files that are gone, ids the files of
	// ids that are kept of them, oldest first.
	gone seen
	ids  []idsFile
	// drop is set after a failed write whose bytes could not be taken back.
	drop bool
}

// A logFile is one file of the log.
type logFile struct {
	seq   uint64
	bytes int64
	// last is, by table, the number of its last record in the file.
	last map[uint64]uint64
	ids  []idEntry
	// ends is, by source, the last offset in the file.
	ends streams
	// segments are those that records of the file name.
	segments []namedSegment
}

// An entry is a record on its way into the log. Its frame is made by whoever
// appends; the number is given when it is written.
type entry struct {
	frame []byte
	lsn   uint64
	rec   record
	bytes int64 // of the body
	// duplicate says that the batch had been stored before.
	duplicate bool
	err       error
	done      chan struct{}
}

var errClosed = errors.New("the store is closed")

// start begins a new file behind those that are there and runs the writer.
func (l *log) start() error {
	l.work, l.done = make(chan *entry, 1024), make(chan struct{})
	if err := l.rotate(); err != nil {
		return err
	}
	go l.run()
	return nil
}

// append hands e to the writer. It returns when e is durable and applied, or
// with the error that kept it from being so.
func (l *log) append(e *entry) error {
	e.done = make(chan struct{})
	l.work <- e
	<-e.done
	return e.err
}

func (l *log) run() {
	defer close(l.done)
	for e := range l.work {
		group := []*entry{e}
		size := len(e.frame)
	collect:
		for size < commitBytes {
			select {
			case e, ok := <-l.work:
				if !ok {
					break collect
				}
				group = append(group, e)
				size += len(e.frame)
			default:
				break collect
			}
		}
		err := l.commit(group)
		if err == nil {
			l.apply(group)
		}
		for _, e := range group {
			e.err = err
			close(e.done)
		}
	}
}

// commit writes a group of entries and syncs the file. After an error nothing of
// the group is in the log.
func (l *log) commit(group []*entry) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.drop || l.off > logFileBytes {
		if err := l.rotate(); err != nil {
			return err
		}
	}
	lsn, off := l.lsn, l.off
	var buf []byte
	for _, e := range group {
		lsn++
		e.lsn = lsn
		number(e.frame, lsn)
		buf = append(buf, e.frame...)
	}
	l.step("log write")
	_, err := l.f.WriteAt(buf, off)
	if err == nil {
		l.step("log sync")
		began := time.Now()
		err = l.f.Sync()
		l.synced(time.Since(began), len(group))
	}
	if err != nil {
		// What a failed sync has left on the disk is unknown. The file is cut
		// back, and if even that fails, given up: records in it that were never
		// acknowledged may then come back after a crash.
		if cut := errors.Join(l.f.Truncate(off), l.f.Sync()); cut != nil {
			// Their numbers are not given again.
			l.drop, l.lsn = true, lsn
		}
		return fmt.Errorf("%s: %w", l.f.Name(), err)
	}
	l.lsn, l.off = lsn, off+int64(len(buf))
	file := &l.files[len(l.files)-1]
	file.bytes = l.off
	for _, e := range group {
		file.note(e.lsn, &e.rec)
	}
	return nil
}

// note keeps what must be known of a record before its file may go.
func (f *logFile) note(lsn uint64, r *record) {
	for _, t := range r.tables {
		f.last[t.table] = lsn
		if t.segment != nil {
			n, _ := seqOf(t.segment.File, segmentEnd)
			f.segments = append(f.segments, namedSegment{t.table, n})
		}
	}
	f.ids = append(f.ids, r.ids()...)
	if r.source != "" {
		f.ends.reach(r.source, streamEnd{r.offset, r.at})
	}
}

func newLogFile(seq uint64) logFile {
	return logFile{seq: seq, last: map[uint64]uint64{}, ends: streams{}}
}

// rotate begins a new file.
func (l *log) rotate() error {
	seq := l.seq + 1
	l.step("log create")
	f, err := os.OpenFile(filepath.Join(l.dir, logName(seq)), os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	if err := syncDir(l.dir); err != nil {
		f.Close()
		return err
	}
	if l.f != nil {
		l.f.Close()
	}
	l.f, l.seq, l.off, l.drop = f, seq, 0, false
	l.files = append(l.files, newLogFile(seq))
	l.noteEnds(false, 0)
	return nil
}

// turn begins a new file, unless nothing has been written to the last one, so
// that trim can remove that one, too.
func (l *log) turn() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.off == 0 {
		return nil
	}
	return l.rotate()
}

// trim removes the files whose records are all in segments: durable says, by
// table, up to which record. A table that is not in it has nothing sealed: it may
// be one whose manifest is damaged, and whose rows are nowhere else. What the
// files know of batch ids is kept in a file of its own before, until that was written
// before oldest.
func (l *log) trim(durable map[uint64]uint64, now time.Time, oldest int64) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	defer l.forgetIDs(oldest)
	for len(l.files) > 1 {
		f := l.files[0]
		for table, last := range f.last {
			if durable[table] < last {
				return nil
			}
		}
		for source, end := range f.ends {
			l.gone.reach(source, end)
		}
		written, err := writeIDs(l.dir, f, l.gone.ends, now, l.step)
		if err != nil {
			return err
		}
		if written {
			ticks, _ := types.TicksOf(now)
			l.ids = append(l.ids, idsFile{seq: f.seq, written: ticks})
			l.thin()
		}
		l.noteEnds(false, f.seq)
		l.step("log remove")
		if err := os.Remove(filepath.Join(l.dir, logName(f.seq))); err != nil {
			return err
		}
		l.files = l.files[1:]
	}
	return nil
}

// An idsFile is a file of ids, and when it was written.
type idsFile struct {
	seq     uint64
	written int64
	thin    bool // it has no streams
	empty   bool // nor anything else
}

// forgetIDs removes the files of ids that were written before a time, but for the
// last, which knows the offsets of all streams. What can't be removed now goes
// when the store is opened. The caller holds mu.
func (l *log) forgetIDs(oldest int64) {
	for len(l.ids) > 1 && l.ids[0].written < oldest {
		l.removeIDs(l.ids[0])
		l.ids = l.ids[1:]
	}
}

// removeIDs removes a file of ids.
func (l *log) removeIDs(f idsFile) {
	path := filepath.Join(l.dir, idsName(f.seq))
	l.step("ids remove")
	os.Remove(path + copyEnd)
	os.Remove(path)
}

// each calls f with the ends of streams that files of ids are to be written from.
func (l *log) each(f func(streams)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f(l.gone.ends)
	for i := range l.files {
		f(l.files[i].ends)
	}
}

// last returns the number of the last record written.
func (l *log) last() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lsn
}

// bytes returns the size of all log files.
func (l *log) bytes() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	var n int64
	for _, f := range l.files {
		n += f.bytes
	}
	return n
}

// close waits for what was appended to be written. Nothing may be appended
// afterwards.
func (l *log) close() error {
	close(l.work)
	<-l.done
	l.mu.Lock()
	defer l.mu.Unlock()
	l.noteEnds(true, 0)
	return l.f.Close()
}

// syncDir makes the names in a folder durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
