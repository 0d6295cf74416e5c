package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"syscall"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
)

// A Batch is rows that are stored together: all of them or none, also where they
// go to several tables.
type Batch struct {
	// ID names the batch: one whose ID has been stored before is not stored
	// again. It may be empty.
	ID string
	// Source and Offset say, for batches of a stream that numbers its messages,
	// which stream that is and the number of the last message in the batch. A
	// batch whose offset is not beyond the last one stored is not stored again.
	// Source may be empty.
	Source string
	Offset int64
	Rows   []Rows
}

// Rows go to one table, which is made if it does not exist. A column that the
// table lacks is added to it; one that the rows lack is null.
type Rows struct {
	Table  string
	Schema types.Schema
	Rows   *column.Batch
	// Arriving says that the rows arrive now: if their _TimeReceived is one of which
	// ArrivedUntil has said that all rows have arrived, they get a later one.
	Arriving bool
}

// An Ack says what became of a batch.
type Ack struct {
	// Duplicate says that the batch had been stored before.
	Duplicate bool
}

// ErrFull says that the disk is full. Nothing of the batch is stored, and what
// was stored before is not touched; Append works again when there is room.
var ErrFull = errors.New("the disk is full")

// Append stores a batch. When it returns without an error the batch is durable
// and in every later Snapshot. It waits while too many rows are in memory, until
// ctx ends. After an error nothing of the batch is stored, but where the disk
// has failed, it may be found stored when the store is opened again: send it
// again with the same ID.
func (s *Store) Append(ctx context.Context, b Batch) (Ack, error) {
	e, err := s.entry(b.ID, b.Source, b.Offset)
	if err != nil {
		return Ack{}, err
	}
	if s.isSeen(e) {
		return Ack{Duplicate: true}, nil
	}
	w, err := s.Begin(ctx)
	if err != nil {
		return Ack{}, err
	}
	if err := s.CreateAll(b.newTables()); err != nil {
		w.Abort()
		return Ack{}, err
	}
	for _, in := range b.Rows {
		if err := w.Add(in); err != nil {
			w.Abort()
			return Ack{}, err
		}
	}
	return w.commit(e)
}

// newTables returns the tables of the batch, as they are to be where they are not there.
func (b *Batch) newTables() []NewTable {
	var out []NewTable
	for _, in := range b.Rows {
		if in.Rows.Len() > 0 {
			out = append(out, NewTable{Name: in.Table, Schema: in.Schema})
		}
	}
	return out
}

// entry returns what the log is to hold of a batch, but for its rows.
func (s *Store) entry(id, source string, offset int64) (*entry, error) {
	now, ok := types.TicksOf(s.opt.Now())
	if !ok {
		return nil, errors.New("the clock is outside the years 1 to 9999")
	}
	e := &entry{rec: record{id: id, source: source, offset: offset, at: now}}
	if strings.Contains(id, "\n") {
		return nil, fmt.Errorf("batch id %q: want one line", id)
	}
	return e, nil
}

// write packs a record and hands it to the log.
func (s *Store) write(e *entry) (Ack, error) {
	body, err := appendRecord(nil, &e.rec)
	if err == nil && len(body) > maxFrame/2 {
		err = fmt.Errorf("a batch of %d MB is too large: send at most %d MB at once", len(body)>>20, maxFrame>>21)
	}
	if err == nil {
		e.bytes = int64(len(body))
		e.frame = packFrame(body)
		err = s.log.append(e)
	}
	s.took(err)
	if err != nil {
		s.discard(&e.rec)
		return Ack{}, full(err)
	}
	return Ack{Duplicate: e.duplicate}, nil
}

// took keeps for Ready whether the disk took the last batch.
func (s *Store) took(err error) {
	var disk *fs.PathError
	if err != nil && !errors.As(err, &disk) {
		return // the batch is at fault
	}
	s.mu.Lock()
	s.refusing = full(err)
	s.mu.Unlock()
}

// full makes errors of a full disk be ErrFull.
func full(err error) error {
	if errors.Is(err, syscall.ENOSPC) {
		return fmt.Errorf("%w: %w", ErrFull, err)
	}
	return err
}

// Stored reports whether a batch is known to have been stored with this ID, as
// its own or beside it.
func (s *Store) Stored(id string) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	_, ok := s.seen.ids[digest(id)]
	return ok
}

func (s *Store) isSeen(e *entry) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.seen.has(e)
}

// waitForRoom waits until there are few enough rows in memory.
func (s *Store) waitForRoom(ctx context.Context) error {
	for {
		s.mu.RLock()
		hot, roomier := s.hot, s.roomier
		s.mu.RUnlock()
		if hot <= s.opt.HotBytes {
			return nil
		}
		s.nudge()
		select {
		case <-roomier:
		case <-ctx.Done():
			return fmt.Errorf("%d MB wait to be written to segments: %w", hot>>20, ctx.Err())
		}
	}
}

