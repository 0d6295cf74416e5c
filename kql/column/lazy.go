package column

import (
	"sync"
	"sync/atomic"

	"github.com/calypso-kql/calypso/kql/types"
)

// A Loader reads a column that has not been read yet.
type Loader interface {
	// Load reads the rows given, in that order, or all rows if rows is nil. It
	// may be called more than once and concurrently. The column it returns is
	// not Lazy.
	Load(rows []uint32) (Column, error)
}

// A Bounded is a Loader that may know, without reading, what its column holds.
type Bounded interface {
	// Bounds returns numbers, in the column's own unit, between which all values
	// of an int, long, datetime or timespan column lie, none of them null; !ok
	// if that is not known. It may be called concurrently.
	Bounds() (low, high int64, ok bool)
}

// A Piecewise is a Loader that can hand out its column a piece at a time, in
// memory that it then uses again. That is for whoever needs no row twice: it
// spares memory, and a piece is read while it is still in the processor's cache.
type Piecewise interface {
	// Pieces calls f with pieces of the column, any form but Lazy, one behind the
	// other: all of its rows, or those given, in that order. A piece, and all
	// that its values refer to, is gone when f returns. !ok, and no call, if
	// Load serves as well. It may be called concurrently.
	Pieces(rows []uint32, f func(Column) error) (ok bool, err error)
}

// A Scattered is a Loader that may read rows here and there as cheaply as rows
// side by side, which from a file, where whole pages are read, it is not.
type Scattered interface {
	Scattered() bool
}

// A Joinable is a Loader that can read some rows along with rows of another one,
// where that is cheaper than one by one: parts of one file have pages in common.
type Joinable interface {
	// Join returns a Loader that has the rows given followed by nextRows of next,
	// and what they are called there; !ok if there is none.
	Join(rows []uint32, next Loader, nextRows []uint32) (both Loader, bothRows []uint32, ok bool)
}

// An Identified is a Loader that is known again by where it reads.
type Identified interface {
	// Identity returns a comparable value that only Loaders of the same values, of
	// one type, have in common.
	Identity() any
}

// A Lazy column is read when it is first needed, and then only at the rows that
// are still wanted: this is what late materialisation rests on. It is safe for
// concurrent use.
type Lazy struct {
	typ    types.Type
	n      int
	loader Loader
	rows   []uint32 // rows of loader that are wanted; nil for all

	once sync.Once
	read atomic.Pointer[Column] // set once col has been read
	err  error
}

// NewLazy returns a column of n rows of type t that l will read.
func NewLazy(t types.Type, n int, l Loader) *Lazy { return &Lazy{typ: t, n: n, loader: l} }

// Type returns the column's type.
func (l *Lazy) Type() types.Type { return l.typ }

// Len returns the number of rows.
func (l *Lazy) Len() int { return l.n }

// Null reports whether row i is null; it reads the column if need be, and a
// column that cannot be read has only nulls. Call [Force] first to see the
// error.
func (l *Lazy) Null(i int) bool {
	c, err := l.force()
	return err != nil || c.Null(i)
}

func (*Lazy) sealed() {}

func (l *Lazy) force() (Column, error) {
	l.once.Do(func() {
		c, err := l.loader.Load(l.rows)
		if err != nil {
			l.err = err
			return
		}
		l.read.Store(&c)
	})
	if c := l.read.Load(); c != nil {
		return *c, nil
	}
	return nil, l.err
}

// Bounds returns what the column's Loader knows of its values; see [Bounded].
func (l *Lazy) Bounds() (low, high int64, ok bool) {
	if b, is := l.loader.(Bounded); is {
		return b.Bounds()
	}
	return 0, 0, false
}

// Origin returns the identity of what the column is read from, nil if there is
// none, and which rows of that it has, nil if it has all; see [Identified].
func (l *Lazy) Origin() (id any, rows []uint32) {
	if i, is := l.loader.(Identified); is {
		return i.Identity(), l.rows
	}
	return nil, nil
}

// Pieces hands out the column a piece at a time if its Loader can, and if it has
// not been read yet; see [Piecewise].
func (l *Lazy) Pieces(f func(Column) error) (ok bool, err error) {
	p, is := l.loader.(Piecewise)
	if !is || l.Loaded() {
		return false, nil
	}
	return p.Pieces(l.rows, f)
}

// Scattered reports whether reading some rows costs no more than these: see
// [Scattered]; what has been read does not.
func (l *Lazy) Scattered() bool {
	s, is := l.loader.(Scattered)
	return l.Loaded() || is && s.Scattered()
}

// Loaded reports whether the column has been read.
func (l *Lazy) Loaded() bool { return l.read.Load() != nil }

// gather returns the rows given: of what has been read, or to be read later.
func (l *Lazy) gather(rows []uint32) Column {
	if c := l.read.Load(); c != nil {
		return Gather(*c, rows)
	}
	wanted := rows
	switch {
	case rows == nil:
		wanted = []uint32{} // to a Loader, nil is all rows
	case l.rows != nil:
		wanted = make([]uint32, len(rows))
		for i, r := range rows {
			wanted[i] = l.rows[r]
		}
	}
	return &Lazy{typ: l.typ, n: len(rows), loader: l.loader, rows: wanted}
}

// join returns l's rows followed by next's as one column; nil if they are not read
// together.
func (l *Lazy) join(next *Lazy) *Lazy {
	j, is := l.loader.(Joinable)
	if !is || l.typ != next.typ || l.rows == nil || next.rows == nil || l.Loaded() || next.Loaded() {
		return nil
	}
	both, rows, ok := j.Join(l.rows, next.loader, next.rows)
	if !ok {
		return nil
	}
	return &Lazy{typ: l.typ, n: len(rows), loader: both, rows: rows}
}

// Together returns columns that have the rows of parts, in the same order, with
// neighbours made one where they can be read at once; see [Joinable].
func Together(parts []Column) []Column {
	out := make([]Column, 0, len(parts))
	for _, p := range parts {
		if len(out) > 0 {
			last, isLazy := out[len(out)-1].(*Lazy)
			next, isToo := p.(*Lazy)
			if isLazy && isToo {
				if both := last.join(next); both != nil {
					out[len(out)-1] = both
					continue
				}
			}
		}
		out = append(out, p)
	}
	return out
}

// Force returns c itself, or what a Lazy column reads.
func Force(c Column) (Column, error) {
	if l, ok := c.(*Lazy); ok {
		return l.force()
	}
	return c, nil
}
