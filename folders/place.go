package folders

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"os"
	"time"
)

// recognise makes a file a new one if it is no longer what it was: its beginning
// has changed, or it is shorter than what was stored of it.
func (f *follower) recognise(x *file, path string, r *os.File) error {
	cut := x.kind != packed && x.size < x.offset
	if !cut {
		head, err := headOf(r, x.kind, x.entry.n)
		if err != nil && x.kind != packed {
			return err
		}
		if int64(len(head)) == x.entry.n && digestOf(head) == x.entry.sum {
			return nil
		}
	}
	f.o.Log.Info("file was cut off or replaced; it is read as a new one", "file", path, "was read to", x.offset)
	f.known.leave(x)
	x.entry, x.kind, x.offset, x.lines, x.apart, x.copyOf, x.isDone = nil, undecided, 0, 0, false, nil, false
	return nil
}

// place finds out whether a file that is new here is known, and where to go on
// with it. Where it is a copy of one that is there too, it waits for that to go.
func (f *follower) place(x *file, r *os.File) (next time.Time, err error) {
	if x.entry != nil {
		return next, nil
	}
	if x.head, err = headOf(r, x.kind, beginning); err != nil {
		return next, err
	}
	like := f.alike(x)
	if like.free != nil {
		offset, ok := f.known.claim(like.free, x)
		if !ok {
			return time.Now().Add(restFor), nil
		}
		x.entry, x.offset, x.lines = like.free, offset, -1
		return next, nil
	}
	if like.longer {
		if next = x.quietUntil(f.o.Settle); !next.IsZero() {
			return next, nil
		}
	}
	x.offset, x.lines = 0, 0
	return f.beside(x, r, like)
}

// entriesLike are the entries that begin as a file does.
type entriesLike struct {
	free    *entry           // the one to go on with, which no other file has; may be nil
	held    []*entry         // those that other files here have, which may be copies of it
	holders map[*entry]*file // of held
	// longer says that one has more than the file has: the file was cut off, is another
	// that begins alike, or is being written again.
	longer bool
}

func (f *follower) alike(x *file) entriesLike {
	out := entriesLike{holders: map[*entry]*file{}}
	var most int64
	for _, e := range f.known.alike(x.head, x.folder.Table) {
		offset, _ := f.known.state(e)
		best := out.free
		switch h := f.holder(e, x); {
		case h != nil:
			out.holders[e], out.held = h, append(out.held, e)
		case x.kind != packed && offset > x.size:
			out.longer = true
		case best == nil, e.id == x.id && best.id != x.id, (e.id == x.id) == (best.id == x.id) && offset > most:
			out.free, most = e, offset
		}
	}
	return out
}

// beside places a file beside those that begin alike and are there too: it may be a copy
// of one, go on where one has ended, or be another.
func (f *follower) beside(x *file, r *os.File, like entriesLike) (next time.Time, err error) {
	for _, e := range like.held {
		c, err := f.compare(x, r, e, like.holders[e])
		if err != nil {
			return next, err
		}
		switch {
		case !c.same:
			continue
		case c.longer:
			if next = x.quietUntil(f.o.Settle); next.IsZero() {
				x.offset, x.lines, x.apart = c.offset, -1, true
			}
			return next, nil
		}
		x.setLag(0)
		switch {
		case f.once && !c.busy:
			return next, errKnown
		case c.busy:
			return time.Now().Add(restFor), nil
		}
		return time.Now().Add(f.o.Rescan), nil
	}
	x.apart = len(like.held) > 0
	return next, nil
}

// begin makes an entry for a file, of which the first n bytes are to be stored. It
// is false where another file that begins alike was faster.
func (f *follower) begin(x *file, n int) bool {
	e, other := f.known.create(x, x.head[:min(n, len(x.head))], x.offset, x.apart)
	if other != nil {
		return false
	}
	x.entry, x.head = e, nil
	return true
}

// holder returns the file, other than x, that an entry is of now; nil if there is
// none.
func (f *follower) holder(e *entry, x *file) *file {
	if _, owner := f.known.state(e); owner != nil {
		if owner == x {
			return nil
		}
		return owner
	}
	f.mu.Lock()
	h := f.files[e.id]
	path := ""
	if h != nil {
		path = h.path
	}
	f.mu.Unlock()
	if h == nil || h == x || f.known.holds(h) {
		return nil
	}
	// It has not been looked at yet, or its inode was another's.
	r, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer r.Close()
	k, err := kindOf(path, r)
	if err != nil || k == whole {
		return nil
	}
	head, err := headOf(r, k, e.n)
	if err != nil || int64(len(head)) != e.n || digestOf(head) != e.sum {
		return nil
	}
	return h
}

// A comparison is what two files have in common.
type comparison struct {
	same   bool  // as far as the other one is stored, and both go
	longer bool  // x has more bytes than the other
	busy   bool  // more of the other will be stored soon
	offset int64 // that the other is stored to
}

// compare compares x with the file that has an entry whose beginning is the same.
func (f *follower) compare(x *file, r *os.File, e *entry, h *file) (c comparison, err error) {
	c.offset, _ = f.known.state(e)
	f.mu.Lock()
	path := h.path
	f.mu.Unlock()
	other, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		c.same, c.busy = true, true // it goes; the next walk knows
		return c, nil
	}
	if err != nil {
		return c, err
	}
	defer other.Close()
	info, err := other.Stat()
	if err != nil {
		return c, err
	}
	k, err := kindOf(path, other)
	if err != nil {
		return c, err
	}
	head, err := headOf(other, k, e.n)
	if err != nil && k != packed {
		return c, err
	}
	if int64(len(head)) != e.n || digestOf(head) != e.sum || k != packed && info.Size() < c.offset {
		c.same, c.busy = true, true // it was cut off, and is going to be known as another
		return c, nil
	}
	if x.copyOf != e {
		x.copyOf, x.same = e, 0
	}
	if c.same, err = f.equalTo(x, r, other, k, c.offset); err != nil || !c.same {
		return c, err
	}
	if x.kind != packed && k != packed {
		c.longer = x.size > info.Size()
		c.busy = c.offset < min(x.size, info.Size())
	}
	return c, nil
}

// equalTo reports whether x is as the other file up to an offset, as far as both
// go. It looks at bytes once.
func (f *follower) equalTo(x *file, r, other *os.File, k kind, offset int64) (bool, error) {
	if x.same >= offset {
		return true, nil
	}
	a, err := openStream(r, x.kind, x.same)
	if err != nil {
		return false, err
	}
	defer a.close()
	b, err := openStream(other, k, x.same)
	if err != nil {
		return false, err
	}
	defer b.close()
	ra, rb := bufio.NewReaderSize(a, window), bufio.NewReaderSize(b, window)
	for x.same < offset {
		n := int(min(window, offset-x.same))
		ta, erra := ra.Peek(n)
		tb, errb := rb.Peek(n)
		n = min(len(ta), len(tb))
		if !bytes.Equal(ta[:n], tb[:n]) {
			return false, nil
		}
		x.same += int64(n)
		for _, err := range []error{erra, errb} {
			if err != nil && !errors.Is(err, io.EOF) {
				return false, err
			}
			if err != nil {
				return true, nil
			}
		}
		_, _ = ra.Discard(n) // they have been peeked at
		_, _ = rb.Discard(n)
	}
	return true, nil
}