// discard removes the segments of a record that did not come to be.
func (s *Store) discard(r *record) {
	for _, a := range r.tables {
		if a.segment != nil && a.to != nil {
			a.to.remove(a.segment)
		}
	}
}

// grow adds the columns of rows that the table lacks to it, before the rows are
// in the log: whoever comes later with another type for one is refused. It returns
// how often the table was altered by then.
func (s *Store) grow(t *table, rows types.Schema) (altered int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t.state.damage != nil {
		return 0, fmt.Errorf("table %s: %w", t.name(), t.state.damage)
	}
	schema, err := grown(t.name(), t.state.schema, rows)
	if err != nil || schema.Len() == t.state.schema.Len() {
		return t.state.altered, err
	}
	st := t.state.clone()
	st.schema = schema
	t.state = st
	return st.altered, nil
}

// grown returns the table's schema with the columns of rows that it lacks:
// visible ones before those that are hidden.
func grown(name string, have, rows types.Schema) (types.Schema, error) {
	var more []types.Column
	for _, c := range rows.Columns {
		i := have.Index(c.Name)
		switch {
		case i < 0:
			more = append(more, c)
		case have.Columns[i].Type != c.Type:
			return have, &TypeError{Table: name, Column: c.Name, Have: have.Columns[i].Type, Got: c.Type}
		}
	}
	if len(more) == 0 {
		return have, nil
	}
	return hiddenLast(types.Schema{Columns: append(slices.Clone(have.Columns), more...)}), nil
}

// A TypeError says that rows bring a column in another type than the table's.
type TypeError struct {
	Table, Column string
	Have, Got     types.Type
}

// Error implements error.
func (e *TypeError) Error() string {
	return fmt.Sprintf("column %s of table %s is %s and can't take values of type %s", e.Column, e.Table, e.Have, e.Got)
}

// apply makes written records visible, all tables of a record at once. It is the
// log's writer that calls it.
func (s *Store) apply(group []*entry) {
	s.mu.Lock()
	defer s.mu.Unlock()
	wake := false
	for _, e := range group {
		if e.duplicate = s.seen.has(e); e.duplicate {
			// It came twice at the same time; replay passes it over, too.
			s.discard(&e.rec)
			continue
		}
		s.seen.note(e)
		for i := range e.rec.tables {
			a := &e.rec.tables[i]
			if a.to.state.damage != nil {
				continue // dropped meanwhile, with all its rows
			}
			if a.altered != a.to.state.altered {
				a.to.fit(e.lsn, a)
			}
			share := e.bytes / int64(len(e.rec.tables))
			a.to.add(e.lsn, e.rec.at, a, share)
			if a.rows != nil {
				s.hot += share
				s.opt.Observer.Stored(a.to.name(), int64(a.rows.Len()), share)
			} else {
				s.opt.Observer.Stored(a.to.name(), a.segment.Rows, a.segment.Bytes)
			}
			wake = wake || a.to.state.hotBytes() >= s.opt.SealBytes
		}
	}
	if wake || s.hot > s.opt.HotBytes/2 {
		s.nudge()
	}
}

// add makes an addition, whose columns the table has, part of its state.
func (t *table) add(lsn uint64, at int64, a *addition, bytes int64) {
	st := t.state.clone()
	st.applied = lsn
	if a.segment != nil {
		st.segments = append(slices.Clone(st.segments), t.newSegment(a.segment))
		if n, ok := seqOf(a.segment.File, segmentEnd); ok {
			st.next = max(st.next, n+1)
		}
		if !slices.Contains(st.added, lsn) {
			st.added = append(slices.Clone(st.added), lsn)
		}
	} else {
		st.hot = merged(slices.Clone(st.hot), st.sealing, hotRows{lsn: lsn, at: at, bytes: bytes, schema: a.schema, rows: a.rows})
	}
	t.state = st
}

// mergeRows is the size up to which rows in memory are put together.
const mergeRows = 1 << 14

// merged adds h to the rows in memory. Small batches of the same columns are put
// together with their like, as in a merge sort, so that there are few of them
// and each row is copied a few times at most.
func merged(hot []hotRows, sealing int, h hotRows) []hotRows {
	for len(hot) > sealing {
		last := hot[len(hot)-1]
		if last.rows.Len() > 2*h.rows.Len() || last.rows.Len()+h.rows.Len() > mergeRows || !last.schema.Equal(h.schema) {
			break
		}
		both, err := column.Concat(h.schema, []*column.Batch{last.rows, h.rows})
		if err != nil {
			break // a column that can't be read now is read by whoever wants it
		}
		h.rows, h.bytes, h.at = both, h.bytes+last.bytes, last.at
		hot = hot[:len(hot)-1]
	}
	return append(hot, h)
}
