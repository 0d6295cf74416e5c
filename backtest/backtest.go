// Package backtest evaluates a rule at every window of a past range, as it would
// have run then: over the rows that had arrived by that time.
package backtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/calypso-kql/calypso/detect"
)

// Options say what is evaluated.
type Options struct {
	// From and To bound the ends of windows: (From, To].
	From, To time.Time
	// Querier answers as the logs were when a window was due.
	Querier detect.Querier
	// Workers is how many windows are evaluated at a time; 0 is 1.
	Workers int
	// Progress, if not nil, is told after each window how many of how many are
	// done. It may be called concurrently.
	Progress func(done, all int)
}

// A Result is what a rule would have found.
type Result struct {
	Rule *detect.Rule
	// Windows are in order.
	Windows []Window
	// Took is the time of the whole, by the clock.
	Took time.Duration
}

// A Window is one evaluation.
type Window struct {
	To     time.Time
	Rows   int
	Alerts []detect.Alert
	// Suppressed says that the rule would not have run, an alert having been
	// raised shortly before.
	Suppressed bool
	Took       time.Duration
	Err        error

	done bool
}

// maxWindows is how many windows a range has at most.
const maxWindows = 1_000_000

// Run evaluates a rule at all windows of a range. A window that fails is in the
// result; the error is of a range without windows, or with too many, or it is the
// context's, and the result has the windows up to the first that was not evaluated.
func Run(ctx context.Context, r *detect.Rule, o Options) (*Result, error) {
	frequency, period := r.Timing()
	res := &Result{Rule: r}
	if o.To.Before(o.From) {
		return nil, fmt.Errorf("the range ends at %s, before it begins at %s", o.To.Format(time.RFC3339), o.From.Format(time.RFC3339))
	}
	if n := int64(o.To.Sub(o.From) / frequency); n > maxWindows {
		return nil, fmt.Errorf("%s runs every %s, which is more than %d windows from %s to %s: want a range of at most %d days",
			r.Name, detect.KQLDuration(frequency), maxWindows, o.From.Format(time.RFC3339), o.To.Format(time.RFC3339), maxWindows*frequency/(24*time.Hour))
	}
	before, begun := r.LastEnd(o.From)
	to := before.Add(frequency)
	if !begun {
		to = r.Start.UTC()
	}
	for ; !to.After(o.To); to = to.Add(frequency) {
		res.Windows = append(res.Windows, Window{To: to})
	}
	if len(res.Windows) == 0 {
		return nil, fmt.Errorf("no window of %s, which runs every %s, ends after %s and by %s", r.Name, detect.KQLDuration(frequency), o.From.Format(time.RFC3339), o.To.Format(time.RFC3339))
	}
	start := time.Now()
	var next, done atomic.Int64
	var wg sync.WaitGroup
	for range max(o.Workers, 1) {
		wg.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(res.Windows) {
					return
				}
				res.Windows[i].evaluate(ctx, r, period, o.Querier)
				if n := int(done.Add(1)); o.Progress != nil {
					o.Progress(n, len(res.Windows))
				}
			}
		})
	}
	wg.Wait()
	res.Took = time.Since(start)
	if i := slices.IndexFunc(res.Windows, func(w Window) bool { return !w.done }); i >= 0 {
		res.Windows = res.Windows[:i]
	}
	res.inTurn()
	return res, ctx.Err()
}

func (w *Window) evaluate(ctx context.Context, r *detect.Rule, period time.Duration, q detect.Querier) {
	start := time.Now()
	e, err := detect.EvaluateWindow(ctx, r, w.To.Add(-period), w.To, q)
	w.Took, w.done = time.Since(start), ctx.Err() == nil
	if err != nil {
		w.Err = err
		return
	}
	w.Rows, w.Alerts = e.Rows, e.Alerts
}

