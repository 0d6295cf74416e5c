package folders_test

import (
	"os"
	"testing"
	"time"
)

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
