package store

import (
	"context"
	"fmt"
	"io/fs"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

// TestSoak fills a store for some simulated days, with a table that keeps little, and
// asks it now and then: after the first neither memory nor the number of files
// grows.
func TestSoak(t *testing.T) {
	dir := t.TempDir()
	now := start
	s := open(t, dir, Options{idle: true, Now: func() time.Time { return now }, RememberIDs: 12 * time.Hour, SegmentRows: 1 << 12})
	if err := s.Create("Events", eventSchema); err != nil {
		t.Fatal(err)
	}
	if err := s.SetRetention("Events", Retention{Bytes: 30_000}); err != nil {
		t.Fatal(err)
	}
	n := 0
	hours := func(count int) {
		t.Helper()
		for range count {
			for i := range 4 {
				b := Batch{ID: fmt.Sprint(n), Rows: []Rows{rowsOf("Events", n, n+100)}}
				if i == 3 {
					b.ID, b.Source, b.Offset = "", fmt.Sprint("stream ", n), 1
				}
				mustAppend(t, s, b)
				n += 100
			}
			if _, err := s.Append(context.Background(), Batch{ID: fmt.Sprint(n - 200), Rows: []Rows{rowsOf("Events", 0, 1)}}); err != nil {
				t.Fatal(err)
			}
			for source := range s.Offsets("stream ") {
				s.Forget(source)
			}
			rotate(t, s)
			if err := s.Seal(); err != nil {
				t.Fatal(err)
			}
			if err := s.tidy(); err != nil {
				t.Fatal(err)
			}
			if _, err := numbers(s.Snapshot(), "Events"); err != nil {
				t.Fatal(err)
			}
			now = now.Add(time.Hour)
		}
	}
	size := func() (files int, heap uint64) {
		err := filepath.WalkDir(dir, func(_ string, _ fs.DirEntry, err error) error { files++; return err })
		if err != nil {
			t.Fatal(err)
		}
		var m runtime.MemStats
		for range 3 { // what is closed by a finalizer is gone after the second
			runtime.GC()
		}
		runtime.ReadMemStats(&m)
		return files, m.HeapAlloc
	}
	hours(30)
	files, heap := size()
	for again := range 2 {
		hours(30)
		moreFiles, moreHeap := size()
		if moreFiles > files+files/2 || moreHeap > heap+heap/2+1<<20 {
			t.Errorf("after %d times as long there are %d files and %d KB of memory, where there were %d and %d", again+2, moreFiles, moreHeap>>10, files, heap>>10)
		}
	}
	t.Logf("%d files, %d KB, %d bytes", files, heap>>10, s.Snapshot().Stats()[0].Bytes)
}
