package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/calypso-kql/calypso/backtest"
	"github.com/calypso-kql/calypso/detect"
	"github.com/calypso-kql/calypso/internal/pace"
	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/workspace"
)

// backtestFlags say what is backtested.
type backtestFlags struct {
	data     dataFlags
	limits   limitFlags
	from, to string
	delay    time.Duration
	against  string
	samples  int
}

func backtestCommand() *cobra.Command {
	f := &backtestFlags{}
	c := &cobra.Command{
		Use:   "backtest RULE --from T [--to T] -d PATH… | --store DIR [--against OTHER]",
		Short: "Say what a rule would have found at every window of a past range",
		Long: `Evaluate a rule at every window of a past range, as it would have run then: rows
that arrived later (by _TimeReceived) are not seen. It tells windows and alerts by
day, what an evaluation costs, and the first alerts; with --against another version
of the rule, which alerts would be gained and which lost.`,
		Example: `  calypso backtest rules/failures.yaml --store data --from 2026-03-01 --to 2026-03-08
  calypso backtest new.yaml --against old.yaml --store data --from 2026-03-01`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			pace.Server()
			return f.run(cmd.Context(), args[0])
		},
	}
	f.data.register(c)
	f.data.keep = true
	f.limits.register(c)
	c.Flags().StringVar(&f.from, "from", "", "windows end after this time")
	c.Flags().StringVar(&f.to, "to", "", "and by this one; this machine's clock if not given")
	c.Flags().DurationVar(&f.delay, "delay", 5*time.Minute, "how long after its end a window was evaluated")
	c.Flags().StringVar(&f.against, "against", "", "another version of the rule, to compare with")
	c.Flags().IntVar(&f.samples, "alerts", 3, "show so many alerts")
	return c
}

func readRule(path string) (*detect.Rule, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, failed(err)
	}
	r, err := detect.Parse(path, text)
	if err != nil {
		return nil, &exitError{exitInvalid, err}
	}
	return r, nil
}

func (f *backtestFlags) run(ctx context.Context, path string) error {
	if f.from == "" {
		return errors.New("want --from T: the time after which windows end")
	}
	from, err := moment("--from", f.from)
	if err != nil {
		return err
	}
	to, err := moment("--to", f.to)
	if err != nil {
		return err
	}
	rules := []string{path}
	if f.against != "" {
		rules = append(rules, f.against)
	}
	engine, err := kql.New()
	if err != nil {
		return failed(err)
	}
	ws, set, err := f.data.open(ctx)
	if err != nil {
		return err
	}
	defer set.Close()
	querier := workspace.NewQuerier(engine, ws, f.limits.options(0, &f.data))
	var results []*backtest.Result
	for _, path := range rules {
		res, err := f.evaluate(ctx, querier, path, from, to)
		switch {
		case errors.Is(err, context.Canceled) && len(results) == 0 && res != nil && len(res.Windows) > 0:
			return failed(errors.Join(f.tell([]*backtest.Result{res}), fmt.Errorf("interrupted: these are the windows up to %s", stamp(res.Windows[len(res.Windows)-1].To))))
		case err != nil:
			return err
		}
		results = append(results, res)
	}
	if err := f.tell(results); err != nil {
		return failed(err)
	}
	for _, r := range results {
		if err := r.Err(); err != nil {
			return failed(err)
		}
	}
	return nil
}

// evaluate runs the rule of a file over a range. Interrupted, it returns the windows so
// far with the error.
func (f *backtestFlags) evaluate(ctx context.Context, querier *workspace.Querier, path string, from, to time.Time) (*backtest.Result, error) {
	r, err := readRule(path)
	if err != nil {
		return nil, err
	}
	q := querierOf(r, querier)
	if r.Arrival() {
		q = q.ByArrival()
	}
	f.data.tellEmpty(os.Stderr, q.Absent(r.Query))
	delay := f.delay
	if r.Delay != nil {
		delay = *r.Delay
	}
	o := backtest.Options{From: from, To: to, Querier: q.WithDelay(delay), Workers: runtime.GOMAXPROCS(0)}
	if !f.data.quiet && term.IsTerminal(int(os.Stderr.Fd())) {
		o.Progress = windowProgress()
	}
	res, err := backtest.Run(ctx, r, o)
	if err != nil {
		return res, failed(err)
	}
	f.tellNoRows(ctx, o.Querier, q.Reads(r.Query), res)
	return res, nil
}

