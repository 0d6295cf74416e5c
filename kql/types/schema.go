package types

import "strings"

// A Column is a name with a type.
type Column struct {
	Name string
	Type Type
	// Hidden columns can be used by name but are not part of `*`, of getschema
	// or of a result: Log Analytics' _TimeReceived, _ItemId and so on.
	Hidden bool
}

// A Schema is an ordered list of columns. Names are case-sensitive. It is
// immutable by convention: functions that change one return a new one.
type Schema struct {
	Columns []Column
}

// NewSchema returns the schema of the columns given.
func NewSchema(cols ...Column) Schema { return Schema{Columns: cols} }

// Index returns the position of the column called name, or -1.
func (s Schema) Index(name string) int {
	for i := range s.Columns {
		if s.Columns[i].Name == name {
			return i
		}
	}
	return -1
}

// Len returns the number of columns, hidden ones included.
func (s Schema) Len() int { return len(s.Columns) }

// Visible returns the schema without its hidden columns.
func (s Schema) Visible() Schema {
	out := make([]Column, 0, len(s.Columns))
	for _, c := range s.Columns {
		if !c.Hidden {
			out = append(out, c)
		}
	}
	return Schema{Columns: out}
}

// Equal reports whether both have the same columns in the same order.
func (s Schema) Equal(t Schema) bool {
	if len(s.Columns) != len(t.Columns) {
		return false
	}
	for i := range s.Columns {
		if s.Columns[i] != t.Columns[i] {
			return false
		}
	}
	return true
}

// String prints the schema as in a datatable declaration: "a:long, b:string".
// Hidden columns are marked with a leading '~'.
func (s Schema) String() string {
	var b strings.Builder
	for i, c := range s.Columns {
		if i > 0 {
			b.WriteString(", ")
		}
		if c.Hidden {
			b.WriteByte('~')
		}
		b.WriteString(c.Name)
		b.WriteByte(':')
		b.WriteString(c.Type.String())
	}
	return b.String()
}
