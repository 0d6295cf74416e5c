package parquet

import (
	"io"
	"sync/atomic"
)

// aheadGroups is how many row groups behind the current one are known before their
// turn, so that who would wait for a page can decode one of theirs.
const aheadGroups = 3

// An upcoming is a row group that has rows which may be wanted.
type upcoming struct {
	group *scannedGroup
	spans []Range
	hits  []uint32
	err   error // instead
}

// nextGroup goes on to the next row group with rows that may be wanted; io.EOF if
// there is none.
func (r *reader) nextGroup() error {
	r.look()
	if len(r.coming) == 0 {
		return io.EOF
	}
	next := r.coming[0]
	r.coming = r.coming[1:]
	if next.err != nil {
		return next.err
	}
	if r.before != nil {
		r.before.forget()
		r.file.dicts.passed(r.before.g.index)
	}
	if r.current != nil {
		r.current.handedOut()
	}
	r.before, r.current = r.current, next.group
	r.spans, r.hits = next.spans, next.hits
	r.size = r.current.g.partOf(r.scan)
	return nil
}

// look finds the next row group and, unless the scan may end before, some behind it.
func (r *reader) look() {
	want := 1
	if r.scan.Limit == 0 {
		want += aheadGroups
	}
	for len(r.coming) < want && r.group < len(r.file.groups) {
		g := r.file.groups[r.group]
		r.group++
		spans, hits, err := r.spansOf(g)
		if err == nil && len(spans) == 0 && len(hits) == 0 {
			continue
		}
		u := upcoming{g.scan(), spans, hits, err}
		if before := r.last(); before != nil && len(spans) > 0 && !u.group.keep {
			before.next.Store(u.group)
		}
		r.coming = append(r.coming, u)
	}
}

// last returns the last row group that has been looked at; nil if there is none.
func (r *reader) last() *scannedGroup {
	if n := len(r.coming); n > 0 {
		return r.coming[n-1].group
	}
	return r.current
}

// An ahead links a row group with the one that the same scan comes to next.
type ahead struct{ next atomic.Pointer[scannedGroup] }

// ahead returns the same column of a row group that is read soon, with pages that
// nobody has begun; nil if there is none.
func (w *whole) ahead() *whole {
	for s := w.chunk.scan.next.Load(); s != nil; s = s.next.Load() {
		if n := s.wholeAhead(w.index); n != nil && n.isOpen() {
			return n
		}
	}
	return nil
}

// wholeAhead returns a column of a group of which parts will be handed out; nil if
// it is not decoded in pages here, or if all parts have been.
func (s *scannedGroup) wholeAhead(f int) *whole {
	if field := s.g.file.fields[f]; !s.g.isSmall(field) || !s.g.inPages(field) {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over {
		return nil
	}
	return s.wholeLocked(f)
}

// isOpen reports whether there are pages that nobody has begun.
func (w *whole) isOpen() bool {
	w.begin()
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.err == nil && w.next < len(w.pages)
}
