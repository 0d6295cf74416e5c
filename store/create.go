package store

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/calypso-kql/calypso/kql/types"
)

// A NewTable is a table that is to be made.
type NewTable struct {
	Name   string
	Schema types.Schema
	// Notes are what it begins with; nil for none.
	Notes Notes
}

// Create makes an empty table. It is an error if there is one of that name.
func (s *Store) Create(name string, schema types.Schema) error {
	if _, ok := s.Schema(name); ok {
		return fmt.Errorf("table %s exists already", name)
	}
	return s.CreateAll([]NewTable{{Name: name, Schema: schema}})
}

// CreateAll makes those of the tables that are not there yet. They wait for the disk
// together, so many take little longer than one. After an error none of them is there;
// a crash may have made some.
func (s *Store) CreateAll(tables []NewTable) error {
	s.rootMu.Lock()
	defer s.rootMu.Unlock()
	missing, err := s.missing(tables)
	if err != nil || len(missing) == 0 {
		return err
	}
	return full(s.make(missing))
}

// missing returns those of the tables that are not there, each once.
func (s *Store) missing(tables []NewTable) ([]NewTable, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var out []NewTable
	met := map[string]bool{}
	for _, t := range tables {
		if s.tables[t.Name] != nil || met[t.Name] {
			continue
		}
		if err := CheckName(t.Name); err != nil {
			return nil, err
		}
		met[t.Name] = true
		out = append(out, t)
	}
	return out, nil
}

// make makes tables that are not there. Their folders are written under names that are
// no tables' (what a crash leaves of them goes when the store is opened) and get their
// own once they are complete. rootMu is held.
func (s *Store) make(tables []NewTable) (err error) {
	r := s.root
	first := r.NextTable
	r.NextTable += uint64(len(tables))
	if err := writeSealed(filepath.Join(s.dir, rootName), r, s.opt.step); err != nil {
		return err
	}
	s.root = r
	now := s.log.last()
	made := make([]*table, len(tables))
	for i, n := range tables {
		dir := s.tableDir(n.Name)
		if len(r.Dropped)+len(r.Names) > 0 {
			// Work on a table of this name that was dropped may not have ended, and one
			// that was renamed keeps its folder.
			dir += fmt.Sprintf(".%d", first+uint64(i))
		}
		st := &state{schema: hiddenLast(n.Schema), next: 1, applied: now, durable: now, notes: Notes{}.with(n.Notes)}
		made[i] = s.newTable(first+uint64(i), n.Name, dir, st)
	}
	named := 0
	defer func() {
		for i, t := range made {
			if err != nil && i < named {
				os.RemoveAll(t.dir)
			}
			if err != nil {
				os.RemoveAll(t.dir + droppedEnd)
			}
		}
	}()
	if err := s.writeFolders(made); err != nil {
		return err
	}
	for _, t := range made {
		s.opt.step("table create")
		if err := os.Rename(t.dir+droppedEnd, t.dir); err != nil {
			return err
		}
		named++
	}
	if err := syncDir(filepath.Join(s.dir, tablesFolder)); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range made {
		s.tables[t.name()] = t
	}
	return nil
}

// manyTables is from how many tables on it pays to wait for the disk for several at
// once. New ones do so for the whole file system, where the system can do that.
const manyTables = 8

// writeFolders writes the folders of tables that are being made, and makes them durable.
func (s *Store) writeFolders(made []*table) error {
	all, err := os.Open(filepath.Join(s.dir, tablesFolder))
	if err != nil {
		return err
	}
	defer all.Close()
	if len(made) >= manyTables {
		err := atOnce(made, creators, func(t *table) error { return s.writeFolder(t, writePlain) })
		if err == nil {
			err = syncFileSystem(all)
		}
		if !errors.Is(err, errors.ErrUnsupported) {
			return err
		}
	}
	return atOnce(made, creators, func(t *table) error {
		if err := s.writeFolder(t, writeThrough); err != nil {
			return err
		}
		return syncDir(t.dir + droppedEnd)
	})
}

// writeFolder writes the folder of a table that is being made.
func (s *Store) writeFolder(t *table, write func(path string, parts ...[]byte) error) error {
	s.opt.step("table folder")
	dir := t.dir + droppedEnd
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	t.kept = t.aside(t.state)
	for name, v := range map[string]any{manifestName: t.manifest(t.state), tableName: t.kept} {
		text, err := sealed(v)
		if err != nil {
			return err
		}
		for _, name := range []string{name, name + copyEnd} {
			if err := write(filepath.Join(dir, name), text); err != nil {
				return err
			}
		}
	}
	return nil
}

// creators is how many tables are written at a time: file systems make durable
// together what is asked of them at the same time.
const creators = 32

// atOnce calls f with each table, n at a time, and returns the first error.
func atOnce(tables []*table, n int, f func(*table) error) error {
	errs := make([]error, len(tables))
	free := make(chan struct{}, n)
	var all sync.WaitGroup
	for i, t := range tables {
		free <- struct{}{}
		all.Go(func() {
			errs[i] = f(t)
			<-free
		})
	}
	all.Wait()
	return cmp.Or(errs...)
}

// create returns the table of a name, which is made with the columns given if there is
// none.
func (s *Store) create(name string, schema types.Schema) (*table, error) {
	for {
		s.mu.RLock()
		t := s.tables[name]
		s.mu.RUnlock()
		if t != nil {
			return t, nil
		}
		if err := s.CreateAll([]NewTable{{Name: name, Schema: schema}}); err != nil {
			return nil, err
		}
	}
}
