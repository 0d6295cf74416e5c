package builtin

import (
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// arrayPacks declares the functions that make an array of values, or of arrays.
func arrayPacks() []function.Scalar {
	d, u, l := types.Dynamic, types.Unknown, types.Long
	return []function.Scalar{
		{
			Doc: "Joins arrays into one; arguments that are no arrays are left out.",
			Overloads: []function.Overload{
				{Sig: "array_concat(array...: array): dynamic", Kernel: overDynamics(1, concatArrays)},
			},
			MostArguments: 64,
			Examples:      []string{`array_concat(dynamic([1,2]), dynamic([3])) -> [1,2,3]`},
		},
		{
			Doc: "Makes an array of its arguments.",
			Overloads: []function.Overload{
				{Sig: "pack_array(value...: scalar): dynamic", Kernel: overValues([]types.Type{u}, d, arrayOf)},
			},
			Examples: []string{`pack_array(1, "a", 2.5) -> [1,"a",2.5]`},
		},
		{
			Doc: "Joins arrays element by element into an array of arrays; shorter ones are filled up with null.",
			Overloads: []function.Overload{
				{Sig: "zip(first: array, more...: array): dynamic", Kernel: overDynamics(2, zipArrays)},
			},
			MostArguments: 64,
			Examples:      []string{`zip(dynamic([1,3]), dynamic([2,4])) -> [[1,2],[3,4]]`},
		},
		{
			Doc: "Makes an array that holds one value a number of times.",
			Overloads: []function.Overload{
				{Sig: "repeat(value: orderable, count: int|long): dynamic", Kernel: growing(overValues([]types.Type{u, l}, d, repeatValue))},
			},
			Analyzer:   []string{"repeat(value: scalar, count: int|long): dynamic"},
			ResultName: function.NamePrefix,
			Examples:   []string{`repeat(1, 3) -> [1,1,1]`},
		},
	}
}

// growing is k, whose results may be far larger than its arguments.
func growing(k function.Kernel) function.Kernel {
	k.Grows = true
	return k
}

func concatArrays(args []dynamic.Value) dynamic.Value {
	var b dynamic.ArrayBuilder
	for _, a := range args {
		for _, e := range a.Elements() {
			b.Append(e)
		}
	}
	return b.Value()
}

func zipArrays(args []dynamic.Value) dynamic.Value {
	n := 0
	for _, a := range args {
		if a.Kind() == dynamic.Array {
			n = max(n, a.Len())
		}
	}
	var b, row dynamic.ArrayBuilder
	for i := range n {
		for _, a := range args {
			row.Append(a.Index(i))
		}
		b.Append(row.Value())
	}
	return b.Value()
}

func repeatValue(args []dynamic.Value) dynamic.Value {
	n, ok := args[1].AsLong()
	if !ok || n < 0 {
		return dynamic.Value{}
	}
	var b dynamic.ArrayBuilder
	for range min(n, maxElements) {
		b.Append(args[0])
	}
	return b.Value()
}
