package types

import (
	"math"
	"testing"
)

func TestParseLong(t *testing.T) {
	for in, want := range map[string]int64{
		"123": 123, "  45 ": 45, "-9": -9, "+7": 7, "007": 7, "-0": 0, "0x1F": 31, "0X10": 16, "9223372036854775807": math.MaxInt64,
		"-9223372036854775808": math.MinInt64, "0xFFFFFFFFFFFFFFFF": -1, "00000000000000000000000001": 1,
	} {
		if got, ok := ParseLong(in); !ok || got != want {
			t.Errorf("ParseLong(%q) = %d, %v, want %d", in, got, ok, want)
		}
	}
	for _, s := range []string{"", "  ", "3.14", "1e3", "abc", "1,000", "1_000", "1 000", "0o17", "0b101", "0xG", "0x", "1f", "-", "+-1",
		"9223372036854775808", "-9223372036854775809", "18446744073709551617", "99999999999999999999999", "0x1FFFFFFFFFFFFFFFF"} {
		if got, ok := ParseLong(s); ok {
			t.Errorf("ParseLong(%q) = %d, want null", s, got)
		}
	}
	for in, want := range map[string]int64{"2147483647": math.MaxInt32, "-2147483648": math.MinInt32, "0xFF": 255, "0xFFFFFFFF": -1} {
		if got, ok := ParseInt(in); !ok || got != want {
			t.Errorf("ParseInt(%q) = %d, %v, want %d", in, got, ok, want)
		}
	}
	for _, s := range []string{"2147483648", "-2147483649", "0x1FFFFFFFF", "5.9"} {
		if got, ok := ParseInt(s); ok {
			t.Errorf("ParseInt(%q) = %d, want null", s, got)
		}
	}
}

func TestParseReal(t *testing.T) {
	for in, want := range map[string]float64{
		"1.5e10": 1.5e10, "  3.14  ": 3.14, ".5": 0.5, "5.": 5, "0.5E-3": 0.0005, "7e0": 7, "+1": 1, "1e400": math.Inf(1), "-1e400": math.Inf(-1),
		"1e-400": 0, "4.9e-324": 5e-324, "inf": math.Inf(1), "Infinity": math.Inf(1), "-INF": math.Inf(-1), "+inf": math.Inf(1),
	} {
		if got, ok := ParseReal(in); !ok || got != want {
			t.Errorf("ParseReal(%q) = %g, %v, want %g", in, got, ok, want)
		}
	}
	if v, ok := ParseReal("NaN"); !ok || !math.IsNaN(v) {
		t.Errorf("NaN is %g, %v", v, ok)
	}
	if v, _ := ParseReal("-0"); !math.Signbit(v) {
		t.Error("-0 lost its sign")
	}
	for _, s := range []string{"", ".", "e5", "1e", "1e+", "0x1F", "1_000", "1,234", "1 000", "0b101", "1f", "100%", "infin", "--1", "--inf", "+-inf", "1.2.3"} {
		if got, ok := ParseReal(s); ok {
			t.Errorf("ParseReal(%q) = %g, want null", s, got)
		}
	}
}

func TestAppendReal(t *testing.T) {
	for _, c := range []struct {
		v          float64
		text, json string
	}{
		{1, "1", "1.0"}, {-2.5, "-2.5", "-2.5"}, {0, "0", "0.0"}, {math.Copysign(0, -1), "-0", "-0.0"}, {0.30000000000000004, "0.30000000000000004", "0.30000000000000004"},
		{1e14, "100000000000000", "100000000000000.0"}, {1e15, "1E+15", "1E+15"}, {123456789012345678, "1.2345678901234568E+17", "1.2345678901234568E+17"},
		{0.0001, "0.0001", "0.0001"}, {0.00001, "1E-05", "1E-05"}, {1.5e300, "1.5E+300", "1.5E+300"}, {5e-324, "5E-324", "5E-324"},
		{math.NaN(), "NaN", `"NaN"`}, {math.Inf(1), "Infinity", `"Infinity"`}, {math.Inf(-1), "-Infinity", `"-Infinity"`},
	} {
		if got := string(AppendReal(nil, c.v)); got != c.text {
			t.Errorf("%g prints %s, want %s", c.v, got, c.text)
		}
		if got := string(AppendRealJSON(nil, c.v)); got != c.json {
			t.Errorf("%g prints %s, want %s", c.v, got, c.json)
		}
	}
}

func TestRealToLong(t *testing.T) {
	for _, c := range []struct {
		v         float64
		long, int int64
		ok        bool
	}{
		{9.99, 9, 9, true}, {-9.99, -9, -9, true}, {1e19, math.MaxInt64, math.MaxInt32, true}, {-1e19, math.MinInt64, math.MinInt32, true},
		{1 << 63, math.MaxInt64, math.MaxInt32, true}, {-1 << 63, math.MinInt64, math.MinInt32, true}, {math.Inf(1), 0, 0, false}, {math.NaN(), 0, 0, false},
	} {
		l, ok := RealToLong(c.v)
		i, okI := RealToInt(c.v)
		if l != c.long || i != c.int || ok != c.ok || okI != c.ok {
			t.Errorf("%g: %d, %v and %d, %v", c.v, l, ok, i, okI)
		}
	}
}

