// Package telemetry tells what a server does: as metrics that Prometheus reads, and
// as OpenTelemetry traces.
//
// It looks on and decides nothing: what it observes declares the interface that it
// implements. No text of a query, no value of a row and no token is in a metric or
// a span.
package telemetry

import (
	"net/http"
	"runtime"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/calypso-kql/calypso/intake"
	"github.com/calypso-kql/calypso/store"
)

// seconds are the bounds of the histograms of durations.
var seconds = []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 240}

// Metrics counts what a server does. It is safe for concurrent use.
type Metrics struct {
	registry *prometheus.Registry

	requests  *prometheus.CounterVec
	durations *prometheus.HistogramVec
	waiting   *prometheus.GaugeVec
	working   *prometheus.GaugeVec

	rows, bytes, batches *prometheus.CounterVec
	syncs                prometheus.Histogram
	works                *prometheus.HistogramVec
	failures             *prometheus.CounterVec

	rules ruleMetrics

	notifications *prometheus.CounterVec
	sending       *prometheus.HistogramVec
	automation    *prometheus.CounterVec
}

// NewMetrics returns metrics of a server of the version given, which has counted
// nothing yet.
func NewMetrics(version string) *Metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: "calypso_" + name, Help: help}, labels)
	}
	gauge := func(name, help string, labels ...string) *prometheus.GaugeVec {
		return prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "calypso_" + name, Help: help}, labels)
	}
	histogram := func(name, help string, labels ...string) *prometheus.HistogramVec {
		return prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "calypso_" + name, Help: help, Buckets: seconds}, labels)
	}
	m := &Metrics{
		registry:  prometheus.NewRegistry(),
		requests:  counter("http_requests_total", "Requests that were answered.", "method", "route", "status"),
		durations: histogram("http_request_duration_seconds", "How long requests took.", "method", "route"),
		waiting:   gauge("http_requests_waiting", "Requests that wait for a place.", "kind"),
		working:   gauge("http_requests_in_work", "Requests that have a place.", "kind"),
		rows:      counter("ingested_rows_total", "Rows that were stored, by table.", "table"),
		bytes:     counter("ingested_bytes_total", "Bytes of the log and of segments that these rows took.", "table"),
		batches:   counter("ingested_parts_total", "Parts of batches that were stored, one for each table of a batch.", "table"),
		syncs: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "calypso_store_log_sync_duration_seconds", Help: "How long fsync of the log took.", Buckets: seconds,
		}),
		works:    histogram("store_work_duration_seconds", "How long work on a table took: seal, compact.", "work"),
		failures: counter("store_work_failures_total", "Work on a table that has failed.", "work"),

		rules:         newRuleMetrics(counter),
		notifications: counter("notifications_total", "What became of messages, by channel: sent, retry, dead, folded into another.", "channel", "outcome"),
		sending:       histogram("notification_duration_seconds", "How long it took to send a message, or to fail.", "channel"),
		automation:    counter("automation_rules_applied_total", "Automation rules that were applied.", "rule"),
	}
	build := gauge("build_info", "Which program this is; always 1.", "version", "goversion")
	build.WithLabelValues(version, runtime.Version()).Set(1)
	m.registry.MustRegister(m.rules.collectors()...)
	m.registry.MustRegister(m.requests, m.durations, m.waiting, m.working, m.rows, m.bytes, m.batches, m.syncs, m.works, m.failures, m.notifications, m.sending, m.automation, build,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Handler answers with all metrics, in Prometheus' text format; with the others where
// some can't be had, as those that are in a database which is away.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError})
}

// Answered is told of a request that has been answered. route is the pattern that
// it matched, empty for none.
func (m *Metrics) Answered(method, route string, status int, took time.Duration) {
	if route == "" {
		// What nobody serves has any address.
		method, route = "other", "none"
	}
	m.requests.WithLabelValues(method, route, strconv.Itoa(status)).Inc()
	m.durations.WithLabelValues(method, route).Observe(took.Seconds())
}

// Waiting and Working are told how many more requests of a kind wait, or are worked
// on; less than nothing where it is fewer.
func (m *Metrics) Waiting(kind string, more int) { m.waiting.WithLabelValues(kind).Add(float64(more)) }

// Working is told how many more requests of a kind are worked on.
func (m *Metrics) Working(kind string, more int) { m.working.WithLabelValues(kind).Add(float64(more)) }

