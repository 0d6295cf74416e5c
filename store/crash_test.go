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
	var acked int // batches of 10 rows acknowledged
	crashes := 0
	crash := func(step string) { // in any goroutine: no t.Fatal
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
			t.Errorf("crash before %s, %d batches in: %v", step, acked, d)
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
			if len(got) != acked*10 && len(got) != acked*10+10 {
				t.Errorf("crash before %s: table %s has %d rows of %d acknowledged", step, table, len(got), acked*10)
			}
		}
		files, _ := filepath.Glob(filepath.Join(copied, tablesFolder, "*", "*"+tempEnd))
		if len(files) > 0 {
			t.Errorf("crash before %s: %v is left", step, files)
		}
	}
	s := open(t, dir, Options{idle: true, step: crash})
	for i := range 24 {
		mustAppend(t, s, Batch{ID: strconv.Itoa(i), Rows: []Rows{rowsOf("Events", i*10, i*10+10), rowsOf("Other", i*10, i*10+10)}})
		acked++
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
		acked := map[int64]bool{}
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if n, err := strconv.ParseInt(strings.TrimPrefix(lines.Text(), "acked "), 10, 64); err == nil {
				acked[n] = true
				next = max(next, int(n)+100)
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
	writers.Wait()
}

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
