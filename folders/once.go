package folders

import (
	"context"
	"fmt"
	"os"
	"time"
)

// A Result is what reading files once came to.
type Result struct {
	// Files were read, of which Known had nothing that was not stored before.
	// Broken could not be read, or not to their end.
	Files, Known, Broken int
}

// Once stores what is in files and folders now and not in the store yet, by the
// same rules as Follow: a file that has grown is continued. total, if not nil, is
// told the bytes of all files before the first is read. The error is of a path
// that is not there, of the store, or of ctx.
func Once(ctx context.Context, o Options, total func(int64)) (Result, error) {
	o.Settle, o.LastLine = -1, -1 // what is there is all there will be
	f := newFollower(o)
	f.once = true
	for _, d := range f.o.Folders {
		if _, err := os.Stat(d.Path); err != nil {
			return Result{}, err
		}
	}
	f.scan()
	var all int64
	var files []*file
	for _, x := range f.files {
		all += x.lag
		files = append(files, x)
	}
	if total != nil {
		total(all)
	}
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	done := f.start(ctx)
	for f.isBusy() && ctx.Err() == nil {
		f.wake(<-ticker.C)
	}
	f.stop()
	done.Wait()
	res := Result{Files: len(files), Broken: len(f.blind)}
	for _, x := range files {
		switch {
		case x.failed != nil, x.torn:
			res.Broken++
		case !x.took && (x.isCopy || x.isDone || x.entry != nil):
			res.Known++
		}
	}
	if err := ctx.Err(); err != nil {
		return res, err
	}
	return res, f.failed
}

// isBusy reports whether files are read or wait to be.
func (f *follower) isBusy() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.busy > 0 || len(f.queue) > 0 || len(f.waiting) > 0
}

// storeError is an error of the store, which no other file would escape.
type storeError struct{ err error }

func (e *storeError) Error() string { return fmt.Sprintf("store: %v", e.err) }

func (e *storeError) Unwrap() error { return e.err }
