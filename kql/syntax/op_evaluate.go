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

func (p *parser) evaluate() Operator {
	from := p.from()
	p.advance()
	o := &EvaluateOp{Params: p.paramList(anyParams), Call: p.requiredCall()}
	if p.accept(kColon) {
		o.Schema = p.evaluateSchema()
	}
	o.Span = p.since(from)
	return o
}

func (p *parser) evaluateSchema() *EvaluateSchema {
	from := p.from()
	if !p.accept(kLParen) {
		e := p.missingPart("schema declaration")
		return &EvaluateSchema{Span: Span{e.Pos(), e.Pos()}}
	}
	p.accept(kComma)
	s := &EvaluateSchema{Star: p.accept(kStar)}
	p.accept(kComma)
	s.Columns = p.columnDecls(false)
	p.close(kRParen)
	s.Span = p.since(from)
	return s
}
