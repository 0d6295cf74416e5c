package store

import (
	"sync"
	"time"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
)

// arriving are the times of arrival of batches that are being appended: rows with
// these times are in no snapshot yet.
type arriving struct {
	mu    sync.Mutex
	times map[int64]int
}

// add notes a batch until the function that it returns is called.
func (a *arriving) add(rows []Rows) (done func()) {
	least, ok := int64(0), false
	for _, r := range rows {
		i := r.Schema.Index(timeReceived)
		if i < 0 || r.Schema.Columns[i].Type != types.DateTime || r.Rows.Len() == 0 {
			continue
		}
		col, err := r.Rows.Column(i)
		if err != nil {
			continue // Append says so
		}
		// Rows that arrive together have one time.
		if view := column.ViewOf[int64](col); !view.Null(0) && (!ok || view.At(0) < least) {
			least, ok = view.At(0), true
		}
	}
	if !ok {
		return func() {}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.times == nil {
		a.times = map[int64]int{}
	}
	a.times[least]++
	return func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		if a.times[least]--; a.times[least] == 0 {
			delete(a.times, least)
		}
	}
}

// ArrivedUntil returns the time, now at most, up to which rows have arrived: all
// whose _TimeReceived is no later and whose Append has begun are in every snapshot
// that is taken afterwards.
func (s *Store) ArrivedUntil(now time.Time) time.Time {
	s.arriving.mu.Lock()
	defer s.arriving.mu.Unlock()
	for ticks := range s.arriving.times {
		if t := types.TimeOf(ticks - 1); t.Before(now) {
			now = t
		}
	}
	return now
}
