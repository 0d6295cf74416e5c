package store

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestCrashBetweenAnyTwoChanges looks at the folder as it is before each change
// of a file: opened from there, the store has every batch that was acknowledged
// by then, whole and once, and the one under way whole or not at all.
func TestCrashBetweenAnyTwoChanges(t *testing.T) {
	dir := t.TempDir()
	var mu sync.Mutex
	acked, pending := 0, 0 // rows acknowledged, and of the batch under way
	crashes := 0
	crash := func(step string) { // in any goroutine: no t.Fatal
		mu.Lock()
		defer mu.Unlock()
		if _, err := os.Stat(filepath.Join(dir, rootName)); err != nil {
			return
		}
		crashes++
		copied := t.TempDir()
		if err := os.CopyFS(copied, os.DirFS(dir)); err != nil {
			t.Error(err)
		}
		s, err := Open(copied, Options{idle: true, Now: func() time.Time { return start }})
		if err != nil {
			t.Error(err)
			return
		}
		defer s.Close()
		if d := s.Damage(); len(d) > 0 {
			t.Errorf("crash before %s, %d rows in: %v", step, acked, d)
		}
		for _, table := range []string{"Events", "Other"} {
			got, err := numbers(s.Snapshot(), table)
			if err != nil {
				t.Errorf("crash before %s: %v", step, err)
			}
			slices.Sort(got)
			for i, n := range got {
				if n != int64(i) {
					t.Errorf("crash before %s: table %s has row %d where %d should be", step, table, n, i)
					break
				}
			}
			if len(got) != acked && len(got) != acked+pending {
				t.Errorf("crash before %s: table %s has %d rows of %d acknowledged", step, table, len(got), acked)
			}
		}
		files, _ := filepath.Glob(filepath.Join(copied, tablesFolder, "*", "*"+tempEnd))
		if len(files) > 0 {
			t.Errorf("crash before %s: %v is left", step, files)
		}
		if crashes%3 == 0 {
			rebuildAfterCrash(t, dir, step, acked, pending)
		}
	}
	count := func(done, next int) {
		mu.Lock()
		defer mu.Unlock()
		acked, pending = acked+done, next
	}
	s := open(t, dir, Options{idle: true, step: crash, SegmentRows: 3 * segmentAtOnce})
	count(0, 10)
	for i := range 24 {
		mustAppend(t, s, Batch{ID: strconv.Itoa(i), Rows: []Rows{rowsOf("Events", i*10, i*10+10), rowsOf("Other", i*10, i*10+10)}})
		count(10, 10)
		if i%2 == 1 {
			rotate(t, s)
			if err := s.Seal(); err != nil {
				t.Fatal(err)
			}
		}
		if i%8 == 7 {
			if err := s.tidy(); err != nil {
				t.Fatal(err)
			}
		}
	}
	// A batch that comes in parts and takes several segments, between others.
	from := acked
	for range 2 {
		rows := 4 * segmentAtOnce
		count(0, rows)
		b, err := s.Begin(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		for at := from; at < from+rows; at += segmentAtOnce / 2 {
			for _, table := range []string{"Events", "Other"} {
				if err := b.Add(rowsOf(table, at, at+segmentAtOnce/2)); err != nil {
					t.Fatal(err)
				}
			}
		}
		if _, err := b.Commit("bulk" + strconv.Itoa(from)); err != nil {
			t.Fatal(err)
		}
		count(rows, 10)
		from += rows
		mustAppend(t, s, Batch{Rows: []Rows{rowsOf("Events", from, from+10), rowsOf("Other", from, from+10)}})
		count(10, 10)
		from += 10
		// The manifest has the segments, and the log of the rows behind them.
		if err := s.SetRetention("Events", Retention{}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Seal(); err != nil {
		t.Fatal(err)
	}
	if err := s.Compact("Events"); err != nil {
		t.Fatal(err)
	}
	s.Close()
	if crashes < 100 {
		t.Errorf("only %d places to crash were tried", crashes)
	}
}

// TestKilled kills a process that appends as fast as it can, again and again,
// and counts what it had acknowledged.
func TestKilled(t *testing.T) {
	if dir := os.Getenv("CALYPSO_STORE_TO_KILL"); dir != "" {
		appendUntilKilled(t, dir)
		return
	}
	dir := t.TempDir()
	next := 0
	for round := range 6 {
		cmd := exec.Command(os.Args[0], "-test.run=^TestKilled$")
		cmd.Env = append(os.Environ(), "CALYPSO_STORE_TO_KILL="+dir, "CALYPSO_STORE_FROM="+strconv.Itoa(next))
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(time.Duration(150+round*70)*time.Millisecond, func() { cmd.Process.Kill() })
		acked, bulks := map[int64]bool{}, map[int64]bool{}
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if n, err := strconv.ParseInt(strings.TrimPrefix(lines.Text(), "acked "), 10, 64); err == nil {
				acked[n] = true
				next = max(next, int(n)+100)
			}
			if n, err := strconv.ParseInt(strings.TrimPrefix(lines.Text(), "bulk "), 10, 64); err == nil {
				bulks[n] = true
			}
		}
		cmd.Wait()
		s := open(t, dir, Options{idle: true})
		got, err := numbers(s.Snapshot(), "Events")
		if err != nil {
			t.Fatal(err)
		}
		seen := map[int64]int{}
		for _, n := range got {
			seen[n]++
			if seen[n] > 1 {
				t.Fatalf("round %d: row %d is there twice", round, n)
			}
			next = max(next, int(n)+100)
		}
		bulk, err := numbers(s.Snapshot(), "Bulk")
		if err != nil {
			t.Fatal(err)
		}
		parts := map[int64]int{}
		for _, n := range bulk {
			parts[n/bulkRows]++
		}
		for k, n := range parts {
			if n != bulkRows {
				t.Fatalf("round %d: %d of the %d rows of batch %d are there", round, n, bulkRows, k)
			}
		}
		for k := range bulks {
			if parts[k] == 0 {
				t.Fatalf("round %d: batch %d was acknowledged and is gone", round, k)
			}
		}
		for n := range acked {
			if seen[n] != 1 {
				t.Fatalf("round %d: row %d was acknowledged and is gone; %d rows are there", round, n, len(got))
			}
		}
		s.Close()
	}
	if next < 600 {
		t.Errorf("only %d rows were appended", next)
	}
}

func appendUntilKilled(t *testing.T, dir string) {
	from, _ := strconv.Atoi(os.Getenv("CALYPSO_STORE_FROM"))
	s, err := Open(dir, Options{SealBytes: 1 << 10, SealAge: 20 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var writers sync.WaitGroup
	for w := range 4 {
		writers.Go(func() {
			for i := from + w; ; i += 4 {
				b := Batch{ID: strconv.Itoa(i), Rows: []Rows{rowsOf("Events", i, i+1)}}
				if _, err := s.Append(context.Background(), b); err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				fmt.Println("acked", i)
				mu.Unlock()
			}
		})
	}
	writers.Go(func() {
		for k := from; ; k++ {
			b, err := s.Begin(context.Background())
			for at := k * bulkRows; err == nil && at < (k+1)*bulkRows; at += bulkRows / 4 {
				err = b.Add(rowsOf("Bulk", at, at+bulkRows/4))
			}
			if err == nil {
				_, err = b.Commit("bulk" + strconv.Itoa(k))
			}
			if err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			fmt.Println("bulk", k)
			mu.Unlock()
		}
	})
	writers.Wait()
}

// bulkRows is the size of the large batches of TestKilled.
const bulkRows = segmentAtOnce + segmentAtOnce/2

// TestManyAtOnce appends, reads, compacts and drops at the same time; the race
// detector looks on.
func TestManyAtOnce(t *testing.T) {
	s := open(t, t.TempDir(), Options{SealBytes: 1 << 12, HotBytes: 1 << 15, SealAge: 5 * time.Millisecond})
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var all sync.WaitGroup
	for w := range 4 {
		all.Go(func() {
			for i := range 50 {
				n := (i*4 + w) * 10
				if _, err := s.Append(ctx, Batch{ID: strconv.Itoa(n / 20), Rows: []Rows{rowsOf("Events", n, n+10)}}); err != nil {
					t.Error(err)
				}
				if _, err := s.Append(ctx, Batch{Rows: []Rows{rowsOf("Brief", n, n+10)}}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Go(func() {
		for range 40 {
			if _, err := numbers(s.Snapshot(), "Events"); err != nil {
				t.Error(err)
			}
			if err := s.Compact("Events"); err != nil && !strings.Contains(err.Error(), "no table") {
				t.Error(err)
			}
		}
	})
	all.Go(func() {
		for range 10 {
			time.Sleep(5 * time.Millisecond)
			if err := s.Drop("Brief"); err != nil && !strings.Contains(err.Error(), "no table") {
				t.Error(err)
			}
		}
	})
	all.Wait()
	got, err := numbers(s.Snapshot(), "Events")
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 1000 {
		t.Errorf("%d rows; of each of the 100 pairs of batches with one id, one should be stored", len(got))
	}
}
