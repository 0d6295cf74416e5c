package folders

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/calypso-kql/calypso/files"
	"github.com/calypso-kql/calypso/ingest"
	"github.com/calypso-kql/calypso/intake"
	"github.com/calypso-kql/calypso/store"
)

// A file is one that is followed.
type file struct {
	id     fileID
	folder Folder
	count  *intake.Source

	// The follower's mu guards these.
	path    string
	queued  bool
	running bool
	again   bool // it changed while a worker had it
	gone    bool
	seen    int // number of the walk that last found it
	// released is when a worker last had it, latest what it looked like when it
	// was last queued.
	released time.Time
	latest   stamp

	// What follows belongs to the worker that has the file.
	kind    kind
	entry   *entry // how the file is known; nil before anything of it is stored
	head    []byte // its first bytes, unpacked, while entry is nil
	apart   bool   // it begins as another file does, and is none of its copies
	offset  int64  // all before it is stored
	lines   int64  // line ends before offset; -1 if they were not counted
	size    int64
	mod     time.Time
	changed time.Time // when it was last seen to have changed
	lag     int64
	isDone  bool // read as a whole
	copyOf  *entry
	same    int64 // bytes that are known to be the same as the other file's
	told    string
	fails   int
	failed  error  // what the last attempt to read it ended with
	torn    bool   // it could not be read to its end
	unknown bool   // what it holds is not known yet; the follower's mu guards it
	isCopy  bool   // of another file
	source  string // of what it holds, if it is read as a whole
	took    bool   // something of it was stored, or not understood, since it was first looked at
}

// kind is how a file is read.
type kind uint8

const (
	undecided kind = iota
	lines          // a JSON record per line
	packed         // the same, compressed
	whole          // all at once
)

// setLag says how much of a file waits.
func (x *file) setLag(n int64) {
	x.count.Lag.Add(n - x.lag)
	x.lag = n
}

// errCopied says that a file begins as another does that is being read.
var errCopied = errors.New("another file begins alike")

// errKnown says that a file is a copy of another.
var errKnown = errors.New("a copy")

// errMoved says that the path of a file leads to another one now.
var errMoved = errors.New("the path leads to another file")

// process reads what there is to read of a file, and returns when to look again
// although nothing has changed, zero for never.
func (f *follower) process(ctx context.Context, x *file) time.Time {
	f.mu.Lock()
	path := x.path
	f.mu.Unlock()
	next, err := f.read(ctx, x, path)
	x.failed = err
	var ofStore *storeError
	switch {
	case err == nil:
		if x.fails > 0 {
			f.o.Log.Info("file reads again", "file", path)
		}
		x.fails, x.told = 0, ""
		return next
	case f.once && errors.As(err, &ofStore):
		f.fail(err)
		return time.Time{}
	case errors.Is(err, errCopied):
		return time.Now().Add(restFor)
	case errors.Is(err, errKnown):
		x.failed, x.isCopy = nil, true
		return time.Time{}
	case ctx.Err() != nil, errors.Is(err, errMoved), errors.Is(err, fs.ErrNotExist):
		return time.Time{} // the next walk knows
	}
	if x.told != err.Error() {
		x.told = err.Error()
		f.broken(path, err)
	}
	if x.fails++; f.once {
		return time.Time{}
	}
	return time.Now().Add(min(time.Second<<min(x.fails, 10), 5*time.Minute))
}

// read reads what there is to read of a file.
func (f *follower) read(ctx context.Context, x *file, path string) (next time.Time, err error) {
	r, err := os.Open(path)
	if err != nil {
		return next, err
	}
	defer r.Close()
	info, err := r.Stat()
	if err != nil {
		return next, err
	}
	if id := idOf(path, info); id != x.id {
		return next, errMoved
	}
	x.note(info)
	if x.entry != nil {
		if err := f.recognise(x, path, r); err != nil {
			return next, err
		}
	}
	if x.entry == nil {
		if x.kind, err = kindOf(path, r); err != nil {
			return next, err
		}
	}
	switch x.kind {
	case undecided:
		x.setLag(0)
		return next, nil
	case lines:
		if next, err = f.place(x, r); err != nil || !next.IsZero() {
			return next, err
		}
		if f.once && x.size-x.offset > largeBytes {
			if err := f.readLinesAlone(ctx, x, path, r); err != nil {
				return next, err
			}
		}
		return f.readLines(ctx, x, path, r)
	}
	if x.isDone {
		return next, nil
	}
	if next = x.quietUntil(f.o.Settle); !next.IsZero() {
		return next, nil
	}
	if f.isMarked(x) {
		x.isDone = true
		x.setLag(0)
		return next, nil
	}
	if next, err = f.readOnce(ctx, x, path, r); err != nil || !next.IsZero() {
		return next, err
	}
	x.isDone = true
	x.setLag(0)
	if x.torn {
		return next, nil
	}
	return next, f.mark(ctx, x, path)
}

