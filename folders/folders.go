// Package folders follows folders: what is written to the log files in them goes
// into a store, each byte once, also across restarts and crashes.
//
// Files with a JSON record per line are followed as they grow. What has been stored
// of one is the offset of its stream in the store, in the same batch as the rows,
// so that the two can't come apart. Files that are whole or nothing (compressed
// ones, Parquet, JSON documents, CSV) are read when they have not changed for a
// while.
//
// A file is known by its content: by a digest of its beginning, and by its device
// and inode where several begin alike (known.go). So a file that is renamed is not
// read again, nor one that is copied or fetched again. A file that is cut off, or
// replaced by another under its name, is a new one.
package folders

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"github.com/fsnotify/fsnotify"

	"github.com/calypso-kql/calypso/ingest"
	"github.com/calypso-kql/calypso/intake"
)

// A Folder is what is followed: a folder with all that is in it, or one file.
// Files and folders whose names begin with a dot are left out.
type Folder struct {
	Path string
	// Table is the table that all records go to; empty to let the records, or
	// the file's or folder's name, say.
	Table string
}

// Options say what is followed, and how.
type Options struct {
	Folders []Folder
	Intake  *intake.Intake
	// Tables knows the schemas of the catalog: a Parquet file goes to the table
	// that it or a folder above it is called after.
	Tables ingest.Tables
	// Settle is for how long a file that is read as a whole must not have changed
	// before it is. 0 is 5 seconds.
	Settle time.Duration
	// LastLine is for how long a file must not have changed before its last line
	// is taken although no line end follows. 0 is one minute.
	LastLine time.Duration
	// Rescan is how often the folders are walked, for what the system has not
	// told of; the walk itself takes at most a fiftieth of the time. 0 is 30
	// seconds.
	Rescan time.Duration
	// Remember is for how long a file is known after it was last seen: if it comes
	// again within that time, it is not stored again. 0 is 180 days.
	Remember time.Duration
	// Workers is how many files are read at once; 0 is 8.
	Workers int
	// Log is told what can't be read or understood; nil for nobody.
	Log *slog.Logger
	// Problem, if not nil, is told what can't be read or understood, instead of
	// Log. It may be called concurrently, as the next ones.
	Problem func(ingest.Problem)
	// Progress, if not nil, is told how many bytes of files were read since the
	// last call.
	Progress func(n int64)
	// Stored, if not nil, is told how many rows of a file were stored in a table.
	Stored func(path, table string, rows int)
}

