package detect_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/calypso-kql/calypso/detect"
)

func TestRequery(t *testing.T) {
	upper := func(query string) (string, error) { return strings.ToUpper(query), nil }
	for _, tt := range []struct{ what, text, want string }{
		{"fields around the block stay, and empty lines behind it",
			"name: a # why\nquery: |\n  t\n\n  | take 1\n\nversion: 1\n",
			"name: a # why\nquery: |\n  T\n\n  | TAKE 1\n\nversion: 1\n"},
		{"the block is the end of the file",
			"query: |-\n    t", "query: |-\n    T\n"},
		{"a block whose first line is further in",
			"query: |2\n    t\n  | take 1\nname: a\n", "query: |2\n    T\n  | TAKE 1\nname: a\n"},
		{"lines end as they did",
			"query: |\r\n  t\r\n  | take 1\r\nname: a\r\n", "query: |\r\n  T\r\n  | TAKE 1\r\nname: a\r\n"},
	} {
		got, err := detect.Requery("r.yaml", []byte(tt.text), upper)
		if err != nil || string(got) != tt.want {
			t.Errorf("%s: %q, %v", tt.what, got, err)
		}
	}
	wrong := errors.New("wrong")
	for _, tt := range []struct{ text, err string }{
		{"query: t | take 1\n", "r.yaml:1: the query is no block of lines"},
		{"query: >\n  t\n", "r.yaml:1: the query is no block of lines"},
		{"name: a\n", "r.yaml: has no field query"},
		{"query: [\n", "r.yaml:"},
	} {
		_, err := detect.Requery("r.yaml", []byte(tt.text), func(q string) (string, error) { return strings.TrimLeft(q, " "), nil })
		if err == nil || !strings.HasPrefix(err.Error(), tt.err) {
			t.Errorf("%q: %v, want %s", tt.text, err, tt.err)
		}
	}
	if _, err := detect.Requery("r.yaml", []byte("query: |\n  t\n"), func(string) (string, error) { return "", wrong }); !errors.Is(err, wrong) {
		t.Error(err)
	}
}
