package syntax

// EvaluateOp is `evaluate plugin(args) : (schema)`. Schema is nil if absent.
type EvaluateOp struct {
	Span
	Params []*OperatorParam
	Call   *CallExpr
	Schema *EvaluateSchema
}

// EvaluateSchema is the result schema that the text declares for a plugin: `(*, a:long)`. Star is
// true if it begins with `*`: the input's columns come first.
type EvaluateSchema struct {
	Span
	Star    bool
	Columns []*ColumnDecl
}

func (*EvaluateOp) operator() {}
