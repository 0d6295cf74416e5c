package main

import (
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
			k, err := openCatalog(data.catalog)
			if err != nil {
				return err
			}
			// Custom detections are written in the Defender portal, which has all tables.
			portal := k
			if !cmd.Flags().Changed("catalog") {
				if portal, err = openCatalog(string(catalog.Unified)); err != nil {
					return err
				}
			}
			logs, opts, err := data.openLogs(cmd.Context(), k)
			if err != nil {
				return err
			}
			defer logs.Close()
			ws, wsOfPortal := workspace.New(k, logs, opts...), workspace.New(portal, logs, opts...)
			engine, err := kql.New()
			if err != nil {
				return failed(err)
			}
			read := detect.Read(args)
			found := rulecheck.Unreadable(append(read.Errors, automation.Read(foldersOf(args)).Errors...))
			rules, err := timedRules(read.Rules, file, data.store)
			if err != nil {
				return err
			}
			for _, r := range rules {
				in := ws
				if r.Origin == detect.CustomDetection {
					in = wsOfPortal
				}
				found = append(found, rulecheck.Rule(engine, in, r)...)
			}
			return tellFindings(found, len(read.Rules), format, data.quiet)
		},
	}
	data.register(c)
	c.Flags().Lookup("catalog").Usage += "; custom detections are checked with unified if it is not given"
	c.Flags().Lookup("quiet").Usage = "errors only"
	c.Flags().StringVar(&file, "config", "", "configuration file of calypso serve, which says how late tables are")
	c.Flags().StringVarP(&format, "output", "o", "text", "text, json or sarif")
	return c
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
