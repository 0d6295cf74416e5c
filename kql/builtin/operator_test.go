package builtin

import "testing"

func TestArithmeticKernels(t *testing.T) {
	reg := scalarsUnderTest(t)
	for _, tt := range []truthTable{
		{"+", []string{"long: 1, null, 9223372036854775807, -4", "long: 2, 3, 1, null"}, "long: 3, null, -9223372036854775808, null"},
		{"+", []string{"int: 2147483647, null", "int: 1, 1"}, "long: 2147483648, null"},
		{"+", []string{"real: 1.5, null, nan", "real: 2, 1, 1"}, "real: 3.5, null, nan"},
		{"+", []string{"decimal: 0.1, null", "decimal: 0.2, 1"}, "decimal: 0.3, null"},
		{"+", []string{"datetime: 2024-02-28, 9999-12-31, null", "timespan: 1d, 1d, 1d"}, "datetime: 2024-02-29, null, null"},
		{"+", []string{"timespan: 1h, -1h", "timespan: 30m, null"}, "timespan: 90m, null"},
		{"-", []string{"long: 1, -9223372036854775808, null", "long: 3, 1, 1"}, "long: -2, 9223372036854775807, null"},
		{"-", []string{"datetime: 2024-03-01, null", "datetime: 2024-02-28, 2024-01-01"}, "timespan: 2d, null"},
		{"-", []string{"datetime: 0001-01-01, 2024-03-01", "timespan: 1tick, 1h"}, "datetime: null, 2024-02-29T23:00:00"},
		{"*", []string{"long: 6, 4611686018427387904, null", "long: 7, 2, 1"}, "long: 42, -9223372036854775808, null"},
		{"*", []string{"timespan: 1h, 1h", "real: 1.5, null"}, "timespan: 90m, null"},
		{"*", []string{"decimal: 1.5, null", "timespan: 1h, 1h"}, "timespan: 90m, null"},
		{"*", []string{"long: 2, null", "timespan: 1h, 1h"}, "timespan: 2h, null"},
		{"/", []string{"long: 7, -7, 7, -7, 1, null", "long: 2, 2, -2, -2, 0, 1"}, "long: 3, -3, -3, 3, null, null"},
		{"/", []string{"real: 1, -1, 0, null", "real: 0, 0, 0, 1"}, "real: inf, -inf, nan, null"},
		{"/", []string{"decimal: 1, 1", "decimal: 4, 0"}, "decimal: 0.25, null"},
		{"/", []string{"timespan: 1d, 1h, null", "timespan: 5h, -30m, 1h"}, "real: 4.8, -2, null"},
		{"/", []string{"timespan: 90m, 1h", "long: 3, 0"}, "timespan: 30m, null"},
		{"%", []string{"long: 14, -14, 14, -14, 5, -9223372036854775808", "long: 12, 12, -12, -12, 0, -1"}, "long: 2, 10, 2, 10, null, 0"},
		{"%", []string{"real: -5.5, 5.5, 1", "real: 3, -3, 0"}, "real: 0.5, 2.5, nan"},
		{"%", []string{"decimal: -5.5, 5.5, 1", "decimal: 3, -3, 0"}, "decimal: 0.5, 2.5, null"},
		{"%", []string{"datetime: 2024-01-02T03:04:05, 2024-01-02", "timespan: 1d, 0s"}, "timespan: 03:04:05, null"},
		{"unary -", []string{"long: 5, null, -9223372036854775808"}, "long: -5, null, -9223372036854775808"},
		{"unary -", []string{`dynamic: 5, 1.5, "a", null`}, "dynamic: -5, -1.5, null, null"},
	} {
		tt.check(t, reg)
	}
}

