package builtin

import (
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// setFunctions declares the functions that take arrays as sets: duplicates do
// not count, and what is no array is an empty set.
func setFunctions() function.Family {
	d, u, b := types.Dynamic, types.Unknown, types.Bool
	return function.Family{Title: "Set functions", Scalars: []function.Scalar{
		{
			Doc: "Returns the distinct values that are in any of the arrays.",
			Overloads: []function.Overload{
				{Sig: "set_union(first: array, more...: array): dynamic", Kernel: overDynamics(2, uniteSets)},
			},
			MostArguments: 64,
			Examples:      []string{`set_union(dynamic([1,2,1]), dynamic([3,2])) -> [1,2,3]`},
		},
		{
			Doc: "Returns the distinct values that are in all of the arrays.",
			Overloads: []function.Overload{
				{Sig: "set_intersect(first: array, more...: array): dynamic", Kernel: overDynamics(2, intersectSets)},
			},
			MostArguments: 64,
			Examples:      []string{`set_intersect(dynamic([1,2,3]), dynamic([2,3,4])) -> [2,3]`},
		},
		{
			Doc: "Returns the distinct values of the first array that are in none of the others.",
			Overloads: []function.Overload{
				{Sig: "set_difference(first: array, more...: array): dynamic", Kernel: overDynamics(2, subtractSets)},
			},
			MostArguments: 64,
			Examples:      []string{`set_difference(dynamic([1,2,3]), dynamic([2])) -> [1,3]`},
		},
		{
			Doc: "Tells whether an array holds a value.",
			Overloads: []function.Overload{
				{Sig: "set_has_element(set: array, value: scalar): bool", Kernel: overValuesNull([]types.Type{d, u}, b, setHas)},
			},
			Examples: []string{`set_has_element(dynamic(["a","b"]), "b") -> true`},
		},
		{
			Doc: "Tells whether two arrays hold the same distinct values.",
			Overloads: []function.Overload{
				{Sig: "set_equals(set1: array, set2: array): bool", Kernel: function.Map2(d, d, b, equalSets)},
			},
			Examples: []string{`set_equals(dynamic([1,2]), dynamic([2,1,1])) -> true`},
		},
		{
			Doc: "Returns the Jaccard index of two sets: the size of what they share over the size of what they hold together.",
			Overloads: []function.Overload{
				{Sig: "jaccard_index(set1: array, set2: array): real", Analyzer: types.Dynamic, Kernel: function.Map2(d, d, types.Real, jaccard)},
			},
			Examples: []string{`jaccard_index(dynamic([1,2,3]), dynamic([1,2,3,4])) -> 0.75`},
		},
	}}
}

// A valueSet is a set of dynamic values under dynamic.Equal.
type valueSet map[uint64][]dynamic.Value

func (s valueSet) has(v dynamic.Value) bool {
	for _, x := range s[v.Hash(0)] {
		if dynamic.Equal(x, v) {
			return true
		}
	}
	return false
}

// add adds v and reports whether it was new.
func (s valueSet) add(v dynamic.Value) bool {
	if s.has(v) {
		return false
	}
	h := v.Hash(0)
	s[h] = append(s[h], v)
	return true
}

// setOf returns the elements of an array as a set.
func setOf(v dynamic.Value) valueSet {
	s := make(valueSet, v.Len())
	for _, e := range v.Elements() {
		s.add(e)
	}
	return s
}

func uniteSets(args []dynamic.Value) dynamic.Value {
	var b dynamic.ArrayBuilder
	seen := valueSet{}
	for _, a := range args {
		for _, e := range a.Elements() {
			if seen.add(e) {
				b.Append(e)
			}
		}
	}
	return b.Value()
}

func intersectSets(args []dynamic.Value) dynamic.Value {
	return filterSet(args, func(in valueSet, v dynamic.Value) bool { return in.has(v) })
}

func subtractSets(args []dynamic.Value) dynamic.Value {
	return filterSet(args, func(in valueSet, v dynamic.Value) bool { return !in.has(v) })
}

// filterSet returns the distinct elements of the first array that keep accepts
// with each other array.
func filterSet(args []dynamic.Value, keep func(in valueSet, v dynamic.Value) bool) dynamic.Value {
	others := make([]valueSet, len(args)-1)
	for i, a := range args[1:] {
		others[i] = setOf(a)
	}
	var b dynamic.ArrayBuilder
	seen := make(valueSet, args[0].Len())
next:
	for _, e := range args[0].Elements() {
		for _, o := range others {
			if !keep(o, e) {
				continue next
			}
		}
		if seen.add(e) {
			b.Append(e)
		}
	}
	return b.Value()
}

func setHas(args []dynamic.Value) (has, ok bool) {
	if args[0].Kind() != dynamic.Array {
		return false, false
	}
	for _, e := range args[0].Elements() {
		if sameElement(e, args[1]) {
			return true, true
		}
	}
	return false, true
}

func equalSets(a, b dynamic.Value) bool {
	x, y := setOf(a), setOf(b)
	return overlap(x, y) == x.len() && x.len() == y.len()
}

func jaccard(a, b dynamic.Value) float64 {
	x, y := setOf(a), setOf(b)
	both := overlap(x, y)
	return float64(both) / float64(x.len()+y.len()-both)
}

func (s valueSet) len() int {
	n := 0
	for _, vs := range s {
		n += len(vs)
	}
	return n
}

// overlap returns how many values both sets have.
func overlap(x, y valueSet) int {
	n := 0
	for _, vs := range x {
		for _, v := range vs {
			if y.has(v) {
				n++
			}
		}
	}
	return n
}
