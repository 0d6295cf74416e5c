package store

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/parquet"
)

// A table is one table of a store.
type table struct {
	id      uint64
	dir     string
	filters *filterCache // the store's
	// called is the table's name, which a rename replaces.
	called atomic.Pointer[string]

	// state is replaced, never changed; the store's mu guards the word.
	state *state
	// work is held by whoever replaces the manifest, and while rows in memory
	// become a segment. merge is held, before work, by whoever replaces segments
	// by others, which takes long and must not keep rows from being sealed.
	work, merge sync.Mutex
	// kept is what table.json holds; work guards it.
	kept tableFile
}

func (s *Store) newTable(id uint64, name, dir string, st *state) *table {
	st.id = id
	t := &table{id: id, dir: dir, filters: s.filters, state: st}
	t.called.Store(&name)
	return t
}

func (t *table) name() string { return *t.called.Load() }

// A state is what a table is at one moment. It is immutable.
type state struct {
	id       uint64 // the table's
	schema   types.Schema
	segments []*segment
	// hot are the rows that are in no segment yet, oldest first. Of them, the
	// first sealing are being written to one.
	hot     []hotRows
	sealing int
	// applied is the number of the last record of the log that is here, durable
	// that up to which the manifest has all. added are the records between them
	// whose segments the manifest has already.
	applied, durable uint64
	added            []uint64
	next             uint64
	retention        Retention
	// altered counts the changes of columns, so that whoever brings rows can tell
	// that there was one.
	altered int
	// cuts is never changed, only replaced; so are notes.
	cuts  map[string]cut
	notes Notes
	// damage says why nothing of the table can be read.
	damage error
}

// hotRows are rows in memory.
type hotRows struct {
	lsn    uint64 // of the last record they came with
	at     int64  // when the first of them was appended, in ticks
	bytes  int64
	schema types.Schema
	rows   *column.Batch
}

// A segment is one of a table's, opened when it is first read.
type segment struct {
	*Segment
	dir   string
	terms *segmentTerms
	once  sync.Once
	bytes *checked
	file  *parquet.File
	err   error
}

func (t *table) newSegment(s *Segment) *segment {
	return &segment{Segment: s, dir: t.dir, terms: newSegmentTerms(t.dir, s, t.filters)}
}

// open returns the segment's file. It is never closed by hand: a snapshot may
// read it after compaction has removed it, so that goes with the last reference.
func (s *segment) open(declared types.Schema) (*parquet.File, error) {
	s.once.Do(func() {
		if s.bytes, s.err = openChecked(s.dir, s.Segment); s.err == nil {
			s.file, s.err = s.bytes.segment(declared, s.terms)
		}
	})
	return s.file, s.err
}

// apart returns the segment's file for whoever reads all of it once: nothing of it is
// kept for others, as dictionaries of an opened file are.
func (s *segment) apart(declared types.Schema) (*parquet.File, error) {
	if _, err := s.open(declared); err != nil {
		return nil, err
	}
	return s.bytes.segment(declared, nil)
}

func (st *state) clone() *state {
	c := *st
	return &c
}

func (st *state) hotBytes() (n int64) {
	for _, h := range st.hot {
		n += h.bytes
	}
	return n
}

func (st *state) rows() (n int64) {
	for _, s := range st.segments {
		n += s.Rows
	}
	for _, h := range st.hot {
		n += int64(h.rows.Len())
	}
	return n
}

func (t *table) manifest(st *state) *manifest {
	m := &manifest{
		Format: formatVersion, ID: t.id, Name: t.name(), Columns: columnsOf(st.schema),
		Durable: st.durable, Added: st.added, Next: st.next, Retention: st.retention, Segments: []*Segment{},
		Cuts: st.cuts, Notes: st.notes,
	}
	for _, s := range st.segments {
		m.Segments = append(m.Segments, s.Segment)
	}
	return m
}

