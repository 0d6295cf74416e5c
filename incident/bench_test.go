package incident_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/database"
	"github.com/calypso-kql/calypso/incident"
)

// BenchmarkAdd adds runs of alerts, each of which is an incident of its own, or which
// share one until it is full.
func BenchmarkAdd(b *testing.B) {
	for _, c := range []struct {
		name, grouping string
		alerts         int
	}{{"one alone", "off", 1}, {"one grouped", "AnyAlert", 1}, {"150 alone", "off", 150}, {"150 grouped", "AllEntities", 150}} {
		b.Run(c.name, func(b *testing.B) {
			db, err := database.Open(filepath.Join(b.TempDir(), "state.db"))
			if err != nil {
				b.Fatal(err)
			}
			defer db.Close()
			s, err := incident.Open(db, incident.Options{Now: func() time.Time { return day }})
			if err != nil {
				b.Fatal(err)
			}
			w := &world{t: b}
			config := grouping(b, []string{c.grouping})
			for b.Loop() {
				rows := w.alertRows(day, []string{"risk", "Low", "account=ada@contoso.com", "ip=10.0.0.1", "detail.App=mail", fmt.Sprintf("times=%d", c.alerts)})
				if err := s.Add(context.Background(), day, config, rows); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N*c.alerts)/b.Elapsed().Seconds(), "alerts/s")
		})
	}
}
