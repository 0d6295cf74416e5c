package store

import (
	"context"
	"testing"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

func TestRefill(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{idle: true})
	mustAppend(t, s, Batch{Rows: []Rows{rowsOf("Events", 0, 5)}})
	if err := s.Seal(); err != nil {
		t.Fatal(err)
	}
	mustAppend(t, s, Batch{Rows: []Rows{rowsOf("Events", 5, 9)}})
	if err := s.Refill("Events", Refilling{Schema: eventSchema, Rows: []*column.Batch{events(0, 2), events(2, 3)}}); err != nil {
		t.Fatal(err)
	}
	wantNumbers(t, s, "Events", 0, 3)
	s.Close()
	s = open(t, dir, Options{idle: true})
	wantNumbers(t, s, "Events", 0, 3)
	if err := s.Refill("Events", Refilling{}); err != nil {
		t.Fatal(err)
	}
	wantNumbers(t, s, "Events", 0, 0)
	s.Close()
	s = open(t, dir, Options{idle: true})
	wantNumbers(t, s, "Events", 0, 0)
}

// A refilled table is verified and found in like any other.
func TestRefilledSegmentsAreWhole(t *testing.T) {
	s := open(t, t.TempDir(), Options{idle: true})
	mustAppend(t, s, Batch{Rows: []Rows{rowsOf("Events", 0, 5)}})
	if err := s.Refill("Events", Refilling{Schema: eventSchema, Rows: []*column.Batch{events(0, 3000)}}); err != nil {
		t.Fatal(err)
	}
	if damage := s.Snapshot().Verify(context.Background(), "Events", nil); len(damage) > 0 {
		t.Error(damage)
	}
	src, _ := s.Snapshot().Table("Events")
	hint := plan.Hint{Column: src.Schema().Index("User"), Op: plan.HintIn, Values: column.NewVec(types.String, []string{"ada"}, nil)}
	if got, err := numbers(s.Snapshot(), "Events", hint); err != nil || len(got) < 1000 {
		t.Errorf("%d rows, %v", len(got), err)
	}
}
