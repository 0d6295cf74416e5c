package syntax

// ParseKvOp is `parse-kv X as (keys) with (properties)`.
type ParseKvOp struct {
	Span
	X    Expr
	Keys *SchemaDecl
	With []*OperatorParam
}

func (*ParseKvOp) operator() {}
