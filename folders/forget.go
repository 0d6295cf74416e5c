package folders

import (
	"strings"
	"time"

	"github.com/zeebo/xxh3"
)

// forgetEvery is how many walks there are between two looks for streams to forget.
const forgetEvery = 100

// forget makes the store forget the streams that nothing is lost with: marks of files
// that are gone, or were written to since, and the tables of files that are stored to
// their end. What a file holds stays known (lines:, whole:): if it comes again it is
// looked into again, and not stored again. The caller holds mu.
func (f *follower) forget() {
	known := f.o.Intake.Store()
	marks := map[string]bool{}
	for _, x := range f.files {
		marks[markOf(x.id, x.latest.size, x.latest.mod, x.folder.Table)] = true
	}
	var old []string
	for source := range known.Offsets(markPrefix) {
		if !marks[source] {
			old = append(old, source)
		}
	}
	files := known.Offsets(wholePrefix)
	for source := range files {
		if file, _, ok := strings.Cut(source, "/"); ok {
			if _, stored := files[file]; stored {
				old = append(old, source)
			}
		}
	}
	if len(old) > 0 {
		known.Forget(old...)
	}
}

// age makes the store forget what files held that were last there longer ago than
// Remember. The caller holds mu.
func (f *follower) age() {
	f.stillHere()
	if old := f.outdated(time.Now().Add(-f.o.Remember)); len(old) > 0 {
		f.o.Intake.Store().Forget(old...)
	}
}

// allKnown reports whether every file that is there has been looked at, so that it
// is known what it holds. The caller holds mu.
func (f *follower) allKnown() bool {
	for _, x := range f.files {
		if x.queued || x.running || x.unknown {
			return false
		}
	}
	return true
}

// stillHere tells the store that what the files hold that are there is of interest. The
// caller holds mu.
func (f *follower) stillHere() {
	here := f.known.owned()
	known := f.o.Intake.Store()
	ends := known.Offsets(markPrefix)
	marked := map[int64]bool{}
	for _, x := range f.files {
		if h, ok := ends[markOf(x.id, x.latest.size, x.latest.mod, x.folder.Table)]; ok {
			marked[h] = true
		}
	}
	for _, prefix := range []string{linesPrefix, wholePrefix} {
		for source := range known.Offsets(prefix) {
			if marked[hashOf(source)] {
				here = append(here, source)
			}
		}
	}
	known.Touch(here...)
}

// outdated returns what was last seen before a time, and forgets it here.
func (f *follower) outdated(before time.Time) (old []string) {
	for _, prefix := range []string{linesPrefix, wholePrefix} {
		for source, at := range f.o.Intake.Store().LastSeen(prefix) {
			if at.Before(before) && f.known.remove(source) {
				old = append(old, source)
			}
		}
	}
	return old
}

// hashOf returns what the mark of a file says of what it holds: a hash of the name of
// its stream.
func hashOf(source string) int64 { return int64(xxh3.HashString(source) >> 1) }
