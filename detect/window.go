package detect

import "time"

// nrtEvery is how often near-real-time rules run, each time over what arrived since.
const nrtEvery = time.Minute

// Timing returns how often the rule runs, and how far its windows reach back.
func (r *Rule) Timing() (every, period time.Duration) {
	if r.Kind == NRT {
		return nrtEvery, nrtEvery
	}
	return r.Frequency, r.Period
}

// Arrival tells whether the rule's windows are about when rows arrived, rather than
// about when they were generated.
func (r *Rule) Arrival() bool { return r.Kind == NRT || r.ByArrival }

// Window returns the time that an evaluation at T looks at: (from, to].
func (r *Rule) Window(at time.Time) (from, to time.Time) {
	_, period := r.Timing()
	return at.Add(-period), at
}

// LastEnd returns the last time by now at which a window of the rule ends: a whole
// number of periods between runs after its start or, if it has none, after the
// beginning of time; ok is false before its start, when end is where one would be.
func (r *Rule) LastEnd(now time.Time) (end time.Time, ok bool) {
	every, _ := r.Timing()
	if r.Start.IsZero() {
		return now.UTC().Truncate(every), true
	}
	since := now.Sub(r.Start)
	if end = r.Start.UTC().Add(since.Truncate(every)); end.After(now) {
		end = end.Add(-every) // before its start
	}
	return end, since >= 0
}
