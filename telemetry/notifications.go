package telemetry

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/calypso-kql/calypso/notify"
)

// Notified implements notify.Observer.
func (m *Metrics) Notified(channel, outcome string, messages int, took time.Duration) {
	m.notifications.WithLabelValues(channel, outcome).Add(float64(messages))
	if outcome != "folded" {
		m.sending.WithLabelValues(channel).Observe(took.Seconds())
	}
}

// Automated is told that an automation rule was applied.
func (m *Metrics) Automated(rule string) { m.automation.WithLabelValues(rule).Inc() }

// WatchQueue adds how many messages wait and are dead, asked of the queue when the
// metrics are read.
func (m *Metrics) WatchQueue(q *notify.Queue) { m.registry.MustRegister(&watchedQueue{q}) }

type watchedQueue struct{ queue *notify.Queue }

func (w *watchedQueue) desc() *prometheus.Desc {
	return desc("notifications", "Messages that wait to be sent, and dead ones, which are not tried any more.", "channel", "state")
}

// Describe implements prometheus.Collector.
func (w *watchedQueue) Describe(ch chan<- *prometheus.Desc) { ch <- w.desc() }

// Collect implements prometheus.Collector.
func (w *watchedQueue) Collect(ch chan<- prometheus.Metric) {
	counts, err := w.queue.Counts()
	if err != nil {
		ch <- prometheus.NewInvalidMetric(w.desc(), err)
		return
	}
	for _, c := range counts {
		ch <- prometheus.MustNewConstMetric(w.desc(), prometheus.GaugeValue, float64(c.Messages), c.Channel, string(c.State))
	}
}
