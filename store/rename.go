package store

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
)

// Rename gives tables other names, all at once: names has the new name of each
// table, by its old one. Tables may take each other's names.
func (s *Store) Rename(names map[string]string) error {
	tables := map[string]*table{} // by the old name
	taken := map[string]bool{}
	for old, name := range names {
		t, err := s.table(old)
		if err != nil {
			return err
		}
		if taken[name] {
			return fmt.Errorf("two tables can't be called %s", name)
		}
		tables[old], taken[name] = t, true
	}
	s.rootMu.Lock()
	defer s.rootMu.Unlock()
	// Manifests have the name: none is written meanwhile. The order keeps two
	// renames from waiting for each other.
	for _, old := range slices.Sorted(maps.Keys(tables)) {
		tables[old].work.Lock()
		defer tables[old].work.Unlock()
	}
	if err := s.checkRename(names, tables); err != nil {
		return err
	}
	r := s.root
	r.Names = maps.Clone(r.Names)
	if r.Names == nil {
		r.Names = map[uint64]string{}
	}
	for old, t := range tables {
		r.Names[t.id] = names[old]
	}
	if err := writeSealed(filepath.Join(s.dir, rootName), r, s.opt.step); err != nil {
		return full(err)
	}
	s.root = r
	s.mu.Lock()
	for old := range tables {
		delete(s.tables, old)
	}
	for old, t := range tables {
		name := names[old]
		t.called.Store(&name)
		s.tables[name] = t
	}
	s.mu.Unlock()
	// Should the store's own file be damaged one day, the manifests know.
	for _, t := range tables {
		if err := s.replaceLocked(t, func(*state) {}); err != nil {
			return full(err)
		}
	}
	return nil
}

// checkRename makes sure that the tables are still what they were called, and
// that their new names are free.
func (s *Store) checkRename(names map[string]string, tables map[string]*table) error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for old, t := range tables {
		if s.tables[old] != t {
			return &UnknownTableError{Table: old}
		}
		if t.state.damage != nil {
			return fmt.Errorf("table %s: %w", old, t.state.damage)
		}
		name := names[old]
		if other := s.tables[name]; other != nil && tables[name] == nil {
			return fmt.Errorf("table %s exists already", name)
		}
	}
	return nil
}