// Synced implements store.Observer.
func (m *Metrics) Synced(took time.Duration, _ int) { m.syncs.Observe(took.Seconds()) }

// Stored implements store.Observer.
func (m *Metrics) Stored(table string, rows, bytes int64) {
	m.rows.WithLabelValues(table).Add(float64(rows))
	m.bytes.WithLabelValues(table).Add(float64(bytes))
	m.batches.WithLabelValues(table).Inc()
}

// Worked implements store.Observer.
func (m *Metrics) Worked(work, _ string, took time.Duration, err error) {
	m.works.WithLabelValues(work).Observe(took.Seconds())
	if err != nil {
		m.failures.WithLabelValues(work).Inc()
	}
}

// Watch adds what is asked of a store, and of what comes into it, when the metrics
// are read. running returns how many queries and commands run.
func (m *Metrics) Watch(s *store.Store, in *intake.Intake, running func() int) {
	m.registry.MustRegister(&watched{store: s, intake: in, running: running})
}

// watched collects what is looked up when it is asked for.
type watched struct {
	store   *store.Store
	intake  *intake.Intake
	running func() int
}

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("calypso_"+name, help, labels, nil)
}

// The metrics that are looked up.
func (w *watched) descs() map[string]*prometheus.Desc {
	return map[string]*prometheus.Desc{
		"ready":      desc("ready", "1 if the store takes logs and writes segments, as /readyz says."),
		"running":    desc("requests_running", "Queries and commands that run."),
		"rows":       desc("store_rows", "Rows of a table.", "table"),
		"hot":        desc("store_hot_rows", "Rows of a table that are in memory and in no segment yet.", "table"),
		"bytes":      desc("store_segment_bytes", "Size of a table's segments.", "table"),
		"segments":   desc("store_segments", "Segments of a table.", "table"),
		"log":        desc("store_log_bytes", "Size of the log."),
		"memory":     desc("store_hot_bytes", "Size of the rows that are in memory."),
		"damage":     desc("store_damages", "Things that were found damaged when the store was opened."),
		"records":    desc("intake_rows_total", "Rows that were taken in, by source.", "kind", "source"),
		"taken":      desc("intake_bytes_total", "Bytes that were read from a source, as they came.", "kind", "source"),
		"batches":    desc("intake_batches_total", "Batches that were taken in.", "kind", "source"),
		"duplicates": desc("intake_duplicates_total", "Batches that had been stored before.", "kind", "source"),
		"rejected":   desc("intake_rejected_records_total", "Records that were not understood.", "kind", "source"),
		"nulls":      desc("intake_null_values_total", "Values that became null.", "kind", "source"),
		"lag":        desc("intake_lag", "What is known to wait: bytes of a folder's files, messages of a partition.", "kind", "source"),
	}
}

// Describe implements prometheus.Collector.
func (w *watched) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range w.descs() {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (w *watched) Collect(ch chan<- prometheus.Metric) {
	d := w.descs()
	gauge := func(name string, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d[name], prometheus.GaugeValue, v, labels...)
	}
	count := func(name string, v int64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d[name], prometheus.CounterValue, float64(v), labels...)
	}
	ready := 1.0
	if w.store.Ready() != nil {
		ready = 0
	}
	gauge("ready", ready)
	gauge("running", float64(w.running()))
	gauge("log", float64(w.store.LogBytes()))
	gauge("memory", float64(w.store.HotBytes()))
	gauge("damage", float64(len(w.store.Damage())))
	for _, st := range w.store.Snapshot().Stats() {
		gauge("rows", float64(st.Rows+st.HotRows), st.Table)
		gauge("hot", float64(st.HotRows), st.Table)
		gauge("bytes", float64(st.Bytes), st.Table)
		gauge("segments", float64(st.Segments), st.Table)
	}
	for _, c := range w.intake.Counters().All() {
		count("records", c.Rows, c.Kind, c.Name)
		count("taken", c.Bytes, c.Kind, c.Name)
		count("batches", c.Batches, c.Kind, c.Name)
		count("duplicates", c.Duplicates, c.Kind, c.Name)
		count("rejected", c.Rejected, c.Kind, c.Name)
		count("nulls", c.Nulls, c.Kind, c.Name)
		gauge("lag", float64(c.Lag), c.Kind, c.Name)
	}
}
