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
