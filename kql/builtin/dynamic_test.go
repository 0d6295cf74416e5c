package builtin

import (
	"strings"
	"testing"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// callDynamic calls the first overload of a scalar function that takes the
// number of arguments given as they are, on columns of one row, and prints what
// it returns as JSON. Arguments in quotes are strings, all else is dynamic or,
// where it is a number and the function does not take it so, long.
func callDynamic(t *testing.T, name string, args ...string) string {
	t.Helper()
	reg, err := Functions()
	if err != nil {
		t.Fatal(err)
	}
	f, ok := reg.Scalar(name)
	if !ok {
		t.Fatalf("no function %s", name)
	}
	cols := make([]column.Column, len(args))
	for i := range f.Overloads {
		o := &f.Overloads[i]
		if !fitsTest(o, args) {
			continue
		}
		for j, a := range args {
			cols[j] = testArgument(o.Kernel.In[min(j, len(o.Kernel.In)-1)], a)
		}
		out, err := o.Kernel.Run(function.NewCall(&function.Env{}, o.Signature.Result), cols, 1)
		if err != nil {
			t.Fatal(err)
		}
		return dynamicAt(out, 0).JSON()
	}
	t.Fatalf("no overload of %s for %v", name, args)
	return ""
}

func fitsTest(o *function.Overload, args []string) bool {
	in := o.Kernel.In
	if len(args) > len(in) && !o.Signature.Params[len(in)-1].Repeated {
		return false
	}
	for i, a := range args {
		switch in[min(i, len(in)-1)] {
		case types.String:
			if !strings.HasPrefix(a, "'") {
				return false
			}
		case types.Dynamic:
			if strings.HasPrefix(a, "'") {
				return false
			}
		case types.Bool:
			if a != "true" && a != "false" {
				return false
			}
		case types.Long:
			if _, ok := types.ParseLong(a); !ok {
				return false
			}
		}
	}
	return true
}

func testArgument(t types.Type, a string) column.Column {
	switch {
	case strings.HasPrefix(a, "'"):
		return column.NewConst(types.String, strings.Trim(a, "'"), 1)
	case t == types.Bool:
		return column.NewConst(t, a == "true", 1)
	case t == types.Long:
		n, _ := types.ParseLong(a)
		return column.NewConst(t, n, 1)
	}
	return column.NewConst(types.Dynamic, dynamic.FromText(a), 1)
}

func TestDynamicFunctions(t *testing.T) {
	for _, c := range []struct {
		call string // arguments are separated by " ; "
		want string
	}{
		{`array_length {"a":1}`, `null`},
		{`array_concat {"a":1} ; [99]`, `[99]`},
		{`array_slice [1,2,3] ; -9 ; 9`, `[1,2,3]`},
		{`array_slice [1,2,3] ; 2 ; 1`, `[]`},
		{`array_slice [1,2,3] ; 5 ; 9`, `[]`},
		{`array_slice {"a":1} ; 0 ; 1`, `null`},
		{`array_split [1,2,3] ; -1`, `[[1,2],[3]]`},
		{`array_split [1,2,3] ; 7`, `[[1,2,3],[]]`},
		{`array_index_of ["a","b","a"] ; "a" ; 0 ; -1 ; 2`, `2`},
		{`array_index_of ["a","b","a"] ; "c"`, `-1`},
		{`array_index_of ["a"] ; "a" ; 0 ; -2`, `null`},
		{`array_index_of [1.0,2] ; 1`, `0`},
		{`array_iff ["x",null,2] ; 1 ; 0`, `[null,null,1]`},
		{`array_iff [true,true,true] ; [1,2] ; [3,4]`, `[1,2,null]`},
		{`array_rotate_left [1,2,3,4,5] ; -7`, `[4,5,1,2,3]`},
		{`array_rotate_right [] ; 3`, `[]`},
		{`array_shift_left [1,2,3] ; -1 ; "x"`, `["x",1,2]`},
		{`array_shift_right [1,2,3] ; 9`, `[null,null,null]`},
		{`array_sum []`, `null`},
		{`array_sum [1,"2"]`, `null`},
		{`array_sum [1,2.5]`, `3.5`},
		{`array_sort_asc [3,1.5,"b",null,"a",2]`, `[1.5,2,3,"a","b",null]`},
		{`array_sort_desc [1,3] ; ["a","b"] ; [1]`, `[[3,1],["b","a"],null]`},
		{`strcat_array [1,"a",null,true] ; ','`, `"1,a,,true"`},
		{`zip ["A",1,1.5] ; [{},"B"]`, `[["A",{}],[1,"B"],[1.5,null]]`},
		{`repeat "x" ; 0`, `[]`},
		{`repeat "x" ; -1`, `null`},
		{`range 5 ; 1 ; -2`, `[5,3,1]`},
		{`range 1 ; 0`, `[]`},
		{`range 9223372036854775806 ; 9223372036854775807`, `[9223372036854775806,9223372036854775807]`},
		{`bag_has_key {"a":{"b":null}} ; '$.a.b'`, `true`},
		{`bag_has_key {"a":1} ; '$.a.b'`, `false`},
		{`bag_has_key [1] ; 'a'`, `null`},
		{`bag_keys [1]`, `null`},
		{`bag_merge null ; {"a":1}`, `{"a":1}`},
		{`bag_remove_keys {"a":{"b":1},"c":2} ; ["$['a']['b']","$.x.y","c"]`, `{"a":{}}`},
		{`bag_set_key {"a":1} ; '$.a.b' ; 2`, `{"a":{"b":2}}`},
		{`bag_set_key [1] ; 'a' ; 2`, `null`},
		{`bag_zip ["a",8,"b"] ; 1`, `{"a":null,"b":null}`},
		{`bag_zip "a" ; [1]`, `null`},
		{`set_union [1,1.0,"1"] ; [1]`, `[1,1.0,"1"]`},
		{`set_intersect [3,1,2,2] ; [2,3] ; [2]`, `[2]`},
		{`set_difference [1,null,null,2] ; [2]`, `[1,null]`},
		{`set_has_element [1,2,3] ; 2`, `true`},
		{`set_has_element [1,2,3] ; "2"`, `false`},
		{`set_equals [1,2] ; [1,3]`, `false`},
		{`jaccard_index [1,1,2] ; [2,3]`, `0.3333333333333333`},
		{`treepath {"p":[100,{"x":"y"}]}`, `["['p']","['p'][0]","['p'][0]['x']"]`},
		{`treepath 1`, `null`},
		{`dynamic_to_json {"b":[{"z":1,"y":2}],"a":null}`, `"{\"a\":null,\"b\":[{\"y\":2,\"z\":1}]}"`},
		{`dynamic_to_json "abc"`, `"abc"`},
		{`extract_json '$.a["b c"][1]' ; '{"a":{"b c":[1,{"d":2}]}}'`, `"{\"d\":2}"`},
		{`extract_json '$.a' ; '{"a":null}'`, `""`},
		{`extract_json 'a' ; '{"a":1}'`, `""`},
		{`index [1,2] ; -3`, `null`},
		{`index {"a":1} ; 'a'`, `1`},
		{`member [1] ; 'a'`, `null`},
		{`parse_json 'not json'`, `"not json"`},
		{`parse_json ''`, `null`},
		{`json_path '{"a":[{"b":5}]}' ; ["a",0,"b"]`, `5`},
		{`json_path 'x' ; ["a"]`, `null`},
		{`json_path_text '{"a":["z"]}' ; ["a"]`, `"[\"z\"]"`},
		{`series_add [1,2] ; [1.5,"x",3]`, `[2.5,null,null]`},
		{`series_fill_linear [null,111,null,36,41,null,null,16,61,33,null,null]`, `[111,111,73,36,41,32,24,16,61,33,33,33]`},
		{`series_fill_linear [null,1.0,null,2.0] ; null ; false`, `[null,1.0,1.5,2.0]`},
		{`series_fill_backward [111,null,36,null]`, `[111,36,36,null]`},
		{`series_fill_const [1,-1,null] ; 7 ; -1`, `[1,7,null]`},
		{`series_stats_dynamic [1,null,3]`, `null`},
	} {
		name, rest, _ := strings.Cut(c.call, " ")
		if got := callDynamic(t, name, strings.Split(rest, " ; ")...); got != c.want {
			t.Errorf("%s: %s, want %s", c.call, got, c.want)
		}
	}
}

func TestParseCommandLine(t *testing.T) {
	for line, want := range map[string]string{
		``:                             `null`,
		`a.exe`:                        `["a.exe"]`,
		`"c:\a b\c.exe" x`:             `["c:\\a b\\c.exe","x"]`,
		`p "a b" c\d "e\\" f\"g`:       `["p","a b","c\\d","e\\","f\"g"]`,
		`p a\\\"b "c ""d"" e"` + "\tz": `["p","a\\\"b","c \"d\" e","z"]`,
		`p ""`:                         `["p",""]`,
	} {
		if got := parseCommandLine(line).JSON(); got != want {
			t.Errorf("%s: %s, want %s", line, got, want)
		}
	}
}

func TestParseCSV(t *testing.T) {
	for line, want := range map[string]string{
		``:                   `[""]`,
		`a,,b`:               `["a","","b"]`,
		"a,b\nc,d":           `["a","b"]`,
		"\"x\ny\",\"\"\"q\"": `["x\ny","\"q"]`,
		`"open, to the end`:  `["open, to the end"]`,
		`a"b,"c"d`:           `["a\"b","cd"]`,
		`a,`:                 `["a",""]`,
	} {
		if got := parseCSV(line).JSON(); got != want {
			t.Errorf("%q: %s, want %s", line, got, want)
		}
	}
}

func TestParseXML(t *testing.T) {
	for text, want := range map[string]string{
		`<e/>`:                         `{"e":null}`,
		`<e>text</e>`:                  `{"e":"text"}`,
		`<e n="v"/>`:                   `{"e":{"@n":"v"}}`,
		`<e n="v">text</e>`:            `{"e":{"@n":"v","#text":"text"}}`,
		`<e> t <a>1</a><a>2.5</a></e>`: `{"e":{"#text":"t","a":[1,2.5]}}`,
		`<?xml version="1.0"?><!-- c --><e><a/></e>`: `{"e":{"a":null}}`,
		`<e>`:      `null`,
		`<a/><b/>`: `null`,
		`text`:     `null`,
	} {
		if got := parseXML(text).JSON(); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}
