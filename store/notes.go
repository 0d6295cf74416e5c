package store

import (
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
)

// Notes are small things that are kept beside the rows by whoever uses a store,
// by key: JSON, which the store does not look into. A table's notes go with it
// when it is renamed or dropped; the store has notes of its own.
type Notes map[string]json.RawMessage

// Notes returns the notes of a table, or the store's own if table is empty,
// whose keys begin with prefix.
func (s *Store) Notes(table, prefix string) Notes {
	s.mu.RLock()
	defer s.mu.RUnlock()
	all := s.notes
	if table != "" {
		t, ok := s.tables[table]
		if !ok {
			return nil
		}
		all = t.state.notes
	}
	out := Notes{}
	for key, v := range all {
		if strings.HasPrefix(key, prefix) {
			out[key] = v
		}
	}
	return out
}

// NotesVersion changes whenever the store's own notes do.
func (s *Store) NotesVersion() int64 {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.notesVersion
}

// SetNotes sets notes of a table, or the store's own if table is empty; those
// that are nil are removed. All are changed at once, and durably.
func (s *Store) SetNotes(table string, set Notes) error {
	if table == "" {
		return s.setOwnNotes(set)
	}
	t, err := s.table(table)
	if err != nil {
		return err
	}
	return s.replace(t, func(now *state) { now.notes = now.notes.with(set) })
}

func (s *Store) setOwnNotes(set Notes) error {
	s.rootMu.Lock()
	defer s.rootMu.Unlock()
	s.mu.RLock()
	notes := s.notes.with(set)
	s.mu.RUnlock()
	if err := writeSealed(filepath.Join(s.dir, notesName), notes, s.opt.step); err != nil {
		return full(err)
	}
	s.mu.Lock()
	s.notes = notes
	s.notesVersion++
	s.mu.Unlock()
	return nil
}

// with returns n with what set changes; n stays as it is.
func (n Notes) with(set Notes) Notes {
	out := maps.Clone(n)
	if out == nil {
		out = Notes{}
	}
	for key, v := range set {
		if v == nil {
			delete(out, key)
		} else {
			out[key] = v
		}
	}
	return out
}

// readNotes reads the store's own notes.
func (s *Store) readNotes() error {
	damaged, err := s.readOrPutAside(notesName, "notes aside", &s.notes)
	if damaged {
		s.notes = nil
	}
	return err
}

// readOrPutAside reads a file of the store, if there is one, into v. A damaged file is told
// and put aside, so that nothing is written over it.
func (s *Store) readOrPutAside(name, step string, v any) (damaged bool, err error) {
	path := filepath.Join(s.dir, name)
	mended, err := readSealed(path, v)
	if mended != nil {
		s.damage = append(s.damage, mended)
	}
	var damage *DamageError
	switch {
	case errors.Is(err, os.ErrNotExist):
		return false, nil
	case errors.As(err, &damage):
		s.damage = append(s.damage, &DamageError{File: path, What: damage.What + "; it is kept in " + name + damagedEnd})
		s.opt.step(step)
		return true, os.Rename(path, path+damagedEnd)
	}
	return false, err
}
