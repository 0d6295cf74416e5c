package schedule_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/detect"
	"github.com/calypso-kql/calypso/ledger"
)

// BenchmarkDue is what a window takes besides its query, where many rules are due at
// one moment: the ledger, health, and what is found out about rules.
func BenchmarkDue(b *testing.B) {
	const rules = 500
	x := open(b, b.TempDir())
	var err error
	if x.ledger, err = ledger.New(x.db, "node"); err != nil { // which calypso serve has
		b.Fatal(err)
	}
	for i := range rules {
		x.rules = append(x.rules, newRule(func(r *detect.Rule) {
			r.ID, r.Query = fmt.Sprintf("rule-%d", i), "print n = 1 | where n == 2"
			r.Override = detect.AlertOverride{}
		}))
	}
	s := x.scheduler()
	for b.Loop() {
		x.set(x.clock().Add(5 * time.Minute))
		if err := s.Drain(context.Background()); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*rules), "µs/window")
}