func TestComparisonKernels(t *testing.T) {
	reg := scalarsUnderTest(t)
	for _, tt := range []truthTable{
		{"==", []string{"long: 1, 1, 1, null, null", "long: 1, 2, null, 1, null"}, "bool: true, false, false, false, null"},
		{"!=", []string{"long: 1, 1, 1, null, null", "long: 1, 2, null, 1, null"}, "bool: false, true, true, true, null"},
		{"==", []string{"real: nan, 1, null", "real: nan, 1, 1"}, "bool: false, true, false"},
		{"!=", []string{"real: nan, 1, null", "real: nan, 1, 1"}, "bool: true, false, true"},
		{"==", []string{"string: a, a, ''", "string: a, A, ''"}, "bool: true, false, true"},
		{"==", []string{"decimal: 1.50, 1, null", "decimal: 1.5, 2, null"}, "bool: true, false, null"},
		{"==", []string{"bool: true, null, false", "bool: true, true, true"}, "bool: true, false, false"},
		{"==", []string{"bool: true, false, null", "long: 2, 0, 1"}, "bool: true, true, false"},
		{"==", []string{"guid: 74be27de-1e4e-49d9-b579-fe0b331d3642, null", "guid: 74be27de1e4e49d9b579fe0b331d3642, null"}, "bool: true, null"},
		{"==", []string{`dynamic: 1, 1.0, 1.5, "1", [1], null, null`, "long: 1, 1, 1, 1, 1, 1, null"}, "bool: true, true, false, true, false, false, null"},
		{"!=", []string{`dynamic: 1, 1.5, "x", null`, "long: 1, 1, 1, 1"}, "bool: false, true, true, true"},
		{"==", []string{`dynamic: "a", "A", 5, null`, "string: a, a, 5, ''"}, "bool: true, false, true, true"},
		{"==", []string{"string: a, ''", `dynamic: "a", "b"`}, "bool: true, false"},
		{"<", []string{"long: 1, 2, 3, null", "long: 2, 2, 2, 2"}, "bool: true, false, false, null"},
		{"<=", []string{"long: 1, 2, 3, null", "long: 2, 2, 2, 2"}, "bool: true, true, false, null"},
		{">", []string{"long: 1, 2, 3, null", "long: 2, 2, 2, 2"}, "bool: false, false, true, null"},
		{">=", []string{"long: 1, 2, 3, 2", "long: 2, 2, 2, null"}, "bool: false, true, true, null"},
		{"<", []string{"real: nan, 1, 1", "real: 1, nan, inf"}, "bool: false, false, true"},
		{">", []string{"decimal: 1.5, 1", "decimal: 1, null"}, "bool: true, null"},
		{"<", []string{"bool: false, true, true", "bool: true, true, null"}, "bool: true, false, null"},
		{"<", []string{`dynamic: 1, 2.5, "x", null, "1"`, "long: 2, 2, 2, 2, 2"}, "bool: true, false, false, null, true"},
		{"<", []string{"long: 2, 2, 3", `dynamic: 3, 2.5, "x"`}, "bool: true, true, false"},
		{"<", []string{"datetime: 2024-01-01, 2024-01-03", `dynamic: "2024-01-02", "2024-01-02"`}, "bool: true, false"},
		{"between", []string{"long: 1, 5, 6, null, 3", "long: 1, 1, 1, 1, null", "long: 5, 5, 5, 5, 5"}, "bool: true, true, false, null, null"},
		{"!between", []string{"long: 1, 5, 6, null", "long: 1, 1, 1, 1", "long: 5, 5, 5, 5"}, "bool: false, false, true, null"},
		{"between", []string{"real: 1.5, nan, 0", "real: 1, 1, 1", "real: 2, 2, 2"}, "bool: true, false, false"},
		{"between", []string{"decimal: 1.5, 9", "decimal: 1, 1", "decimal: 2, 2"}, "bool: true, false"},
		{"between", []string{"datetime: 2024-01-02, 2024-01-05, 2023-12-31", "datetime: 2024-01-01, 2024-01-01, 2024-01-01", "timespan: 3d, 3d, 3d"}, "bool: true, false, false"},
		{"not", []string{"bool: true, false, null"}, "bool: false, true, null"},
	} {
		tt.check(t, reg)
	}
}

