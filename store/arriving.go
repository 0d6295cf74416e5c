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
	// until is what ArrivedUntil has answered at most: rows that come now arrive later,
	// whatever the clock says.
	until int64
}

// hold notes a batch whose rows arrive at a time and later until release is called. The
// time is another if whoever asked was told that all rows of it have arrived.
func (a *arriving) hold(ticks int64) (at int64, release func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	at = max(ticks, a.until+1)
	if a.times == nil {
		a.times = map[int64]int{}
	}
	a.times[at]++
	return at, func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		if a.times[at]--; a.times[at] == 0 {
			delete(a.times, at)
		}
	}
}

// arrive gives rows that arrive with the batch a time of arrival that nobody was told to
// have passed: their own, unless they were long on their way here, or the clock has gone
// back.
func (b *Bulk) arrive(in Rows) (Rows, error) {
	at := in.Schema.Index(timeReceived)
	if at < 0 || in.Schema.Columns[at].Type != types.DateTime || in.Rows.Len() == 0 {
		return in, nil
	}
	col, err := in.Rows.Column(at)
	if err != nil {
		return in, err
	}
	view := column.ViewOf[int64](col)
	stamp := view.At(0) // rows that arrive together have one time
	if b.release == nil {
		b.arrived, b.release = b.s.arriving.hold(stamp)
	}
	if stamp >= b.arrived {
		return in, nil
	}
	cols := make([]column.Column, in.Rows.Width())
	for c := range cols {
		if c == at {
			cols[c] = column.NewConst(types.DateTime, b.arrived, in.Rows.Len())
		} else if cols[c], err = in.Rows.Column(c); err != nil {
			return in, err
		}
	}
	in.Rows = column.NewBatch(in.Rows.Len(), cols)
	return in, nil
}

// ArrivedUntil returns the time, now at most, up to which rows have arrived: all
// Arriving ones whose _TimeReceived is no later are in every snapshot that is taken
// afterwards. Those that come later get a later time.
func (s *Store) ArrivedUntil(now time.Time) time.Time {
	s.arriving.mu.Lock()
	defer s.arriving.mu.Unlock()
	for ticks := range s.arriving.times {
		if t := types.TimeOf(ticks - 1); t.Before(now) {
			now = t
		}
	}
	if ticks, ok := types.TicksOf(now); ok {
		s.arriving.until = max(s.arriving.until, ticks)
	}
	return now
}
