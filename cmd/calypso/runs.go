package main

import (
	"fmt"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/calypso-kql/calypso/internal/oneline"
	"github.com/calypso-kql/calypso/ledger"
)

func runsCommand() *cobra.Command {
	var (
		from   databaseFlags
		f      ledger.Filter
		states []string
		format string
	)
	c := &cobra.Command{
		Use:   "runs --store DIR [--rule RULE] [--state S,…] [--limit N] [-o table|json]",
		Short: "Show which windows of rules have run, and what came of them",
		Long: `Show the windows of rules, the latest first, also while calypso serve runs. States:
pending, running, evaluated (its alerts are to be written), done, failed (tried six
times), suppressed (shortly after an alert), carried (failed, and taken on by the
next), overdue and then abandoned (too far in the past).`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			asJSON, err := isJSON(format, "table")
			if err != nil {
				return err
			}
			if f.States, err = each(states, ledger.ParseState); err != nil {
				return err
			}
			l, closeIt, err := from.ledger(false)
			if err != nil {
				return err
			}
			defer closeIt()
			runs, err := l.Runs(f)
			if err != nil {
				return failed(err)
			}
			if asJSON {
				return printJSON(append([]ledger.Run{}, runs...)) // [] of none
			}
			defer tellLimit(len(runs), f.Limit)
			return writeRuns(runs)
		},
	}
	from.register(c)
	c.Flags().StringVar(&f.Rule, "rule", "", "only the rule with this ID or name")
	c.Flags().StringSliceVar(&states, "state", nil, "only windows in these states")
	c.Flags().IntVar(&f.Limit, "limit", 50, "at most so many; 0 is all")
	c.Flags().StringVarP(&format, "output", "o", "table", "table for people, json for machines")
	return c
}

func writeRuns(runs []ledger.Run) error {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "Window ends\tRule\tState\tAttempt\tRows\tAlerts\tStarted\tTook\tError")
	for _, r := range runs {
		started, took := "", ""
		if !r.Started.IsZero() {
			started = stamp(r.Started)
			if !r.Ended.IsZero() {
				took = r.Ended.Sub(r.Started).Round(time.Millisecond).String()
			}
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%d\t%d\t%s\t%s\t%s\n", stamp(r.To), r.Name, r.State, r.Attempt, r.Rows, r.Alerts, started, took, errorOf(&r))
	}
	return failed(w.Flush())
}

// errorOf returns what a window failed with, in a line that does not say again which one
// it was.
func errorOf(r *ledger.Run) string {
	text := strings.TrimPrefix(r.Error, fmt.Sprintf("rule %s at %s: ", r.Name, r.To.Format(time.RFC3339)))
	line, rest, _ := strings.Cut(text, "\n")
	if strings.HasSuffix(line, ":") {
		what, _, _ := strings.Cut(rest, "\n")
		line += " " + what
	}
	return oneline.Of(line)
}
