package schedule

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

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
