package syntax

// Ident is a name: `a`, `['a b']`, `["a b"]`, `$left`, or, where the grammar allows patterns,
// `a*` and `['a*']`. As an expression it refers to whatever has that name.
type Ident struct {
	Span
	// Name is the name itself: brackets and quotes taken off, escapes decoded. It is empty
	// only where a name is missing.
	Name string
	// Quoted is true for the bracketed form.
	Quoted bool
	// Wildcard is true if Name holds `*` that stand for any characters.
	Wildcard bool
	// Braced is true for `{name}`, a parameter that a client puts in; Name is what stands
	// between the braces.
	Braced bool
}

// StarExpr is a `*` alone: all columns.
type StarExpr struct {
	Span
}

// BinaryExpr is `X op Y`. A chain of equal operators nests to the left.
type BinaryExpr struct {
	Span
	Op   BinaryOp
	X, Y Expr
	OpAt Span // where the operator stands
}

// UnaryExpr is `-X` or `+X`.
type UnaryExpr struct {
	Span
	Minus bool // false: plus
	X     Expr
}

// BetweenExpr is `X between (Lo .. Hi)` or, if Not, `X !between (Lo .. Hi)`.
type BetweenExpr struct {
	Span
	Not    bool
	X      Expr
	Lo, Hi Expr
	OpAt   Span // where the operator stands
}

// InExpr is an operator with a list on its right: in, in~, !in, !in~, has_any, has_all.
// An element may be a tabular expression.
type InExpr struct {
	Span
	Op   InOp
	X    Expr
	List []Expr
	OpAt Span // where the operator stands
}

// CallExpr is `f(args)`. A named argument is a *NamedExpr; `*` is a *StarExpr.
type CallExpr struct {
	Span
	Name *Ident
	Args []Expr
}

// PathExpr is `X.Sel`. Sel is an *Ident, a *CallExpr (`database('d').table('t')`), or a
// *BracketExpr, *StringLit or wildcard *Ident where the grammar allows these.
type PathExpr struct {
	Span
	X   Expr
	Sel Expr
}

// IndexExpr is `X[Index]`.
type IndexExpr struct {
	Span
	X     Expr
	Index Expr
}

// BracketExpr is `[X]` in the place of a name, as in `X.['a b']` with something else than a
// string.
type BracketExpr struct {
	Span
	X Expr
}

// ParenExpr is `(X)`. X may be tabular.
type ParenExpr struct {
	Span
	X Expr
}

// PipeExpr is `Source | op | op`. Source is nil if the text begins with an operator; that
// operator, Ops[0], then makes its own rows (print, range, union …), or, within the
// subqueries of mv-apply, partition, fork and facet, takes those of the outer operator.
type PipeExpr struct {
	Span
	Source Expr
	Ops    []Operator
}

// NamedExpr is `name = X`, `(a, b) = X`, or, without names, just X. Lists of columns
// (extend, summarize, …) consist of these, so that an unnamed element has no Names. In a field
// of type Expr it stands only if there are names; where these make no sense, as in
// `where x = 1`, the parser takes them all the same, as Kusto's does, and the binder must not.
type NamedExpr struct {
	Span
	Names []*Ident
	// Tuple is true if the names stand in parentheses, also if there is only one.
	Tuple bool
	X     Expr
}

// OrderedExpr is `X asc nulls last`. X may be a *NamedExpr.
type OrderedExpr struct {
	Span
	X     Expr
	Order Order
	Nulls Nulls
}

// Order is the direction of an OrderedExpr.
type Order uint8

// The directions. Kusto's default is descending.
const (
	OrderDefault Order = iota
	OrderAsc
	OrderDesc
	OrderGrannyAsc  // by the numbers within the text, in project-reorder
	OrderGrannyDesc // the same, descending
)

var orderNames = [...]string{"", "asc", "desc", "granny-asc", "granny-desc"}

// String is the direction's keyword; empty for OrderDefault.
func (o Order) String() string { return orderNames[o] }

// Nulls says where an OrderedExpr puts nulls.
type Nulls uint8

// The places of nulls. Kusto's default is first when ascending, last when descending.
const (
	NullsDefault Nulls = iota
	NullsFirst
	NullsLast
)

var nullsNames = [...]string{"", "nulls first", "nulls last"}

// String is the place as written; empty for NullsDefault.
func (n Nulls) String() string { return nullsNames[n] }

// ToScalarExpr is `toscalar(X)`; Params may hold kind=nooptimization.
type ToScalarExpr struct {
	Span
	Params []*OperatorParam
	X      Expr
}

