package store

import (
	"os"
	"path/filepath"
)

const (
	// fatIDs is how many files of ids have the ends of all streams: the last one, which
	// is enough, and the one before it, should that be lost with its copy.
	fatIDs = 2
	// thinAtOnce bounds how many files are written anew at a time: earlier versions have
	// left the streams in all of them.
	thinAtOnce = 4
)

// thin writes files of ids anew without streams, which the last ones have: with many
// streams they would take more than the logs did. Files that have nothing else go. It
// only saves room, so that what it fails with is no error of whoever writes the log. The
// caller holds mu.
func (l *log) thin() {
	n := 0
	for i := 0; i < len(l.ids)-fatIDs && n < thinAtOnce; i++ {
		if l.ids[i].thin {
			continue
		}
		n++
		left, err := thinIDs(filepath.Join(l.dir, idsName(l.ids[i].seq)), l.step)
		if err != nil {
			return
		}
		l.ids[i].thin, l.ids[i].empty = true, !left
	}
	keep := l.ids[:0]
	for _, f := range l.ids {
		if !f.empty {
			keep = append(keep, f)
			continue
		}
		l.removeIDs(f)
	}
	l.ids = keep
}

// thinIDs writes a file of ids anew without streams, and reports whether anything is
// left in it.
func thinIDs(path string, step func(string)) (left bool, err error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return false, err
	}
	var have seen
	written, named, err := have.decodeIDs(path, b)
	if err != nil {
		return false, err
	}
	var f logFile
	for sum, at := range have.ids {
		f.ids = append(f.ids, idEntry{sum, at})
	}
	f.segments = named
	if len(f.ids) == 0 && len(f.segments) == 0 {
		return false, nil
	}
	if len(have.ends) == 0 {
		return true, nil
	}
	return true, writeIDsFile(path, encodeIDs(f, nil, written), step)
}
