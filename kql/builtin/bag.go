package builtin

import (
	"math"
	"strings"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// bagFunctions declares the functions over property bags, and those that make
// one.
func bagFunctions() function.Family {
	d, s, u, b := types.Dynamic, types.String, types.Unknown, types.Bool
	pack := func(name string) []function.Overload {
		return []function.Overload{{Sig: name + "(key...: string, value...: scalar): dynamic", Kernel: packBags(0)}}
	}
	return function.Family{Title: "Property bag functions", Scalars: []function.Scalar{
		{
			Doc:       "Makes a property bag of names and values, in turn.",
			Overloads: pack("bag_pack"),
			Examples:  []string{`bag_pack("a", 1, "b", "x") -> {"a":1,"b":"x"}`},
		},
		{
			Doc:       "Makes a property bag of names and values, in turn.",
			Overloads: pack("pack"),
			Examples:  []string{`pack("a", 1) -> {"a":1}`},
			Hidden:    true,
			Obsolete:  "bag_pack",
		},
		{
			Doc:       "Makes a property bag of names and values, in turn.",
			Overloads: pack("pack_dictionary"),
			Examples:  []string{`pack_dictionary("a", 1) -> {"a":1}`},
			Hidden:    true,
			Obsolete:  "bag_pack",
		},
		{
			// The binder writes the columns of the row out as names and values.
			Doc: "Makes a property bag of all columns, without those that are null or empty if the argument is true.",
			Overloads: []function.Overload{
				{Sig: "pack_all(ignore_null_empty: literal bool, key...?: string, value...?: scalar): dynamic", Kernel: packBags(1)},
			},
			Examples: []string{`a = 1, b = "" | project pack_all(true) -> {"a":1}`},
		},
		{
			// The binder writes the columns out as names and values.
			Doc:       "Makes a property bag of the columns given, each under its name.",
			Overloads: pack("bag_pack_columns"),
			Examples:  []string{`a = 1, b = 2 | project bag_pack_columns(b) -> {"b":2}`},
		},
		{
			Doc: "Lists the names of a property bag's members; null if it is none.",
			Overloads: []function.Overload{
				{Sig: "bag_keys(object: bag): dynamic", Kernel: function.Map1(d, d, bagKeys)},
			},
			Examples: []string{`bag_keys(dynamic({"a":1,"b":2})) -> ["a","b"]`},
		},
		{
			Doc: "Tells whether a property bag has a member, or a path of members such as $.a.b.",
			Overloads: []function.Overload{
				{Sig: "bag_has_key(bag: bag, key: string): bool", Kernel: function.Map2Null(d, s, b, bagHasKey)},
			},
			Examples: []string{`bag_has_key(dynamic({"a":{"b":1}}), "$.a.b") -> true`},
		},
		{
			Doc: "Joins property bags into one; of members with one name the leftmost stays.",
			Overloads: []function.Overload{
				{Sig: "bag_merge(first: bag, more...: bag): dynamic", Kernel: mergeBags()},
			},
			MostArguments: 64,
			Examples:      []string{`bag_merge(dynamic({"a":1}), dynamic({"a":2,"b":3})) -> {"a":1,"b":3}`},
		},
		{
			Doc: "Returns a property bag without some members, which are named or given as paths such as $.a.b.",
			Overloads: []function.Overload{
				{Sig: "bag_remove_keys(bag: bag, keys: array): dynamic", Kernel: function.Map2(d, d, d, removeKeys)},
			},
			Examples: []string{`bag_remove_keys(dynamic({"a":{"b":1,"c":2},"d":3}), dynamic(["$.a.b","d"])) -> {"a":{"c":2}}`},
		},
		{
			Doc: "Returns a property bag with a member set, which is named or given as a path such as $.a.b; null if it is none.",
			Overloads: []function.Overload{
				{Sig: "bag_set_key(bag: bag, key: const string, value: scalar): dynamic", Kernel: overValues([]types.Type{d, s, u}, d, setKey)},
			},
			Examples: []string{`bag_set_key(dynamic({"a":1}), "$.b.c", 2) -> {"a":1,"b":{"c":2}}`},
		},
		{
			Doc: "Makes a property bag of an array of names and an array of values; names that are no strings are left out.",
			Overloads: []function.Overload{
				{Sig: "bag_zip(keys: array, values: array): dynamic", Kernel: function.Map2(d, d, d, zipBag)},
			},
			Examples: []string{`bag_zip(dynamic(["a","b"]), dynamic([1])) -> {"a":1,"b":null}`},
		},
	}}
}

// packBags is bag_pack, whose names and values begin at position from; a flag
// before them says whether to leave out what is null or empty.
func packBags(from int) function.Kernel {
	in := []types.Type{types.Bool, types.String, types.Unknown}[1-from:]
	return rowWise(in, types.Dynamic, func(args []column.Column, n int) column.Column {
		var flag []column.View[bool]
		if from == 1 {
			flag = viewsOf[bool](args[:1])
		}
		pairs := args[from:]
		names, vals := make([]column.View[string], len(pairs)/2), make([]column.View[dynamic.Value], len(pairs)/2)
		for j := range names {
			names[j], vals[j] = column.ViewOf[string](pairs[2*j]), elementsOf(pairs[2*j+1])
		}
		out := make([]dynamic.Value, n)
		var b dynamic.BagBuilder
		for i := range out {
			skip := from == 1 && !flag[0].Null(i) && flag[0].At(i)
			for j := range names {
				v := vals[j].At(i)
				if skip && isEmptyValue(v) {
					continue
				}
				b.Set(names[j].At(i), v)
			}
			out[i] = b.Value()
		}
		return column.NewVec(types.Dynamic, out, nil)
	})
}

func isEmptyValue(v dynamic.Value) bool {
	s, isText := v.AsString()
	return v.IsNull() || isText && s == ""
}

func bagKeys(v dynamic.Value) dynamic.Value {
	if v.Kind() != dynamic.Bag {
		return dynamic.Value{}
	}
	var b dynamic.ArrayBuilder
	for name := range v.Members() {
		b.AppendString(name)
	}
	return b.Value()
}

// keyPath returns the names that a key of a bag function stands for: itself, or
// those of a JSON path. !ok if the path is not one of names.
func keyPath(key string) (names []string, ok bool) {
	if !strings.HasPrefix(key, "$.") && !strings.HasPrefix(key, "$[") {
		return []string{key}, true
	}
	for rest := key[1:]; rest != ""; {
		st, tail, ok := cutPath(rest)
		if !ok || st.position {
			return nil, false
		}
		names, rest = append(names, st.name), tail
	}
	return names, true
}

func bagHasKey(v dynamic.Value, key string) (has, ok bool) {
	if v.Kind() != dynamic.Bag {
		return false, false
	}
	names, ok := keyPath(key)
	if !ok {
		return false, true
	}
	for _, name := range names {
		if v, has = v.Member(name); !has {
			return false, true
		}
	}
	return true, true
}

func mergeBags() function.Kernel {
	return rowWise([]types.Type{types.Dynamic, types.Dynamic}, types.Dynamic, func(args []column.Column, n int) column.Column {
		views := viewsOf[dynamic.Value](args)
		out := make([]dynamic.Value, n)
		var j bagJoiner
		for i := range out {
			j.reset(math.MaxInt)
			bags := 0
			for k := range views {
				if v := views[k].At(i); v.Kind() == dynamic.Bag {
					j.add(v)
					bags++
				}
			}
			if bags > 0 {
				out[i] = j.value()
			}
		}
		return column.NewVec(types.Dynamic, out, nil)
	})
}

func removeKeys(v, keys dynamic.Value) dynamic.Value {
	if v.Kind() != dynamic.Bag {
		return dynamic.Value{}
	}
	var paths [][]string
	for _, k := range keys.Elements() {
		if key, ok := k.AsString(); ok {
			if names, ok := keyPath(key); ok {
				paths = append(paths, names)
			}
		}
	}
	return withoutPaths(v, paths)
}

// withoutPaths returns bag v without the members that the paths lead to.
func withoutPaths(v dynamic.Value, paths [][]string) dynamic.Value {
	var b dynamic.BagBuilder
	for name, m := range v.Members() {
		var inner [][]string
		drop := false
		for _, p := range paths {
			if p[0] != name {
				continue
			}
			if len(p) == 1 {
				drop = true
			} else {
				inner = append(inner, p[1:])
			}
		}
		if drop {
			continue
		}
		if len(inner) > 0 && m.Kind() == dynamic.Bag {
			m = withoutPaths(m, inner)
		}
		b.Set(name, m)
	}
	return b.Value()
}

// setKey is bag_set_key(bag, key, value).
func setKey(args []dynamic.Value) dynamic.Value {
	key, _ := args[1].AsString()
	names, ok := keyPath(key)
	if args[0].Kind() != dynamic.Bag || !ok {
		return dynamic.Value{}
	}
	return setPath(args[0], names, args[2])
}

// setPath returns bag v with the member at the path set to val, making bags on
// the way where there are none.
func setPath(v dynamic.Value, names []string, val dynamic.Value) dynamic.Value {
	if len(names) == 0 {
		return val
	}
	var b dynamic.BagBuilder
	for name, m := range v.Members() {
		b.Set(name, m)
	}
	inner, _ := v.Member(names[0])
	b.Set(names[0], setPath(inner, names[1:], val))
	return b.Value()
}

func zipBag(keys, vals dynamic.Value) dynamic.Value {
	if keys.Kind() != dynamic.Array {
		return dynamic.Value{}
	}
	var b dynamic.BagBuilder
	for i, k := range keys.Elements() {
		if name, ok := k.AsString(); ok {
			b.Set(name, vals.Index(i))
		}
	}
	return b.Value()
}