func TestTextKernels(t *testing.T) {
	reg := scalarsUnderTest(t)
	for _, tt := range []truthTable{
		{"=~", []string{"string: abc, ABC, abd, café, cafe, ''", "string: ABC, abc, abc, CAFÉ, CAFÉ, ''"}, "bool: true, true, false, true, false, true"},
		{"!~", []string{"string: abc, abd", "string: ABC, abc"}, "bool: false, true"},
		{"contains", []string{"string: FabriKam, Fabrikam, ПриветМир, x, ''", "string: BRik, xyz, приветм, '', a"}, "bool: true, false, true, true, false"},
		{"!contains", []string{"string: FabriKam, x", "string: BRik, y"}, "bool: false, true"},
		{"contains_cs", []string{"string: FabriKam, FabriKam", "string: Kam, kam"}, "bool: true, false"},
		{"startswith", []string{"string: Fabrikam, Fabrikam, Éa, ab", "string: fab, kam, é, abc"}, "bool: true, false, true, false"},
		{"startswith_cs", []string{"string: Fabrikam, Fabrikam", "string: Fab, fab"}, "bool: true, false"},
		{"endswith", []string{"string: Fabrikam, Fabrikam, aÉ, ab", "string: KAM, fab, é, cab"}, "bool: true, false, true, false"},
		{"!endswith_cs", []string{"string: Fabrikam, Fabrikam", "string: Kam, kam"}, "bool: true, false"},
		{"has", []string{"string: hello world, helloworld, HELLO, a-hello-b, xhello hello, '', café au lait, hello1", "string: hello, hello, hello, hello, hello, '', CAFÉ, hello"}, "bool: true, false, true, true, true, true, true, false"},
		{"has", []string{"string: v1.2.3, 1.2.3-rc, 12.3, a_b, ПриветМир, Привет Мир", "string: 2.3, 2.3, 2.3, b, привет, привет"}, "bool: true, true, false, true, false, true"},
		{"!has", []string{"string: hello world, helloworld", "string: hello, hello"}, "bool: false, true"},
		{"has_cs", []string{"string: Co-op, CO-OP, xCo Co", "string: Co, Co, Co"}, "bool: true, false, true"},
		{"hasprefix", []string{"string: North America, North America, category", "string: ame, mer, CAT"}, "bool: true, false, true"},
		{"hassuffix", []string{"string: end., end , the end, ending, bend", "string: end, end, END, end, end"}, "bool: true, true, true, false, true"},
		{"hasprefix_cs", []string{"string: North America, North America", "string: Ame, ame"}, "bool: true, false"},
		{"!hassuffix_cs", []string{"string: North America, North America", "string: ica, icA"}, "bool: false, true"},
		{"has", []string{`dynamic: "a b", ["x"%"b"], null`, "string: b, b, b"}, "bool: true, true, false"},
		{"has", []string{"string: a b, c", `dynamic: "B", "d"`}, "bool: true, false"},
		{"contains", []string{`dynamic: "abc"`, `dynamic: "B"`}, "bool: true"},
		{"matches regex", []string{"string: Fabrikam, Fabrikam, a1", "string: b.*k, ^b, [a-z][0-9]"}, "bool: true, false, true"},
		{"has_any", []string{"string: a b, c d, ''", "string: B, x, x", "string: x, y, y"}, "bool: true, false, false"},
		{"has_any", []string{"string: one two, café x, xx", `dynamic: ["z"%"TWO"], ["a"%"b"%"c"%"d"%"e"%"f"%"CAFÉ"%"g"], ["a"%"b"%"c"%"d"%"e"%"f"%"g"%"xx"]`}, "bool: true, true, true"},
		{"has_all", []string{"string: a b c, a c", "string: A, A", "string: b, b"}, "bool: true, false"},
	} {
		tt.check(t, reg)
	}
}

func TestMembershipKernels(t *testing.T) {
	reg := scalarsUnderTest(t)
	for _, tt := range []truthTable{
		{"in", []string{"string: a, b, A", "string: a, a, a", "string: c, c, c"}, "bool: true, false, false"},
		{"!in", []string{"string: a, b", "string: a, a"}, "bool: false, true"},
		{"in~", []string{"string: Abc, abd, É", "string: ABC, abc, é"}, "bool: true, false, true"},
		{"in", []string{"long: 1, 3, null", "long: 1, 1, 1", "long: 2, 2, 2"}, "bool: true, false, false"},
		{"!in", []string{"long: 1, 3, null", "long: 1, 1, 1"}, "bool: false, true, true"},
		{"in", []string{"long: 1, null", "long: null, null"}, "bool: false, null"},
		{"in", []string{"long: 1, 2, 2", "real: 1, 2.5, 2"}, "bool: true, false, true"},
		{"in", []string{"real: 1, 2.5, nan", "long: 1, 2, 1"}, "bool: true, false, false"},
		{"in", []string{"long: 1, 2, 9", "dynamic: [1%2], [3%2.0], [1%2%3%4%5%6%7%8%9]"}, "bool: true, true, true"},
		{"in", []string{"decimal: 1.50, 2", "decimal: 1.5, 3"}, "bool: true, false"},
		{"in", []string{"bool: true, false, null", "bool: true, true, true"}, "bool: true, false, false"},
		{"in", []string{"datetime: 2024-01-01, 2024-01-02", `dynamic: ["2024-01-01"], []`}, "bool: true, false"},
		{"in", []string{`dynamic: "a", 1, null`, "string: a, a, a"}, "bool: true, false, false"},
		{"in", []string{`dynamic: 1, 2.5, "x"`, "long: 1, 1, 1", "real: 2.5, 2.5, 2.5"}, "bool: true, true, false"},
		{"in~", []string{"string: H, Ñ, q", `dynamic: ["a"%"b"%"c"%"d"%"e"%"f"%"g"%"h"], ["a"%"b"%"c"%"d"%"e"%"f"%"g"%"ñ"], ["a"%"b"%"c"%"d"%"e"%"f"%"g"%"ñ"]`}, "bool: true, true, false"},
	} {
		tt.check(t, reg)
	}
}
