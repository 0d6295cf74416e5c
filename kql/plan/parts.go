package plan

import "github.com/calypso-kql/calypso/kql/column"

// A Parted is a Source whose rows lie in parts, one behind the other, of which some
// never change: what a query makes of one of these alone can be kept.
type Parted interface {
	Source
	// Parts returns the parts, in the order of Open's rows.
	Parts() []Part
	// Fragments keeps answers over parts; nil if none are to be kept.
	Fragments() Fragments
}

// A Part is some of a source's rows.
type Part struct {
	// Source has the columns of the whole.
	Source Source
	// ID is empty for a part that may change; no two others of a process have the
	// same.
	ID string
	// Bounds returns numbers between which all values of a column lie, none of
	// them null; !ok if that is not known.
	Bounds func(column int) (low, high int64, ok bool)
}

// Fragments keeps answers over parts by a key that says all that they depend on.
// It is safe for concurrent use.
type Fragments interface {
	// Get returns what is kept. If nothing is, wanted says that it was asked for
	// before, so that it may be worth keeping.
	Get(key [32]byte) (rows []*column.Batch, ok, wanted bool)
	// Put keeps rows that take so many bytes.
	Put(key [32]byte, rows []*column.Batch, bytes int64)
	// Refuse says that an answer is too large to be kept: it is not wanted again.
	Refuse(key [32]byte)
}
