package store

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/calypso-kql/calypso/kql/types"
)

// replay reads the log: what the manifests do not have yet becomes part of the
// tables again.
func (s *Store) replay() error {
	dir := filepath.Join(s.dir, logFolder)
	s.log = &log{dir: dir, step: s.opt.step, apply: s.apply, synced: s.opt.Observer.Synced}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	var seqs, ids []uint64
	for _, e := range entries {
		if seq, ok := seqOf(e.Name(), logEnd); ok {
			seqs = append(seqs, seq)
		}
		if seq, ok := seqOf(e.Name(), idsEnd); ok {
			ids = append(ids, seq)
		}
	}
	slices.Sort(seqs)
	slices.Sort(ids)
	if err := s.readIDs(dir, ids); err != nil {
		return err
	}
	for source, end := range s.seen.ends {
		s.log.gone.reach(source, end)
	}
	s.damage = append(s.damage, s.log.checkEnds()...)
	r := &replayer{s: s, byID: map[uint64]*table{}, lost: map[uint64]int{}}
	for _, t := range s.tables {
		r.byID[t.id] = t
		s.log.lsn = max(s.log.lsn, t.state.durable)
	}
	for _, seq := range ids {
		s.log.seq = max(s.log.seq, seq)
	}
	for _, seq := range seqs {
		s.log.seq = max(s.log.seq, seq)
		if err := r.file(seq); err != nil {
			return err
		}
	}
	for id, n := range r.lost {
		s.damage = append(s.damage, fmt.Errorf("%s: %d records are of a table (number %d) that is not there", dir, n, id))
	}
	return nil
}

// readIDs reads the files of batch ids. One that is damaged is told: batches
// that are sent again could be stored twice. One that is too old goes, but for
// the last, which knows the offsets of all streams.
func (s *Store) readIDs(dir string, ids []uint64) error {
	now, _ := types.TicksOf(s.opt.Now())
	oldest := now - int64(s.opt.RememberIDs/100)
	for _, seq := range ids {
		path := filepath.Join(dir, idsName(seq))
		written, mended, err := s.seen.mendIDs(path)
		if mended != nil {
			s.damage = append(s.damage, mended)
		}
		switch {
		case err != nil:
			s.damage = append(s.damage, fmt.Errorf("%w: batches that are sent again could be stored twice; it is kept as %s", err, idsName(seq)+damagedEnd))
		default:
			s.log.ids = append(s.log.ids, idsFile{seq: seq, written: written})
		}
	}
	s.log.forgetIDs(oldest)
	s.seen.forget(oldest)
	return nil
}

type replayer struct {
	s    *Store
	byID map[uint64]*table
	lost map[uint64]int // records by the id of a table that is unknown
}

// file replays one log file.
func (r *replayer) file(seq uint64) error {
	path := filepath.Join(r.s.log.dir, logName(seq))
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return err
	}
	if st.Size() == 0 {
		return os.Remove(path) // nothing was appended to it
	}
	lf := newLogFile(seq)
	frames := &frameReader{f: f, size: st.Size()}
	records := &decodings{frames: frames}
	for {
		d, err := records.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			if err := r.damaged(path, frames, err); err != nil {
				return err
			}
			records.skipped()
			continue
		}
		if err := r.record(d, &lf); err != nil {
			s := fmt.Sprintf("record %d at byte %d: %v", d.lsn, d.at, err)
			r.s.damage = append(r.s.damage, &DamageError{File: path, What: s})
		}
	}
	lf.bytes = frames.size
	r.s.log.files = append(r.s.log.files, lf)
	return nil
}

// damaged deals with bytes that are no record. At the end of a file they are
// what a crash has left of a write that was not acknowledged, or what a disk has
// made of one that was: they are kept beside the log, and cut off. Elsewhere the
// records behind them are read.
func (r *replayer) damaged(path string, frames *frameReader, why error) error {
	at := frames.at
	if frames.skip() {
		r.s.damage = append(r.s.damage, &DamageError{File: path, What: fmt.Sprintf("bytes %d to %d are no record (%v); what was in them is lost", at, frames.at-1, why)})
		return nil
	}
	rest := make([]byte, frames.size-at)
	if _, err := frames.f.ReadAt(rest, at); err != nil {
		return err
	}
	aside := fmt.Sprintf("%s.%d%s", path, at, tornEnd)
	if err := writeFile(aside, r.s.opt.step, rest); err != nil {
		return err
	}
	what := fmt.Sprintf("its last %d bytes are no record (%v)", len(rest), why)
	if errors.Is(why, errTorn) {
		what = fmt.Sprintf("it ends within a record, %d bytes long, as after a crash while it was written", len(rest))
	}
	r.s.damage = append(r.s.damage, &DamageError{File: path, What: what + "; they are kept in " + filepath.Base(aside)})
	r.s.opt.step("log cut")
	if err := frames.f.Truncate(at); err != nil {
		return err
	}
	frames.size, frames.at = at, at
	return frames.f.Sync()
}

// record replays one record.
func (r *replayer) record(d *decoding, lf *logFile) error {
	if d.err != nil {
		return d.err
	}
	s, rec, lsn := r.s, d.rec, d.lsn
	s.log.lsn = max(s.log.lsn, lsn)
	e := &entry{rec: rec, lsn: lsn, bytes: d.size}
	lf.note(lsn, &e.rec)
	if s.seen.has(e) {
		return nil
	}
	s.seen.note(e)
	// A record may add several segments to a table: what a manifest has of it is
	// asked before the first of them is there.
	has := map[uint64]bool{}
	for _, a := range rec.tables {
		has[a.table] = r.has(a.table, lsn)
	}
	var errs []error
	for i := range rec.tables {
		if a := &rec.tables[i]; !has[a.table] {
			errs = append(errs, r.addition(lsn, e, a))
		}
	}
	return errors.Join(errs...)
}

// has reports whether a table's manifest has what the record adds to it.
func (r *replayer) has(id, lsn uint64) bool {
	t := r.byID[id]
	return t != nil && (lsn <= t.state.durable || slices.Contains(t.state.added, lsn))
}

// addition makes an addition part of its table.
func (r *replayer) addition(lsn uint64, e *entry, a *addition) error {
	s, t := r.s, r.byID[a.table]
	if t == nil {
		if !slices.Contains(s.root.Dropped, a.table) {
			r.lost[a.table]++
		}
		return nil
	}
	if t.state.damage != nil {
		return nil
	}
	a.to = t
	t.fit(lsn, a)
	share := e.bytes / int64(len(e.rec.tables))
	t.add(lsn, e.rec.at, a, share)
	if a.rows != nil {
		s.hot += share
	}
	return nil
}