func TestParseBool(t *testing.T) {
	for in, want := range map[string]bool{"true": true, "True": true, "tRuE": true, "FALSE": false, "1": true, "0": false, "-1": true} {
		if got, ok := ParseBool(in); !ok || got != want {
			t.Errorf("ParseBool(%q) = %v, %v", in, got, ok)
		}
	}
	for _, s := range []string{"", " true", "true ", "1.0", "yes", "maybe", " 1"} {
		if got, ok := ParseBool(s); ok {
			t.Errorf("ParseBool(%q) = %v, want null", s, got)
		}
	}
}

func TestDecimal(t *testing.T) {
	for in, want := range map[string]string{
		"1.50": "1.5", " 3.14159265358979323846 ": "3.14159265358979323846", "1e5": "100000", "-0": "0", "1e-7": "0.0000001", ".5": "0.5",
		"12345678901234567890123456789012345678": "12345678901234567890123456789012346000", "1e60": "1E+60",
	} {
		d, ok := ParseDecimal(in)
		if got := string(AppendDecimal(nil, d)); !ok || got != want {
			t.Errorf("ParseDecimal(%q) = %s, %v, want %s", in, got, ok, want)
		}
	}
	for _, s := range []string{"", "abc", "inf", "NaN", "1_000", "0x1", "1e99999"} {
		if d, ok := ParseDecimal(s); ok {
			t.Errorf("ParseDecimal(%q) = %s, want null", s, d)
		}
	}
	third, _ := DecimalQuo(DecimalFromLong(1), DecimalFromLong(3))
	if got := string(AppendDecimal(nil, third)); got != "0.3333333333333333333333333333333333" {
		t.Errorf("1/3 = %s", got)
	}
	a, _ := DecimalFromReal(0.1)
	b, _ := DecimalFromReal(0.2)
	c, _ := ParseDecimal("0.30")
	if sum := a.Add(b); NormalDecimal(sum) != NormalDecimal(c) || CompareDecimal(sum, c) != 0 {
		t.Errorf("0.1 + 0.2 = %s", sum)
	}
	if _, ok := DecimalQuo(c, DecimalFromLong(0)); ok {
		t.Error("division by zero has an answer")
	}
}

func TestParseGUID(t *testing.T) {
	const want = "74be27de-1e4e-49d9-b579-fe0b331d3642"
	for _, s := range []string{want, "74BE27DE1E4E49D9B579FE0B331D3642", "74be27de1e4e-49d9-b579-fe0b331d3642", want + " and more"} {
		if g, ok := ParseGUID(s); !ok || string(AppendGUID(nil, g)) != want {
			t.Errorf("ParseGUID(%q) = %x, %v", s, g, ok)
		}
	}
	for _, s := range []string{"", "xyz", want[:35], "74be-27de1e4e-49d9-b579-fe0b331d3642", "74be27de--1e4e-49d9-b579-fe0b331d3642", "{" + want + "}"} {
		if g, ok := ParseGUID(s); ok {
			t.Errorf("ParseGUID(%q) = %x, want null", s, g)
		}
	}
}

func FuzzParseNumbers(f *testing.F) {
	for _, s := range []string{"0x1F", " -12 ", "1.5e10", "inf", "true", "34.00", "99999999999999999999999999999999999e-5"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if v, ok := ParseLong(s); ok {
			if again, ok := ParseLong(string(appendInt(nil, v))); !ok || again != v {
				t.Fatalf("%q is %d, then %d", s, v, again)
			}
		}
		if v, ok := ParseReal(s); ok {
			if again, ok := ParseReal(string(AppendReal(nil, v))); !ok || math.Float64bits(again) != math.Float64bits(v) && v == v {
				t.Fatalf("%q is %g, then %g", s, v, again)
			}
		}
		if d, ok := ParseDecimal(s); ok {
			text := string(AppendDecimal(nil, d))
			if again, ok := ParseDecimal(text); !ok || NormalDecimal(again) != NormalDecimal(d) {
				t.Fatalf("%q is %s, then %s", s, text, again)
			}
		}
		if g, ok := ParseGUID(s); ok {
			if again, ok := ParseGUID(g.String()); !ok || again != g {
				t.Fatalf("%q is %s, then %s", s, g, again)
			}
		}
		if v, ok := ParseBool(s); ok {
			if again, ok := ParseBool(string(AppendBool(nil, v))); !ok || again != v {
				t.Fatalf("%q is %v, then %v", s, v, again)
			}
		}
		if v, ok := ParseInt(s); ok && v != int64(int32(v)) {
			t.Fatalf("%q is %d, which is no int", s, v)
		}
	})
}

func appendInt(dst []byte, v int64) []byte {
	if v < 0 {
		return appendUint(append(dst, '-'), uint64(-v))
	}
	return appendUint(dst, uint64(v))
}

// TestNoAllocations pins that reading and printing cost no garbage.
func TestNoAllocations(t *testing.T) {
	dst := make([]byte, 0, 128)
	n := testing.AllocsPerRun(100, func() {
		at, _ := ParseDateTime("Sat, 8 Nov 2014 15:05:02 GMT")
		span, _ := ParseTimeSpan("1.02:03:04.5")
		l, _ := ParseLong(" 0x1F ")
		r, _ := ParseReal("1.5e10")
		b, _ := ParseBool("True")
		g, _ := ParseGUID("74be27de-1e4e-49d9-b579-fe0b331d3642")
		dst = AppendTimeSpan(AppendDateTimeCell(AppendDateTime(dst[:0], at), at), span)
		dst = AppendGUID(AppendBool(AppendRealDynamic(AppendRealJSON(dst, r), float64(l)), b), g)
	})
	if n != 0 {
		t.Errorf("%g allocations", n)
	}
}
