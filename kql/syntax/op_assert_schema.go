package syntax

// AssertSchemaOp is `assert-schema (schema)`.
type AssertSchemaOp struct {
	Span
	Schema *SchemaDecl
}

func (*AssertSchemaOp) operator() {}

func (p *parser) assertSchema() Operator {
	from := p.from()
	p.advance()
	o := &AssertSchemaOp{Schema: p.rowSchema(false)}
	o.Span = p.since(from)
	return o
}
