package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/calypso-kql/calypso/config"
	"github.com/calypso-kql/calypso/detect"
	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/ledger"
	"github.com/calypso-kql/calypso/workspace"
)

func rulesShowCommand() *cobra.Command {
	var (
		from databaseFlags
		file string
	)
	c := &cobra.Command{
		Use:   "show [--store DIR] [--config FILE] RULE [PATH…]",
		Short: "Show one rule: when it runs, what it raises, its query, its last windows",
		Long: `Show a rule as it is understood: when it runs and what it looks at, which alerts and
incidents it makes, its query, what Sentinel would refuse. RULE is an ID or a name in
the files and folders, or a file. With --store, its last windows are shown, too. When
it runs is as the configuration has it, or that with which the store was served.`,
		Example: "  calypso rules show 'Unusual Conditional Access' Detections/",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			r, err := ruleToShow(args[0], args[1:])
			if err != nil {
				return err
			}
			switches, err := from.switches()
			if err != nil {
				return err
			}
			timed, err := timedRule(r, file, from.dir)
			if err != nil {
				return err
			}
			showRule(timed, switches)
			if !from.given() {
				return nil
			}
			fmt.Println()
			l, closeIt, err := from.ledger(false)
			if from.unused(err) {
				fmt.Println("no rule has run with this store")
				return nil
			}
			if err != nil {
				return err
			}
			defer closeIt()
			runs, err := l.Runs(ledger.Filter{Rule: r.ID, Limit: 10})
			if err != nil {
				return failed(err)
			}
			return writeRuns(runs)
		},
	}
	from.register(c)
	c.Flags().StringVar(&file, "config", "", "configuration file of calypso serve")
	return c
}

// timedRule returns a rule with the timing that a configuration gives it by its tables:
// that of a file, or that with which a store was served.
func timedRule(r *detect.Rule, file, store string) (*detect.Rule, error) {
	all, err := timedRules([]*detect.Rule{r}, file, store)
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// timedRules is [timedRule] of several; each has the delay that it gets.
func timedRules(rules []*detect.Rule, file, store string) ([]*detect.Rule, error) {
	var c config.Config
	ok := file != ""
	switch {
	case ok:
		var err error
		if c, err = readConfig(file, nil); err != nil {
			return nil, err
		}
	case store != "":
		c, _, ok = servedConfig(store)
	}
	if !ok {
		return rules, nil
	}
	cat, err := openCatalog(c.Catalog)
	if err != nil {
		return nil, err
	}
	engine, err := kql.New()
	if err != nil {
		return nil, failed(err)
	}
	t := &timing{schedule: c.Schedule, engine: engine, workspace: func() *workspace.Workspace { return workspace.New(cat, nil) }}
	return t.all(rules), nil
}

func ruleToShow(name string, paths []string) (*detect.Rule, error) {
	if len(paths) == 0 {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, failed(fmt.Errorf("%w; want the file of a rule, or a rule's ID or name and where it is", err))
		}
		r, err := detect.Parse(name, text)
		if err != nil {
			return nil, &exitError{exitInvalid, err}
		}
		return r, nil
	}
	read := detect.Read(paths)
	r, err := findRule(read.Rules, name)
	if err == nil && r == nil {
		err = failed(errors.Join(append(read.Errors, fmt.Errorf("no rule in %s has the ID or the name %q", strings.Join(paths, ", "), name))...))
	}
	return r, err
}

func showRule(r *detect.Rule, switches map[string]ledger.Switch) {
	line := func(name, value string) {
		if value != "" {
			fmt.Printf("%-14s %s\n", name, strings.ReplaceAll(strings.TrimSpace(value), "\n", "\n"+strings.Repeat(" ", 15)))
		}
	}
	state, _ := stateOf(r, switches)
	line("Rule", r.Name)
	line("ID", r.ID)
	line("File", r.File)
	line("Version", r.Version)
	line("State", state)
	line("Runs", runsText(r))
	line("Fires", firesText(r))
	line("Severity", string(r.Severity))
	line("Tactics", strings.Join(r.Tactics, ", "))
	line("Techniques", strings.Join(slices.Concat(r.Techniques, r.SubTechniques), ", "))
	line("Description", r.Description)
	for _, e := range r.Entities {
		var fields []string
		for _, f := range e.Fields {
			fields = append(fields, f.Identifier+" from "+f.Column)
		}
		line("Entity", e.Type+": "+strings.Join(fields, ", "))
	}
	line("Entities in", strings.Join(r.EntityColumns, ", "))
	for _, key := range slices.Sorted(maps.Keys(r.CustomDetails)) {
		line("Detail", key+" from "+r.CustomDetails[key])
	}
	line("Alert's name", r.Override.NameFormat)
	line("Alert's text", r.Override.DescriptionFormat)
	for _, key := range slices.Sorted(maps.Keys(r.Override.Properties)) {
		line("Alert's "+key, "from "+r.Override.Properties[key])
	}
	line("Incidents", incidentsText(r.Incident))
	line("Left out", strings.Join(r.LeftOut, ", "))
	for _, w := range r.Warnings {
		line("Sentinel", w.Field+" "+w.Message)
	}
	fmt.Println()
	fmt.Println(strings.TrimRight(r.Query, " \t\r\n"))
}

func runsText(r *detect.Rule) string {
	text := "every minute, over what arrived in it"
	if r.Kind == detect.Scheduled {
		text = fmt.Sprintf("every %s, over %s", detect.KQLDuration(r.Frequency), detect.KQLDuration(r.Period))
		if r.ByArrival {
			text += " by the time of arrival"
		}
	}
	if r.Delay != nil {
		text += ", " + detect.KQLDuration(*r.Delay) + " later"
	}
	if !r.Start.IsZero() {
		text += ", from " + r.Start.UTC().Format(time.RFC3339)
	}
	if r.Suppression > 0 {
		text += "; not for " + detect.KQLDuration(r.Suppression) + " after an alert"
	}
	return text
}

func firesText(r *detect.Rule) string {
	if r.Grouping == detect.AlertPerResult {
		return "for " + r.Trigger.String() + ", an alert for each row"
	}
	return "for " + r.Trigger.String() + ", one alert"
}

func incidentsText(c detect.IncidentConfiguration) string {
	if !c.Create {
		return "none"
	}
	g := c.Grouping
	if !g.Enabled {
		return "one for each alert"
	}
	text := fmt.Sprintf("alerts within %s share one, by %s", detect.KQLDuration(g.LookBack), g.Matching)
	if by := slices.Concat(g.Entities, g.Details, g.CustomDetails); g.Matching == detect.Selected {
		text += " " + strings.Join(by, ", ")
	}
	if g.Reopen {
		text += "; one that is closed is opened again"
	}
	return text
}
