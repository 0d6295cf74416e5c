package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// logEnds says how long the files of the log are that are not written to any more.
// One that was cut off between two records looks like a shorter one; by this it is
// found out.
type logEnds struct {
	Files map[uint64]int64 `json:"files"`
}

// noteEnds writes how long the files are, without the last one unless it has ended,
// without those up to a number, which are about to go, and without empty ones, which go
// when the store is opened. It is a means of finding
// damage only: what it fails with keeps nothing from being done. The caller holds mu.
func (l *log) noteEnds(ended bool, gone uint64) {
	ends := logEnds{Files: map[uint64]int64{}}
	for i, f := range l.files {
		if f.seq > gone && f.bytes > 0 && (ended || i < len(l.files)-1) {
			ends.Files[f.seq] = f.bytes
		}
	}
	_ = writeSealed(filepath.Join(l.dir, endsName), ends, l.step)
}

// checkEnds says which files of the log are not as long as they were.
func (l *log) checkEnds() (damage []error) {
	path := filepath.Join(l.dir, endsName)
	var ends logEnds
	mended, err := readSealed(path, &ends)
	switch {
	case errors.Is(err, os.ErrNotExist): // an earlier version made the store
		return nil
	case err != nil:
		return []error{fmt.Errorf("%w; whether files of the log were cut off is not known", err)}
	case mended != nil:
		damage = append(damage, mended)
	}
	for seq, bytes := range ends.Files {
		path := filepath.Join(l.dir, logName(seq))
		st, err := os.Stat(path)
		switch {
		case bytes == 0: // as an earlier version noted
		case errors.Is(err, os.ErrNotExist):
			damage = append(damage, &DamageError{File: path, What: "it is gone, and what was in it is lost"})
		case err != nil:
			damage = append(damage, err)
		case st.Size() < bytes:
			damage = append(damage, &DamageError{File: path, What: fmt.Sprintf("it has %d bytes of %d; what was in the others is lost", st.Size(), bytes)})
		}
	}
	return damage
}
