package builtin

import (
	"strings"
	"testing"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

func TestConditionalKernels(t *testing.T) {
	reg := scalarsUnderTest(t)
	for _, tt := range []truthTable{
		{"iff", []string{"bool: true, false, null", "long: 1, 2, 3", "long: null, 20, 30"}, "long: 1, 20, 30"},
		{"iff", []string{"bool: true, false", "string: a, b", "string: c, d"}, "string: a, d"},
		{"iff", []string{"bool: true, false", "long: 1, 2", "real: 1.5, 2.5"}, "real: 1, 2.5"},
		{"coalesce", []string{"long: null, 1, null", "long: 2, 3, null", "long: 4, 4, 4"}, "long: 2, 1, 4"},
		{"coalesce", []string{"string: '', a", "string: b, c"}, "string: b, a"},
		{"coalesce", []string{"int: null, 1", "long: 5, 6"}, "long: 5, 1"},
		{"isnull", []string{"long: 1, null"}, "bool: false, true"},
		{"isnull", []string{"string: '', a"}, "bool: false, false"},
		{"isnull", []string{`dynamic: null, "", {}`}, "bool: true, false, false"},
		{"isnotnull", []string{"real: 1, null"}, "bool: true, false"},
		{"isempty", []string{"string: '', a"}, "bool: true, false"},
		{"isempty", []string{`dynamic: null, "", {}, "x"`}, "bool: true, true, false, false"},
		{"isnotempty", []string{"guid: null, 74be27de-1e4e-49d9-b579-fe0b331d3642"}, "bool: false, true"},
		{"max_of", []string{"long: 1, null, null", "long: 3, 2, null"}, "long: 3, 2, null"},
		{"min_of", []string{"long: 1, null, null", "long: 3, 2, null"}, "long: 1, 2, null"},
		{"max_of", []string{"real: nan, 1, null", "real: 1, nan, nan"}, "real: nan, nan, nan"},
		{"min_of", []string{"real: nan, 1, 2", "real: 1, nan, 1"}, "real: nan, nan, 1"},
		{"max_of", []string{"string: a, b", "string: c, a"}, "string: c, b"},
		{"min_of", []string{"int: 1, 4", "real: 2.5, 2.5"}, "real: 1, 2.5"},
	} {
		tt.check(t, reg)
	}
}

func TestCaseKernel(t *testing.T) {
	reg := scalarsUnderTest(t)
	f, _ := reg.Scalar("case")
	args := []column.Column{
		parseColumn(t, "bool: true, false, null, false"), parseColumn(t, "string: a, b, c, d"),
		parseColumn(t, "bool: true, true, false, false"), column.NewConst(types.String, "second", 4),
		column.NewConst(types.String, "else", 4),
	}
	got, err := f.Overloads[0].Kernel.Run(function.NewCall(testEnv(), types.String), args, 4)
	if err != nil {
		t.Fatal(err)
	}
	compareColumns(t, truthTable{name: "case"}, got, parseColumn(t, "string: a, second, else, else"))
}

func TestAssertFails(t *testing.T) {
	f, _ := scalarsUnderTest(t).Scalar("assert")
	args := []column.Column{column.NewConst(types.Bool, false, 1), column.NewConst(types.String, "too short", 1)}
	_, err := f.Overloads[0].Kernel.Run(function.NewCall(testEnv(), types.Bool), args, 1)
	if err == nil || !strings.Contains(err.Error(), "too short") {
		t.Errorf("assert(false) answers %v", err)
	}
}

func TestConversionKernels(t *testing.T) {
	reg := scalarsUnderTest(t)
	for _, tt := range []truthTable{
		{"tostring", []string{"bool: true, false, null"}, "string: True, False, ''"},
		{"tostring", []string{"real: 1.5, 1, inf, null"}, "string: 1.5, 1.0, Infinity, ''"},
		{"tostring", []string{"datetime: 2020-01-01, null"}, "string: 2020-01-01T00:00:00.0000000Z, ''"},
		{"tostring", []string{`dynamic: true, "a", [1], null`}, "string: true, a, [1], ''"},
		{"tolong", []string{"string: 123, '  45  ', 3.14, 0x1F, ''"}, "long: 123, 45, null, 31, null"},
		{"tolong", []string{"real: 9.99, -9.99, 1e19, -1e19, inf, null"}, "long: 9, -9, 9223372036854775807, -9223372036854775808, null, null"},
		{"tolong", []string{"datetime: 1970-01-01, null"}, "long: 621355968000000000, null"},
		{"toint", []string{"long: 2147483648, -2147483649, null"}, "int: -2147483648, 2147483647, null"},
		{"toint", []string{"real: 1e19, 2.5, -2.5"}, "int: 2147483647, 2, -2"},
		{"toint", []string{"dynamic: 9.99, 9223372036854775807, [1], null"}, "int: 9, -1, null, null"},
		{"todouble", []string{"timespan: 1h, null"}, "real: 36000000000, null"},
		{"todouble", []string{"string: 1e400, .5, 1_000"}, "real: inf, 0.5, null"},
		{"todecimal", []string{"real: 0.1, nan"}, "decimal: 0.1, null"},
		{"todecimal", []string{"bool: true, null"}, "decimal: 1, null"},
		{"tobool", []string{"string: true, TRUE, 1, 0, yes, ' true'"}, "bool: true, true, true, false, null, null"},
		{"tobool", []string{"long: 5, 0, null"}, "bool: true, false, null"},
		{"todatetime", []string{"long: 621355968000000000, -1"}, "datetime: 1970-01-01, null"},
		{"totimespan", []string{"string: 1d, 1.5, -1d"}, "timespan: 1d, null, -1d"},
		{"toguid", []string{"string: 0123456789ab-cdef-0123-456789abcdef, x"}, "guid: 01234567-89ab-cdef-0123-456789abcdef, null"},
		{"toguid", []string{`dynamic: "01234567-89ab-cdef-0123-456789abcdef", 5`}, "guid: 01234567-89ab-cdef-0123-456789abcdef, null"},
		{"gettype", []string{`dynamic: 1, 1.5, "a", [1], {}, null, true`}, "string: long, double, string, array, dictionary, null, bool"},
		{"gettype", []string{"timespan: 1h, null"}, "string: timespan, timespan"},
	} {
		tt.check(t, reg)
	}
}
