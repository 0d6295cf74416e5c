package schedule_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/detect"
	"github.com/calypso-kql/calypso/ledger"
)

// TestMemoryIsShared gives two rules less memory together than one of them needs: it
// runs alone with all of it, without an attempt that counts.
func TestMemoryIsShared(t *testing.T) {
	hungry := newRule(func(r *detect.Rule) {
		r.ID, r.Query = "hungry", "range i from 1 to 300000 step 1 | summarize count() by tostring(i) | summarize n = count() | where n == 300000"
		r.Override = detect.AlertOverride{}
	})
	x := open(t, t.TempDir(), newRule(nil), hungry)
	x.events(1, noon.Add(-6*time.Minute))
	x.memory = 64 << 20
	x.drain()
	runs, err := x.ledger.Runs(ledger.Filter{})
	if err != nil || len(runs) != 2 {
		t.Fatal(runs, err)
	}
	for _, r := range runs {
		if r.State != ledger.Done || r.Attempt != 1 || r.Alerts != 1 {
			t.Errorf("a run is %+v", r)
		}
	}
	if got := fmt.Sprint(x.shares["hungry"], x.shares["new-events"]); got != "[33554432 67108864] [33554432]" {
		t.Errorf("they were given %s", got)
	}
	x.memory = 8 << 20 // too little for it alone, too
	x.set(noon.Add(5 * time.Minute))
	x.drain()
	runs, err = x.ledger.Runs(ledger.Filter{Rule: "hungry", Limit: 1})
	if err != nil || runs[0].State != ledger.Pending || runs[0].Attempt != 1 || !strings.Contains(runs[0].Error, "E_RUNAWAY_QUERY") {
		t.Errorf("with too little memory it is %+v, %v", runs, err)
	}
	// What was in vain has nobody wait again at once.
	x.shares["hungry"] = nil
	x.set(noon.Add(40 * time.Minute))
	x.drain()
	if got := fmt.Sprint(x.shares["hungry"]); !strings.HasPrefix(got, "[4194304 8388608 4194304 4194304 ") || strings.Count(got, "8388608") != 1 {
		t.Errorf("later it was given %s", got)
	}
}