// inTurn takes from windows, in their order, the alerts that they would not have raised: all,
// if the rule is suppressed after an alert of one before; and, of a rule that raises one alert
// an event, those about events that windows before have raised alerts of.
func (r *Result) inTurn() {
	seen := map[string]bool{}
	var last time.Time
	for i := range r.Windows {
		w := &r.Windows[i]
		if !last.IsZero() && !w.To.After(last.Add(r.Rule.Suppression)) {
			w.Suppressed, w.Alerts = true, nil
			continue
		}
		if r.Rule.Once {
			w.Alerts = slices.DeleteFunc(w.Alerts, func(a detect.Alert) bool {
				return !slices.ContainsFunc(a.Events, func(e string) bool { return !seen[e] })
			})
		}
		for _, a := range w.Alerts {
			last = w.To
			for _, e := range a.Events {
				seen[e] = true
			}
		}
	}
}

// A Total sums up windows.
type Total struct {
	Windows, Fired, Suppressed, Failed, Alerts, Rows int
	// Took is the time of evaluations, Most that of the slowest.
	Took, Most time.Duration
}

func (t *Total) add(w *Window) {
	t.Windows++
	t.Alerts += len(w.Alerts)
	t.Rows += w.Rows
	t.Took += w.Took
	t.Most = max(t.Most, w.Took)
	switch {
	case w.Err != nil:
		t.Failed++
	case w.Suppressed:
		t.Suppressed++
	case len(w.Alerts) > 0:
		t.Fired++
	}
}

// A Day is the windows that end on a day.
type Day struct {
	Day time.Time // its first moment, UTC
	Total
}

// Total returns the sum of all windows, Days those of days, in order.
func (r *Result) Total() (t Total) {
	for i := range r.Windows {
		t.add(&r.Windows[i])
	}
	return t
}

// Days returns the sums of days, in order.
func (r *Result) Days() (out []Day) {
	for i := range r.Windows {
		day := r.Windows[i].To.Truncate(24 * time.Hour)
		if len(out) == 0 || out[len(out)-1].Day != day {
			out = append(out, Day{Day: day})
		}
		out[len(out)-1].add(&r.Windows[i])
	}
	return out
}

// Err returns the errors of windows that failed, each kind once.
func (r *Result) Err() error {
	var errs []error
	seen := map[string]bool{}
	for _, w := range r.Windows {
		if w.Err == nil {
			continue
		}
		// The same mistake is told with each window's time.
		_, what, _ := strings.Cut(w.Err.Error(), ": ")
		if !seen[what] {
			seen[what] = true
			errs = append(errs, w.Err)
		}
	}
	return errors.Join(errs...)
}

// An Event is an alert at its window.
type Event struct {
	At    time.Time
	Alert detect.Alert
}

// Compare returns the alerts that only b has, and those that only a has. Alerts are
// the same if they are about the same entities or, if they have none, have the same name, and
// are of one window. Where the rules run at different times the windows end less than the
// longer frequency apart.
func Compare(a, b *Result) (gained, lost []Event) {
	fa, _ := a.Rule.Timing()
	fb, _ := b.Rule.Timing()
	apart := max(fa, fb)
	return without(b, a, apart), without(a, b, apart)
}

// without returns the events of a that b does not have.
func without(a, b *Result, apart time.Duration) (out []Event) {
	have := map[string][]time.Time{}
	for _, w := range b.Windows {
		for _, x := range w.Alerts {
			k := key(&x)
			have[k] = append(have[k], w.To)
		}
	}
	for _, w := range a.Windows {
		for _, x := range w.Alerts {
			k := key(&x)
			at := have[k] // in order, as the windows of a are
			for len(at) > 0 && w.To.Sub(at[0]) >= apart {
				at = at[1:]
			}
			if len(at) > 0 && at[0].Sub(w.To) < apart {
				at = at[1:]
			} else {
				out = append(out, Event{w.To, x})
			}
			have[k] = at
		}
	}
	return out
}

// key is a text that differs for alerts that are about other entities.
func key(a *detect.Alert) string {
	if len(a.Entities) == 0 {
		return a.Name
	}
	var parts []string
	for _, e := range a.Entities {
		parts = append(parts, fmt.Sprintf("%q", e))
	}
	slices.Sort(parts)
	return strings.Join(parts, " ")
}