// ToTableExpr is `totable(X)`; Params may hold kind=nooptimization.
type ToTableExpr struct {
	Span
	Params []*OperatorParam
	X      Expr
}

// MaterializeExpr is `materialize(X)`.
type MaterializeExpr struct {
	Span
	X Expr
}

// TypeOfExpr is `typeof(long)` or `typeof(a:long, *)`: in the first form Type is set, in the
// second Schema.
type TypeOfExpr struct {
	Span
	Type   *TypeRef
	Schema *SchemaDecl
}

// DataTableExpr is `datatable(schema)[values]`. Values come row by row.
type DataTableExpr struct {
	Span
	Params []*OperatorParam
	Schema *SchemaDecl
	Values []Expr
}

// ContextualDataTableExpr is `__contextual_datatable id (schema)`.
type ContextualDataTableExpr struct {
	Span
	ID     Expr
	Schema *SchemaDecl
}

// ExternalDataExpr is `externaldata(schema)[uris] with (properties)`.
type ExternalDataExpr struct {
	Span
	Params []*OperatorParam
	Schema *SchemaDecl
	URIs   []Expr
	With   []*OperatorParam
}

// InlineExternalTableExpr is `inline_external_table(schema) kind=… partition by (…)
// pathformat=(…) dataformat=… (connections) with (…)`.
type InlineExternalTableExpr struct {
	Span
	Params      []*OperatorParam
	Schema      *SchemaDecl
	Kind        *Ident
	Partitions  []*PartitionColumn
	PathFormat  []Expr // string literals and references to partition columns, in order
	DataFormat  *Ident
	Connections []Expr
	With        []*OperatorParam
}

// PartitionColumn is a column of an inline external table's partition clause; Value is nil
// if absent.
type PartitionColumn struct {
	Span
	Name  *Ident
	Type  *TypeRef
	Value Expr
}

// MaterializedViewCombineExpr is `materialized-view-combine(view) base (X) delta (X)
// aggregations (summarize …)`.
type MaterializedViewCombineExpr struct {
	Span
	View       Expr
	Base       Expr
	Delta      Expr
	Aggregates Expr
}

// EntityGroupExpr is `entity_group [entities]`.
type EntityGroupExpr struct {
	Span
	Entities []Expr
}

// DataScopeExpr is `X datascope=scope`.
type DataScopeExpr struct {
	Span
	X     Expr
	Scope *Ident
}

// FuncDecl is the right side of `let f = (params) { body }`, with View if it begins with the
// word view.
type FuncDecl struct {
	Span
	View   bool
	Params []*FuncParam
	Body   *FuncBody
}

// FuncBody is `{ statements; result }`. Result is nil if there is none.
type FuncBody struct {
	Span
	Statements []Statement
	Result     Expr
}

// FuncParam is a parameter `name:type = default`, or tabular, `name:(a:long, *)`. Type is set
// in the first form, Schema in the second; both are nil only after an error. Default is nil
// if absent.
type FuncParam struct {
	Span
	Name    *Ident
	Type    *TypeRef
	Schema  *SchemaDecl
	Default Expr
}

// BadExpr stands where an expression is missing or cannot be read.
type BadExpr struct {
	Span
}

func (*Ident) expr()                       {}
func (*StarExpr) expr()                    {}
func (*BinaryExpr) expr()                  {}
func (*UnaryExpr) expr()                   {}
func (*BetweenExpr) expr()                 {}
func (*InExpr) expr()                      {}
func (*CallExpr) expr()                    {}
func (*PathExpr) expr()                    {}
func (*IndexExpr) expr()                   {}
func (*BracketExpr) expr()                 {}
func (*ParenExpr) expr()                   {}
func (*PipeExpr) expr()                    {}
func (*NamedExpr) expr()                   {}
func (*OrderedExpr) expr()                 {}
func (*ToScalarExpr) expr()                {}
func (*ToTableExpr) expr()                 {}
func (*MaterializeExpr) expr()             {}
func (*TypeOfExpr) expr()                  {}
func (*DataTableExpr) expr()               {}
func (*ContextualDataTableExpr) expr()     {}
func (*ExternalDataExpr) expr()            {}
func (*InlineExternalTableExpr) expr()     {}
func (*MaterializedViewCombineExpr) expr() {}
func (*EntityGroupExpr) expr()             {}
func (*DataScopeExpr) expr()               {}
func (*FuncDecl) expr()                    {}
func (*BadExpr) expr()                     {}

func (*InlineExternalTableExpr) operator() {}
