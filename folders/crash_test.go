package folders_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/folders"
	"github.com/calypso-kql/calypso/store"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv("FOLDERS_TEST_FOLLOW"); dir != "" {
		follow(dir)
		return
	}
	os.Exit(m.Run())
}

// follow follows a folder until it is killed.
func follow(dir string) {
	s, err := store.Open(filepath.Join(dir, "store"), store.Options{SealAge: 100 * time.Millisecond})
	if err == nil {
		err = folders.Follow(context.Background(), folders.Options{
			Folders: []folders.Folder{{Path: filepath.Join(dir, "logs"), Table: "T"}}, Intake: newIntake(s), Tables: s,
			Settle: 50 * time.Millisecond, LastLine: time.Second, Rescan: 100 * time.Millisecond,
		})
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// A process that follows is killed at any instant, while logs are written,
// rotated and compressed. In the end each line is in the store, once.
func TestKilled(t *testing.T) {
	s := newSetup(t)
	s.storeAt = filepath.Join(t.TempDir(), "store")
	root := filepath.Dir(s.storeAt)
	s.dir = filepath.Join(root, "logs")
	if err := os.Mkdir(s.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	n := 0
	for round := range 12 {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "FOLDERS_TEST_FOLLOW="+root)
		cmd.Stderr = os.Stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		killed := time.Now().Add(50*time.Millisecond + time.Duration(random.IntN(250))*time.Millisecond)
		for time.Now().Before(killed) {
			some := random.IntN(300)
			text := linesOf(n+1, n+some)
			n += some
			cut := random.IntN(len(text) + 1)
			s.add("a.jsonl", text[:cut])
			time.Sleep(time.Duration(random.IntN(10)) * time.Millisecond)
			s.add("a.jsonl", text[cut:])
			if random.IntN(8) == 0 {
				s.write(fmt.Sprintf("whole%d.json.gz", n), zipped(t, linesOf(n+1, n+500)))
				n += 500
			}
			if random.IntN(8) == 0 {
				s.write(fmt.Sprintf("list%d.csv", n), fmt.Sprintf("n,text\n%d,x\n%d,y\n", n+1, n+2))
				n += 2
			}
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait() // it was killed
		if round%3 == 2 {
			s.rename("a.jsonl", fmt.Sprintf("a.jsonl.%d", round))
		}
	}
	s.table = "T"
	s.begin()
	for deadline := time.Now().Add(60 * time.Second); len(values(t, s.store)) < n && time.Now().Before(deadline); {
		time.Sleep(50 * time.Millisecond)
	}
	time.Sleep(time.Second)
	if got := values(t, s.store); !slices.Equal(got, numbers(1, n)) {
		t.Errorf("the store has %d lines, want %d, each once; the log says\n%s", len(got), n, s.log)
	}
}
