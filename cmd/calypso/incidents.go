package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/calypso-kql/calypso/detect"
	"github.com/calypso-kql/calypso/incident"
	"github.com/calypso-kql/calypso/ingest"
	"github.com/calypso-kql/calypso/internal/oneline"
	"github.com/calypso-kql/calypso/kql/types"
)

func incidentsCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "incidents",
		Short: "See and work on incidents: list, show, create, assign, comment, close, reopen, label …",
		Long: `See and work on the incidents of a store or a database, also while calypso serve
runs. NUMBERS is one or several of them, as 7 or 7,12-15.`,
	}
	c.AddCommand(incidentsListCommand(), incidentsShowCommand(), createCommand(), assignCommand(), commentCommand(), closeCommand(), reopenCommand(), labelCommand(), setCommand(), taskCommand())
	for _, sub := range c.Commands() {
		sub.DisableFlagsInUseLine = true
	}
	return c
}

// choices are the flags that say which incidents or alerts are wanted.
type choices struct {
	statuses, severities []string
	since                string
	format               string
}

func (x *choices) register(c *cobra.Command, statuses string) {
	c.Flags().StringSliceVar(&x.statuses, "status", nil, "only those of these statuses: "+statuses)
	c.Flags().StringSliceVar(&x.severities, "severity", nil, "only those of these severities: High, Medium, Low, Informational")
	c.Flags().StringVar(&x.since, "since", "", "only those since then: 24h, 7d, or a time")
	c.Flags().StringVarP(&x.format, "output", "o", "table", "table for people, json for machines")
}

// time returns what --since says, zero if nothing.
func (x *choices) time() (time.Time, error) {
	if x.since == "" {
		return time.Time{}, nil
	}
	if ticks, ok := ingest.ParseTime(x.since); ok {
		return types.TimeOf(ticks), nil
	}
	d, err := detect.ParseDuration(x.since)
	if err != nil {
		return time.Time{}, fmt.Errorf("--since %q: want 24h, 7d, or a time such as 2026-03-01T12:00:00Z", x.since)
	}
	return time.Now().Add(-d), nil
}

func each[T any](texts []string, parse func(string) (T, error)) (out []T, err error) {
	for _, text := range texts {
		v, err := parse(text)
		if err != nil {
			return nil, fmt.Errorf("--%w", err)
		}
		out = append(out, v)
	}
	return out, nil
}

// isJSON tells whether an answer is for machines.
func isJSON(format, other string) (bool, error) {
	if format != "json" && format != other {
		return false, fmt.Errorf("want -o %s or json, not %q", other, format)
	}
	return format == "json", nil
}

func printJSON(v any) error {
	e := json.NewEncoder(os.Stdout)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return failed(e.Encode(v))
}

// answer reads alerts or incidents, and writes them for people or machines.
func answer[T any](from *incidentFlags, format, forPeople string, get func(incidents) ([]T, error), write func([]T) error) error {
	asJSON, err := isJSON(format, forPeople)
	if err != nil {
		return err
	}
	s, closeIt, err := from.read()
	if err != nil {
		return err
	}
	defer closeIt()
	all, err := get(s)
	if err != nil {
		return failed(err)
	}
	if asJSON {
		return printJSON(all)
	}
	return write(all)
}

func incidentsListCommand() *cobra.Command {
	var (
		from incidentFlags
		x    choices
		f    incident.Filter
	)
	c := &cobra.Command{
		Use:     "list --store DIR [--status S,…] [--severity S,…] [--owner WHO] [--rule RULE] [--entity E] [--since T]",
		Short:   "List incidents, the latest first",
		Example: "  calypso incidents list --store data --status New,Active --severity High --owner none",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			var errs [3]error
			f.Statuses, errs[0] = each(x.statuses, incident.ParseStatus)
			f.Severities, errs[1] = each(x.severities, incident.ParseSeverity)
			f.Created, errs[2] = x.time()
			if err := errors.Join(errs[:]...); err != nil {
				return err
			}
			return answer(&from, x.format, "table", func(s incidents) ([]*incident.Incident, error) { return s.Incidents(f) }, func(all []*incident.Incident) error {
				defer tellLimit(len(all), f.Limit)
				return writeIncidents(all)
			})
		},
	}
	from.register(c)
	x.register(c, "New, Active, Closed")
	c.Flags().StringVar(&f.Owner, "owner", "", "only those of an owner; none is for those without")
	c.Flags().StringVar(&f.Label, "label", "", "only those with a label")
	c.Flags().StringVar(&f.Rule, "rule", "", "only those of the rule with this ID or name")
	c.Flags().StringVar(&f.Entity, "entity", "", "only those with an entity that is identified by this: an address, a name")
	c.Flags().IntVar(&f.Limit, "limit", 50, "at most so many; 0 is all")
	return c
}

