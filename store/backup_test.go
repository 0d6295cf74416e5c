package store

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestBackupWhileRowsComeIn makes backups while rows come in, small batches and large
// ones, and tables are sealed and compacted: each has all that was acknowledged
// before it, once, and nothing by half.
func TestBackupWhileRowsComeIn(t *testing.T) {
	s := open(t, t.TempDir(), Options{SealBytes: 1 << 14})
	var acked, begun atomic.Int64 // rows of each table
	stop := make(chan struct{})
	var writers sync.WaitGroup
	writers.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			n, from := 7, int(begun.Load())
			if i%20 == 3 {
				n = segmentAtOnce
			}
			begun.Add(int64(n))
			if _, err := s.Append(context.Background(), Batch{Rows: []Rows{rowsOf("Events", from, from+n), rowsOf("Other", from, from+n)}}); err != nil {
				t.Error(err)
				return
			}
			acked.Add(int64(n))
		}
	})
	writers.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				if err := s.Compact("Events"); err != nil && acked.Load() > 0 {
					t.Error(err)
					return
				}
			}
		}
	})
	to := t.TempDir()
	for i := range 3 {
		for least := acked.Load(); acked.Load() < least+100; {
			time.Sleep(time.Millisecond)
		}
		least := acked.Load()
		b, err := s.Backup(context.Background(), filepath.Join(to, fmt.Sprint(i)), func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "other.db"), nil, 0o600)
		})
		most := begun.Load()
		if err != nil {
			t.Error(err)
			break
		}
		if _, err := os.Stat(filepath.Join(b.Folder, "other.db")); err != nil {
			t.Error(err)
		}
		again := open(t, b.Folder, Options{idle: true})
		if d := again.Damage(); len(d) > 0 {
			t.Error(d)
		}
		var sizes []int
		for _, table := range []string{"Events", "Other"} {
			got, err := numbers(again.Snapshot(), table)
			if err != nil {
				t.Error(err)
			}
			slices.Sort(got)
			for i, n := range got {
				if n != int64(i) {
					t.Errorf("backup %d: table %s has row %d where %d should be", i, table, n, i)
					break
				}
			}
			sizes = append(sizes, len(got))
			if int64(len(got)) < least || int64(len(got)) > most {
				t.Errorf("backup %d: table %s has %d rows, want %d to %d", i, table, len(got), least, most)
			}
		}
		if sizes[0] != sizes[1] {
			t.Errorf("backup %d has a batch by half: %v", i, sizes)
		}
		again.Close()
	}
	close(stop)
	writers.Wait()
	if _, err := s.Backup(context.Background(), filepath.Join(to, "0"), nil); err == nil {
		t.Error("a backup is written over another")
	}
	if _, err := s.Backup(context.Background(), filepath.Join(s.dir, "x"), nil); err == nil {
		t.Error("a backup is made in the store itself")
	}
	if _, err := os.Stat(filepath.Join(s.dir, stageFolder)); !os.IsNotExist(err) {
		t.Errorf("the stage is left: %v", err)
	}
}
