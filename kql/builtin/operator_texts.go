package builtin

import (
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// textEquality is == and != of texts. Those of two dictionaries are compared where
// they are, and in one dictionary only where the codes differ.
func textEquality(unequal bool) function.Kernel {
	k := equality(types.String, types.String, equalLoops[string](unequal), unequal)
	flat := k.Run
	k.Run = func(c *function.Call, args []column.Column, n int) (column.Column, error) {
		a, isDict := args[0].(*column.Dict)
		b, isToo := args[1].(*column.Dict)
		if !isDict || !isToo {
			return flat(c, args, n)
		}
		x, y := column.FlatVec[string](a.Values).Vals, column.FlatVec[string](b.Values).Vals
		one := a.Values == b.Values
		out := function.Room[bool](c, n)
		for i, code := range a.Codes {
			other := b.Codes[i]
			out[i] = (one && code == other || x[code] == y[other]) != unequal
		}
		return column.NewVec(c.Out, out, nil), nil
	}
	return k
}
