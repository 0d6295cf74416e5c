package builtin

import (
	"slices"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// jsonFunctions declares what makes dynamic values of text, and what reads them.
func jsonFunctions() function.Family {
	d, s, l := types.Dynamic, types.String, types.Long
	parse := func(name string) []function.Overload {
		return []function.Overload{
			{Sig: name + "(value: dynamic): dynamic", Kernel: identity(d)},
			{Sig: name + "(value: string): dynamic", Kernel: parseJSON()},
		}
	}
	extract := []function.Overload{}
	for _, name := range []string{"extract_json", "extractjson"} {
		extract = append(extract, function.Overload{Sig: name + "(path: const string, source: string): string", Kernel: extractJSON()})
	}
	return function.Family{Title: "Dynamic functions", Scalars: []function.Scalar{
		{
			Doc:        "Reads a text as JSON; text that is no JSON becomes a dynamic string, a dynamic value stays as it is.",
			Overloads:  parse("parse_json"),
			Examples:   []string{`parse_json('{"a":[1,2]}').a[1] -> 2`},
			ResultName: function.NameFirstArgument,
		},
		{
			Doc:        "Reads a text as JSON, as parse_json() does.",
			Overloads:  parse("todynamic"),
			Examples:   []string{`todynamic('[1,2]')[0] -> 1`},
			ResultName: function.NameFirstArgument,
		},
		{
			Doc:        "Reads a text as JSON, as parse_json() does.",
			Overloads:  parse("toobject"),
			Examples:   []string{`toobject('[1,2]')[0] -> 1`},
			ResultName: function.NameFirstArgument,
			Hidden:     true,
			Obsolete:   "todynamic",
		},
		{
			Doc:        "Reads a text as JSON, as parse_json() does.",
			Overloads:  parse("parsejson"),
			Examples:   []string{`parsejson('[1,2]')[0] -> 1`},
			ResultName: function.NameFirstArgument,
			Hidden:     true,
			Obsolete:   "parse_json",
		},
		{
			Doc: "Prints a value as JSON in a canonical form: members sorted by name.",
			Overloads: []function.Overload{
				{Sig: "dynamic_to_json(value: scalar): string", Kernel: overValues([]types.Type{types.Unknown}, s, canonicalJSON)},
			},
			Examples: []string{`dynamic_to_json(dynamic({"b":2,"a":1})) -> {"a":1,"b":2}`},
		},
		{
			Doc:       "Reads JSON text and returns the value at a JSON path as text, empty if there is none.",
			Overloads: extract[:1],
			Examples:  []string{`extract_json("$.a[0]", '{"a":[1,2]}') -> 1`},
			Typed:     true,
		},
		{
			Doc:       "Reads JSON text and returns the value at a JSON path, as extract_json() does.",
			Overloads: extract[1:],
			Examples:  []string{`extractjson("$.a", '{"a":"x"}') -> x`},
			Typed:     true,
		},
		{
			Doc: "Returns the member of a property bag, null if there is none: bag.name.",
			Overloads: []function.Overload{
				{Sig: "member(object: dynamic, name: const string): dynamic", Kernel: function.Map2(d, s, d, memberOf)},
			},
			Examples: []string{`dynamic({"a":1}).a -> 1`},
			Hidden:   true,
			Internal: true,
		},
		{
			Doc: "Returns the element of an array at a position, counted from the end if it is negative, or the member of a property bag: array[0], bag[name].",
			Overloads: []function.Overload{
				{Sig: "index(object: dynamic, position: int|long): dynamic", Kernel: function.Map2(d, l, d, elementAt)},
				{Sig: "index(object: dynamic, name: string): dynamic", Kernel: function.Map2(d, s, d, memberOf)},
			},
			Examples: []string{`dynamic([1,2,3])[-1] -> 3`, `dynamic({"a":1})[strcat("a", "")] -> 1`},
			Hidden:   true,
			Internal: true,
		},
		{
			Doc: "Returns what a path leads to in JSON text; the path is an array of names and positions: parse_json(text).a[0] in one step.",
			Overloads: []function.Overload{
				{Sig: "json_path(text: string, path: const dynamic): dynamic", Kernel: pathKernel(d, (*dynamic.Lookup).Value)},
			},
			Examples: []string{`json_path('{"a":[1,2]}', dynamic(["a",1])) -> 2`},
			Hidden:   true,
			Internal: true,
		},
		{
			Doc: "Returns what a path leads to in JSON text, as text: tostring(parse_json(text).a[0]) in one step.",
			Overloads: []function.Overload{
				{Sig: "json_path_text(text: string, path: const dynamic): string", Kernel: pathKernel(s, func(l *dynamic.Lookup, text string) (string, bool) {
					return l.Text(text), true
				})},
			},
			Examples: []string{`json_path_text('{"a":[1,"x"]}', dynamic(["a",1])) -> x`},
			Hidden:   true,
			Internal: true,
		},
		{
			Doc: "Lists the paths to all parts of a value; elements of an array share one path.",
			Overloads: []function.Overload{
				{Sig: "treepath(object: bag): dynamic", Kernel: function.Map1(d, d, treePaths)},
			},
			Examples:   []string{`treepath(dynamic({"a":{"b":1}})) -> ["['a']","['a']['b']"]`},
			ResultName: function.NamePrefix,
			Prefix:     "tree",
		},
	}}
}

// identity returns its argument.
func identity(t types.Type) function.Kernel {
	return function.Kernel{In: []types.Type{t}, Out: t, Transient: true, Run: func(_ *function.Call, args []column.Column, _ int) (column.Column, error) {
		return args[0], nil
	}}
}

func parseJSON() function.Kernel {
	return rowWise([]types.Type{types.String}, types.Dynamic, func(args []column.Column, n int) column.Column {
		v := column.ViewOf[string](args[0])
		out := make([]dynamic.Value, n)
		var p dynamic.Parser
		for i := range out {
			out[i] = p.FromText(v.At(i))
		}
		return column.NewVec(types.Dynamic, out, nil)
	})
}

func memberOf(v dynamic.Value, name string) dynamic.Value {
	m, _ := v.Member(name)
	return m
}

func elementAt(v dynamic.Value, i int64) dynamic.Value {
	if n := int64(v.Len()); i >= n || i < -n {
		return dynamic.Value{}
	}
	return v.Index(int(i))
}

// canonicalJSON is dynamic_to_json: tostring() of a scalar, JSON with sorted
// members otherwise.
func canonicalJSON(args []dynamic.Value) string {
	v := args[0]
	if k := v.Kind(); k != dynamic.Array && k != dynamic.Bag {
		return v.String()
	}
	return sortedMembers(v).JSON()
}

// sortedMembers returns v with the members of all its bags sorted by name.
func sortedMembers(v dynamic.Value) dynamic.Value {
	switch v.Kind() {
	case dynamic.Array:
		var b dynamic.ArrayBuilder
		for _, e := range v.Elements() {
			b.Append(sortedMembers(e))
		}
		return b.Value()
	case dynamic.Bag:
		names := bagNames(v)
		slices.Sort(names)
		var b dynamic.BagBuilder
		for _, name := range names {
			b.Set(name, sortedMembers(memberOf(v, name)))
		}
		return b.Value()
	}
	return v
}

func bagNames(v dynamic.Value) []string {
	names := make([]string, 0, v.Len())
	for name := range v.Members() {
		names = append(names, name)
	}
	return names
}

// treePaths is treepath.
func treePaths(v dynamic.Value) dynamic.Value {
	if v.Kind() != dynamic.Bag && v.Kind() != dynamic.Array {
		return dynamic.Value{}
	}
	var b dynamic.ArrayBuilder
	seen := map[string]struct{}{}
	appendPaths(&b, seen, "", v)
	return b.Value()
}

func appendPaths(b *dynamic.ArrayBuilder, seen map[string]struct{}, at string, v dynamic.Value) {
	put := func(path string, v dynamic.Value) {
		if _, dup := seen[path]; !dup {
			seen[path] = struct{}{}
			b.AppendString(path)
		}
		appendPaths(b, seen, path, v)
	}
	for name, m := range v.Members() {
		put(at+"['"+name+"']", m)
	}
	for _, e := range v.Elements() {
		put(at+"[0]", e)
	}
}
