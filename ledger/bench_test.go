package ledger_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/database"
	"github.com/calypso-kql/calypso/ledger"
)

// BenchmarkDue looks for what is due of a hundred rules, each of which has a closed window
// every five minutes for so many days: it is to take as long however many there are.
func BenchmarkDue(b *testing.B) {
	for _, days := range []int{1, 30} {
		b.Run(fmt.Sprintf("days=%d", days), func(b *testing.B) {
			l, now := fullLedger(b, 100, days*288)
			for b.Loop() {
				due, err := l.Due(now)
				if err != nil || len(due) != 100 {
					b.Fatalf("%d are due: %v", len(due), err)
				}
				if _, ok, err := l.DueOf("rule 7", now); !ok || err != nil {
					b.Fatal(ok, err)
				}
			}
		})
	}
}

// fullLedger returns a ledger of rules with so many windows each, of which only the last
// is not closed, and when that is due.
func fullLedger(b *testing.B, rules, windows int) (*ledger.Ledger, time.Time) {
	db, err := database.Open(filepath.Join(b.TempDir(), "ledger.db"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	l, err := ledger.New(db, "")
	if err != nil {
		b.Fatal(err)
	}
	last := noon.Add(time.Duration(windows-1) * 5 * time.Minute)
	for n := range rules {
		runs := make([]ledger.Run, windows)
		for i := range runs {
			runs[i] = window(fmt.Sprintf("rule %d", n), noon.Add(time.Duration(i)*5*time.Minute))
			if i < windows-1 {
				runs[i].State, runs[i].Ended = ledger.Suppressed, runs[i].To
			}
		}
		if err := l.Enter(runs); err != nil {
			b.Fatal(err)
		}
	}
	return l, last
}
