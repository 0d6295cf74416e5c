package schedule

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/database"
	"github.com/calypso-kql/calypso/detect"
	"github.com/calypso-kql/calypso/ledger"
)

// TestSlowRules have others go on: they have all workers but one, and a large rule that
// waits for one of them does not hold up those that are quick.
func TestSlowRules(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		workers              int
		due, busy, slow, big string
		want                 string
	}{
		{2, "a b c", "", "", "", "a b"},
		{2, "a b c", "", "a b", "", "a c"},
		{2, "a b", "", "a b", "", "a"},
		{2, "b c", "a", "a b", "", "c"},
		{4, "b c d e", "a", "a b c d", "", "b c e"},
		{1, "a b", "", "a b", "", "a"},
		{2, "a b", "", "", "a", "a"},       // alone
		{2, "b c", "a", "", "b", ""},       // the large one is next
		{2, "b c d", "a", "a c", "b", "d"}, // but a is slow
		{2, "b c", "a", "a c", "b", ""},    // a slow one is not begun before it
		{3, "b c d e", "a", "a", "b", "c d"},
	} {
		s := New(Options{Workers: c.workers, Now: func() time.Time { return now }})
		for i, rule := range strings.Fields(c.due) {
			s.first[rule] = ledger.Run{Rule: rule, To: now.Add(time.Duration(i) * time.Second)}
		}
		for _, rule := range strings.Fields(c.busy) {
			s.busy[rule] = true
		}
		for _, rule := range strings.Fields(c.slow) {
			s.slow[rule] = true
		}
		for _, rule := range strings.Fields(c.big) {
			s.large[rule] = true
		}
		var got []string
		for _, r := range s.choose(now) {
			got = append(got, r.Rule)
		}
		slices.Sort(got)
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: chosen are %v", fmt.Sprintf("%+v", c), got)
		}
	}
}

// TestSlowRulesOfBefore are known to a new process, by the windows that they last had.
func TestSlowRulesOfBefore(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	db, err := database.Open(filepath.Join(t.TempDir(), "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	l, err := ledger.New(db, "")
	if err != nil {
		t.Fatal(err)
	}
	for rule, took := range map[string][]time.Duration{"always": {time.Minute, 20 * time.Second}, "once": {time.Minute, time.Second}, "never": {0, 0}, "now": {time.Second, 10 * time.Second}} {
		for i, d := range took {
			end := now.Add(time.Duration(i-3) * time.Hour)
			run := ledger.Run{Rule: rule, Name: rule, From: end.Add(-time.Hour), To: end, State: ledger.Pending, Entered: end}
			if err := l.Enter([]ledger.Run{run}); err != nil {
				t.Fatal(err)
			}
			if err := l.Start(&run, "1", end); err != nil {
				t.Fatal(err)
			}
			if err := l.End(&run, ledger.Done, "", end.Add(d)); err != nil {
				t.Fatal(err)
			}
		}
	}
	s := New(Options{Ledger: l, Now: func() time.Time { return now }, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Rules: func() ([]*detect.Rule, error) { return nil, nil }})
	if err := s.Drain(context.Background()); err != nil {
		t.Fatal(err)
	}
	var slow []string
	for rule, is := range s.slow {
		if is {
			slow = append(slow, rule)
		}
	}
	slices.Sort(slow)
	if strings.Join(slow, " ") != "always now" {
		t.Errorf("slow are %v", slow)
	}
}
