package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/calypso-kql/calypso/detect"
	"github.com/calypso-kql/calypso/internal/pace"
	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/output"
	"github.com/calypso-kql/calypso/workspace"
)

func runCommand() *cobra.Command {
	var (
		data   dataFlags
		limits limitFlags
		now    string
		format string
	)
	c := &cobra.Command{
		Use:   "run RULE.yaml|QUERY.kql -d PATH… [--now T]",
		Short: "Evaluate a detection rule at a time",
		Long: `Evaluate a Sentinel rule, or a query that begins with let query_frequency = …;
let query_period = …;, as if it were scheduled at the time given: now() is that
time, and tables have the rows of the window that ends there.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ticks, err := parseNow(now)
			if err != nil {
				return err
			}
			f := output.Format("alerts")
			if format != "alerts" {
				if f, err = output.ParseFormat(format); err != nil {
					return fmt.Errorf("%w, or alerts", err)
				}
			}
			text, err := os.ReadFile(args[0])
			if err != nil {
				return failed(err)
			}
			rule, err := detect.Parse(args[0], text)
			if err != nil {
				return &exitError{exitInvalid, err}
			}
			pace.Answer()
			return runRule(cmd.Context(), &data, &limits, rule, types.TimeOf(ticks), f)
		},
	}
	data.register(c)
	limits.register(c)
	c.Flags().StringVar(&now, "now", "", "the scheduled time; this machine's clock if not given")
	c.Flags().StringVarP(&format, "output", "o", "alerts", "alerts for people; or the rows as table, json, jsonl, csv, tsv, parquet, kusto")
	return c
}

func runRule(ctx context.Context, data *dataFlags, limits *limitFlags, rule *detect.Rule, at time.Time, f output.Format) error {
	engine, err := kql.New()
	if err != nil {
		return failed(err)
	}
	ws, set, err := data.open(ctx)
	if err != nil {
		return err
	}
	defer set.Close()
	ctx, cancel := limits.context(ctx)
	defer cancel()
	start := time.Now()
	querier := querierOf(rule, workspace.NewQuerier(engine, ws, limits.options(0, data)))
	e, err := detect.Evaluate(ctx, rule, at, querier)
	if err != nil {
		return failed(err)
	}
	data.tellEmpty(os.Stderr, querier.Absent(rule.Query))
	if f != "alerts" {
		return failed(output.Write(os.Stdout, f, []kql.Table{{Schema: e.Schema, Batches: e.Batches}}, textOptions()))
	}
	fmt.Printf("%s\nwindow (%s, %s], rows: %d, %s\n", rule.Name, stamp(e.From), stamp(e.To), e.Rows, time.Since(start).Round(time.Millisecond))
	if !e.Fired {
		fmt.Printf("no alert: it takes %s\n", rule.Trigger)
	}
	for _, what := range e.Dropped() {
		fmt.Fprintln(os.Stderr, "note:", what)
	}
	for _, a := range e.Alerts {
		fmt.Println()
		if err := a.WriteCard(os.Stdout); err != nil {
			return failed(err)
		}
	}
	return nil
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05") }