// readTables reads the manifests of all tables.
func (s *Store) readTables() error {
	entries, err := os.ReadDir(filepath.Join(s.dir, tablesFolder))
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		dir := filepath.Join(s.dir, tablesFolder, e.Name())
		m, mended, err := readManifest(dir)
		if mended != nil {
			s.damage = append(s.damage, mended)
		}
		if filepath.Ext(e.Name()) == droppedEnd || err == nil && slices.Contains(s.root.Dropped, m.ID) {
			if err := os.RemoveAll(dir); err != nil {
				return err
			}
			continue
		}
		switch {
		case os.IsNotExist(err) && isEmptyTable(dir):
			// The table was being created, and nothing was appended to it.
			if err := os.RemoveAll(dir); err != nil {
				return err
			}
			continue
		case err != nil:
			err = fmt.Errorf("%w; `calypso store repair` makes it anew from the table's segments", err)
			s.damage = append(s.damage, err)
			name := unfold(strings.TrimSuffix(e.Name(), filepath.Ext(e.Name())))
			s.enter(s.newTable(0, name, dir, &state{damage: err}))
			continue
		}
		if name, ok := s.root.Names[m.ID]; ok {
			m.Name = name
		}
		t, err := s.tableOf(dir, m)
		if err != nil {
			return fmt.Errorf("%s: %w", dir, err)
		}
		if damaged := t.kept.read(dir); damaged != nil {
			if t.kept.Format == 0 {
				damaged = fmt.Errorf("%w; it is written anew when the table changes, which is whole", damaged)
			}
			s.damage = append(s.damage, damaged)
		}
		s.enter(t)
		s.root.NextTable = max(s.root.NextTable, m.ID+1)
	}
	return nil
}

// enter makes a table that was read one of the store's. Two of one name can only
// be where the files that say their names are damaged: none of them is lost.
func (s *Store) enter(t *table) {
	name := t.name()
	if _, taken := s.tables[name]; taken {
		other := fmt.Sprintf("%s.%d", name, t.id)
		s.damage = append(s.damage, fmt.Errorf("%s: there are two tables called %s; this one is called %s now", t.dir, name, other))
		t.called.Store(&other)
	}
	s.tables[t.name()] = t
}

func isEmptyTable(dir string) bool {
	entries, err := os.ReadDir(dir)
	return err == nil && !slices.ContainsFunc(entries, func(e os.DirEntry) bool {
		return filepath.Ext(e.Name()) == segmentEnd || e.Name() == tableName || e.Name() == tableName+copyEnd
	})
}

func (s *Store) tableOf(dir string, m *manifest) (*table, error) {
	schema, err := schemaOf(m.Columns)
	if err != nil {
		return nil, err
	}
	st := &state{schema: schema, applied: m.Durable, durable: m.Durable, added: m.Added, next: m.Next, retention: m.Retention, cuts: m.Cuts, notes: m.Notes}
	t := s.newTable(m.ID, m.Name, dir, st)
	for _, seg := range m.Segments {
		st.segments = append(st.segments, t.newSegment(seg))
	}
	return t, nil
}

// removeOrphans removes the files of segments that a crash has left before the
// manifest or the log had them, or after they no longer did.
func (t *table) removeOrphans() error {
	if t.state.damage != nil {
		return nil // which files belong to the table is not known
	}
	keep := map[string]bool{manifestName: true}
	for _, s := range t.state.segments {
		keep[s.File], keep[sumsName(s.File)], keep[termsName(s.File)] = true, true, true
	}
	entries, err := os.ReadDir(t.dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		name := e.Name()
		if n, ok := seqOf(name, segmentEnd); ok && n >= t.state.next {
			t.state.next = n + 1
		}
		switch filepath.Ext(name) {
		case segmentEnd, sumsEnd, termsEnd, tempEnd:
			if !keep[name] {
				if err := os.Remove(filepath.Join(t.dir, name)); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// hiddenLast returns the schema with its hidden columns at the end.
func hiddenLast(s types.Schema) types.Schema {
	cols := slices.Clone(s.Columns)
	slices.SortStableFunc(cols, func(a, b types.Column) int {
		switch {
		case a.Hidden == b.Hidden:
			return 0
		case b.Hidden:
			return -1
		}
		return 1
	})
	return types.Schema{Columns: cols}
}
