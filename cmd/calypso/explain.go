package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/calypso-kql/calypso/detect"
	"github.com/calypso-kql/calypso/explain"
	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/exec"
	"github.com/calypso-kql/calypso/workspace"
)

func explainCommand() *cobra.Command {
	var (
		data    dataFlags
		limits  limitFlags
		ask     requestFlags
		file    string
		format  string
		now     string
		analyze bool
	)
	c := &cobra.Command{
		Use:   "explain [-d PATH…] [-f FILE | TEXT | -]",
		Short: "Say what a query does, in plain words",
		Long: `Say what a query does: its steps in plain words; its tables, columns, operators
and functions; the columns of its result; the plan that runs. The query may be that
of a rule: -f RULE.yaml. Nothing is run unless --analyze is given: then the plan is
printed with the rows and the time of each operator.`,
		Example: `  calypso explain 'SigninLogs | where ResultType != "0" | summarize count() by UserId'
  calypso explain -f rules/suspicious-api-traffic.yaml
  calypso explain -d logs/ --analyze -f detection.kql`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if format != "text" && format != "json" {
				return fmt.Errorf("unknown output format %q: want text or json", format)
			}
			ticks, err := parseNow(now)
			if err != nil {
				return err
			}
			text, err := ruleOrQueryText(file, args)
			if err != nil {
				return err
			}
			engine, err := kql.New()
			if err != nil {
				return failed(err)
			}
			ws, set, err := data.open(cmd.Context())
			if err != nil {
				return err
			}
			defer set.Close()
			ctx, cancel := limits.context(cmd.Context())
			defer cancel()
			x := explainer{engine: engine, ws: ws, ask: &ask, options: limits.options(ticks, &data), analyze: analyze, json: format == "json"}
			return x.explain(ctx, os.Stdout, text)
		},
	}
	data.register(c)
	limits.register(c)
	ask.register(c)
	c.Flags().StringVarP(&file, "file", "f", "", "read the query, or the rule that holds it, from a file")
	c.Flags().StringVarP(&format, "output", "o", "text", "text for people, json for machines")
	c.Flags().StringVar(&now, "now", "", "the query's now(); this machine's clock if not given")
	c.Flags().BoolVar(&analyze, "analyze", false, "run the query, and add rows and time to the plan")
	return c
}

// ruleOrQueryText is queryText that takes the query out of a rule in YAML.
func ruleOrQueryText(file string, args []string) (string, error) {
	text, err := queryText(file, args)
	if err != nil || !isYAML(file) {
		return text, err
	}
	rule, err := detect.ParseYAML(file, []byte(text))
	if err != nil {
		return "", &exitError{exitInvalid, err}
	}
	return rule.Query, nil
}

func isYAML(file string) bool {
	ext := strings.ToLower(filepath.Ext(file))
	return ext == ".yaml" || ext == ".yml"
}

// An explainer explains queries over a workspace.
type explainer struct {
	engine  *kql.Engine
	ws      *workspace.Workspace
	ask     *requestFlags
	options kql.RunOptions
	analyze bool
	json    bool
}

// analysis is what a run adds to an explanation.
type analysis struct {
	Rows    []int   `json:"rows"` // of each result
	Seconds float64 `json:"seconds"`
}

func (x *explainer) explain(ctx context.Context, w io.Writer, text string) error {
	r, err := x.ask.request()
	if err != nil {
		return err
	}
	q, err := compile(ctx, x.engine, text, x.ws, r)
	if err != nil {
		return err
	}
	e, err := explain.Of(x.engine, q, x.options)
	if err != nil {
		return failed(err)
	}
	var ran *analysis
	if x.analyze {
		if ran, err = x.run(ctx, q, e); err != nil {
			return failed(err)
		}
	}
	if x.json {
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return failed(enc.Encode(struct {
			*explain.Explanation
			Analysis *analysis `json:"analysis,omitempty"`
		}{e, ran}))
	}
	if err := e.Write(w, textOptions().Width); err != nil {
		return failed(err)
	}
	if ran != nil {
		for i, n := range ran.Rows {
			name := ""
			if len(ran.Rows) > 1 {
				name = fmt.Sprintf("result %d: ", i+1)
			}
			fmt.Fprintf(w, "\n%s%s", name, count(n, "row"))
		}
		fmt.Fprintf(w, " in %s\n", time.Duration(ran.Seconds*float64(time.Second)).Round(10*time.Microsecond))
	}
	return nil
}

// run runs the query and puts the figures into the plan of e.
func (x *explainer) run(ctx context.Context, q *kql.Query, e *explain.Explanation) (*analysis, error) {
	o := x.options
	o.Stats = &exec.Stats{}
	start := time.Now()
	tables, p, err := q.RunPlan(ctx, o)
	if err != nil {
		return nil, err
	}
	ran := &analysis{Rows: []int{}, Seconds: time.Since(start).Seconds()}
	for i := range tables {
		ran.Rows = append(ran.Rows, tables[i].Rows())
	}
	e.Executed(p, o.Stats)
	return ran, nil
}

// count returns a number of things called what.
func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
