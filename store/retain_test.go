package store

import (
	"errors"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
)

func TestRetention(t *testing.T) {
	now := start
	s := open(t, t.TempDir(), Options{idle: true, Now: func() time.Time { return now }})
	for i := range 3 {
		mustAppend(t, s, Batch{Rows: []Rows{rowsOf("Events", i*3600, i*3600+10)}})
		if err := s.Seal(); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.SetRetention("Events", Retention{Age: 24 * time.Hour}); err != nil {
		t.Fatal(err)
	}
	now = start.Add(25*time.Hour + time.Minute)
	before := s.Snapshot()
	if err := s.tidy(); err != nil {
		t.Fatal(err)
	}
	got, err := numbers(s.Snapshot(), "Events")
	if err != nil || len(got) != 10 || got[0] != 7200 {
		t.Errorf("after a day %v %v, want the rows of the last hour", got, err)
	}
	if got, err := numbers(before, "Events"); err != nil || len(got) != 30 {
		t.Errorf("a snapshot from before reads %d rows, %v", len(got), err)
	}
}

// A row from the future does not keep its segment for ever: it counts from a day after its arrival.
func TestRetentionOfTheFuture(t *testing.T) {
	now := start
	s := open(t, t.TempDir(), Options{idle: true, Now: func() time.Time { return now }})
	late, _ := types.TicksOf(start.AddDate(80, 0, 0))
	received, _ := types.TicksOf(start)
	one := Rows{Table: "Events", Schema: eventSchema, Rows: column.NewBatch(1, []column.Column{
		column.NewConst(types.DateTime, late, 1), column.NewConst(types.Long, int64(1), 1), column.NewConst(types.String, "", 1),
		column.NullConst(types.Dynamic, 1), column.NewConst(types.DateTime, received, 1),
	})}
	mustAppend(t, s, Batch{Rows: []Rows{one}})
	if err := s.SetRetention("Events", Retention{Age: 24 * time.Hour}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		after time.Duration
		rows  int
	}{{47 * time.Hour, 1}, {49 * time.Hour, 0}} {
		now = start.Add(c.after)
		if err := errors.Join(s.Seal(), s.tidy()); err != nil {
			t.Fatal(err)
		}
		if got, err := numbers(s.Snapshot(), "Events"); err != nil || len(got) != c.rows {
			t.Errorf("after %s: %v %v, want %d rows", c.after, got, err, c.rows)
		}
	}
}

// The newest segment stays, though it alone is larger than the table may be: the rows just
// written are not what a small limit is for.
func TestRetentionBySizeKeepsTheNewest(t *testing.T) {
	s := open(t, t.TempDir(), Options{idle: true})
	for i := range 3 {
		mustAppend(t, s, Batch{Rows: []Rows{rowsOf("Events", i*10, i*10+10)}})
		if err := s.Seal(); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.SetRetention("Events", Retention{Bytes: 1}); err != nil {
		t.Fatal(err)
	}
	if err := s.tidy(); err != nil {
		t.Fatal(err)
	}
	wantNumbers(t, s, "Events", 20, 30)
}

// A table that may take so many bytes takes about so many, however its segments are put
// together: it is not emptied because they have become one that is too large.
func TestRetentionBySizeAndCompaction(t *testing.T) {
	const limit = 40_000
	s := open(t, t.TempDir(), Options{idle: true})
	if err := s.Create("Events", eventSchema); err != nil {
		t.Fatal(err)
	}
	if err := s.SetRetention("Events", Retention{Bytes: limit}); err != nil {
		t.Fatal(err)
	}
	full := false
	for n := range 36 {
		mustAppend(t, s, Batch{Rows: []Rows{rowsOf("Events", n*1000, n*1000+1000)}})
		if err := s.Seal(); err != nil {
			t.Fatal(err)
		}
		if n%12 == 11 {
			if err := s.Compact("Events"); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.tidy(); err != nil {
			t.Fatal(err)
		}
		size := s.Snapshot().Stats()[0].Bytes
		full = full || size > limit*3/4
		if size > limit || full && size < limit*3/4 {
			t.Fatalf("after %d batches the table has %d bytes, where it may have %d", n+1, size, limit)
		}
	}
	if !full {
		t.Error("too few rows for the limit")
	}
	if got := len(s.stateOf(s.tables["Events"]).segments); got > 40 {
		t.Errorf("there are %d segments: they were not put together", got)
	}
}
