package folders_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/folders"
	"github.com/calypso-kql/calypso/intake"
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/store"
)

// A setup is a folder that is followed, and the store that its logs go to.
type setup struct {
	t       *testing.T
	dir     string // of the logs
	storeAt string
	store   *store.Store
	intake  *intake.Intake
	log     *lockedBuffer
	table   string // that all records go to
	// remember is for how long files are known that are gone; 0 is the default
	remember time.Duration
	stop     func()
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

func newSetup(t *testing.T) *setup {
	s := &setup{t: t, dir: t.TempDir(), storeAt: t.TempDir(), log: &lockedBuffer{}}
	t.Cleanup(func() { s.end() })
	return s
}

// begin opens the store and follows the folder.
func (s *setup) begin() {
	s.t.Helper()
	var err error
	if s.store, err = store.Open(s.storeAt, store.Options{}); err != nil {
		s.t.Fatal(err)
	}
	s.intake = newIntake(s.store)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- folders.Follow(ctx, s.options()) }()
	s.stop = func() {
		cancel()
		if err := <-done; err != nil {
			s.t.Error(err)
		}
		if err := s.store.Close(); err != nil {
			s.t.Error(err)
		}
		s.stop = nil
	}
}

func newIntake(s *store.Store) *intake.Intake {
	return intake.New(intake.Options{Store: s, Tables: s, Grows: func(string) bool { return true }, Now: time.Now, Pause: 20 * time.Millisecond})
}

func (s *setup) options() folders.Options {
	return folders.Options{
		Folders: []folders.Folder{{Path: s.dir, Table: s.table}}, Intake: s.intake, Tables: s.store,
		Settle: 300 * time.Millisecond, LastLine: 600 * time.Millisecond, Rescan: 300 * time.Millisecond, Remember: s.remember,
		Log: slog.New(slog.NewTextHandler(s.log, nil)),
	}
}

func (s *setup) end() {
	if s.stop != nil {
		s.stop()
	}
}

func (s *setup) path(name string) string { return filepath.Join(s.dir, filepath.FromSlash(name)) }

// write writes a file, add adds to one.
func (s *setup) write(name, text string) {
	s.t.Helper()
	if err := os.MkdirAll(filepath.Dir(s.path(name)), 0o700); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(s.path(name), []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

func (s *setup) add(name, text string) {
	s.t.Helper()
	f, err := os.OpenFile(s.path(name), os.O_APPEND|os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		s.t.Fatal(err)
	}
	if _, err := f.WriteString(text); err != nil {
		s.t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		s.t.Fatal(err)
	}
}

func (s *setup) rename(from, to string) {
	s.t.Helper()
	if err := os.Rename(s.path(from), s.path(to)); err != nil {
		s.t.Fatal(err)
	}
}

// values returns column n of all tables, sorted.
func values(t *testing.T, s *store.Store) []int64 {
	t.Helper()
	var out []int64
	snap := s.Snapshot()
	for _, name := range snap.Names() {
		src, _ := snap.Table(name)
		at := src.Schema().Index("n")
		if at < 0 {
			t.Fatalf("table %s has no column n: %v", name, src.Schema())
		}
		r, err := src.Open(context.Background(), plan.Scan{Columns: []int{at}})
		if err != nil {
			t.Fatal(err)
		}
		for {
			b, err := r.Next(context.Background())
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			c, err := b.Column(0)
			if err != nil {
				t.Fatal(err)
			}
			if c.Type() != types.Long {
				t.Fatalf("%s.n is %s", name, c.Type())
			}
			view := column.ViewOf[int64](c)
			for i := range b.Len() {
				out = append(out, view.At(i))
			}
		}
		r.Close()
	}
	slices.Sort(out)
	return out
}

// want waits until the store has the numbers, and checks that nothing comes
// after them.
func (s *setup) want(what string, numbers ...int64) {
	s.t.Helper()
	var got []int64
	for deadline := time.Now().Add(60 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if got = values(s.t, s.store); len(got) >= len(numbers) {
			break
		}
	}
	time.Sleep(50 * time.Millisecond)
	if got = values(s.t, s.store); !slices.Equal(got, numbers) {
		s.t.Fatalf("%s: the store has %v, want %v; the log says\n%s", what, got, numbers, s.log)
	}
}

func (s *setup) wantLog(text string) {
	s.t.Helper()
	for deadline := time.Now().Add(60 * time.Second); !strings.Contains(s.log.String(), text); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			s.t.Fatalf("the log does not say %q:\n%s", text, s.log)
		}
	}
}

func line(n int) string {
	return fmt.Sprintf(`{"n":%d,"text":"ä line of some length, %d"}`+"\n", n, n)
}

func linesOf(from, to int) string {
	var b strings.Builder
	for n := from; n <= to; n++ {
		b.WriteString(line(n))
	}
	return b.String()
}

func numbers(from, to int) []int64 {
	var out []int64
	for n := from; n <= to; n++ {
		out = append(out, int64(n))
	}
	return out
}

const hourFile = "insights-logs-things/tenantId=t/y=2026/m=03/d=01/h=10/m=00/PT1H.json"

func zipped(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := io.WriteString(z, text); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
