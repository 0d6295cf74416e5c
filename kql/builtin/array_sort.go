package builtin

import (
	"slices"

	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// arraySorts declares array_sort_asc and array_sort_desc. With one array the
// result is that array sorted; with several it is an array of all of them,
// sorted alike, which the binder may spread over columns named first_sorted and
// so on.
func arraySorts() []function.Scalar {
	declare := func(name, doc string, desc bool, example string) function.Scalar {
		sorted := func(args []dynamic.Value) dynamic.Value { return sortArrays(args, desc, true) }
		return function.Scalar{Doc: doc, Examples: []string{example}, MostArguments: 65, Overloads: []function.Overload{
			{Sig: name + "(array...: array): dynamic", Kernel: overDynamics(1, sorted)},
			{Sig: name + "(array...: array, nulls_last: const bool): dynamic", Kernel: overValues([]types.Type{types.Dynamic, types.Bool}, types.Dynamic, func(args []dynamic.Value) dynamic.Value {
				last, ok := args[len(args)-1].AsBool()
				return sortArrays(args[:len(args)-1], desc, last || !ok)
			})},
		}}
	}
	return []function.Scalar{
		declare("array_sort_asc", "Sorts an array, and others along with it, in ascending order.", false, `array_sort_asc(dynamic([3,null,1])) -> [1,3,null]`),
		declare("array_sort_desc", "Sorts an array, and others along with it, in descending order.", true, `array_sort_desc(dynamic([1,3,null])) -> [3,1,null]`),
	}
}

func sortArrays(arrays []dynamic.Value, desc, nullsLast bool) dynamic.Value {
	first := arrays[0]
	if len(arrays) == 1 {
		return reorder(first, sortedOrder(first, desc, nullsLast))
	}
	order := sortedOrder(first, desc, nullsLast)
	var b dynamic.ArrayBuilder
	for _, a := range arrays {
		b.Append(reorder(a, order))
	}
	return b.Value()
}

// sortedOrder returns the positions of v's elements in their order.
func sortedOrder(v dynamic.Value, desc, nullsLast bool) []int {
	vals := make([]dynamic.Value, 0, v.Len())
	for _, e := range v.Elements() {
		vals = append(vals, e)
	}
	order := make([]int, len(vals))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		a, b := vals[i], vals[j]
		if a.IsNull() != b.IsNull() {
			if a.IsNull() == nullsLast {
				return 1
			}
			return -1
		}
		if c := compareNumbers(a, b); desc {
			return -c
		} else {
			return c
		}
	})
	return order
}

// reorder returns the elements of v in the order given; null if v is no array
// of that length.
func reorder(v dynamic.Value, order []int) dynamic.Value {
	if v.Kind() != dynamic.Array || v.Len() != len(order) {
		return dynamic.Value{}
	}
	var b dynamic.ArrayBuilder
	for _, i := range order {
		b.Append(v.Index(i))
	}
	return b.Value()
}
