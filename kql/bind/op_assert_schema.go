package bind

import "github.com/calypso-kql/calypso/kql/syntax"

// assertSchema checks that the rows have the columns that the text says, and
// changes nothing.
func (b *binder) assertSchema(in table, op *syntax.AssertSchemaOp) table {
	want := b.schemaOf(op.Schema)
	if have := in.schema().Visible(); !in.open && !have.Equal(want) {
		b.refuse(schemaDiffers(op, want, have))
	}
	return in
}
