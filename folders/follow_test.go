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

	"github.com/klauspost/compress/zstd"

	"github.com/calypso-kql/calypso/folders"
	"github.com/calypso-kql/calypso/ingest"
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

// An append blob grows within the hour, in pieces that end anywhere.
func TestAFileThatGrows(t *testing.T) {
	s := newSetup(t)
	s.begin()
	s.write(hourFile, "\ufeff"+strings.ReplaceAll(line(1), "\n", "\r\n"))
	s.want("first line", 1)
	text := strings.ReplaceAll(linesOf(2, 4), "\n", "\r\n")
	within := strings.Index(text, "ä") + 1 // within a character
	s.add(hourFile, text[:within])
	time.Sleep(400 * time.Millisecond)
	s.want("a piece of a line", 1)
	s.add(hourFile, text[within:])
	s.want("the rest", numbers(1, 4)...)
	s.add(hourFile, "no record\n"+strings.TrimSuffix(line(5), "\n"))
	s.wantLog("line=5")
	s.want("a last line without its end, and nothing after it", numbers(1, 5)...)
	s.add(hourFile, "\n"+line(6))
	s.want("and on", numbers(1, 6)...)
	s.add(hourFile, `{"n":7,"tex`)
	s.wantLog("the last line is not finished")
	s.add(hourFile, `t":"x"}`+"\n")
	s.want("a line that took long", numbers(1, 7)...)
}

func TestRestart(t *testing.T) {
	s := newSetup(t)
	s.write("a.jsonl", linesOf(1, 100))
	s.write("list.json", `[{"n":101},{"n":102}]`)
	s.begin()
	s.want("before", numbers(1, 102)...)
	s.stop()
	s.begin()
	time.Sleep(500 * time.Millisecond)
	s.want("after", numbers(1, 102)...)
	s.stop()
	s.add("a.jsonl", linesOf(103, 110))
	s.rename("a.jsonl", "a.jsonl.1")
	s.write("a.jsonl", linesOf(111, 112))
	s.begin()
	s.want("grown and renamed meanwhile", numbers(1, 112)...)
}

func TestRotation(t *testing.T) {
	t.Run("renamed", func(t *testing.T) {
		s := newSetup(t)
		s.begin()
		s.write("log.jsonl", linesOf(1, 3))
		s.want("first", numbers(1, 3)...)
		s.add("log.jsonl", line(4))
		s.rename("log.jsonl", "log.jsonl.1")
		s.write("log.jsonl", line(5))
		s.want("second", numbers(1, 5)...)
		s.add("log.jsonl.1", line(6))
		s.want("written to the old one", numbers(1, 6)...)
	})
	t.Run("copied and cut off", func(t *testing.T) {
		s := newSetup(t)
		s.begin()
		s.write("log.jsonl", linesOf(1, 50))
		s.want("first", numbers(1, 50)...)
		text, err := os.ReadFile(s.path("log.jsonl"))
		if err != nil {
			t.Fatal(err)
		}
		s.write("log.jsonl.1", string(text)+linesOf(51, 52)) // written between the last look and the cut
		if err := os.Truncate(s.path("log.jsonl"), 0); err != nil {
			t.Fatal(err)
		}
		s.add("log.jsonl", linesOf(53, 54))
		s.want("rotated", numbers(1, 54)...)
	})
	t.Run("compressed", func(t *testing.T) {
		s := newSetup(t)
		s.begin()
		s.write("log.jsonl", linesOf(1, 50))
		s.want("first", numbers(1, 50)...)
		s.write("log.jsonl.1.gz", zipped(t, linesOf(1, 52)))
		if err := os.Remove(s.path("log.jsonl")); err != nil {
			t.Fatal(err)
		}
		s.write("log.jsonl", line(53))
		s.want("rotated", numbers(1, 53)...)
	})
	t.Run("fetched again", func(t *testing.T) {
		s := newSetup(t)
		s.begin()
		s.write(hourFile, linesOf(1, 50))
		s.want("first", numbers(1, 50)...)
		s.write(".temporary", linesOf(1, 60))
		s.rename(".temporary", hourFile)
		s.want("second", numbers(1, 60)...)
	})
	t.Run("written again in place", func(t *testing.T) {
		s := newSetup(t)
		s.begin()
		s.write(hourFile, linesOf(1, 500))
		s.want("first", numbers(1, 500)...)
		s.write(hourFile, linesOf(1, 300))
		time.Sleep(100 * time.Millisecond)
		s.add(hourFile, linesOf(301, 510))
		s.want("second", numbers(1, 510)...)
	})
	t.Run("cut off", func(t *testing.T) {
		s := newSetup(t)
		s.begin()
		s.write("log.jsonl", linesOf(1, 50))
		s.want("first", numbers(1, 50)...)
		s.write("log.jsonl", linesOf(60, 61))
		s.want("second", append(numbers(1, 50), 60, 61)...)
	})
}

