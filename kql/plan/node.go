package plan

import (
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// A Node is an operator: rows in, rows out.
type Node interface {
	// Schema returns the columns of the output. Hidden columns are those of a
	// table that can still be used by name; the last step of a query drops them.
	Schema() types.Schema
	// Inputs returns the operators that this one reads.
	Inputs() []Node
	// WithInputs returns the same operator over other inputs, which have the
	// same schemas.
	WithInputs(inputs []Node) Node

	node()
}

// A Read reads a table.
type Read struct {
	Table  string // the name in the query, for EXPLAIN
	Source Source
	// Columns are positions in the source's schema; the output has them in
	// this order.
	Columns []int
	Hints   []Hint
	Limit   int // 0 for all
}

// Values is rows that the text of the query holds: datatable, or the one empty
// row under print. Batches all have the schema Out.
type Values struct {
	Out     types.Schema
	Batches []*column.Batch
}

// A Range yields From, From+Step, … up to and including To in one column. The
// three are expressions without columns.
type Range struct {
	Out            types.Schema
	From, To, Step Expr
}

// A Filter keeps the rows where Cond is true.
type Filter struct {
	Input Node
	Cond  Expr
	// Spent are columns that nothing above reads, so that what Cond reads of
	// them need not be kept. The optimizer knows; it is a hint.
	Spent []int
	passing
}

// A Project computes each output column from the input row: project, extend,
// and every rename, removal and reordering. Window functions (prev, row_number)
// in Exprs see the input in its order, which must be serialized.
type Project struct {
	Input Node
	Exprs []Expr
	Out   types.Schema
}

// An Aggregate groups the rows by Keys and computes Aggs for each group; with
// no aggregates it is distinct. The output has the keys, then the columns of
// each aggregate. Without keys there is exactly one output row, also for no
// input.
type Aggregate struct {
	Input Node
	Keys  []Expr
	Aggs  []Agg
	Out   types.Schema
}

// An Agg is one aggregate: either a function over arguments, one column; or,
// if Pick is set, the columns of one row of the group.
type Agg struct {
	Fn   *function.AggregateOverload
	Args []Expr
	Typ  types.Type
	Pick *Pick
}

// A Pick chooses one row of the group and yields values of it: arg_max, arg_min
// and take_any over several columns.
type Pick struct {
	Kind PickKind
	// By is the value that decides; nil for PickAny. It is not itself an
	// output: where it is one, it is in Cols too.
	By Expr
	// Cols are the values taken from the chosen row, one output column each.
	Cols []Expr
}

// A PickKind says which row a Pick chooses.
type PickKind uint8

const (
	// PickMax chooses the row with the greatest By (arg_max). Null By values
	// lose to others; if all are null, some row is chosen.
	PickMax PickKind = iota
	// PickMin chooses the row with the least By (arg_min).
	PickMin
	// PickAny chooses some row (take_any).
	PickAny
)

// A Sort orders the rows; equal rows keep their order.
type Sort struct {
	Input Node
	Keys  []SortKey
	passing
}

// A SortKey is one key of an order.
type SortKey struct {
	Expr       Expr
	Desc       bool
	NullsFirst bool
}

// A Top yields the first N rows of the order Keys, in that order.
type Top struct {
	Input Node
	N     Expr // without columns
	Keys  []SortKey
	passing
}

// A Take yields N rows, the first ones where the input is ordered.
type Take struct {
	Input Node
	N     Expr // without columns
	passing
}

// A Serialize fixes the order of its input, so that window functions may be
// used above it.
type Serialize struct {
	Input Node
	passing
}

// A JoinKind is a kind of join, named as in KQL.
type JoinKind uint8

// The kinds of join.
const (
	InnerUnique JoinKind = iota
	Inner
	LeftOuter
	RightOuter
	FullOuter
	LeftAnti
	RightAnti
	LeftSemi
	RightSemi
)

// A Join matches rows whose keys are equal. Its output has all columns of Left,
// then all columns of Right, under the names of Out; semi and anti joins have
// one side only. Null keys of any type match nothing but, as in Kusto, nulls
// of the other side's same type.
type Join struct {
	Kind                JoinKind
	Left, Right         Node
	LeftKeys, RightKeys []Expr // over the left and the right input; pairwise of one type
	// Spent are columns of Out that nothing above reads: they are there for the
	// keys alone, and may have any values.
	Spent []int
	Out   types.Schema
}

// A Union yields the rows of all inputs, which have the schema Out each.
type Union struct {
	Parts []Node
	Out   types.Schema
}

// An MvExpand yields a row for each element of the arrays or bags in Cols; other
// columns are repeated. Several are expanded side by side, short ones padded
// with nulls. A value that is neither array nor bag, and an empty or null one,
// gives one row.
type MvExpand struct {
	Input Node
	Cols  []Expand
	// BagArrays expands a bag to [key, value] arrays rather than to
	// single-property bags (kind=array).
	BagArrays bool
	// Limit is the greatest number of rows made of one; 0 is Kusto's 2,147,483,647.
	Limit int64
	// Out is the input's columns with those of Cols replaced or added, and
	// last, if ItemIndex is set, the element's position (long, from 0).
	ItemIndex bool
	Out       types.Schema
}

// An Expand is one expression that an MvExpand expands.
type Expand struct {
	Expr Expr
	// To is the output column that receives the elements, converted to that
	// column's type.
	To int
}

// A Parse takes a text apart (parse, parse-where). The output has the input's
// columns with the captured ones replaced or added.
type Parse struct {
	Input Node
	Text  Expr
	Mode  ParseMode
	// Flags are the regular-expression flags of kind=regex ("i", "U", …).
	Flags string
	Steps []ParseStep
	// Where drops the rows that do not match (parse-where); else their captured
	// columns are null.
	Where bool
	// Spent are columns of Input that nothing above reads; see Filter.
	Spent []int
	Out   types.Schema
}

// A ParseMode is a kind of parse.
type ParseMode uint8

// The kinds of parse. In simple mode a capture that does not convert to its type
// makes the row not match; in relaxed mode that capture alone is null.
const (
	ParseSimple ParseMode = iota
	ParseRelaxed
	ParseRegex
)

// A ParseStep is a part of a pattern: a text to find, `*`, or a capture.
type ParseStep struct {
	Text string // to find, if To < 0 and not Star
	Star bool
	To   int // output column of a capture, else -1
	Type types.Type
}

// A ParseKv takes key=value text apart (parse-kv).
type ParseKv struct {
	Input Node
	Text  Expr
	Keys  []string // names to look for
	To    []int    // the output column of each
	// The options of parse-kv. Empty delimiters have Kusto's defaults.
	PairDelimiter, KvDelimiter, Escape string
	Quotes                             []string // opening and closing, each one or two characters
	Greedy                             bool
	Regex                              string // kind of parsing by a pattern, empty if not used
	// Spent are columns of Input that nothing above reads; see Filter.
	Spent []int
	Out   types.Schema
}

// A Shared is a use of a result that is computed once: the name given by `as`,
// a let that is materialized, a materialize() call. Uses share Def.
type Shared struct{ Def *SharedDef }

// A SharedDef is what a Shared computes. Its address is its identity, so
// rewrites change Plan in place.
type SharedDef struct {
	Name string // for EXPLAIN; may be empty
	Plan Node
}
