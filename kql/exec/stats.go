package exec

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/calypso-kql/calypso/kql/plan"
)

// Stats collects what each operator of a query did, for EXPLAIN ANALYZE. The
// zero Stats is ready for use, by one query at a time.
type Stats struct {
	mu    sync.Mutex
	nodes map[plan.Node]*OpStats
}

// OpStats is what one operator did, over all workers.
type OpStats struct {
	rows, batches, bytes, nanos atomic.Int64
	skips                       plan.Skips
}

// Rows returns the number of rows that left the operator.
func (s *OpStats) Rows() int64 { return s.rows.Load() }

// Batches returns the number of batches that left the operator.
func (s *OpStats) Batches() int64 { return s.batches.Load() }

// Bytes returns the size of what left the operator, by estimate. Columns that
// nobody has read yet and dictionaries count for their row numbers alone.
func (s *OpStats) Bytes() int64 { return s.bytes.Load() }

// Time returns the time that the operator's own work took, summed over the
// workers; for an operator that needs all of its input it includes the stages
// below it.
func (s *OpStats) Time() time.Duration { return time.Duration(s.nanos.Load()) }

// Skips is what reading a table did not have to read.
func (s *OpStats) Skips() *plan.Skips { return &s.skips }

// String prints the figures for the end of a line of EXPLAIN.
func (s *OpStats) String() string {
	text := fmt.Sprintf("%d rows, %d batches, %d bytes, %s", s.Rows(), s.Batches(), s.Bytes(), s.Time().Round(time.Microsecond))
	if skips := s.skips.String(); skips != "" {
		text += "; " + skips
	}
	return text
}

// Of returns what is known of the operator n of the plan that ran; nil if it
// did not run.
func (s *Stats) Of(n plan.Node) *OpStats {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.nodes[n]
}

// Explain prints the plan with the figures of each operator.
func (s *Stats) Explain(root plan.Node) string {
	return plan.PrintAnnotated(root, func(n plan.Node) string {
		if o := s.Of(n); o != nil {
			return o.String()
		}
		return ""
	})
}

// statsOf returns the place to count for n, nil if statistics are off.
func (q *query) statsOf(n plan.Node) *OpStats {
	if q.Stats == nil {
		return nil
	}
	q.originMu.Lock()
	for q.origin[n] != nil {
		n = q.origin[n]
	}
	q.originMu.Unlock()
	s := q.Stats
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.nodes == nil {
		s.nodes = map[plan.Node]*OpStats{}
	}
	o := s.nodes[n]
	if o == nil {
		o = &OpStats{}
		s.nodes[n] = o
	}
	return o
}
