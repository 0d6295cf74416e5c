// Package store keeps logs on disk: a log of what was appended, immutable
// Parquet segments, and a manifest per table that says which segments it has.
//
// What Append has acknowledged is there after a crash or a lost power line, once,
// however often its batch is sent. A byte that changed on the disk is found by a
// checksum and reported with the file's name, never returned as data. Queries
// read a [Snapshot] and neither wait for writers nor hold them up. format.md
// says what every file holds.
//
// One process has a folder at a time. All methods are safe for concurrent use.
package store

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"github.com/calypso-kql/calypso/kql/types"
)

// Options say how a store works. The zero Options are the defaults.
type Options struct {
	// HotBytes bounds the rows that are in memory and in the log, but in no
	// segment yet; Append waits while there are more. 0 is 256 MB.
	HotBytes int64
	// SealBytes and SealAge say when a table's rows in memory become a segment:
	// when there are so many bytes of them, or the oldest is so old. 0 is 64 MB,
	// and 10 minutes.
	SealBytes int64
	SealAge   time.Duration
	// SegmentRows is how large compaction makes segments. 0 is 1,048,576.
	SegmentRows int64
	// FragmentBytes bounds what is kept in memory of the rows that conditions of
	// queries have left of segments, for when they are asked again. 0 is 64 MB,
	// below 0 nothing is kept.
	FragmentBytes int64
	// RememberIDs is for how long a batch's id is known. 0 is 7 days.
	RememberIDs time.Duration
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// Note, if not nil, is told what happens in the background and fails there.
	// It may be called concurrently.
	Note func(error)
	// Observer is told what the store does; nil for nobody.
	Observer Observer

	// step is told before each change of a file; tests look at the folder then.
	step func(string)
	// idle leaves out the work in the background; tests do it when they want.
	idle bool
}

func (o Options) withDefaults() Options {
	set := func(v *int64, to int64) {
		if *v == 0 {
			*v = to
		}
	}
	set(&o.HotBytes, 256<<20)
	set(&o.SealBytes, 64<<20)
	set(&o.FragmentBytes, 64<<20)
	set(&o.SegmentRows, 1<<20)
	if o.SealAge == 0 {
		o.SealAge = 10 * time.Minute
	}
	if o.RememberIDs == 0 {
		o.RememberIDs = 7 * 24 * time.Hour
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Observer == nil {
		o.Observer = nobody{}
	}
	if o.Note == nil {
		o.Note = func(error) {}
	}
	if o.step == nil {
		o.step = func(string) {}
	}
	return o
}

// A Store is a folder of tables, opened.
type Store struct {
	dir  string
	opt  Options
	lock *flock.Flock
	log  *log
	// arriving are batches that are being appended.
	arriving arriving

	// mu guards what follows. It is held for as long as it takes to read or
	// replace a few words, never while a file is written.
	mu        sync.RWMutex
	tables    map[string]*table
	fragments *fragments // nil if nothing is kept
	filters   *filterCache
	seen      seen
	forgot    int64         // when seen was last looked through for what is to be forgotten, in ticks
	hot       int64         // bytes of all tables in memory
	roomier   chan struct{} // closed when hot has become less
	closed    bool
	failing   error // what the work in the background last failed with
	refusing  error // what the disk last refused a batch with
	appends   sync.WaitGroup
	damage    []error
	notes     Notes // the store's own; replaced, never changed
	// notesVersion counts their changes.
	notesVersion int64

	// rootMu is held while the store's own file changes: tables come and go.
	rootMu sync.Mutex
	root   root

	// backups is held while one is made.
	backups sync.Mutex

	wake chan struct{}
	quit chan struct{}
	idle sync.WaitGroup
}

// root is what store.json holds.
type root struct {
	Format int `json:"format"`
	// NextTable is the id of the next table.
	NextTable uint64 `json:"next_table"`
	// Dropped are the ids of tables whose records in the log are to be passed
	// over.
	Dropped []uint64 `json:"dropped,omitempty"`
	// Names are the names of tables that were renamed, by id. They come before
	// those in the manifests.
	Names map[uint64]string `json:"names,omitempty"`
}

// ErrLocked says that another process has the folder.
var ErrLocked = errors.New("another process has this store open")

// Open opens the store in dir, which is made if it does not exist. What is
// damaged in the folder does not keep the rest from being read: Damage lists it.
func Open(dir string, o Options) (*Store, error) {
	for _, d := range []string{dir, filepath.Join(dir, logFolder), filepath.Join(dir, tablesFolder)} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return nil, err
		}
	}
	s := &Store{
		dir: dir, opt: o.withDefaults(), lock: flock.New(filepath.Join(dir, lockName)),
		tables: map[string]*table{}, filters: newFilterCache(), roomier: make(chan struct{}),
		wake: make(chan struct{}, 1), quit: make(chan struct{}),
	}
	if s.opt.FragmentBytes > 0 {
		s.fragments = newFragments(s.opt.FragmentBytes)
	}
	switch ok, err := s.lock.TryLock(); {
	case err != nil:
		return nil, err
	case !ok:
		return nil, fmt.Errorf("%s: %w", dir, ErrLocked)
	}
	if err := s.open(); err != nil {
		s.lock.Unlock()
		return nil, err
	}
	if !s.opt.idle {
		s.maintain()
	}
	return s, nil
}

