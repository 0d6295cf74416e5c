package builtin

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// checkTables runs tables over all functions.
func checkTables(t *testing.T, tables []truthTable) {
	t.Helper()
	reg, err := Functions()
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range tables {
		tt.check(t, reg)
	}
}

func TestStringKernels(t *testing.T) {
	checkTables(t, []truthTable{
		{"strlen", []string{"string: abc, '', 日本, e\u0301"}, "long: 3, 0, 2, 2"},
		{"string_size", []string{"string: abc, '', 日本"}, "long: 3, 0, 6"},
		{"tolower", []string{"string: ABC, ÜBER, ''"}, "string: abc, über, ''"},
		{"toupper", []string{"string: abc, straße, ''"}, "string: ABC, STRAßE, ''"},
		{"reverse", []string{"string: abc, a日b, ''"}, "string: cba, b日a, ''"},
		{"strcmp", []string{"string: a, b, a, Z", "string: b, a, a, a"}, "long: -1, 1, 0, -1"},
		{"isascii", []string{"string: a, é, ''"}, "bool: true, false, true"},
		{"isutf8", []string{"string: a, \xff"}, "bool: true, false"},
		{"substring", []string{"string: hello, hello, hello, hello, hello, 日本語, ab", "long: 1, -3, -100, 2, 9, 1, null", "long: 3, 2, 3, 0, 1, 1, 1"},
			"string: ell, ll, '', '', '', 本, ''"},
		{"substring", []string{"string: hello, hello", "long: 1, 2", "long: -1, null"}, "string: '', ''"},
		{"strcat", []string{"string: a, '', x", "string: b, '', ''", "string: c, d, y"}, "string: abc, d, xy"},
		{"strcat_delim", []string{"string: -, %", "string: a, ''", "string: b, ''"}, "string: a-b, %"},
		{"strrep", []string{"string: ab, ab, ab, ab", "long: 3, 0, -1, null", "string: ., ., ., ."}, "string: ab.ab.ab, '', '', ''"},
	})
}

func TestStringSearchKernels(t *testing.T) {
	checkTables(t, []truthTable{
		{"indexof", []string{"string: abcdefg, abcdefg, abcdefg, éaé, abc, aaa, abc", "string: cde, cde, cde, a, '', aa, a", "long: 0, 1, -5, 0, 3, 0, null", "long: -1, 2, -1, -1, -1, -1, 0", "long: 1, 1, 1, 1, 1, 2, 1"},
			"long: 2, -1, 2, 1, 3, 1, null"},
		{"indexof", []string{"string: abc, abc, abc", "string: a, a, a", "long: -4, 4, 0", "long: -1, -1, -2", "long: 1, 1, 1"}, "long: null, -1, null"},
		{"indexof_regex", []string{"string: abcabc, ababaa, abcabc", "string: a.c, a.a, a", "long: 0, 0, -1", "long: -1, -1, -1", "long: 2, 2, 1"}, "long: 3, -1, null"},
		{"has_any_index", []string{"string: this is it, an Example, none, x", `dynamic: ["no"%"is"], ["example"], [], ["y"%1]`}, "long: 1, 0, -1, -1"},
		{"split", []string{"string: a.b, '', .., x", "string: ., ., ., ''", "long: 1, 0, 2, 0"}, `dynamic: ["b"], [""], [""], ["x"]`},
		{"split", []string{"string: a.b, a", "string: ., .", "long: 5, -1"}, `dynamic: [], []`},
		{"unicode_codepoints_from_string", []string{"string: Kü, ''"}, "dynamic: [75%252], []"},
		{"unicode_codepoints_to_string", []string{"long: 75, null, 55296", "dynamic: [117], 117, 117"}, "string: Ku, '', ''"},
		{"extract", []string{`string: x=(\d+), x=(\d+), (a)|b, b`, "long: 1, 2, 1, 0", "string: x=45., x=45, b, abc"}, "string: 45, '', '', b"},
		{"extract_all", []string{`string: (\d)(\w), (\d), (\d)`, "string: 1a2b, 12, none"}, `dynamic: [["1"%"a"]%["2"%"b"]], ["1"%"2"], null`},
		{"extract_all", []string{`string: (?P<n>\d)(\w)`, `dynamic: [2%"n"]`, "string: 1a"}, `dynamic: [["a"%"1"]]`},
		{"extract_all", []string{`string: (.)(.)(.)`, `dynamic: [3]`, "string: abcdef"}, `dynamic: ["c"%"f"]`},
	})
}

func TestStringReplaceKernels(t *testing.T) {
	checkTables(t, []truthTable{
		{"replace_string", []string{"string: aba, aba, ''", "string: a, '', a", "string: x, y, x"}, "string: xbx, aba, ''"},
		{"replace_strings", []string{"string: This is, This is, a cat, aXbX", `dynamic: ["This"%"is"], ["is"%"This"], ["cat"%"dog"], ["X"%"b"]`, `dynamic: ["This"%"was"], ["was"%"That"], ["dog"%"pig"], [1%""]`},
			"string: This was, Thwas was, a dog, aXX"},
		{"replace_regex", []string{`string: ab12, ab12, xy, x`, `string: (\w)(\d), b*, (.)(.), x`, `string: \2\1, -, \2\1\0\\, \5`}, `string: a1b2, -a-1-2-, yxxy\, ''`},
		{"replace", []string{`string: b+`, "string: x", "string: abbc"}, "string: axc"},
		{"translate", []string{"string: abc, abc, krasp, ''", "string: x, '', otsku, x", "string: abcd, abcd, spark, a"}, "string: xxxd, d, kusto, a"},
		{"trim", []string{`string: x, \s+, [^\w]+, ^a`, "string: xxaxx, ' a ', --a b--, aaa"}, "string: xax, a, a b, aa"},
		{"trim_start", []string{`string: x, ab|a, b`, "string: xxa, abc, ab"}, "string: xa, c, ab"},
		{"trim_end", []string{`string: x, \.com, c|bc, b$`, "string: axx, bing.com, abc, b"}, "string: ax, bing, a, ''"},
		{"regex_quote", []string{"string: a.b, (x)"}, `string: a\.b, \(x\)`},
	})
}

