package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/calypso-kql/calypso/internal/pace"
	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/bind"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/output"
)

// limitFlags bound a query.
type limitFlags struct {
	timeout time.Duration
	memory  int64
	maxRows int64
}

func (f *limitFlags) register(c *cobra.Command) {
	c.Flags().DurationVar(&f.timeout, "timeout", 10*time.Minute, "end a query after this time; 0 is never")
	c.Flags().Int64Var(&f.memory, "memory", 8<<10, "memory of a query, in MiB; 0 is no limit")
	c.Flags().Int64Var(&f.maxRows, "max-rows", 0, "fail if a result has more rows; 0 is no limit")
}

func (f *limitFlags) context(ctx context.Context) (context.Context, context.CancelFunc) {
	if f.timeout <= 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, f.timeout)
}

func (f *limitFlags) options(now int64, data *dataFlags) kql.RunOptions {
	return kql.RunOptions{Now: now, MemoryLimit: f.memory << 20, MaxRows: f.maxRows, Locations: data.saved.locator, Session: here()}
}

func queryCommand() *cobra.Command {
	var (
		data   dataFlags
		limits limitFlags
		ask    requestFlags
		file   string
		format string
		now    string
	)
	c := &cobra.Command{
		Use:   "query [-d PATH…] [-o FORMAT] [--now T] [-f FILE | TEXT | -]",
		Short: "Run a KQL query over files and folders",
		Example: `  calypso query 'print 1 + 1'
  calypso query -d logs/ 'SigninLogs | summarize count() by AppDisplayName'
  calypso query -d logs/ --now 2026-03-01T12:00:00Z -o json -f detection.kql`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			f, err := output.ParseFormat(format)
			if err != nil {
				return err
			}
			text, err := queryText(file, args)
			if err != nil {
				return err
			}
			pace.Answer()
			return runQuery(cmd.Context(), &data, &limits, &ask, text, now, f)
		},
	}
	data.register(c)
	limits.register(c)
	ask.register(c)
	c.Flags().StringVarP(&file, "file", "f", "", "read the query from a file")
	c.Flags().StringVarP(&format, "output", "o", string(output.Text), "format of the answer: table, json, jsonl, csv, tsv, parquet or kusto")
	c.Flags().StringVar(&now, "now", "", "the query's now(); this machine's clock if not given")
	return c
}

// queryText returns the query of an argument, a file or standard input ("-").
func queryText(file string, args []string) (string, error) {
	switch {
	case file != "" && len(args) > 0:
		return "", errors.New("a query was given twice: with -f and as an argument")
	case file == "-" || file == "" && len(args) == 1 && args[0] == "-":
		text, err := io.ReadAll(os.Stdin)
		return string(text), failed(err)
	case file != "":
		text, err := os.ReadFile(file)
		return string(text), failed(err)
	case len(args) == 1:
		if _, err := os.Stat(args[0]); err == nil && strings.ContainsAny(args[0], "./\\") {
			return "", fmt.Errorf("%s is a file, not a query: read the query from it with -f %s", args[0], args[0])
		}
		return args[0], nil
	}
	return "", errors.New("want a query: as an argument, with -f FILE, or - for standard input")
}

func runQuery(ctx context.Context, data *dataFlags, limits *limitFlags, ask *requestFlags, text, now string, f output.Format) error {
	s, err := newSession(ctx, data, limits, ask, now, f)
	if err != nil {
		return err
	}
	defer s.set.Close()
	return s.run(ctx, text)
}

// compile compiles a query and prints its diagnostics; a query with errors ends
// the program.
func compile(ctx context.Context, engine *kql.Engine, text string, c bind.Catalog, r kql.Request) (*kql.Query, error) {
	q, diags := engine.CompileRequest(ctx, text, c, r)
	if len(diags) > 0 {
		if err := tellDiagnostics(os.Stderr, text, diags); err != nil {
			return nil, failed(err)
		}
	}
	for _, d := range diags {
		if d.Severity == syntax.Error {
			return nil, &exitError{code: exitInvalid}
		}
	}
	if err := q.Ended(); err != nil {
		return nil, failed(err)
	}
	return q, nil
}

// textOptions returns how the terminal shows tables.
func textOptions() output.Options {
	fd := int(os.Stdout.Fd())
	if !term.IsTerminal(fd) {
		return output.Options{}
	}
	width, _, err := term.GetSize(fd)
	if err != nil {
		width = 0
	}
	return output.Options{Width: width, Color: hasColors(os.Stdout)}
}
