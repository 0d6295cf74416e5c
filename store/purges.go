package store

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// A PurgeRecord says what was purged.
type PurgeRecord struct {
	// Number is 1 for the first purge of a store.
	Number    int    `json:"number"`
	Table     string `json:"table"`
	Predicate string `json:"predicate"`
	// By is who asked for it, if that is known.
	By    string    `json:"by,omitempty"`
	Begun time.Time `json:"begun"`
	// Ended is zero for a purge that is under way, or that a crash has ended.
	Ended time.Time `json:"ended,omitzero"`
	Rows  int64     `json:"rows"`
	// Error is what a purge failed with; some of its rows may be gone.
	Error string `json:"error,omitempty"`
}

// purges is what purges.json holds.
type purges struct {
	Purges []PurgeRecord `json:"purges"`
}

// Purges returns what was purged, the oldest first. It outlives the tables.
func (s *Store) Purges() ([]PurgeRecord, error) {
	s.rootMu.Lock()
	defer s.rootMu.Unlock()
	p, err := s.readPurges()
	return p.Purges, err
}

func (s *Store) readPurges() (p purges, err error) {
	_, err = readSealed(filepath.Join(s.dir, purgesName), &p)
	if errors.Is(err, os.ErrNotExist) {
		err = nil
	}
	return p, err
}

// lookAtPurges finds out whether purges.json is whole.
func (s *Store) lookAtPurges() error {
	_, err := s.readOrPutAside(purgesName, "purges aside", &purges{})
	return err
}

// beginPurge enters a purge before anything of it is done.
func (s *Store) beginPurge(r PurgeRecord) (PurgeRecord, error) {
	s.rootMu.Lock()
	defer s.rootMu.Unlock()
	p, err := s.readPurges()
	if err != nil {
		return r, err
	}
	r.Number, r.Begun = len(p.Purges)+1, s.opt.Now().UTC()
	p.Purges = append(p.Purges, r)
	return r, writeSealed(filepath.Join(s.dir, purgesName), p, s.opt.step)
}

// endPurge enters what has become of a purge.
func (s *Store) endPurge(r *PurgeRecord) error {
	s.rootMu.Lock()
	defer s.rootMu.Unlock()
	p, err := s.readPurges()
	if err != nil {
		return err
	}
	r.Ended = s.opt.Now().UTC()
	at := slices.IndexFunc(p.Purges, func(have PurgeRecord) bool { return have.Number == r.Number })
	p.Purges[at] = *r
	return writeSealed(filepath.Join(s.dir, purgesName), p, s.opt.step)
}
