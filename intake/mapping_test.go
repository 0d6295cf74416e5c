package intake

import (
	"strings"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/store"
)

// A table's mapping comes before one for all tables, and goes with its table.
func TestMappings(t *testing.T) {
	dir := t.TempDir()
	s, err := store.Open(dir, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Create("T", types.NewSchema(types.Column{Name: "a", Type: types.Long})); err != nil {
		t.Fatal(err)
	}
	const text = `[{"Column":"a","Properties":{"Path":"$.x","Transform":null}}]`
	save := func(table, text string) {
		t.Helper()
		if err := SaveMapping(s, Mapping{Table: table, Kind: "json", Name: "m", Text: text, Changed: time.Unix(0, 0).UTC()}); err != nil {
			t.Fatal(err)
		}
	}
	save("", `[]`)
	save("T", text)
	if err := s.Rename(map[string]string{"T": "U"}); err != nil {
		t.Fatal(err)
	}
	s.Close()
	if s, err = store.Open(dir, store.Options{}); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for table, want := range map[string]string{"U": text, "V": "[]"} {
		m, err := FindMapping(s, table, "multijson", "m")
		if err != nil || m.Text != want || m.Kind != "json" {
			t.Errorf("%s: %+v, %v", table, m, err)
		}
	}
	if err := DropMapping(s, Mapping{Kind: "json", Name: "m"}); err != nil {
		t.Fatal(err)
	}
	if _, err := FindMapping(s, "V", "json", "m"); err == nil || !strings.Contains(err.Error(), "make one with .create table V ingestion json mapping") {
		t.Errorf("error is %v", err)
	}
	for kind, text := range map[string]string{"json": `{}`, "csv": `[{"Column":"a","Path":"$.x"}]`, "avro": `[]`} {
		if err := SaveMapping(s, Mapping{Table: "U", Kind: kind, Name: "bad", Text: text}); err == nil {
			t.Errorf("%s mapping %s is taken", kind, text)
		}
	}
}
