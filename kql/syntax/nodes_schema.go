package syntax

// TypeRef is the name of a scalar type as written: `long`, `date`, `Int64`. Name is empty
// where a type is missing.
type TypeRef struct {
	Span
	Name string
}

// ColumnDecl is `name:type`. Type is nil where the grammar allows a name alone, or where the
// type is tabular, Schema, which the grammar allows but no column has.
type ColumnDecl struct {
	Span
	Name   *Ident
	Type   *TypeRef
	Schema *SchemaDecl
}

// SchemaDecl is `(a:long, b:string)`; Open if it also holds `*`, further columns.
type SchemaDecl struct {
	Span
	Columns []*ColumnDecl
	Open    bool
}

// OperatorParam is `name=value` as in kind=inner, hint.strategy=shuffle or the properties of
// a with (…) clause.
type OperatorParam struct {
	Span
	Name  *Ident
	Value Expr
}

// FindParam is the parameter called name, or nil. Names compare exactly.
func FindParam(params []*OperatorParam, name string) *OperatorParam {
	for _, p := range params {
		if p.Name.Name == name {
			return p
		}
	}
	return nil
}

func (*ColumnDecl) expr() {}

// NameList is the value of a parameter that takes several columns, as ycolumns=a, b. Its
// elements are *Ident, or *BadExpr after an error.
type NameList struct {
	Span
	Names []Expr
}

func (*NameList) expr() {}
