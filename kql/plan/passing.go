package plan

import "github.com/calypso-kql/calypso/kql/types"

// A passing is the schema of an operator whose output has the columns of its input.
// Asking each input for it would take as long as the pipe is, at every operator of
// it. One that was made without is asked for it all the same.
type passing struct {
	schema types.Schema
	known  bool
}

// pass returns the schema that an operator over in passes on.
func pass(in Node) passing { return passing{schema: in.Schema(), known: true} }

func (p passing) of(in Node) types.Schema {
	if !p.known {
		return in.Schema()
	}
	return p.schema
}

// NewFilter returns the rows of in where cond is true.
func NewFilter(in Node, cond Expr) *Filter {
	return &Filter{Input: in, Cond: cond, passing: pass(in)}
}

// NewSort returns the rows of in in the order of keys.
func NewSort(in Node, keys []SortKey) *Sort {
	return &Sort{Input: in, Keys: keys, passing: pass(in)}
}

// NewTop returns the first n rows of in in the order of keys.
func NewTop(in Node, n Expr, keys []SortKey) *Top {
	return &Top{Input: in, N: n, Keys: keys, passing: pass(in)}
}

// NewTake returns n rows of in.
func NewTake(in Node, n Expr) *Take {
	return &Take{Input: in, N: n, passing: pass(in)}
}

// NewSerialize returns in with its order fixed.
func NewSerialize(in Node) *Serialize {
	return &Serialize{Input: in, passing: pass(in)}
}
