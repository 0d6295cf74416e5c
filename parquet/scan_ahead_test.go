package parquet

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	pq "github.com/parquet-go/parquet-go"

	"github.com/calypso-kql/calypso/kql/plan"
)

// TestAhead has one goroutine want a column whose only page another one is decoding:
// it must decode the page of the next row group meanwhile, and no more than that.
func TestAhead(t *testing.T) {
	const n, groups = 100, 6
	ctx := context.Background()
	file := groupsFile(t, n, groups)
	r := file.reader(plan.Scan{Columns: []int{0}})
	if _, err := r.Next(ctx); err != nil {
		t.Fatal(err)
	}
	w := r.current.wholeOf(0)
	w.begin()
	at, d := w.claim() // as if someone were decoding it
	waiting := make(chan error)
	go func() {
		_, err := w.load()
		waiting <- err
	}()
	next := r.current.next.Load()
	<-next.wholeOf(0).done
	if next.next.Load().wholeOf(0).loaded() {
		t.Error("two pages were decoded ahead")
	}
	pages := &pageReader{g: w.chunk.scan.g, field: w.chunk.field, layout: w.layout}
	w.settle(at, w.decode(pages, at, d))
	if err := <-waiting; err != nil {
		t.Fatal(err)
	}
	// What was decoded ahead is the next group's column.
	for g := 1; g < groups; g++ {
		b, err := r.Next(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if loaded := r.current.wholeOf(0).loaded(); loaded != (g == 1) {
			t.Errorf("group %d: loaded is %v", g, loaded)
		}
		c, err := b.Column(0)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := placedValue(c, 7), fmt.Sprint(g*n+7); got != want {
			t.Errorf("group %d: %s, want %s", g, got, want)
		}
	}
}

// TestAheadOfTheEnd reads a file whose last groups are handed out: nobody decodes
// what no part needs any more.
func TestAheadOfTheEnd(t *testing.T) {
	file := groupsFile(t, 100, 3)
	r := file.reader(plan.Scan{Columns: []int{0}})
	var first *whole
	for g := range 3 {
		if _, err := r.Next(context.Background()); err != nil {
			t.Fatal(err)
		}
		if g == 0 {
			first = r.current.wholeOf(0)
		}
	}
	if next := first.ahead(); next != nil {
		t.Errorf("group %d is read ahead", next.chunk.scan.g.index)
	}
}

// groupsFile returns a file of some row groups of n rows, numbered.
func groupsFile(t *testing.T, n, groups int) *File {
	t.Helper()
	type row struct {
		Number int64 `parquet:"number,zstd"`
	}
	var b bytes.Buffer
	w := pq.NewGenericWriter[row](&b, pq.MaxRowsPerRowGroup(int64(n)))
	for i := range n * groups {
		if _, err := w.Write([]row{{int64(i)}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	file, err := OpenReader(inMemory{bytes.NewReader(b.Bytes())}, int64(b.Len()), "groups.parquet", Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(file.groups) != groups {
		t.Fatalf("%d row groups, want %d", len(file.groups), groups)
	}
	return file
}