func (o Options) withDefaults() Options {
	set := func(v *time.Duration, to time.Duration) {
		if *v == 0 {
			*v = to
		}
	}
	set(&o.Settle, 5*time.Second)
	set(&o.LastLine, time.Minute)
	set(&o.Rescan, 30*time.Second)
	set(&o.Remember, 180*24*time.Hour)
	if o.Workers <= 0 {
		o.Workers = 8
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

// A follower follows folders.
type follower struct {
	o     Options
	once  bool       // nobody waits for what comes later
	alone sync.Mutex // held while a large file is read once
	known *registry
	room  *budget
	watch *fsnotify.Watcher // nil where the system tells nothing
	// blind says which folders could not be watched, and have been told of.
	blind map[string]bool

	mu      sync.Mutex
	work    *sync.Cond // files have been queued, or closed is set
	files   map[fileID]*file
	queue   []*file
	waiting map[*file]time.Time // to be looked at again then
	busy    int
	closed  bool
	failed  error // why it was closed before its time
	ages    bool  // what is outdated is to be forgotten
	scans   int
}

func newFollower(o Options) *follower {
	f := &follower{
		o: o.withDefaults(), known: newRegistry(), room: newBudget(maxRoom),
		blind: map[string]bool{}, files: map[fileID]*file{}, waiting: map[*file]time.Time{},
	}
	f.work = sync.NewCond(&f.mu)
	for source, offset := range o.Intake.Store().Offsets(linesPrefix) {
		if e, ok := parseKey(source); ok {
			e.offset = offset
			f.known.add(e)
		}
	}
	return f
}

// Follow follows folders until ctx ends. The error is of a folder that is not
// there when it begins; what can't be read later is told to the log and tried
// again.
func Follow(ctx context.Context, o Options) error {
	f := newFollower(o)
	for i, d := range f.o.Folders {
		abs, err := filepath.Abs(d.Path)
		if err == nil {
			_, err = statID(abs)
		}
		if err != nil {
			return fmt.Errorf("folder %s: %w", d.Path, err)
		}
		f.o.Folders[i].Path = abs
	}
	// Without a watcher the folders are walked only.
	var err error
	if f.watch, err = fsnotify.NewBufferedWatcher(1 << 12); err != nil {
		f.o.Log.Warn("folders are looked at every "+f.o.Rescan.String()+" only", "error", err)
	} else {
		defer f.watch.Close()
	}
	done := f.start(ctx)
	f.loop(ctx)
	f.stop()
	done.Wait()
	return nil
}

// start starts the workers.
func (f *follower) start(ctx context.Context) *sync.WaitGroup {
	var wg sync.WaitGroup
	for range f.o.Workers {
		wg.Go(func() {
			for x := f.take(); x != nil; x = f.take() {
				next := f.process(ctx, x)
				f.release(x, next)
			}
		})
	}
	return &wg
}

func (f *follower) stop() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	f.work.Broadcast()
}

// tick is how often files that wait are looked at.
const tick = 50 * time.Millisecond

// loop looks at what changes.
func (f *follower) loop(ctx context.Context) {
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	var events chan fsnotify.Event
	var errs chan error
	if f.watch != nil {
		events, errs = f.watch.Events, f.watch.Errors
	}
	rescan := time.NewTimer(0)
	defer rescan.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case e := <-events:
			f.event(e)
		case err := <-errs:
			if errors.Is(err, fsnotify.ErrEventOverflow) {
				rescan.Reset(0)
				continue
			}
			f.o.Log.Warn("folders", "error", err)
		case <-rescan.C:
			begun := time.Now()
			f.scan()
			rescan.Reset(max(f.o.Rescan, 50*time.Since(begun)))
		case now := <-ticker.C:
			f.wake(now)
		}
	}
}

// event deals with what the system tells of a path.
func (f *follower) event(e fsnotify.Event) {
	if hidden(filepath.Base(e.Name)) || e.Op&(fsnotify.Create|fsnotify.Write) == 0 {
		return // what goes is seen by the next walk
	}
	for _, d := range f.o.Folders {
		if rel, err := filepath.Rel(d.Path, e.Name); err == nil && filepath.IsLocal(rel) {
			f.walk(d, e.Name)
			return
		}
	}
}

// take returns the next file to process; nil when there is no more to do.
func (f *follower) take() *file {
	f.mu.Lock()
	defer f.mu.Unlock()
	for len(f.queue) == 0 && !f.closed {
		f.work.Wait()
	}
	if f.closed {
		return nil
	}
	x := f.queue[0]
	f.queue = f.queue[1:]
	x.queued, x.running = false, true
	f.busy++
	return x
}

// release gives a file back, to be looked at again at a time, or when it changes
// if that is zero.
func (f *follower) release(x *file, next time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.busy--
	x.running, x.released = false, time.Now()
	x.unknown = x.failed != nil || x.kind != undecided && x.entry == nil && !x.isDone && x.copyOf == nil
	if x.gone {
		x.setLag(0)
	}
	if x.again {
		x.again = false
		soon := time.Now().Add(restFor)
		if next.IsZero() || soon.Before(next) {
			next = soon
		}
	}
	if !next.IsZero() && !x.gone && !f.closed {
		f.waiting[x] = next
	}
	f.work.Broadcast()
}

// restFor is how long a file that is written to all the time is left alone
// between two looks, so that its lines come in batches.
const restFor = 200 * time.Millisecond

// enqueue queues a file. The caller holds mu.
func (f *follower) enqueue(x *file) {
	delete(f.waiting, x)
	switch {
	case x.queued:
	case x.running:
		x.again = true
	default:
		x.queued = true
		f.queue = append(f.queue, x)
		f.work.Signal()
	}
}

// wake queues the files whose time has come.
func (f *follower) wake(now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for x, at := range f.waiting {
		if !at.After(now) {
			f.enqueue(x)
		}
	}
}
