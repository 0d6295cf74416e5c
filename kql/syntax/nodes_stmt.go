package syntax

// LetStmt is `let name = value`. Value is a scalar or tabular expression, or a *FuncDecl.
type LetStmt struct {
	Span
	Name  *Ident
	Value Expr
}

// ExprStmt is an expression that stands alone, commonly the last statement of a query.
type ExprStmt struct {
	Span
	X Expr
}

// SetStmt is `set name` or `set name = value`; Value is nil in the first form.
type SetStmt struct {
	Span
	Name  *Ident
	Value Expr
}

// QueryParametersStmt is `declare query_parameters (name:type = default, …)`.
type QueryParametersStmt struct {
	Span
	Params []*FuncParam
}

// PatternStmt is `declare pattern name` or `declare pattern name = (params)[path] { … }`.
// Decl is nil in the first form.
type PatternStmt struct {
	Span
	Name *Ident
	Decl *PatternDecl
}

// PatternDecl is the right side of a pattern statement. Path is nil if the pattern has none.
type PatternDecl struct {
	Span
	Params  []*ColumnDecl
	Path    *ColumnDecl
	Matches []*PatternMatch
}

// PatternMatch is one `(values).[path] = { body }` of a pattern. Path is nil if absent.
type PatternMatch struct {
	Span
	Values []Expr
	Path   Expr
	Body   *FuncBody
}

// AliasStmt is `alias database name = cluster(…).database(…)`.
type AliasStmt struct {
	Span
	Name  *Ident
	Value Expr
}

// RestrictStmt is `restrict access to (entities) with (properties)`.
type RestrictStmt struct {
	Span
	Entities []Expr
	With     []*OperatorParam
}

// CommandStmt is a management command such as `.show tables | where …`. The command's own
// words are kept as tokens: the package command knows what they mean.
type CommandStmt struct {
	Span
	Text   string  // the command from its dot up to the first pipe, blanks trimmed
	Tokens []Token // the same as tokens, the dot first
	Pipe   []Operator
	// Input is the query after `<|`, or nil. Its Text is the whole text, its place the part
	// that it is.
	Input *Query
}

// BadStmt is text that is no statement.
type BadStmt struct {
	Span
}

func (*LetStmt) statement()             {}
func (*ExprStmt) statement()            {}
func (*SetStmt) statement()             {}
func (*QueryParametersStmt) statement() {}
func (*PatternStmt) statement()         {}
func (*AliasStmt) statement()           {}
func (*RestrictStmt) statement()        {}
func (*CommandStmt) statement()         {}
func (*BadStmt) statement()             {}
