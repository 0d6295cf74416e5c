package store

import "time"

// An Observer is told what a store does. Its methods may be called concurrently, some
// while others wait for the store: they must return at once.
type Observer interface {
	// Synced is told of each fsync of the log: how long it took, and how many
	// batches it made durable.
	Synced(took time.Duration, batches int)
	// Stored is told of rows that are durable and visible. bytes are those of the
	// log or, for a segment that was written at once, of that.
	Stored(table string, rows, bytes int64)
	// Worked is told of work on a table that has ended: "seal", "compact".
	Worked(work, table string, began time.Time, err error)
}

// nobody is told nothing.
type nobody struct{}

func (nobody) Synced(time.Duration, int)               {}
func (nobody) Stored(string, int64, int64)             {}
func (nobody) Worked(string, string, time.Time, error) {}

// LogBytes returns the size of the log: what is in no segment yet, and what is
// kept with it.
func (s *Store) LogBytes() int64 { return s.log.bytes() }

// HotBytes returns the size of the rows that are in memory.
func (s *Store) HotBytes() int64 {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.hot
}
