package telemetry

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/calypso-kql/calypso/incident"
)

// WatchIncidents adds how many incidents there are, asked for when the metrics are
// read.
func (m *Metrics) WatchIncidents(s *incident.Store) { m.registry.MustRegister(&watchedIncidents{s}) }

// WatchDatabase adds whether the database can be used, which is asked when the metrics
// are read.
func (m *Metrics) WatchDatabase(away func() error) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "calypso_database_up", Help: "1 if the database can be used; while it can't, rules, incidents and messages wait.",
	}, func() float64 {
		if away() != nil {
			return 0
		}
		return 1
	}))
}

type watchedIncidents struct{ store *incident.Store }

func (w *watchedIncidents) descs() (incidents, waiting *prometheus.Desc) {
	return desc("incidents", "Incidents in the database.", "status", "severity"),
		desc("incident_rows_waiting", "Rows of SecurityIncident and SecurityAlert that wait to be stored.")
}

// Describe implements prometheus.Collector.
func (w *watchedIncidents) Describe(ch chan<- *prometheus.Desc) {
	incidents, waiting := w.descs()
	ch <- incidents
	ch <- waiting
}

// Collect implements prometheus.Collector.
func (w *watchedIncidents) Collect(ch chan<- prometheus.Metric) {
	incidents, waiting := w.descs()
	counts, err := w.store.Count()
	if err != nil {
		ch <- prometheus.NewInvalidMetric(incidents, err)
		return
	}
	for _, c := range counts {
		ch <- prometheus.MustNewConstMetric(incidents, prometheus.GaugeValue, float64(c.Incidents), c.Status, c.Severity)
	}
	n, err := w.store.Waiting()
	if err != nil {
		ch <- prometheus.NewInvalidMetric(waiting, err)
		return
	}
	ch <- prometheus.MustNewConstMetric(waiting, prometheus.GaugeValue, float64(n))
}
