package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/calypso-kql/calypso/incident"
)

func alertsCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "alerts",
		Short: "See alerts that rules have raised, and say how far work on them has come",
	}
	c.AddCommand(alertsListCommand(), alertsShowCommand(), alertsStatusCommand())
	for _, sub := range c.Commands() {
		sub.DisableFlagsInUseLine = true
	}
	return c
}

const alertStatuses = "New, InProgress, Resolved, Dismissed"

func alertsListCommand() *cobra.Command {
	var (
		from incidentFlags
		x    choices
		f    incident.AlertFilter
	)
	c := &cobra.Command{
		Use:     "list --store DIR [--status S,…] [--severity S,…] [--rule RULE] [--incident N] [--since T]",
		Short:   "List alerts, the latest first",
		Example: "  calypso alerts list --store data --since 24h --severity High,Medium",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			var errs [3]error
			f.Statuses, errs[0] = each(x.statuses, incident.ParseAlertStatus)
			f.Severities, errs[1] = each(x.severities, incident.ParseSeverity)
			f.Generated, errs[2] = x.time()
			if err := errors.Join(errs[:]...); err != nil {
				return err
			}
			return answer(&from, x.format, "table", func(s incidents) ([]*incident.Alert, error) {
				all, _, err := s.Alerts(f)
				return all, err
			}, func(all []*incident.Alert) error {
				defer tellLimit(len(all), f.Limit)
				return writeAlerts(all)
			})
		},
	}
	from.register(c)
	x.register(c, alertStatuses)
	c.Flags().StringVar(&f.Rule, "rule", "", "only those of the rule with this ID or name")
	c.Flags().Int64Var(&f.Incident, "incident", 0, "only those of the incident with this number")
	c.Flags().IntVar(&f.Limit, "limit", 50, "at most so many; 0 is all")
	return c
}

func writeAlerts(all []*incident.Alert) error {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "Raised\tSeverity\tStatus\tName\tIncident\tRule\tID")
	for _, a := range all {
		number := ""
		if a.Incident > 0 {
			number = fmt.Sprint(a.Incident)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", stamp(a.Generated), a.Severity, a.Status, short(a.Name), number, short(a.RuleName), a.ID)
	}
	return failed(w.Flush())
}

// shownAlert is an alert with its row of SecurityAlert.
type shownAlert struct {
	*incident.Alert
	Row json.RawMessage `json:"row"`
}

func alertsShowCommand() *cobra.Command {
	var (
		from   incidentFlags
		format string
	)
	c := &cobra.Command{
		Use:   "show --store DIR ID…",
		Short: "Show alerts; as json with their rows of SecurityAlert",
		Args:  cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			get := func(s incidents) (all []shownAlert, err error) {
				for _, id := range args {
					a, err := s.Alert(id)
					if err != nil {
						return nil, err
					}
					all = append(all, shownAlert{a, a.Row})
				}
				return all, nil
			}
			return answer(&from, format, "card", get, func(all []shownAlert) error {
				for _, a := range all {
					if err := a.WriteCard(os.Stdout); err != nil {
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

func alertsStatusCommand() *cobra.Command {
	var from incidentFlags
	c := &cobra.Command{
		Use:   "status --store DIR STATUS ID…",
		Short: "Say how far work on alerts has come: " + alertStatuses,
		Args:  cobra.MinimumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			status, err := incident.ParseAlertStatus(args[0])
			if err != nil {
				return err
			}
			return from.change(cmd.Context(), func(s incidents, _ incident.Actor) error {
				for _, id := range args[1:] {
					a, err := s.SetStatus(id, status)
					if err != nil {
						return failed(err)
					}
					fmt.Printf("%s is %s\n", a.ID, a.Status)
				}
				return nil
			})
		},
	}
	from.register(c)
	return c
}
