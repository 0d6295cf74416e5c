// Calypso runs Microsoft-Sentinel-style KQL detections on your own machine.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/calypso-kql/calypso/output"
)

// The exit codes, for scripts.
const (
	exitOK      = 0
	exitFailed  = 1 // a query, a rule or a file failed
	exitUsage   = 2 // the command line is wrong
	exitInvalid = 3 // a query has errors, or a rule is not valid
)

// exitError ends the program with a code. What there is to say has been said
// already if err is nil.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	root := rootCommand()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	var exit *exitError
	if !errors.As(err, &exit) {
		exit = &exitError{exitUsage, err}
	}
	if exit.err != nil {
		fmt.Fprintln(os.Stderr, "calypso:", exit.err)
	}
	return exit.code
}

func rootCommand() *cobra.Command {
	var (
		data   dataFlags
		limits limitFlags
		ask    requestFlags
		format string
		now    string
	)
	root := &cobra.Command{
		Use:   "calypso [-d PATH…]",
		Short: "Run KQL detections over your own logs",
		Long: `Calypso runs Kusto Query Language queries and Microsoft Sentinel rules over log
files on this machine, with Kusto's answers. Started bare on a terminal, it prompts
for queries; elsewhere it reads one from standard input.

Exit codes: 0 all is well; 1 a query, rule or file failed; 2 the command line is
wrong; 3 a query has errors, or a rule is not valid.`,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			f, err := output.ParseFormat(format)
			if err != nil {
				return err
			}
			if term.IsTerminal(int(os.Stdin.Fd())) && term.IsTerminal(int(os.Stdout.Fd())) {
				return runPrompt(cmd.Context(), &data, &limits, &ask, now, f)
			}
			text, err := queryText("-", nil)
			if err != nil {
				return err
			}
			if strings.TrimSpace(text) == "" {
				return errors.New("no query on standard input; calypso --help tells what there is")
			}
			return runQuery(cmd.Context(), &data, &limits, &ask, text, now, f)
		},
	}
	data.register(root)
	limits.register(root)
	ask.register(root)
	root.Flags().StringVarP(&format, "output", "o", string(output.Text), "format of answers: table, json, jsonl, csv, tsv, parquet or kusto")
	root.Flags().StringVar(&now, "now", "", "the queries' now(); this machine's clock if not given")
	root.CompletionOptions.HiddenDefaultCmd = true
	for _, g := range commandGroups() {
		root.AddGroup(&cobra.Group{ID: g.title, Title: g.title + ":"})
		for _, c := range g.commands {
			c.GroupID = g.title
			root.AddCommand(c)
		}
	}
	root.DisableFlagsInUseLine = true
	for _, c := range root.Commands() {
		c.DisableFlagsInUseLine = true
	}
	return root
}

// A commandGroup is commands that the help shows together.
type commandGroup struct {
	title    string
	commands []*cobra.Command
}

func commandGroups() []commandGroup {
	return []commandGroup{
		{"Queries", []*cobra.Command{queryCommand(), checkCommand(), fmtCommand(), explainCommand(), schemaCommand(), functionsCommand()}},
		{"Rules", []*cobra.Command{demoCommand(), runCommand(), rulesCommand(), testCommand(), backtestCommand()}},
		{"Rules on their schedule, and what comes of them", []*cobra.Command{
			scheduleCommand(), runsCommand(), alertsCommand(), incidentsCommand(), automationCommand(), notificationsCommand(),
		}},
		{"The store and the server", []*cobra.Command{ingestCommand(), storeCommand(), serveCommand(), configCommand(), tokenCommand()}},
	}
}

// failed wraps what went wrong while working, as against on the command line.
func failed(err error) error {
	if err == nil {
		return nil
	}
	return &exitError{exitFailed, err}
}