// Files that begin alike and are not the same are both read; a copy is not.
func TestFilesThatBeginAlike(t *testing.T) {
	s := newSetup(t)
	head := strings.Repeat(line(0), 60)
	s.write("a.jsonl", head+linesOf(1, 20))
	s.begin()
	s.want("first", append(slices.Repeat([]int64{0}, 60), numbers(1, 20)...)...)
	s.write("b.jsonl", head+linesOf(21, 30))
	both := append(slices.Repeat([]int64{0}, 120), numbers(1, 30)...)
	s.want("another", both...)
	s.write("c.jsonl", head+linesOf(1, 20))
	time.Sleep(time.Second)
	s.want("a copy", both...)
	s.add("c.jsonl", line(31))
	s.want("a copy goes on", append(both, 31)...)
}

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

// Files that are whole or nothing wait until they are.
func TestWholeFiles(t *testing.T) {
	s := newSetup(t)
	s.begin()
	packed := zipped(t, linesOf(1, 2000))
	s.write("a.json.gz", packed[:len(packed)/2])
	s.write("list.json", `[{"n":2001},{"n":`)
	s.write("t.csv", "n,text\n2003,x\n20")
	time.Sleep(100 * time.Millisecond)
	if got := values(t, s.store); len(got) > 0 {
		t.Fatalf("too early: %v", got)
	}
	s.write("a.json.gz", packed)
	s.add("list.json", `2002}]`)
	s.add("t.csv", "04,y\n")
	z, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	s.write("b.json.zst", string(z.EncodeAll([]byte(linesOf(2005, 2006)), nil)))
	s.write("c.json", "{\n  \"records\": [\n    {\"n\": 2007},\n    {\"n\": 2008}\n  ]\n}\n")
	s.write("d.ndjson", "{\n  \"n\": 2009\n}\n{\n  \"n\": 2010\n}\n") // one record a line it is not
	s.want("all", numbers(1, 2010)...)
	s.rename("list.json", "renamed.json")
	s.write("copy.csv", "n,text\n2003,x\n2004,y\n")
	time.Sleep(time.Second)
	s.want("renamed and copied", numbers(1, 2010)...)
}

