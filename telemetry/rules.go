package telemetry

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// ruleMetrics count what rules do. A rule is its ID; names change.
type ruleMetrics struct {
	runs, rows, alerts, seconds *prometheus.CounterVec
	duration, lateness          prometheus.Histogram
	last                        *prometheus.GaugeVec
}

// lateBounds are the bounds of the histogram of lateness, in seconds.
var lateBounds = []float64{.1, .5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200, 86400}

func newRuleMetrics(counter func(name, help string, labels ...string) *prometheus.CounterVec) ruleMetrics {
	return ruleMetrics{
		runs:    counter("rule_runs_total", "Windows of rules that were closed, by what became of them.", "rule", "state"),
		rows:    counter("rule_rows_total", "Rows that queries of rules answered with.", "rule"),
		alerts:  counter("rule_alerts_total", "Alerts that rules raised.", "rule"),
		seconds: counter("rule_seconds_total", "How long windows took, from the begin of the last attempt to their end.", "rule"),
		duration: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "calypso_rule_duration_seconds", Help: "How long windows of all rules took.", Buckets: seconds,
		}),
		lateness: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "calypso_rule_lateness_seconds", Help: "How long after they were due windows began.", Buckets: lateBounds,
		}),
		last: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "calypso_rule_last_window_timestamp_seconds", Help: "The end of the last window of a rule that was done.",
		}, []string{"rule"}),
	}
}

func (m *ruleMetrics) collectors() []prometheus.Collector {
	return []prometheus.Collector{m.runs, m.rows, m.alerts, m.seconds, m.duration, m.lateness, m.last}
}

// A RuleRun is a window of a rule that has been closed.
type RuleRun struct {
	Rule, State  string
	Window       time.Time // its end
	Rows, Alerts int64
	// Late is how long after it was due it began, Took how long it took; 0 if it was
	// not evaluated.
	Late, Took time.Duration
	// Done says that it was evaluated and its alerts are delivered.
	Done bool
}

// RuleRan is told of windows of rules.
func (m *Metrics) RuleRan(r RuleRun) {
	m.rules.runs.WithLabelValues(r.Rule, r.State).Inc()
	m.rules.rows.WithLabelValues(r.Rule).Add(float64(r.Rows))
	m.rules.alerts.WithLabelValues(r.Rule).Add(float64(r.Alerts))
	m.rules.seconds.WithLabelValues(r.Rule).Add(r.Took.Seconds())
	if r.Took > 0 {
		m.rules.duration.Observe(r.Took.Seconds())
		m.rules.lateness.Observe(r.Late.Seconds())
	}
	if r.Done {
		m.rules.last.WithLabelValues(r.Rule).Set(float64(r.Window.Unix()))
	}
}

// WatchRules adds how many windows of rules wait, which is asked when the metrics are
// read.
func (m *Metrics) WatchRules(backlog func() (int, error)) {
	m.registry.MustRegister(watchedRules(backlog))
}

type watchedRules func() (int, error)

func (w watchedRules) desc() *prometheus.Desc {
	return desc("rule_windows_waiting", "Windows of rules that are due and not closed.")
}

// Describe implements prometheus.Collector.
func (w watchedRules) Describe(ch chan<- *prometheus.Desc) { ch <- w.desc() }

// Collect implements prometheus.Collector.
func (w watchedRules) Collect(ch chan<- prometheus.Metric) {
	n, err := w()
	if err != nil {
		ch <- prometheus.NewInvalidMetric(w.desc(), err)
		return
	}
	ch <- prometheus.MustNewConstMetric(w.desc(), prometheus.GaugeValue, float64(n))
}
