package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/calypso-kql/calypso/automation"
	"github.com/calypso-kql/calypso/catalog"
	"github.com/calypso-kql/calypso/detect"
	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/rulecheck"
	"github.com/calypso-kql/calypso/workspace"
)

func rulesCheckCommand() *cobra.Command {
	var (
		data   dataFlags
		file   string
		format string
	)
	c := &cobra.Command{
		Use:   "check PATH… [-o text|json|sarif]",
		Short: "Say what is wrong with rules and their queries, for people and for code review",
		Long: `Check the rules of files and folders: their fields, their queries against the
tables that are known, the columns that they name, and what makes rules miss events.
Known are the tables of --catalog, and those of the logs of -d and --store: custom
tables are. The exit code is 3 if there are errors; warnings and notes do not change it.`,
		Example: `  calypso rules check Detections/
  calypso rules check rules/ --store data
  calypso rules check -o sarif rules/ > rules.sarif`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			found, rules, err := checkRules(cmd.Context(), &data, args, file, cmd.Flags().Changed("catalog"))
			if err != nil {
				return err
			}
			return tellFindings(found, rules, format, data.quiet)
		},
	}
	data.register(c)
	c.Flags().Lookup("catalog").Usage += "; custom detections are checked with unified if it is not given"
	c.Flags().Lookup("quiet").Usage = "errors only"
	c.Flags().StringVar(&file, "config", "", "configuration file of calypso serve, which says how late tables are")
	c.Flags().StringVarP(&format, "output", "o", "text", "text, json or sarif")
	return c
}

// checkRules returns what is wrong with the rules of paths, and how many there are.
// Custom detections are written in the Defender portal, which has all tables: they are
// checked with these unless a catalog was chosen.
func checkRules(ctx context.Context, data *dataFlags, paths []string, config string, chosen bool) ([]rulecheck.Finding, int, error) {
	k, err := openCatalog(data.catalog)
	if err != nil {
		return nil, 0, err
	}
	portal := k
	if !chosen {
		if portal, err = openCatalog(string(catalog.Unified)); err != nil {
			return nil, 0, err
		}
	}
	logs, opts, err := data.openLogs(ctx, k)
	if err != nil {
		return nil, 0, err
	}
	defer logs.Close()
	ws, wsOfPortal := workspace.New(k, logs, opts...), workspace.New(portal, logs, opts...)
	engine, err := kql.New()
	if err != nil {
		return nil, 0, failed(err)
	}
	read := detect.Read(paths)
	found := rulecheck.Unreadable(append(read.Errors, automation.Read(foldersOf(paths)).Errors...))
	rules, err := timedRules(read.Rules, config, data.store)
	if err != nil {
		return nil, 0, err
	}
	for _, r := range rules {
		in := ws
		if r.Origin == detect.CustomDetection {
			in = wsOfPortal
		}
		found = append(found, rulecheck.Rule(engine, in, r)...)
	}
	return found, len(read.Rules), nil
}

// foldersOf returns the paths that are folders, in which automation rules may be, too.
func foldersOf(paths []string) (out []string) {
	for _, p := range paths {
		if st, err := os.Stat(p); err == nil && st.IsDir() {
			out = append(out, p)
		}
	}
	return out
}

func tellFindings(found []rulecheck.Finding, rules int, format string, quiet bool) error {
	counts := map[rulecheck.Level]int{}
	shown := []rulecheck.Finding{}
	for _, f := range found {
		counts[f.Level]++
		if !quiet || f.Level == rulecheck.Error {
			shown = append(shown, f)
		}
	}
	var err error
	switch format {
	case "text":
		for _, f := range shown {
			fmt.Println(f)
		}
		fmt.Fprintf(os.Stderr, "%s: %s, %s, %s\n", count(rules, "rule"), count(counts[rulecheck.Error], "error"), count(counts[rulecheck.Warning], "warning"), count(counts[rulecheck.Note], "note"))
	case "json":
		enc := json.NewEncoder(os.Stdout)
		for _, f := range shown {
			err = errors.Join(err, enc.Encode(f))
		}
	case "sarif":
		err = rulecheck.WriteSARIF(os.Stdout, version(), shown)
	default:
		return fmt.Errorf("want -o text, json or sarif, not %q", format)
	}
	if err != nil {
		return failed(err)
	}
	if counts[rulecheck.Error] > 0 {
		return &exitError{code: exitInvalid}
	}
	return nil
}