// tellLimit says that there may be more than so many that are shown.
func tellLimit(shown, limit int) {
	if limit > 0 && shown == limit {
		fmt.Fprintf(os.Stderr, "the latest %d; --limit 0 shows all\n", limit)
	}
}

func writeIncidents(all []*incident.Incident) error {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "Number\tSeverity\tStatus\tTitle\tOwner\tAlerts\tCreated\tModified\tRule")
	for _, i := range all {
		status := string(i.Status)
		if i.Classification != "" {
			status += " " + string(i.Classification)
		}
		fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%d\t%s\t%s\t%s\n", i.Number, i.Severity, status, short(i.Title), short(i.Owner.String()), len(i.Alerts),
			stamp(i.Created), stamp(i.LastModified), short(strings.Join(i.RuleNames, ", ")))
	}
	return failed(w.Flush())
}

// short keeps a text to a part of a line.
func short(s string) string {
	const most = 50
	r := []rune(oneline.Of(s))
	if len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return string(r)
}

func incidentsShowCommand() *cobra.Command {
	var (
		from   incidentFlags
		format string
	)
	c := &cobra.Command{
		Use:   "show --store DIR NUMBERS",
		Short: "Show incidents with their alerts, comments and timelines",
		Args:  cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			numbers, err := parseNumbers(args[0])
			if err != nil {
				return err
			}
			get := func(s incidents) (all []shownIncident, err error) {
				for _, n := range numbers {
					i, err := show(s, n)
					if err != nil {
						return nil, err
					}
					all = append(all, i)
				}
				return all, nil
			}
			return answer(&from, format, "card", get, func(all []shownIncident) error {
				for _, i := range all {
					if err := i.WriteCard(os.Stdout, i.Found, i.Timeline, i.Similar); err != nil {
						return failed(err)
					}
				}
				return nil
			})
		},
	}
	from.register(c)
	c.Flags().StringVarP(&format, "output", "o", "card", "card for people, json for machines")
	return c
}

// shownIncident is an incident with all that is known of it.
type shownIncident struct {
	*incident.Incident
	Found    []*incident.Alert  `json:"alerts"`
	Timeline []incident.Change  `json:"timeline"`
	Similar  []incident.Similar `json:"similarIncidents"`
}

// mostSimilar is how many similar incidents are shown.
const mostSimilar = 5

func show(s incidents, n int64) (out shownIncident, err error) {
	if out.Incident, err = s.Incident(n); err != nil {
		return out, err
	}
	if out.Timeline, err = s.Timeline(n); err != nil {
		return out, err
	}
	if out.Similar, err = s.Similar(n, mostSimilar); err != nil {
		return out, err
	}
	out.Found, _, err = s.Alerts(incident.AlertFilter{Incident: n})
	return out, err
}

// parseNumbers reads 7,12-15.
func parseNumbers(text string) (numbers []int64, err error) {
	const most = 10000
	for _, part := range strings.Split(text, ",") {
		from, to, isRange := strings.Cut(strings.TrimPrefix(part, "#"), "-")
		first, err := strconv.ParseInt(from, 10, 64)
		last := first
		if isRange && err == nil {
			last, err = strconv.ParseInt(to, 10, 64)
		}
		if err != nil || first < 1 || last < first || last-first >= most {
			return nil, fmt.Errorf("%q: want numbers of incidents, as 7 or 7,12-15", text)
		}
		for n := first; n <= last; n++ {
			numbers = append(numbers, n)
		}
	}
	return numbers, nil
}
