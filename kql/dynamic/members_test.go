package dynamic

import (
	"fmt"
	"strings"
	"testing"
)

func TestScanMembers(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{`{}`, ""},
		{` {"a":1, "":"x" , "b\u0041" : [1,{"c":2}]}tail`, `a=1 ="x" bA=[1,{"c":2}]`},
		{`{"a":{"b":"}"}}`, `a={"b":"}"}`},
		{`{"a":1,}`, `a=1 !`},
		{`{"a":tru}`, `!`},
		{`[1]`, `!`},
		{`{"a":1`, `a=1 !`},
		{``, `!`},
	} {
		var got []string
		end, err := ScanMembers(c.text, 0, func(name, raw string) bool {
			got = append(got, name+"="+raw)
			return true
		})
		if err != nil {
			got = append(got, "!")
		} else if rest := c.text[end:]; rest != "" && rest != "tail" {
			t.Errorf("%s: ended before %q", c.text, rest)
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s: got %s, want %s", c.text, s, c.want)
		}
	}
}

func TestScanElements(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{`[]`, ""},
		{`[ {"a":1} , 2,"]"]`, `2:{"a":1} 12:2 14:"]"`},
		{`[1`, `1:1 !`},
		{`{}`, `!`},
	} {
		var got []string
		if _, err := ScanElements(c.text, 0, func(at int, raw string) bool {
			got = append(got, fmt.Sprintf("%d:%s", at, raw))
			return true
		}); err != nil {
			got = append(got, "!")
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s: got %s, want %s", c.text, s, c.want)
		}
	}
}

func TestUnquote(t *testing.T) {
	for raw, want := range map[string]string{`"a"`: "a", `"a\"b\u00e9"`: `a"bé`, `""`: ""} {
		if got := Unquote(raw); got != want {
			t.Errorf("Unquote(%s) = %q, want %q", raw, got, want)
		}
	}
}
