package syntax

// GetSchemaOp is `getschema` with an optional kind=csl.
type GetSchemaOp struct {
	Span
	Params []*OperatorParam
}

func (*GetSchemaOp) operator() {}
