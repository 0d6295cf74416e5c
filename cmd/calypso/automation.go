package main

import (
	"fmt"
	"os"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/calypso-kql/calypso/automation"
	"github.com/calypso-kql/calypso/internal/oneline"
)

func automationCommand() *cobra.Command {
	c := &cobra.Command{Use: "automation", Short: "List, check and test automation rules"}
	list := &cobra.Command{
		Use:   "list PATH…",
		Short: "List automation rules in their order, and say what is wrong with them",
		Long: `List the automation rules of files and folders, in the order in which they are
applied, and say all that is wrong with them, with file and line. The exit code is 3 if
something is.`,
		Example: "  calypso automation list rules/ automationRules.json",
		Aliases: []string{"check"},
		Args:    cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			read := automation.Read(args)
			w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
			fmt.Fprintln(w, "Order\tRule\tWhen\tUntil\tID\tFile")
			for _, r := range read.Rules {
				when, until := string(r.Trigger), ""
				if r.Disabled {
					when += " (disabled)"
				}
				if !r.Expires.IsZero() {
					until = r.Expires.Format(time.RFC3339)
				}
				fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%s:%d\n", r.Order, oneline.Of(r.Name), when, until, r.ID, r.File, r.Line)
			}
			if err := w.Flush(); err != nil {
				return failed(err)
			}
			for _, err := range read.Errors {
				fmt.Fprintln(os.Stderr, err)
			}
			if len(read.Errors) > 0 {
				return &exitError{code: exitInvalid}
			}
			return nil
		},
	}
	list.DisableFlagsInUseLine = true
	test := automationTestCommand()
	test.DisableFlagsInUseLine = true
	c.AddCommand(list, test)
	return c
}

func automationTestCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "test PATH…",
		Short: "Run the tests of automation rules",
		Long: `Run the tests that automation rules have in their files, under calypso: tests:. The
exit code is 1 if a test fails, 3 if a file is wrong.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			read := automation.Read(args)
			tests, bad, untested := 0, 0, 0
			for _, r := range read.Rules {
				if len(r.Tests) == 0 {
					untested++
				}
				for _, t := range r.Tests {
					tests++
					wrong := t.Run(r, time.Now())
					if len(wrong) == 0 {
						continue
					}
					bad++
					fmt.Printf("FAIL  %s:%d  %s: %s\n", r.File, t.Line, oneline.Of(r.Name), oneline.Of(t.Name))
					for _, w := range wrong {
						fmt.Printf("      %s\n", w)
					}
				}
			}
			fmt.Printf("%s, %d failed, %d of %s without tests\n", count(tests, "test"), bad, untested, count(len(read.Rules), "rule"))
			for _, err := range read.Errors {
				fmt.Fprintln(os.Stderr, err)
			}
			switch {
			case len(read.Errors) > 0:
				return &exitError{code: exitInvalid}
			case bad > 0:
				return &exitError{code: exitFailed}
			}
			return nil
		},
	}
}
