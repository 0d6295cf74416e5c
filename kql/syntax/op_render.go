package syntax

// RenderOp is `render chart with (properties)`; older texts write properties without with. Chart
// is nil if absent.
type RenderOp struct {
	Span
	Chart  *Ident
	Params []*OperatorParam
	With   []*OperatorParam
}

func (*RenderOp) operator() {}
