package folders_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// While the disk is full the folder waits, and then goes on.
func TestFullDisk(t *testing.T) {
	s := newSetup(t)
	s.storeAt = t.TempDir()
	if err := syscall.Mount("calypso", s.storeAt, "tmpfs", 0, "size=6m"); err != nil {
		t.Skipf("no file system of a size of its own: %v", err)
	}
	t.Cleanup(func() {
		s.end()
		// Segments are closed when nobody refers to them any more.
		if err := syscall.Unmount(s.storeAt, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	other := filepath.Join(s.storeAt, "other")
	if err := os.WriteFile(other, make([]byte, 6<<20-1<<16), 0o600); err != nil {
		t.Fatal(err)
	}
	var noise strings.Builder // which does not compress
	for i := 1; i <= 20000; i++ {
		fmt.Fprintf(&noise, `{"n":%d,"text":"%016x%016x"}`+"\n", i, rand.Uint64(), rand.Uint64())
	}
	s.write("a.jsonl", noise.String())
	s.begin()
	s.wantLog("the store is full")
	s.add("a.jsonl", linesOf(20001, 20010))
	if got := values(t, s.store); len(got) > 0 {
		t.Fatalf("%d rows are stored on a full disk", len(got))
	}
	if err := os.Remove(other); err != nil {
		t.Fatal(err)
	}
	s.want("there is room", numbers(1, 20010)...)
	if strings.Count(s.log.String(), "the store is full") != 1 {
		t.Errorf("the log says\n%s", s.log)
	}
}
