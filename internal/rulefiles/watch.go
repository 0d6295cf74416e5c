package rulefiles

import "time"

// How often files are to be looked at for changes, and how soon again after one: what is
// being written looks otherwise then.
const (
	LookEvery = 5 * time.Second
	Settles   = time.Second
)

// A Watch tells when files of rules have changed. Only one goroutine may use it.
type Watch struct {
	paths []string
	// seen is what the files looked like when they were to be read, next what they have
	// looked like since; empty if no different.
	seen, next string
	looked     bool
}

// NewWatch returns a watch of the files of paths, and of those in them.
func NewWatch(paths []string) *Watch { return &Watch{paths: paths} }

// Changed looks at the files, and reports whether they are to be read: the first time,
// and when they have changed and look alike in two looks. Half of a file that is being
// written, or a file that is taken away to make room for another, is not a rule's next
// version.
func (w *Watch) Changed() bool {
	now := Look(w.paths)
	switch {
	case w.looked && now == w.seen:
		w.next = ""
		return false
	case w.looked && now != w.next:
		w.next = now
		return false
	}
	w.looked, w.seen, w.next = true, now, ""
	return true
}

// Again is how long after a look the files are to be looked at again.
func (w *Watch) Again() time.Duration {
	if w.next != "" {
		return Settles
	}
	return LookEvery
}
