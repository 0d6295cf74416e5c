package builtin

import (
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// arrayMoves declares the functions that move the elements of an array.
func arrayMoves() []function.Scalar {
	d, u, l := types.Dynamic, types.Unknown, types.Long
	turn := func(name, doc string, left bool, example string) function.Scalar {
		return function.Scalar{Doc: doc, Examples: []string{example}, Overloads: []function.Overload{
			{Sig: name + "(array: array, count: int|long): dynamic", Kernel: function.Map2(d, l, d, func(v dynamic.Value, n int64) dynamic.Value {
				return rotateArray(v, n, left)
			})},
		}}
	}
	shift := func(name, doc string, left bool, example string) function.Scalar {
		return function.Scalar{Doc: doc, Examples: []string{example}, Overloads: []function.Overload{
			{Sig: name + "(array: array, count: int|long, default?: scalar): dynamic", Kernel: overValues([]types.Type{d, l, u}, d, func(args []dynamic.Value) dynamic.Value {
				return shiftArray(args, left)
			})},
		}}
	}
	return []function.Scalar{
		{
			Doc: "Returns an array with its elements in reverse order.",
			Overloads: []function.Overload{
				{Sig: "array_reverse(array: array): dynamic", Kernel: function.Map1(d, d, reverseArray)},
			},
			Examples: []string{`array_reverse(dynamic([1,2,3])) -> [3,2,1]`},
		},
		turn("array_rotate_left", "Moves the elements of an array to the left; those that fall out come in at the right.", true, `array_rotate_left(dynamic([1,2,3]), 1) -> [2,3,1]`),
		turn("array_rotate_right", "Moves the elements of an array to the right; those that fall out come in at the left.", false, `array_rotate_right(dynamic([1,2,3]), 1) -> [3,1,2]`),
		shift("array_shift_left", "Moves the elements of an array to the left; what comes in at the right is null (empty among texts), or the default given.", true, `array_shift_left(dynamic([1,2,3]), 1, 0) -> [2,3,0]`),
		shift("array_shift_right", "Moves the elements of an array to the right; what comes in at the left is null (empty among texts), or the default given.", false, `array_shift_right(dynamic([1,2,3]), 1) -> [null,1,2]`),
	}
}

func reverseArray(v dynamic.Value) dynamic.Value {
	if v.Kind() != dynamic.Array {
		return dynamic.Value{}
	}
	var b dynamic.ArrayBuilder
	for i := v.Len() - 1; i >= 0; i-- {
		b.Append(v.Index(i))
	}
	return b.Value()
}

func rotateArray(v dynamic.Value, count int64, left bool) dynamic.Value {
	if v.Kind() != dynamic.Array {
		return dynamic.Value{}
	}
	n := int64(v.Len())
	if n == 0 {
		return v
	}
	count %= n
	if !left {
		count = -count
	}
	var b dynamic.ArrayBuilder
	for i := range n {
		b.Append(v.Index(int((i + count + n) % n)))
	}
	return b.Value()
}

// shiftArray is array_shift_left(array, count, default) and its mirror image.
func shiftArray(args []dynamic.Value, left bool) dynamic.Value {
	v := args[0]
	count, ok := args[1].AsLong()
	if v.Kind() != dynamic.Array || !ok {
		return dynamic.Value{}
	}
	if !left {
		count = -count
	}
	var fill dynamic.Value
	if len(args) > 2 {
		fill = args[2]
	} else if textArray(v) {
		fill = dynamic.FromString("")
	}
	var b dynamic.ArrayBuilder
	n := int64(v.Len())
	for i := range n {
		if j := i + count; j >= 0 && j < n {
			b.Append(v.Index(int(j)))
		} else {
			b.Append(fill)
		}
	}
	return b.Value()
}

// textArray reports whether v has elements, all of them texts.
func textArray(v dynamic.Value) bool {
	for _, e := range v.Elements() {
		if e.Kind() != dynamic.String {
			return false
		}
	}
	return v.Len() > 0
}
