package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/calypso-kql/calypso/catalog"
	"github.com/calypso-kql/calypso/check"
	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/bind"
	"github.com/calypso-kql/calypso/workspace"
)

func checkCommand() *cobra.Command {
	var (
		data   dataFlags
		file   string
		format string
		batch  bool
	)
	c := &cobra.Command{
		Use:   "check [-o text|json] [-f FILE | TEXT | -]  |  check --batch < queries.jsonl",
		Short: "Say what is wrong with a query, and what columns it answers with",
		Long: `Check a query without running it, or that of a rule: -f RULE.yaml. The exit code
is 3 if it has errors.

With --batch, read {"id", "query", "environment"} a line from standard input and
write {"id", "diagnostics", "columns"} a line, for every line that is not blank and
in order; environment is sentinel, defender_xdr or unified, and may be left out. A
diagnostic has Microsoft's code, or REQUEST for a line that is no request; a
severity, error, warning or suggestion; a kind, syntax or semantic; start and end,
in UTF-16 code units of the query; and a message.`,
		Example: `  calypso check 'SecurityAlert | where Naem == "x"'
  calypso check -o json -f rules/suspicious-api-traffic.yaml
  calypso check --batch < queries.jsonl > findings.jsonl`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			engine, err := kql.New()
			if err != nil {
				return failed(err)
			}
			if batch {
				if file != "" || len(args) > 0 {
					return errors.New("--batch reads its queries from standard input")
				}
				return checkBatch(engine, &data)
			}
			if format != "text" && format != "json" {
				return fmt.Errorf("unknown output format %q: want text or json", format)
			}
			text, err := ruleOrQueryText(file, args)
			if err != nil {
				return err
			}
			ws, set, err := data.open(cmd.Context())
			if err != nil {
				return err
			}
			defer set.Close()
			return checkOne(engine, text, ws, format)
		},
	}
	data.register(c)
	c.Flags().StringVarP(&file, "file", "f", "", "read the query from a file")
	c.Flags().StringVarP(&format, "output", "o", "text", "text for people, json for machines")
	c.Flags().BoolVar(&batch, "batch", false, "check the queries on standard input, one per line")
	return c
}

func checkBatch(engine *kql.Engine, data *dataFlags) error {
	saved, err := data.saved.open(data.quiet)
	if err != nil {
		return err
	}
	bad, err := check.Batch(engine, os.Stdin, os.Stdout, environments(data.catalog, saved))
	if err == nil && bad > 0 {
		return &exitError{code: exitInvalid}
	}
	return failed(err)
}

func checkOne(engine *kql.Engine, text string, c bind.Catalog, format string) error {
	res := check.Query(engine, text, c)
	if format == "json" {
		enc := json.NewEncoder(os.Stdout)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(res); err != nil {
			return failed(err)
		}
	} else {
		_, diags := engine.Check(text, c)
		if err := tellDiagnostics(os.Stdout, text, diags); err != nil {
			return failed(err)
		}
		if res.Errors() == 0 {
			verdict := "ok,"
			if res.Refused {
				verdict = "can't be run;"
			}
			fmt.Println(verdict, count(len(res.Columns), "column"))
			for _, c := range res.Columns {
				fmt.Printf("%s: %s\n", c.Name, c.Type)
			}
		}
	}
	if res.Errors() > 0 || res.Refused {
		return &exitError{code: exitInvalid}
	}
	return nil
}

// environments returns the catalogs of check --batch, each opened once.
func environments(standard string, saved []workspace.Option) func(string) (bind.Catalog, error) {
	opened := map[string]bind.Catalog{}
	return func(name string) (bind.Catalog, error) {
		if name == "" {
			name = standard
		}
		if c, ok := opened[name]; ok {
			return c, nil
		}
		c, err := catalog.Open(catalog.Environment(name))
		if err != nil {
			return nil, fmt.Errorf("environment %q: want sentinel, defender_xdr or unified", name)
		}
		opened[name] = workspace.New(c, nil, saved...)
		return opened[name], nil
	}
}
