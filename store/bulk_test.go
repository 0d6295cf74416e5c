package store

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
)

// A batch with many tables, some of whose rows are large, is within its bounds at
// all times, and is stored as a whole.
func TestBulkIsBounded(t *testing.T) {
	s := open(t, t.TempDir(), Options{idle: true})
	b, err := s.Begin(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	long := strings.Repeat("x", 50000)
	want := map[string]int64{}
	for range 400 {
		table, rows := fmt.Sprintf("T%d", random.IntN(24)), 40
		texts := make([]string, rows)
		for i := range texts {
			texts[i] = fmt.Sprint(random.Uint64())
			if len(table) == 2 {
				texts[i] += long[:random.IntN(len(long))]
			}
		}
		in := Rows{Table: table, Schema: types.NewSchema(types.Column{Name: "Text", Type: types.String}), Rows: column.NewBatch(rows, []column.Column{column.NewVec(types.String, texts, nil)})}
		if err := b.Add(in); err != nil {
			t.Fatal(err)
		}
		want[table] += int64(rows)
		var held, all int64
		for _, x := range b.tables {
			held += x.bytes
		}
		for _, x := range b.writing {
			all += x.w.held()
		}
		if held != b.held || held > heldBytes || held+all > bulkBytes || len(b.writing) > openSegments {
			t.Fatalf("%d bytes are held (%d counted), %d in all, by %d segments", held, b.held, held+all, len(b.writing))
		}
	}
	if _, err := b.Commit("all"); err != nil {
		t.Fatal(err)
	}
	for table, n := range want {
		if got, err := s.Snapshot().Count(context.Background(), table, nil); err != nil || got != n {
			t.Errorf("%s: %d rows, want %d (%v)", table, got, n, err)
		}
	}
}

// The term index leaves a column out rather than to take more memory than it may.
func TestTermsAreBounded(t *testing.T) {
	w := newTermWriter(types.NewSchema(types.Column{Name: "Many", Type: types.String}, types.Column{Name: "Few", Type: types.String}))
	n := 3 * termRows
	many, few := make([]string, n), make([]string, n)
	for i := range many {
		many[i], few[i] = fmt.Sprintf("name%d other%d", i, i), "same"
	}
	if err := w.write(column.NewBatch(n, []column.Column{column.NewVec(types.String, many, nil), column.NewVec(types.String, few, nil)})); err != nil {
		t.Fatal(err)
	}
	w.leaveOut(1000)
	if !w.cols[0].out || w.cols[1].out || w.held() > 1000 {
		t.Errorf("out are %v and %v, %d bytes are left", w.cols[0].out, w.cols[1].out, w.held())
	}
}
