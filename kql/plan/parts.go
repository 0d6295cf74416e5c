package plan

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
	// Parts returns smaller parts that make this one, in order; nil if there are
	// none. They have IDs of their own, which they keep when parts are joined.
	Parts func() []Part
}

// Fragments keeps answers over parts by a key that says all that they depend on.
// It is safe for concurrent use.
type Fragments interface {
	// Asked reports whether a question, which is about any part, was asked before,
	// so that its answers may be worth keeping; from now on it was.
	Asked(question [32]byte) bool
	// Get returns what is kept; nil if nothing is. Refused says that the answer is
	// known to be too large.
	Get(key [32]byte) (a Answer, refused bool)
	// Put keeps an answer.
	Put(key [32]byte, a Answer)
	// Refuse says that an answer is too large to be kept: it is not wanted again.
	Refuse(key [32]byte)
}

// An Answer is what a query has made of a part.
type Answer interface {
	// Size returns the bytes that it takes.
	Size() int64
}
