package syntax

import (
	"fmt"
	"strings"
	"testing"
)

func TestLex(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"a _b $left 2fa", "ident ident ident ident"},
		{"1 0x1F 1.5 1. 1e3 1.5e-3", "long long real real real real"},
		{"5m 1.5d 10ticks 5x 1.5x", "timespan timespan timespan ident long . ident"},
		{"1..2 1...2", "long .. long real .. long"},
		{"true False TRUE tRUE", "bool bool bool ident"},
		{"long(1) int64 (1) datetime(2020-01-01 10:00) guid(x) bool(1)", "long word ( long ) datetime guid bool"},
		{"project-away project-awayx project - away", "word ident - ident word - ident"},
		{"in~ !in~ !in !has_cs in~x", "word word word word ident bad ident"},
		{"matches regex matches  regex", "word ident word"},
		{"hint.shufflekey hint.x", "word ident . ident"},
		{"<= <| <> < >= == => =~ = != !~", "<= <| <> < >= == => =~ = != !~"},
		{"@ @'a' h'a' H@\"a\" h a", "@ string string string ident ident"},
		{"'a' \"a\" ```a\nb``` ~~~a~~~", "string string string string"},
		{"01234567-89ab-cdef-0123-456789abcdef a1234567-89ab-cdef-0123-456789abcdef", "rawguid rawguid"},
		{"3Dchart 3Dcharts", "word ident"},
		{"a // b\n// c\nd", "ident ident"},
		{"a\u00a0b\ufeff", "ident ident"},
		{"#x y\nz", "directive ident"},
		{"é", "bad"},
	} {
		l := lex(tt.text)
		var got []string
		for _, tok := range l.tokens[:len(l.tokens)-1] {
			got = append(got, testKindName(tok.kind, tt.text[tok.from:tok.to]))
		}
		if s := strings.Join(got, " "); s != tt.want {
			t.Errorf("%q: got %s, want %s", tt.text, s, tt.want)
		}
	}
}

func testKindName(k kind, text string) string {
	names := map[kind]string{kBad: "bad", kDirective: "directive", kIdent: "ident", kString: "string", kBool: "bool",
		kLong: "long", kReal: "real", kInt: "int", kDecimal: "decimal", kTimespan: "timespan", kDateTime: "datetime",
		kGUID: "guid", kRawGUID: "rawguid"}
	switch {
	case k.isKeyword():
		return "word"
	case names[k] != "":
		return names[k]
	}
	return text
}

func TestStringValues(t *testing.T) {
	for _, tt := range []struct{ literal, want string }{
		{`'a'`, "a"},
		{`"a'b"`, "a'b"},
		{`'it''s'`, "its"}, // two literals side by side
		{`'\'\"\\\a\b\f\n\r\t\v'`, "'\"\\\a\b\f\n\r\t\v"},
		{`'\u00e9\x41\101\0\U0001F600\ud83d\ude00'`, "éAA\x00😀😀"},
		{`'\u00e9\377\400'`, "éÿ 0"},
		{`@'c:\x''y'`, `c:\x'y`},
		{`@"a""b"`, `a"b`},
		{`h'a'`, "a"},
		{`H@"\a"`, `\a`},
		{"```a\n'b' \\n```", "a\n'b' \\n"},
		{"~~~a```b~~~", "a```b"},
		{`'a' "b" @'\'`, `ab\`},
		{`''`, ""},
	} {
		q, diags := Parse("print " + tt.literal)
		if len(diags) > 0 {
			t.Errorf("%s: %v", tt.literal, diags)
			continue
		}
		var got *StringLit
		Walk(q, func(n Node) bool {
			if s, ok := n.(*StringLit); ok {
				got = s
			}
			return true
		})
		if got == nil || got.Value != tt.want {
			t.Errorf("%s: got %+v, want %q", tt.literal, got, tt.want)
		}
	}
}

func TestLiteralValues(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"1", "long 1"},
		{"0xFF", "long 0xFF"},
		{"long(null)", "long null null"},
		{"int( 5 )", "int 5"},
		{"real(-inf)", "real -inf"},
		{"double(1e3)", "real 1e3"},
		{"decimal(1.5)", "decimal 1.5"},
		{"bool(1)", "bool 1"},
		{"true", "bool true"},
		{"datetime('2024-01-31 10:00')", "datetime 2024-01-31 10:00"},
		{"date(2024)", "datetime 2024"},
		{"5m", "timespan 5m"},
		{"time(1.02:03:04)", "timespan 1.02:03:04"},
		{"guid(01234567-89ab-cdef-0123-456789abcdef)", "guid 01234567-89ab-cdef-0123-456789abcdef"},
	} {
		q, diags := Parse("print " + tt.text)
		got := ""
		Walk(q, func(n Node) bool {
			if l, ok := n.(*Literal); ok {
				got = fmt.Sprintf("%s %s", l.Kind, l.Text)
				if l.Null {
					got += " null"
				}
			}
			return true
		})
		if got != tt.want || len(diags) > 0 {
			t.Errorf("%s: got %s %v, want %s", tt.text, got, diags, tt.want)
		}
	}
}

// TestKeywordTable checks what the lexer relies on.
func TestKeywordTable(t *testing.T) {
	seen := map[string]bool{}
	for _, k := range keywords {
		if seen[k.text] {
			t.Errorf("%s is listed twice", k.text)
		}
		seen[k.text] = true
		if !k.kind.isKeyword() || (k.kind == kWord) != (k.class == nameAlways && k.kind <= kWord) {
			t.Errorf("%s: kind %d, class %d", k.text, k.kind, k.class)
		}
		l := lex(k.text + " x")
		if l.tokens[0].kind != k.kind || int(l.tokens[0].to) != len(k.text) {
			t.Errorf("%s is not read as one word", k.text)
		}
	}
	for first, list := range markedKeywords {
		for i := 1; i < len(list); i++ {
			if len(list[i]) > len(list[i-1]) {
				t.Errorf("%s: %s stands behind a shorter one", first, list[i])
			}
		}
	}
}
