package bind

import (
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// Info is what the binder found out about the parts of a tree, for editors. Each
// use of a user function binds its body again; the facts are those of the last.
type Info struct {
	// Types has the type of each scalar expression.
	Types map[syntax.Expr]types.Type
	// Schemas has the columns of each tabular expression.
	Schemas map[syntax.Expr]types.Schema
	// Inputs has the columns that an operator reads.
	Inputs map[syntax.Operator]types.Schema
	// Uses says what each name refers to that has a meaning.
	Uses map[*syntax.Ident]Use
	// Options are the request properties that the text sets, in its order.
	Options []Option
}

func newInfo() *Info {
	return &Info{
		Types: map[syntax.Expr]types.Type{}, Schemas: map[syntax.Expr]types.Schema{},
		Inputs: map[syntax.Operator]types.Schema{}, Uses: map[*syntax.Ident]Use{},
	}
}

// A Use is what a name refers to.
type Use struct {
	Kind UseKind
	// Type is that of a column or variable, if it is scalar.
	Type types.Type
	// Decl is where the text declares the name; nil if it does not.
	Decl syntax.Node
}

// A UseKind is a kind of thing that names refer to.
type UseKind uint8

// The kinds of things.
const (
	UseColumn UseKind = iota
	UseVariable
	UseTable
	UseFunction
)

// used keeps what a declared name refers to.
func (b *binder) used(at *syntax.Ident, sym *symbol) {
	b.release(sym)
	u := Use{Kind: UseVariable, Decl: sym.decl}
	switch {
	case sym.fn != nil, sym.pattern != nil:
		u.Kind = UseFunction
	case sym.table != nil:
		u.Kind = UseTable
	case sym.value != nil:
		u.Type = sym.value.typ()
	}
	b.info.Uses[at] = u
}
