package command

import (
	"sync"

	"github.com/calypso-kql/calypso/functions"
	"github.com/calypso-kql/calypso/store"
)

// A Library is the saved functions of a store, read again when they have changed.
// It is safe for concurrent use.
type Library struct {
	store *store.Store

	mu      sync.Mutex
	version int64
	have    *functions.Library
}

// NewLibrary returns the saved functions of s.
func NewLibrary(s *store.Store) *Library { return &Library{store: s} }

// Functions returns the functions as they are now. Those that can't be read are
// left out, and returned as an error.
func (l *Library) Functions() (*functions.Library, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	version := l.store.NotesVersion()
	if l.have != nil && l.version == version {
		return l.have, nil
	}
	saved, err := SavedFunctions(l.store)
	var fs []functions.Function
	for _, f := range saved {
		fs = append(fs, f.Function)
	}
	have := functions.Of(fs)
	if err == nil {
		l.have, l.version = have, version
	}
	return have, err
}