// moment reads a time, which may be relative to this machine's clock, as -7d.
func moment(flag, text string) (time.Time, error) {
	if ago, ok := strings.CutPrefix(text, "-"); ok {
		if d, err := detect.ParseDuration(ago); err == nil {
			return time.Now().UTC().Add(-d), nil
		}
	}
	ticks, err := parseNow(text)
	if err != nil {
		return time.Time{}, fmt.Errorf("%s %q: want a time such as 2026-03-01T12:00:00Z, or -7d", flag, text)
	}
	return types.TimeOf(ticks), nil
}

// tellNoRows says which of the tables that a rule reads have no rows at all in the windows of a
// range in which nothing was found.
func (f *backtestFlags) tellNoRows(ctx context.Context, q detect.Querier, tables []string, r *backtest.Result) {
	if t := r.Total(); f.data.quiet || t.Rows > 0 || t.Failed > 0 {
		return
	}
	_, period := r.Rule.Timing()
	from, to := r.Windows[0].To.Add(-period), r.Windows[len(r.Windows)-1].To
	for _, name := range tables {
		_, rows, err := q.Query(ctx, "['"+name+"'] | take 1 | count", from, to)
		if err != nil || len(rows) == 0 || column.FlatVec[int64](rows[0].Raw(0)).Vals[0] > 0 {
			continue // lists and functions are not asked
		}
		fmt.Fprintf(os.Stderr, "note: %s has no rows from %s to %s\n", name, stamp(from), stamp(to))
	}
}

// windowProgress draws how many windows are done, at most ten times a second.
func windowProgress() func(done, all int) {
	var mu sync.Mutex
	var drawn time.Time
	return func(done, all int) {
		mu.Lock()
		defer mu.Unlock()
		switch {
		case done == all:
			fmt.Fprint(os.Stderr, "\r\x1b[K")
		case time.Since(drawn) > 100*time.Millisecond:
			drawn = time.Now()
			fmt.Fprintf(os.Stderr, "\r%d of %d windows", done, all)
		}
	}
}

func (f *backtestFlags) tell(results []*backtest.Result) error {
	for _, r := range results {
		t := r.Total()
		fmt.Printf("%s (%s)\n%s, %d fired, %d suppressed, %d failed, %s\n", r.Rule.Name, r.Rule.File, count(t.Windows, "window"), t.Fired, t.Suppressed, t.Failed, count(t.Alerts, "alert"))
		w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "Day\tWindows\tFired\tAlerts\tRows")
		for days := r.Days(); len(days) > 0; {
			n := quiet(days)
			if n < quietDays {
				d := days[0]
				fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\n", d.Day.Format(time.DateOnly), d.Windows, d.Fired, d.Alerts, d.Rows)
				days = days[1:]
				continue
			}
			windows := 0
			for _, d := range days[:n] {
				windows += d.Windows
			}
			fmt.Fprintf(w, "%s to %s\t%d\t0\t0\t0\n", days[0].Day.Format(time.DateOnly), days[n-1].Day.Format(time.DateOnly), windows)
			days = days[n:]
		}
		if err := w.Flush(); err != nil {
			return err
		}
		mean := t.Took / time.Duration(t.Windows)
		fmt.Printf("%s a window, at most %s; %s in all\n\n", mean.Round(10*time.Microsecond), t.Most.Round(10*time.Microsecond), r.Took.Round(time.Millisecond))
	}
	if len(results) == 2 {
		gained, lost := backtest.Compare(results[1], results[0])
		if err := f.tellEvents("gained", gained); err != nil {
			return err
		}
		return f.tellEvents("lost", lost)
	}
	var events []backtest.Event
	for _, w := range results[0].Windows {
		for _, a := range w.Alerts {
			events = append(events, backtest.Event{At: w.To, Alert: a})
		}
	}
	return f.tellEvents("raised", events)
}

// quietDays is how many days on end without anything are told in one line: a range may end
// long after the logs do.
const quietDays = 4

// quiet counts the days, from the first on, on which nothing was found, and nothing failed.
func quiet(days []backtest.Day) (n int) {
	for _, d := range days {
		if d.Rows+d.Fired+d.Alerts+d.Failed+d.Suppressed > 0 {
			break
		}
		n++
	}
	return n
}

// tellEvents shows the first of some alerts.
func (f *backtestFlags) tellEvents(what string, events []backtest.Event) error {
	fmt.Printf("%s %s\n", count(len(events), "alert"), what)
	for i, e := range events {
		if i == f.samples {
			fmt.Printf("and %d more; --alerts shows them\n", len(events)-i)
			break
		}
		fmt.Printf("\n%s\n", stamp(e.At))
		if err := e.Alert.WriteCard(os.Stdout); err != nil {
			return err
		}
	}
	return nil
}
