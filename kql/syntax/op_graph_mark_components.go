package syntax

// GraphMarkComponentsOp is `graph-mark-components kind=… with_component_id=…`.
type GraphMarkComponentsOp struct {
	Span
	Params []*OperatorParam
}

func (*GraphMarkComponentsOp) operator() {}
