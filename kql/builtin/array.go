package builtin

import (
	"slices"

	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// arrayFunctions declares the functions over arrays, and those that make one.
func arrayFunctions() function.Family {
	d, u, l := types.Dynamic, types.Unknown, types.Long
	return function.Family{Title: "Array functions", Scalars: slices.Concat([]function.Scalar{
		{
			Doc: "Returns the number of elements of an array; null if it is none.",
			Overloads: []function.Overload{
				{Sig: "array_length(array: array): long", Kernel: function.Map1Null(d, l, arrayLength)},
			},
			Examples: []string{`array_length(dynamic([1,2,3])) -> 3`},
		},
		{
			Doc: "Returns the number of elements of an array; null if it is none.",
			Overloads: []function.Overload{
				{Sig: "arraylength(array: array): long", Kernel: function.Map1Null(d, l, arrayLength)},
			},
			Examples: []string{`arraylength(dynamic([1,2,3])) -> 3`},
			Hidden:   true,
			Obsolete: "array_length",
		},
		{
			Doc: "Returns the elements of an array from one position to another, both included; negative ones count from the end.",
			Overloads: []function.Overload{
				{Sig: "array_slice(array: array, start: int|long, end: int|long): dynamic", Kernel: function.Map3(d, l, l, d, sliceArray)},
			},
			Examples: []string{`array_slice(dynamic([1,2,3,4,5]), 1, -2) -> [2,3,4]`},
		},
		{
			Doc: "Splits an array before the positions given into an array of arrays.",
			Overloads: []function.Overload{
				{Sig: "array_split(array: array, index: int|long): dynamic", Kernel: overValues([]types.Type{d, l}, d, splitArray)},
				{Sig: "array_split(array: array, indices: array): dynamic", Kernel: overValues([]types.Type{d, d}, d, splitArray)},
			},
			Examples: []string{`array_split(dynamic([1,2,3,4,5]), dynamic([1,3])) -> [[1],[2,3],[4,5]]`},
		},
		{
			Doc: "Returns the position of a value in an array, or -1.",
			Overloads: []function.Overload{
				{Sig: "array_index_of(array: array, value: scalar, start?: int|long, length?: int|long, occurrence?: int|long): long", Kernel: overValuesNull([]types.Type{d, u, l, l, l}, l, indexInArray)},
			},
			Examples: []string{`array_index_of(dynamic(["a","b","a"]), "a", 1) -> 2`},
		},
		{
			Doc: "Chooses, for each condition in an array, an element of one of two arrays or one of two values.",
			Overloads: []function.Overload{
				{Sig: "array_iff(condition_array: array, when_true: scalar, when_false: scalar): dynamic", Kernel: overValues([]types.Type{d, u, u}, d, chooseInArray)},
			},
			Examples: []string{`array_iff(dynamic([true,false]), dynamic([1,2]), 0) -> [1,0]`},
		},
		{
			Doc: "Chooses elements by an array of conditions, as array_iff() does.",
			Overloads: []function.Overload{
				{Sig: "array_iif(condition_array: array, when_true: scalar, when_false: scalar): dynamic", Kernel: overValues([]types.Type{d, u, u}, d, chooseInArray)},
			},
			Examples: []string{`array_iif(dynamic([1,0]), "y", "n") -> ["y","n"]`},
			Hidden:   true,
		},
		{
			Doc: "Adds the numbers of an array; null if it has another element, or none.",
			Overloads: []function.Overload{
				{Sig: "array_sum(array: array): real", Kernel: function.Map1Null(d, types.Real, sumArray)},
			},
			Examples: []string{`array_sum(dynamic([1,2,3])) -> 6`},
		},
		{
			Doc: "Joins the elements of an array to one text, with a delimiter between them.",
			Overloads: []function.Overload{
				{Sig: "strcat_array(array: array, delimiter: scalar): string", Kernel: overValues([]types.Type{d, u}, types.String, joinArray)},
			},
			Examples: []string{`strcat_array(dynamic([1,2,3]), "->") -> 1->2->3`},
		},
		{
			Doc: "Joins the elements of an array to one text, as strcat_array() does.",
			Overloads: []function.Overload{
				{Sig: "array_strcat(array: array, delimiter: scalar): string", Kernel: overValues([]types.Type{d, u}, types.String, joinArray)},
			},
			Examples: []string{`array_strcat(dynamic([1,2]), ",") -> 1,2`},
			Hidden:   true,
		},
	}, arrayMoves(), arrayPacks(), arraySorts(), rangeFunctions())}
}

func arrayLength(v dynamic.Value) (int64, bool) { return int64(v.Len()), v.Kind() == dynamic.Array }

// part returns elements from up to, not including, to.
func part(v dynamic.Value, from, to int) dynamic.Value {
	var b dynamic.ArrayBuilder
	for i := from; i < to; i++ {
		b.Append(v.Index(i))
	}
	return b.Value()
}

// fromEnd counts a negative position from the end of n elements.
func fromEnd(i int64, n int) int64 {
	if i < 0 {
		return i + int64(n)
	}
	return i
}

func sliceArray(v dynamic.Value, start, end int64) dynamic.Value {
	if v.Kind() != dynamic.Array {
		return dynamic.Value{}
	}
	n := v.Len()
	from, to := max(fromEnd(start, n), 0), min(fromEnd(end, n), int64(n)-1)+1
	return part(v, int(min(from, int64(n))), int(max(to, 0)))
}

func splitArray(args []dynamic.Value) dynamic.Value {
	v, at := args[0], args[1]
	if v.Kind() != dynamic.Array || at.IsNull() {
		return dynamic.Value{}
	}
	if at.Kind() != dynamic.Array {
		at = arrayOf([]dynamic.Value{at})
	}
	var b dynamic.ArrayBuilder
	n, from := v.Len(), 0
	for _, e := range at.Elements() {
		i, ok := e.AsLong()
		if !ok {
			return dynamic.Value{}
		}
		to := int(min(max(fromEnd(i, n), 0), int64(n)))
		b.Append(part(v, from, to))
		from = max(to, from)
	}
	b.Append(part(v, from, n))
	return b.Value()
}

// indexInArray is array_index_of(array, value, start, length, occurrence).
func indexInArray(args []dynamic.Value) (int64, bool) {
	v := args[0]
	option := func(i int, def int64) int64 {
		if i < len(args) {
			if n, ok := args[i].AsLong(); ok {
				return n
			}
		}
		return def
	}
	start, length, nth := option(2, 0), option(3, -1), option(4, 1)
	if v.Kind() != dynamic.Array || nth < 1 || length < -1 {
		return 0, false
	}
	n := v.Len()
	from := max(fromEnd(start, n), 0)
	to := int64(n)
	if length >= 0 {
		to = min(to, from+length)
	}
	for i := from; i < to; i++ {
		if sameElement(v.Index(int(i)), args[1]) {
			if nth--; nth == 0 {
				return i, true
			}
		}
	}
	return -1, true
}

// sameElement compares as array_index_of and set_has_element do: numbers by
// value, all else by kind and value.
func sameElement(a, b dynamic.Value) bool {
	return dynamic.Equal(a, b) || isNumber(a) && isNumber(b) && compareNumbers(a, b) == 0
}

func chooseInArray(args []dynamic.Value) dynamic.Value {
	conds := args[0]
	if conds.Kind() != dynamic.Array {
		return dynamic.Value{}
	}
	at := func(v dynamic.Value, i int) dynamic.Value {
		if v.Kind() == dynamic.Array {
			return v.Index(i)
		}
		return v
	}
	var b dynamic.ArrayBuilder
	for i, c := range conds.Elements() {
		holds, ok := c.AsBool()
		if !ok && isNumber(c) {
			holds, ok = c.ToBool()
		}
		switch {
		case !ok:
			b.AppendNull()
		case holds:
			b.Append(at(args[1], i))
		default:
			b.Append(at(args[2], i))
		}
	}
	return b.Value()
}

func sumArray(v dynamic.Value) (float64, bool) {
	sum := 0.0
	for _, e := range v.Elements() {
		if !isNumber(e) {
			return 0, false
		}
		x, _ := e.ToReal()
		sum += x
	}
	return sum, v.Len() > 0 && v.Kind() == dynamic.Array
}

func joinArray(args []dynamic.Value) string {
	delimiter := args[1].String()
	var buf []byte
	for i, e := range args[0].Elements() {
		if i > 0 {
			buf = append(buf, delimiter...)
		}
		buf = e.AppendText(buf)
	}
	return string(buf)
}