// readOnce reads a file that has been quiet for a while.
func (f *follower) readOnce(ctx context.Context, x *file, path string, r *os.File) (next time.Time, err error) {
	if x.kind == packed && x.entry == nil {
		head, err := headOf(r, packed, window)
		if err != nil {
			return next, err
		}
		if kindOfText(path, head) == whole {
			return next, f.readWhole(ctx, x, path, r)
		}
	}
	if x.kind == packed {
		if next, err = f.place(x, r); err != nil || !next.IsZero() {
			return next, err
		}
		return f.readLines(ctx, x, path, r)
	}
	return next, f.readWhole(ctx, x, path, r)
}

// markPrefix begins the names of the streams of markOf.
const markPrefix = "stat:"

// markOf names the stream that says that a file has been read as a whole: as long
// as it is of that size and time, it need not be looked into. Its offset is the hash
// of the name of the stream that has what the file holds.
func markOf(id fileID, size int64, mod time.Time, table string) string {
	return fmt.Sprintf("%s%x:%x:%d:%d:%s", markPrefix, id.dev, id.ino, size, mod.UnixNano(), table)
}

func (x *file) markOf() string { return markOf(x.id, x.size, x.mod, x.folder.Table) }

func (f *follower) isMarked(x *file) bool {
	_, ok := f.o.Intake.Store().Offset(x.markOf())
	return ok
}

func (f *follower) mark(ctx context.Context, x *file, path string) error {
	if x.entry != nil {
		x.source = x.entry.key()
	}
	_, err := f.append(ctx, path, store.Batch{Source: x.markOf(), Offset: hashOf(x.source)})
	return err
}

// note keeps how large a file is and when it last changed.
func (x *file) note(info os.FileInfo) {
	if info.Size() == x.size && info.ModTime().Equal(x.mod) {
		return
	}
	first := x.changed.IsZero()
	x.size, x.mod, x.changed = info.Size(), info.ModTime(), time.Now()
	if first && x.mod.Before(x.changed) {
		x.changed = x.mod
	}
	x.isDone, x.torn = false, false
}

// quietUntil returns when a file will have been quiet for a time; zero if it has.
func (x *file) quietUntil(d time.Duration) time.Time {
	if at := x.changed.Add(d); at.After(time.Now()) {
		return at
	}
	return time.Time{}
}

// append stores a batch; while the disk is full it waits.
func (f *follower) append(ctx context.Context, path string, b store.Batch) (store.Ack, error) {
	if f.once {
		ack, err := f.o.Intake.Store().Append(ctx, b)
		if err != nil {
			return ack, &storeError{err}
		}
		return ack, nil
	}
	told := false
	ack, err := f.o.Intake.Append(ctx, b, func(err error) {
		if !told {
			f.o.Log.Error("the store is full; folders wait for room", "file", path, "error", err)
		}
		told = true
	})
	if told && err == nil {
		f.o.Log.Info("there is room again", "file", path)
	}
	if err != nil {
		return ack, &storeError{err}
	}
	return ack, nil
}

// broken tells of a file that can't be read.
func (f *follower) broken(path string, err error) {
	if f.o.Problem != nil {
		f.o.Problem(ingest.Problem{File: path, Message: err.Error()})
		return
	}
	f.o.Log.Error("file can't be read; it is tried again", "file", path, "error", err)
}

// mostTold is how many problems of one piece of a file are told in full.
const mostTold = 10

// tell tells what of a piece of a file was not understood, which begins behind a
// line.
func (f *follower) tell(path string, problems []ingest.Problem, before int64, rejected, nulls int) {
	for i, p := range problems {
		p.File = path
		if p.Line > 0 {
			p.Line += int(before)
		}
		switch {
		case f.o.Problem != nil:
			f.o.Problem(p)
		case i == mostTold:
			f.o.Log.Warn("more was not understood", "file", path, "rejected", rejected, "nulls", nulls)
			return
		default:
			f.o.Log.Warn("not understood", "file", path, "line", p.Line, "problem", p.Message)
		}
	}
}

// fail ends all work.
func (f *follower) fail(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.failed == nil {
		f.failed = err
	}
	f.closed = true
	clear(f.waiting)
	f.queue = nil
	f.work.Broadcast()
}

// stored tells of rows that were stored.
func (f *follower) stored(x *file, path, table string, rows int) {
	x.took = true
	if f.o.Stored != nil {
		f.o.Stored(path, table, rows)
	}
}

// base is the table of records that don't say theirs.
func (f *follower) base(x *file, path string) string {
	return files.TableOf(x.folder.Path, path, "", f.o.Tables)
}
