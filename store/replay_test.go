package store

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Records are decoded several at a time, and come back in their order: damage between
// them is told in its place, and no more of them is in memory than may be.
func TestReplayAhead(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{idle: true})
	const records, damaged = 40, 20
	var from, to int64
	for i := range records {
		if i == damaged {
			from = s.log.off
		}
		mustAppend(t, s, Batch{Rows: []Rows{rowsOf("Events", 100*i, 100*i+100)}})
		if i == damaged {
			to = s.log.off
		}
	}
	path := filepath.Join(dir, logFolder, logName(s.log.seq))
	s.Close()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text[(from+to)/2]++
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}

	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	d := &decodings{frames: &frameReader{f: f, size: int64(len(text))}}
	for range damaged {
		if _, err := d.next(); err != nil {
			t.Fatal(err)
		}
		if len(d.pending) >= decodedAhead {
			t.Fatalf("%d records are decoded ahead", len(d.pending))
		}
	}
	for range 2 { // until it is told that the frames go on
		if _, err := d.next(); err == nil || !strings.Contains(err.Error(), "checksum") || d.frames.at != from {
			t.Fatalf("error at byte %d is %v, want one at byte %d", d.frames.at, err, from)
		}
	}

	s = open(t, dir, Options{idle: true})
	if got := s.Damage(); len(got) != 1 || !strings.Contains(got[0].Error(), path) {
		t.Errorf("damage is %v", got)
	}
	got, err := numbers(s.Snapshot(), "Events")
	if err != nil {
		t.Fatal(err)
	}
	at := 0
	for i := range 100 * records {
		if i/100 == damaged {
			continue
		}
		if at >= len(got) || got[at] != int64(i) {
			t.Fatalf("row %d of %d is not %d", at, len(got), i)
		}
		at++
	}
}