// What a store remembers of files that are gone does not grow without end, and a file
// that comes again is not stored again.
func TestFilesThatAreGone(t *testing.T) {
	s := newSetup(t)
	s.begin()
	s.write("list.json", `[{"n":1},{"n":2}]`)
	s.write("stays.csv", "n,text\n3,x\n4,y\n")
	s.write("a.json.gz", zipped(t, linesOf(5, 6)))
	s.want("all", numbers(1, 6)...)
	s.stop()
	for _, gone := range []string{"list.json", "a.json.gz"} {
		if err := os.Rename(s.path(gone), s.storeAt+gone); err != nil {
			t.Fatal(err)
		}
	}
	s.begin()
	streams := func() (n int) {
		return len(s.store.Offsets("stat:")) + len(s.store.Offsets("whole:")) + len(s.store.Offsets("lines:"))
	}
	// One of lines, and two and a mark of those that are read as a whole.
	for range 100 {
		if streams() == 4 {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	if n := streams(); n != 4 {
		t.Errorf("%d streams are known, want 4: %v %v %v", n, s.store.Offsets("stat:"), s.store.Offsets("whole:"), s.store.Offsets("lines:"))
	}
	for _, gone := range []string{"list.json", "a.json.gz"} {
		if err := os.Rename(s.storeAt+gone, s.path("again-"+gone)); err != nil {
			t.Fatal(err)
		}
	}
	time.Sleep(time.Second)
	s.want("files that come again", numbers(1, 6)...)
}

// What is known of a file that is gone is forgotten after a time; of one that is there it
// is not, also where a mark says that it need not be looked into.
func TestRemember(t *testing.T) {
	s := newSetup(t)
	s.begin()
	s.write("list.json", `[{"n":1},{"n":2}]`)
	s.write("stays.csv", "n,text\n3,x\n4,y\n")
	s.write("a.json.gz", zipped(t, linesOf(5, 6)))
	s.write("b.json.gz", zipped(t, linesOf(7, 8)))
	s.write("c.json", linesOf(9, 10))
	s.write("d.json", linesOf(11, 12))
	s.want("all", numbers(1, 12)...)
	time.Sleep(time.Second) // all have their marks
	s.stop()
	for _, gone := range []string{"list.json", "b.json.gz", "d.json"} {
		if err := os.Rename(s.path(gone), s.storeAt+gone); err != nil {
			t.Fatal(err)
		}
	}
	s.remember = time.Millisecond
	s.begin()
	streams := func() (n int) { return len(s.store.Offsets("whole:")) + len(s.store.Offsets("lines:")) }
	for deadline := time.Now().Add(20 * time.Second); streams() != 3 && time.Now().Before(deadline); {
		time.Sleep(20 * time.Millisecond)
	}
	if n := streams(); n != 3 {
		t.Errorf("%d streams are known, want 3: %v %v", n, s.store.Offsets("whole:"), s.store.Offsets("lines:"))
	}
	for _, stays := range []string{"stays.csv", "a.json.gz", "c.json"} {
		if err := os.Rename(s.path(stays), s.path("moved-"+stays)); err != nil {
			t.Fatal(err)
		}
	}
	s.write("moved-c.json", linesOf(9, 10)+linesOf(13, 13))
	if err := os.Rename(s.storeAt+"list.json", s.path("list.json")); err != nil {
		t.Fatal(err)
	}
	s.want("what stayed is not stored again, what was forgotten is", append([]int64{1, 1, 2}, numbers(2, 13)...)...)
}

// What is torn is read as far as it goes, told, and continued when it is whole.
func TestTornFile(t *testing.T) {
	s := newSetup(t)
	s.begin()
	text := linesOf(1, 20000)
	packed := zipped(t, text)
	s.write("a.json.gz", packed[:len(packed)/2])
	s.wantLog("torn gzip stream")
	s.write("a.json.gz", packed)
	s.want("mended", numbers(1, 20000)...)
}

// What can't be read is told by name, and the others are read.
func TestWhatCantBeRead(t *testing.T) {
	s := newSetup(t)
	for link, to := range map[string]string{"dead.json": "nowhere", "itself.json": "itself.json", "loop": "."} {
		if err := os.Symlink(to, s.path(link)); err != nil {
			t.Skip(err)
		}
	}
	s.write("torn.parquet", "PAR1 and nothing else PAR1")
	s.write("noise.bin", "\x01\x02\x03 noise")
	s.write("sub/good.jsonl", line(1))
	s.begin()
	s.want("the good one", 1)
	for _, name := range []string{"dead.json", "itself.json", "torn.parquet", "noise.bin"} {
		s.wantLog(name)
	}
	if strings.Contains(s.log.String(), "loop") {
		t.Errorf("the log is of a loop: %s", s.log)
	}
	if err := os.Remove(s.path("dead.json")); err != nil {
		t.Fatal(err)
	}
	s.write("dead.json", line(2))
	s.want("mended", 1, 2)
}

// Many files are there at once, and more come.
func TestManyFiles(t *testing.T) {
	s := newSetup(t)
	s.table = "T"
	const n = 1000
	for i := 1; i <= n; i++ {
		s.write(fmt.Sprintf("d=%02d/h=%02d/%d.jsonl", i%7, i%24, i), line(i))
	}
	s.begin()
	s.want("all", numbers(1, n)...)
	for i := n + 1; i <= n+100; i++ {
		s.write(fmt.Sprintf("d=%02d/h=%02d/%d.jsonl", i%11, i%24, i), line(i))
	}
	s.want("more", numbers(1, n+100)...)
	var rows, lag int64
	for _, c := range s.intake.Counters().All() {
		rows, lag = rows+c.Rows, lag+c.Lag
	}
	if rows != n+100 || lag != 0 {
		t.Errorf("counted %d rows and a lag of %d", rows, lag)
	}
}

func TestOnce(t *testing.T) {
	s := newSetup(t)
	st, err := store.Open(s.storeAt, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	s.store, s.intake = st, newIntake(st)
	once := func(want folders.Result) {
		t.Helper()
		got, err := folders.Once(context.Background(), s.options(), nil)
		if err != nil || got != want {
			t.Errorf("%+v, %v; want %+v", got, err, want)
		}
	}
	s.write("a.jsonl", linesOf(1, 3)+`{"n":4}`)
	s.write("copy.jsonl", linesOf(1, 3)+`{"n":4}`)
	s.write("list.json", `[{"n":5}]`)
	s.write("torn.parquet", "PAR1 and nothing else PAR1")
	once(folders.Result{Files: 4, Known: 1, Broken: 1})
	once(folders.Result{Files: 4, Known: 3, Broken: 1})
	s.add("a.jsonl", "\n"+line(6))
	once(folders.Result{Files: 4, Known: 2, Broken: 1})
	s.want("all", numbers(1, 6)...)
}

// A large file is read by all cores, as one batch, and continued.
func TestOnceLarge(t *testing.T) {
	s := newSetup(t)
	st, err := store.Open(s.storeAt, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	s.store, s.intake, s.table = st, newIntake(st), "T"
	padded := func(from, to int) string {
		return strings.ReplaceAll(linesOf(from, to), "some length", strings.Repeat("some length ", 100))
	}
	n := 8000
	s.write("a.jsonl", "\ufeff"+padded(1, n/2)+"noise\n"+padded(n/2+1, n)+`{"n":0}`)
	var problems []string
	o := s.options()
	var mu sync.Mutex
	o.Problem = func(p ingest.Problem) {
		mu.Lock()
		defer mu.Unlock()
		problems = append(problems, p.String())
	}
	for i, more := range []string{"", "", "\n" + padded(n+1, 2*n)} {
		s.add("a.jsonl", more)
		if res, err := folders.Once(context.Background(), o, nil); err != nil || res.Broken > 0 || res.Known != i%2 {
			t.Errorf("%+v, %v", res, err)
		}
	}
	s.want("all", numbers(0, 2*n)...)
	if len(problems) != 1 || !strings.HasPrefix(problems[0], s.path("a.jsonl")+":4001: ") {
		t.Error(problems)
	}
}

// Values of one column that come in several types at once go to one table.
func TestFilesThatDiffer(t *testing.T) {
	s := newSetup(t)
	s.table = "T"
	for i := range 40 {
		s.write(fmt.Sprintf("%d.jsonl", i), fmt.Sprintf("{\"n\":%d,\"c%d\":%s}\n", i, i%5, []string{"1", `"x"`, "true", "1.5"}[i%4]))
	}
	s.begin()
	s.want("all", numbers(0, 39)...)
}
