package builtin

import (
	"math"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

func runPi(_ *function.Call, _ []column.Column, n int) (column.Column, error) {
	return column.NewConst(types.Real, math.Pi, n), nil
}

func random() function.Scalar {
	return function.Scalar{
		Doc: "Returns a random number: a real from 0 to 1, or a whole number from 0 to one below the argument.",
		Overloads: []function.Overload{
			{Sig: "rand(): real", Kernel: function.Kernel{Out: types.Real, Run: runRand}},
			{Sig: "rand(number: integer): real", Kernel: function.Kernel{In: []types.Type{anyInteger}, Out: types.Real, Run: runRandBelow}},
		},
		ResultName: function.NameFirstArgument,
		Volatile:   true,
	}
}

func runRand(c *function.Call, _ []column.Column, n int) (column.Column, error) {
	vals, source := make([]float64, n), c.Rand()
	for i := range vals {
		vals[i] = source.Float64()
	}
	return column.NewVec(types.Real, vals, nil), nil
}

// runRandBelow answers a real from 0 to 1, too, where the argument leaves no
// choice: below 2.
func runRandBelow(c *function.Call, args []column.Column, n int) (column.Column, error) {
	limit, source := column.ViewOf[int64](args[0]), c.Rand()
	vals, valid := make([]float64, n), column.FullBitmap(n)
	for i := range vals {
		switch below := limit.At(i); {
		case limit.Null(i):
			valid.Clear(i)
		case below < 2:
			vals[i] = source.Float64()
		default:
			vals[i] = float64(source.Int64N(below))
		}
	}
	return column.NewVec(types.Real, vals, valid), nil
}
