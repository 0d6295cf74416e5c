package store

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
)

// logged is what the log says of tables, by their ids.
type logged struct {
	tables map[uint64]*loggedTable
}

// A loggedTable is what the log says of a table.
type loggedTable struct {
	// named has the records that name the table's segments, by their numbers; 0 is
	// a record that is no longer there. added are these records.
	named map[uint64]uint64
	added []uint64
}

// segments returns the segments of a table that records name, and these.
func (l *logged) segments(table uint64) map[uint64]uint64 {
	out := map[uint64]uint64{}
	if t := l.tables[table]; t != nil {
		for n, lsn := range t.named {
			out[n] = lsn
		}
	}
	return out
}

func (l *logged) table(id uint64) *loggedTable {
	if l.tables == nil {
		l.tables = map[uint64]*loggedTable{}
	}
	if l.tables[id] == nil {
		l.tables[id] = &loggedTable{named: map[uint64]uint64{}}
	}
	return l.tables[id]
}

// readLog reads the records of the log, and what is kept of those that are gone.
// Damage is told when the store is opened.
func (b *rebuilder) readLog() error {
	dir := filepath.Join(b.dir, logFolder)
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	var seen seen // as when the log is replayed
	var logs []string
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		if _, ok := seqOf(e.Name(), idsEnd); ok {
			if _, named, err := seen.readIDs(path); err == nil {
				for _, g := range named {
					b.log.table(g.table).named[g.number] = 0
				}
			}
		}
		if _, ok := seqOf(e.Name(), logEnd); ok {
			logs = append(logs, path)
		}
	}
	slices.Sort(logs)
	for _, path := range logs {
		if err := b.readLogFile(path, &seen); err != nil {
			return err
		}
	}
	return nil
}

func (b *rebuilder) readLogFile(path string, seen *seen) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return err
	}
	frames := &frameReader{f: f, size: st.Size()}
	for {
		lsn, body, err := frames.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			if !frames.skip() {
				return nil
			}
			continue
		}
		rec, err := decodeRecord(body)
		if err != nil {
			continue
		}
		e := &entry{rec: rec, lsn: lsn}
		if seen.has(e) {
			continue
		}
		seen.note(e)
		for _, a := range rec.tables {
			t := b.log.table(a.table)
			if a.segment == nil {
				continue
			}
			if n, ok := seqOf(a.segment.File, segmentEnd); ok {
				t.named[n] = lsn
				t.added = append(t.added, lsn)
			}
		}
	}
}
