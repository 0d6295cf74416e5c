package plan

import (
	"context"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
)

// A Source is a table: files, segments of the store, rows in memory. It is safe for
// concurrent use.
type Source interface {
	// Schema returns the columns of the table, hidden ones at the end.
	Schema() types.Schema
	// Open reads the table. Batches have the columns of s.Columns in that
	// order, in a stable row order where the source has one; columns may be
	// Lazy, and those not needed for s.Hints should be, so that a filter above
	// decides which rows of them are read.
	Open(ctx context.Context, s Scan) (column.Reader, error)
}

// A Scan says what is wanted of a source.
type Scan struct {
	// Columns are positions in the source's schema.
	Columns []int
	// Hints are conditions that every wanted row fulfils. A source may use them
	// to skip data and may ignore them: the filter above is applied all the
	// same.
	Hints []Hint
	// BatchRows is the number of rows wanted in a batch; 0 leaves it to the
	// source. Batches may be smaller, and larger where the source's own unit
	// (a row group) is larger.
	BatchRows int
	// BatchBytes is about how many bytes of all columns together a batch should
	// have, for whoever reads all of every batch and wants it to take little
	// memory, however large the rows are; 0 leaves it to the source.
	BatchBytes int64
	// Limit is a promise that no more rows than this are read; 0 is no limit.
	Limit int
	// Skips, if not nil, is told what of the source was not read, and why.
	Skips *Skips
}

// A HintOp is the relation of a Hint.
type HintOp uint8

const (
	// HintIn: the column equals one of Values.
	HintIn HintOp = iota
	// HintLess: the column is less than Values' only row.
	HintLess
	// HintLessEqual: … less than or equal.
	HintLessEqual
	// HintGreater: … greater than.
	HintGreater
	// HintGreaterEqual: … greater than or equal.
	HintGreaterEqual
	// HintHas: the text, or that of a dynamic value, contains each of Values, which
	// are text of ASCII characters, ignoring case, with no term running over its
	// beginning or its end.
	HintHas
	// HintHasAny: … at least one of Values.
	HintHasAny
)

// A Hint is a condition on one column that a source can check against its
// statistics. Nulls never fulfil a hint.
type Hint struct {
	Column int // position in the source's schema
	Op     HintOp
	Values column.Column // flat, of the column's type; text for HintHas and HintHasAny
}

// A Blank is a Source that may say of itself that it never has rows: a table that is
// known and has no data. A union over all tables takes its columns and leaves it out.
type Blank interface {
	NoRows() bool
}

// A Sizer is a Source that knows how many rows it has, for the choice of a
// join's build side. A negative number means unknown.
type Sizer interface {
	Rows() int64
}
