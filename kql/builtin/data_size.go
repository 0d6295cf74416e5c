package builtin

import (
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// dataSize declares estimate_data_size(), whose star the binder replaces by the
// columns of the row.
func dataSize() function.Scalar {
	return function.Scalar{
		Doc: "Estimates how many bytes the values of columns take: texts as many as they have in UTF-8, dynamic values as many as their binary form here, others the size of their type.",
		Overloads: []function.Overload{{
			Sig:    "estimate_data_size(column...: column scalar): long",
			Kernel: rowKernel([]types.Type{types.Unknown}, types.Long, sizeRows),
		}},
		Volatile: true, // its arguments are columns, which an example has not
	}
}

func sizeRows(_ *function.Call, args []column.Column, n int) (column.Column, error) {
	out := make([]int64, n)
	for _, c := range args {
		switch c.Type() {
		case types.String:
			v := column.ViewOf[string](c)
			for i := range out {
				out[i] += int64(len(v.At(i)))
			}
		case types.Dynamic:
			v := column.ViewOf[dynamic.Value](c)
			for i := range out {
				out[i] += int64(len(v.At(i).Encoding()))
			}
		default:
			size := fixedSize(c.Type())
			for i := range out {
				out[i] += size
			}
		}
	}
	return column.NewVec(types.Long, out, nil), nil
}

// fixedSize returns the bytes of a value of a type of one size.
func fixedSize(t types.Type) int64 {
	switch t {
	case types.Bool:
		return 1
	case types.Int:
		return 4
	case types.GUID, types.Decimal:
		return 16
	}
	return 8
}
