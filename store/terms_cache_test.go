package store

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

func TestFilterCache(t *testing.T) {
	c := newFilterCache()
	key := func(i int) filterKey { return filterKey{1, int64(i)} }
	for i := range keptChunks {
		c.put(key(i), []byte{byte(i)})
	}
	c.get(key(0)) // so that the next one was used longest ago
	c.put(key(2), []byte("another"))
	c.put(key(keptChunks), []byte("new"))
	for i, want := range map[int]string{0: "\x00", 1: "", 2: "\x02", keptChunks: "new"} {
		if got := string(c.get(key(i))); got != want {
			t.Errorf("chunk %d is %q, want %q", i, got, want)
		}
	}
	if c.get(filterKey{2, 0}) != nil {
		t.Error("another index has this one's chunk")
	}
	if len(c.kept) != keptChunks || c.used.Len() != keptChunks {
		t.Errorf("%d chunks, %d in the list, want %d", len(c.kept), c.used.Len(), keptChunks)
	}
	if a, b := c.name(), c.name(); a == b {
		t.Error("two indexes have one name")
	}
}

// TestFilterIsCheckedOnce asks an index whose file is damaged after some of it was
// read: what is kept is as good as it was, and the rest is found to be damaged.
func TestFilterIsCheckedOnce(t *testing.T) {
	const n = 20_000
	texts := make([]string, n)
	for i := range texts {
		texts[i] = fmt.Sprint("identifier", i*7919)
	}
	schema := types.NewSchema(types.Column{Name: "Id", Type: types.String})
	w := newTermWriter(schema)
	if err := w.write(column.NewBatch(n, []column.Column{column.NewVec(types.String, texts, nil)})); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "x"+termsEnd)
	whole := bytes.Join(w.finish(1<<30, 5), nil)
	if err := os.WriteFile(path, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	index, err := openTerms(path, &Segment{Rows: n, Sums: 5}, newFilterCache())
	if err != nil {
		t.Fatal(err)
	}
	defer index.Close()
	ask := func(ids ...string) error {
		rows, ok, err := index.rowsOf("Id", plan.Hint{Op: plan.HintIn, Values: column.NewVec(types.String, ids, nil)})
		if err == nil && (!ok || len(rows) == 0) {
			t.Errorf("%v is nowhere", ids)
		}
		return err
	}
	if err := ask(texts[7]); err != nil {
		t.Fatal(err)
	}
	for at := range index.size {
		whole[at] ^= 1
	}
	if err := os.WriteFile(path, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := ask(texts[7]); err != nil {
		t.Errorf("what was read before: %v", err)
	}
	var damage *DamageError
	if err := ask(texts[:100]...); !errors.As(err, &damage) {
		t.Errorf("of what was not read before: %v, want that it is damaged", err)
	}
	if err := index.verify(); !errors.As(err, &damage) {
		t.Errorf("verify: %v, want that it is damaged", err)
	}
}
