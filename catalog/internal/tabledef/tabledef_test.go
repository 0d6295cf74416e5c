package tabledef

import (
	"strings"
	"testing"

	"github.com/calypso-kql/calypso/kql/types"
)

func TestParse(t *testing.T) {
	l, err := Parse("T", "!open A B:long C:datetime=datetime(null)")
	if err != nil {
		t.Fatal(err)
	}
	want := []Field{{"A", types.String, ""}, {"B", types.Long, ""}, {"C", types.DateTime, "datetime(null)"}}
	if !l.Has("open") || l.Has("A") || len(l.Fields) != len(want) {
		t.Fatalf("got %+v", l)
	}
	for i, f := range l.Fields {
		if f != want[i] {
			t.Errorf("field %d = %+v, want %+v", i, f, want[i])
		}
	}
	for _, bad := range []string{"A:text", "A  B", ":long", "A "} {
		if _, err := Parse("T", bad); err == nil || !strings.Contains(err.Error(), "T: field") {
			t.Errorf("Parse(%q): error %v, want one that names the field", bad, err)
		}
	}
}

func TestIndex(t *testing.T) {
	index, err := Index("# note\n\nA x y\nB\n")
	if err != nil || len(index) != 2 || index["A"] != "x y" || index["B"] != "" {
		t.Errorf("got %v, %v", index, err)
	}
	if _, err := Index("A x\nA y\n"); err == nil {
		t.Error("a name defined twice was accepted")
	}
}

// FuzzParse holds that whatever Parse accepts, Append writes and Parse reads
// again to the same line.
func FuzzParse(f *testing.F) {
	f.Add("!open A B:long C:datetime=datetime(null)")
	f.Add("x:string=* y:boolean")
	f.Fuzz(func(t *testing.T, rest string) {
		if strings.Contains(rest, "\n") {
			return
		}
		l, err := Parse("T", rest)
		if err != nil {
			return
		}
		text := string(Append(nil, l))
		index, err := Index(text)
		if err != nil {
			t.Fatal(err)
		}
		again, err := Parse("T", index["T"])
		if err != nil {
			t.Fatalf("%q became %q: %v", rest, text, err)
		}
		if got := string(Append(nil, again)); got != text {
			t.Fatalf("%q became %q, then %q", rest, text, got)
		}
	})
}
