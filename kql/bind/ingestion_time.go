package bind

import (
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
)

const (
	// timeReceived is the hidden column of Log Analytics' tables that says when a
	// row reached the workspace.
	timeReceived = "_TimeReceived"
	// ingestionTimeName is the name of a column that is a bare ingestion_time().
	ingestionTimeName = "$IngestionTime"
)

// ingestionTime binds ingestion_time(): the time when the row reached the
// workspace. It is null where no table keeps it: without rows, for tables that
// lack the column, and after operators that make rows of their own.
func (b *binder) ingestionTime(sc *scope, e *syntax.CallExpr) entity {
	f, ok := b.env.Functions.Scalar(e.Name.Name)
	if !ok {
		b.report(unknownFunction(e.Name, e.Name.Name, nil))
		return ofValue(unknownValue())
	}
	null := b.callScalar(sc, e, f)
	r := sc.row
	if r == nil {
		r = sc.caller
	}
	if r == nil || len(e.Args) > 0 {
		return ofValue(null)
	}
	i := r.schema.Index(timeReceived)
	if i < 0 || !r.schema.Columns[i].Hidden || r.schema.Columns[i].Type != null.typ() {
		return ofValue(null)
	}
	c := &plan.Column{Index: r.offset + i, Name: ingestionTimeName, Typ: null.typ()}
	return ofValue(value{expr: c, computed: true})
}
