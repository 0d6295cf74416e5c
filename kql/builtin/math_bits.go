package builtin

import (
	"math/bits"

	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// bitwise declares the functions of the bits of a long.
//
// Source: the Kusto documentation, "Bitwise (binary) operators".
func bitwise() function.Family {
	binary := func(name, doc, x, y string, f func(a, b int64) (int64, bool), examples ...string) function.Scalar {
		return named(function.Scalar{Doc: doc, Examples: examples, Overloads: []function.Overload{
			{Sig: name + "(" + x + ": integer, " + y + ": integer): long", Kernel: function.Map2Null(anyInteger, anyInteger, types.Long, f)},
		}})
	}
	unary := func(name, doc string, f func(int64) int64, examples ...string) function.Scalar {
		return named(function.Scalar{Doc: doc, Examples: examples, Overloads: []function.Overload{
			{Sig: name + "(value: integer): long", Kernel: function.Map1(anyInteger, types.Long, f)},
		}})
	}
	return function.Family{Title: "Bitwise functions", Scalars: []function.Scalar{
		binary("binary_and", "Returns the bits that are set in both numbers.", "value1", "value2", func(a, b int64) (int64, bool) { return a & b, true }, "binary_and(6, 3) -> 2"),
		binary("binary_or", "Returns the bits that are set in either number.", "value1", "value2", func(a, b int64) (int64, bool) { return a | b, true }, "binary_or(6, 3) -> 7"),
		binary("binary_xor", "Returns the bits that are set in one number only.", "value1", "value2", func(a, b int64) (int64, bool) { return a ^ b, true }, "binary_xor(6, 3) -> 5"),
		unary("binary_not", "Returns the bits that are not set in a number.", func(a int64) int64 { return ^a }, "binary_not(100) -> -101"),
		binary("binary_shift_left", "Shifts the bits of a number to the left, by the shift modulo 64; null if the shift is negative.", "value", "shift",
			func(a, b int64) (int64, bool) { return a << (b & 63), b >= 0 }, "binary_shift_left(1, 2) -> 4"),
		binary("binary_shift_right", "Shifts the bits of a number to the right, by the shift modulo 64; null if the shift is negative.", "value", "shift",
			func(a, b int64) (int64, bool) { return a >> (b & 63), b >= 0 }, "binary_shift_right(8, 2) -> 2"),
		unary("bitset_count_ones", "Counts the bits that are set in a number.", func(a int64) int64 { return int64(bits.OnesCount64(uint64(a))) }, "bitset_count_ones(42) -> 3"),
	}}
}