// TestKernelErrors checks that what makes no sense is an error, not an answer.
func TestKernelErrors(t *testing.T) {
	reg, err := Functions()
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []truthTable{
		{"extract", []string{"string: (", "long: 1", "string: a"}, "cannot parse"},
		{"extract_all", []string{"string: a", "string: a"}, "has 0 groups"},
		{"extract_all", []string{"string: (a)", "dynamic: [2]", "string: a"}, "no group 2"},
		{"countof", []string{"string: a", "string: a", "string: glob"}, `normal, regex`},
		{"strrep", []string{"string: abcdefgh", "long: 60000000", "string: x"}, "larger than"},
		{"format_datetime", []string{"datetime: 2024-01-01", "string: yyyy-MM-ddTHH"}, `"T" is not supported`},
		{"format_datetime", []string{"datetime: 2024-01-01", "string: t"}, `"t" is not supported`},
		{"format_timespan", []string{"timespan: 1h", "string: yyyy"}, `"yyyy" is not supported`},
		{"datetime_add", []string{"string: eon", "long: 1", "datetime: 2024-01-01"}, `"eon"`},
		{"datetime_part", []string{"string: week", "datetime: 2024-01-01"}, `"week"`},
		{"format_bytes", []string{"real: 1", "long: 1", "string: Bits"}, `"Bits"`},
		{"replace_strings", []string{"string: a", `dynamic: ["a"]`, "dynamic: []"}, "1 texts"},
		{"geo_info_from_ip_address", []string{"string: 1.1.1.1"}, "--locations"},
		{"parse_user_agent", []string{"string: x", "string: engine"}, "not engine"},
		{"parse_user_agent", []string{"string: x", `dynamic: ["os"%3]`}, "not 3"},
	} {
		f, ok := reg.Scalar(tt.name)
		if !ok {
			t.Fatalf("no function %s", tt.name)
		}
		args := make([]column.Column, len(tt.args))
		for i, a := range tt.args {
			args[i] = &column.Const{One: parseColumn(t, a), N: 3}
		}
		for _, o := range f.Overloads {
			if len(o.Signature.Params) != len(args) || !accepts(o.Signature.Params, args) {
				continue
			}
			_, err := o.Kernel.Run(function.NewCall(testEnv(), o.Signature.Result), args, 3)
			if tt.name == "extract" && err != nil {
				continue // the message is the regexp package's
			}
			if err == nil || !strings.Contains(err.Error(), tt.result) {
				t.Errorf("%s: error %v, want one with %q", tt.name, err, tt.result)
			}
		}
	}
}

// FuzzSubstring checks substring() against slices of runes.
func FuzzSubstring(f *testing.F) {
	f.Add("héllo", int64(1), int64(3))
	f.Add("日本語", int64(-2), int64(1))
	f.Fuzz(func(t *testing.T, s string, start, length int64) {
		if !utf8.ValidString(s) {
			return
		}
		runes := []rune(s)
		n := int64(len(runes))
		from := start
		if from < 0 {
			from += n
		}
		want := ""
		if from >= 0 && from < n && length > 0 {
			want = string(runes[from : min(n-from, length)+from])
		}
		if got := substring(s, start, max(length, 0)); got != want {
			t.Errorf("substring(%q, %d, %d) = %q, want %q", s, start, length, got, want)
		}
	})
}

func BenchmarkStrings(b *testing.B) {
	reg, err := Functions()
	if err != nil {
		b.Fatal(err)
	}
	lines := commandLines(4096)
	one := func(t types.Type, s string) column.Column {
		return &column.Const{One: parseColumn(b, t.String()+": "+s), N: 4096}
	}
	for _, bb := range []struct {
		name string
		out  types.Type
		args []column.Column
	}{
		{"substring", types.String, []column.Column{lines, one(types.Long, "3"), one(types.Long, "10")}},
		{"extract", types.String, []column.Column{one(types.String, `(?i)\\(\w+)\.exe`), one(types.Long, "1"), lines}},
		{"split", types.Dynamic, []column.Column{lines, one(types.String, `\`), one(types.Long, "1")}},
		{"replace_string", types.String, []column.Column{lines, one(types.String, "exe"), one(types.String, "com")}},
		{"strcat", types.String, []column.Column{lines, one(types.String, "-"), lines}},
	} {
		b.Run(bb.name, func(b *testing.B) {
			for b.Loop() {
				runKernel(b, reg, bb.name, bb.out, bb.args, 4096)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/4096, "ns/row")
		})
	}
}

// scalarsOf returns a registry of some families.
func scalarsOf(t testing.TB, families ...function.Family) *function.Registry {
	t.Helper()
	reg, err := function.NewRegistry(families...)
	if err != nil {
		t.Fatal(err)
	}
	return reg
}
