package store

import (
	"maps"
	"testing"
	"time"
)

func TestAStreamGoesOnWhereItWas(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{idle: true})
	batch := func(offset int64, from, to int) Batch {
		return Batch{Source: "hub/0", Offset: offset, Rows: []Rows{rowsOf("Events", from, to)}}
	}
	mustAppend(t, s, batch(10, 0, 5))
	mustAppend(t, s, batch(20, 5, 9))
	if ack := mustAppend(t, s, batch(20, 5, 9)); !ack.Duplicate {
		t.Error("an offset is stored twice")
	}
	rotate(t, s)
	if err := s.Seal(); err != nil {
		t.Fatal(err)
	}
	s.Close()
	later := func() time.Time { return start.Add(30 * 24 * time.Hour) }
	s = open(t, dir, Options{idle: true, Now: later})
	if end, ok := s.Offset("hub/0"); end != 20 || !ok {
		t.Errorf("Offset is %d %v, want 20", end, ok)
	}
	wantNumbers(t, s, "Events", 0, 9)
}

// When a stream was last seen is known after its log file is gone.
func TestLastSeen(t *testing.T) {
	dir := t.TempDir()
	now := start
	o := Options{idle: true, Now: func() time.Time { return now }}
	s := open(t, dir, o)
	for i, source := range []string{"a", "b", "c", "c"} {
		mustAppend(t, s, Batch{Source: source, Offset: int64(i), Rows: []Rows{rowsOf("Events", i, i+1)}})
		now = now.Add(time.Hour)
	}
	s.Touch("b", "unknown")
	want := map[string]time.Time{"a": start, "b": start.Add(4 * time.Hour), "c": start.Add(3 * time.Hour)}
	for range 2 {
		if got := s.LastSeen(""); !maps.Equal(got, want) {
			t.Errorf("last seen: %v, want %v", got, want)
		}
		rotate(t, s)
		if err := s.Seal(); err != nil {
			t.Fatal(err)
		}
		s.Close()
		s = open(t, dir, o)
	}
}
