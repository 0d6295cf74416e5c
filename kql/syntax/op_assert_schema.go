package syntax

// AssertSchemaOp is `assert-schema (schema)`.
type AssertSchemaOp struct {
	Span
	Schema *SchemaDecl
}

func (*AssertSchemaOp) operator() {}
