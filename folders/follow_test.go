package folders_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

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