func (s *Store) open() error {
	if err := os.RemoveAll(filepath.Join(s.dir, stageFolder)); err != nil {
		return err
	}
	if err := s.readRoot(); err != nil {
		return err
	}
	if err := s.readNotes(); err != nil {
		return err
	}
	if err := s.lookAtPurges(); err != nil {
		return err
	}
	if err := s.readTables(); err != nil {
		return err
	}
	if err := s.replay(); err != nil {
		return err
	}
	s.forgetDropped()
	for _, t := range s.tables {
		if err := t.removeOrphans(); err != nil {
			s.damage = append(s.damage, err)
		}
	}
	return s.log.start()
}

// readRoot reads the store's own file, or makes it in a new folder. Of a folder
// whose file is damaged the rest is enough to go on with.
func (s *Store) readRoot() error {
	path := filepath.Join(s.dir, rootName)
	mended, err := readSealed(path, &s.root)
	if mended != nil {
		s.damage = append(s.damage, mended)
	}
	var damaged *DamageError
	switch {
	case errors.Is(err, os.ErrNotExist):
		s.root = root{Format: formatVersion, NextTable: 1}
		return writeSealed(path, s.root, s.opt.step)
	case errors.As(err, &damaged):
		s.damage = append(s.damage, err)
		s.root = root{Format: formatVersion, NextTable: 1}
		return nil
	case err != nil:
		return err
	case s.root.Format != formatVersion:
		return fmt.Errorf("%s: it has format %d, this version of Calypso reads %d", path, s.root.Format, formatVersion)
	}
	return nil
}

// Damage returns what was found damaged when the store was opened: files with
// what is wrong with them. Nothing of it has been returned as data.
func (s *Store) Damage() []error { return slices.Clone(s.damage) }

// Ready returns what keeps the store from working as it should: that it is
// closed, what its work in the background fails with, or what the last batch was
// refused with by the disk; nil if nothing does.
func (s *Store) Ready() error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.closed {
		return errClosed
	}
	return cmp.Or(s.failing, s.refusing)
}

// Close waits for the appends under way, seals nothing, and gives up the folder.
// What is in the log only is read from there when the store is opened again.
func (s *Store) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	s.mu.Unlock()
	s.appends.Wait()
	close(s.quit)
	s.idle.Wait()
	return errors.Join(s.log.close(), s.lock.Unlock())
}

// A Snapshot is the tables of a store as they were at one moment. It stays valid
// while the store compacts and deletes, and after Close.
type Snapshot struct {
	states    map[string]*state
	fragments *fragments
}

// Snapshot returns what is in the store now.
func (s *Store) Snapshot() *Snapshot {
	s.mu.RLock()
	defer s.mu.RUnlock()
	snap := &Snapshot{states: make(map[string]*state, len(s.tables)), fragments: s.fragments}
	for name, t := range s.tables {
		snap.states[name] = t.state
	}
	return snap
}

// Names returns the names of all tables, sorted.
func (s *Snapshot) Names() []string {
	names := make([]string, 0, len(s.states))
	for n := range s.states {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// Schema returns the columns of a table.
func (s *Store) Schema(table string) (types.Schema, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	t, ok := s.tables[table]
	if !ok {
		return types.Schema{}, false
	}
	return t.state.schema, true
}
