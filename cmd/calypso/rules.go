package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/calypso-kql/calypso/detect"
)

func rulesCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "rules",
		Short: "Look at detection rules: list, show, check, enable, disable, import, export",
	}
	c.AddCommand(rulesListCommand(), rulesShowCommand(), rulesCheckCommand(), rulesSwitchCommand(true), rulesSwitchCommand(false),
		rulesImportCommand(), rulesExportCommand())
	for _, sub := range c.Commands() {
		sub.DisableFlagsInUseLine = true
	}
	return c
}

func rulesListCommand() *cobra.Command {
	var (
		quiet bool
		from  databaseFlags
	)
	c := &cobra.Command{
		Use:   "list [--store DIR] PATH…",
		Short: "List the rules of files and folders, and say what is wrong with them",
		Long: `List the rules of files and folders: Sentinel's YAML, ARM templates and answers of
its REST API, and queries with let query_frequency and query_period. What is wrong
with a rule is told with file and line; so is what Sentinel would refuse. With
--store, what calypso rules enable and disable have said is told, too.`,
		Example: "  calypso rules list Detections/ export.json suspicious-api-traffic.kql",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			switches, err := from.switches()
			if err != nil {
				return err
			}
			read := detect.Read(args)
			w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
			fmt.Fprintln(w, "Rule\tKind\tEvery\tLooks back\tSeverity\tID\tFile")
			for _, r := range read.Rules {
				every, period := "1m", ""
				if r.Kind == detect.Scheduled {
					every, period = detect.KQLDuration(r.Frequency), detect.KQLDuration(r.Period)
				}
				state, off := stateOf(r, switches)
				if state = " (" + state + ")"; !off {
					state = ""
				}
				fmt.Fprintf(w, "%s%s\t%s\t%s\t%s\t%s\t%s\t%s\n", r.Name, state, r.Kind, every, period, r.Severity, r.ID, r.File)
			}
			if err := w.Flush(); err != nil {
				return failed(err)
			}
			return tellReading(&read, quiet)
		},
	}
	c.Flags().BoolVarP(&quiet, "quiet", "q", false, "no warnings")
	from.register(c)
	return c
}

// tellReading says what is wrong with rules, and fails if something is.
func tellReading(read *detect.Reading, quiet bool) error {
	skipped := 0
	for _, err := range read.Errors {
		fmt.Fprintln(os.Stderr, err)
		var other *detect.SkippedError
		if errors.As(err, &other) {
			skipped++
		}
	}
	for _, r := range read.Rules {
		for _, w := range r.Warnings {
			if !quiet {
				fmt.Fprintln(os.Stderr, w)
			}
		}
	}
	if !quiet {
		passed := ""
		if len(read.Rules)+len(read.Errors) == 0 && len(read.Skipped) > 0 {
			passed = fmt.Sprintf("; %s passed over, in which nothing looks like a rule", count(len(read.Skipped), "file"))
		}
		fmt.Fprintf(os.Stderr, "%s; %s%s\n", count(len(read.Rules), "rule"), count(len(read.Errors)-skipped, "mistake"), passed)
	}
	if len(read.Errors) > skipped {
		return &exitError{code: exitInvalid}
	}
	return nil
}

func rulesExportCommand() *cobra.Command {
	var format, to string
	c := &cobra.Command{
		Use:   "export [--format yaml|arm] [--to FOLDER|FILE] PATH…",
		Short: "Write rules as Sentinel's YAML, one a file, or as an ARM template",
		Long: `Write the rules of files and folders in another format: as Sentinel's YAML, as the
public rule repository has it, one file per rule; or as one ARM template, which can
be deployed to a workspace; what Sentinel would refuse, and what a template has no
place for, is told. Rules that are wrong are told and left out.`,
		Example: `  calypso rules export --to rules/ Azure_Sentinel_analytics_rules.json
  calypso rules export --format arm --to template.json rules/`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			read := detect.Read(args)
			var err error
			switch {
			case format == "yaml":
				err = exportYAML(read.Rules, to)
			case format == "arm":
				err = exportARM(read.Rules, to)
			default:
				return fmt.Errorf("want --format yaml or arm, not %q", format)
			}
			if err != nil {
				return err
			}
			return tellReading(&read, format == "yaml")
		},
	}
	c.Flags().StringVar(&format, "format", "yaml", "yaml or arm")
	c.Flags().StringVar(&to, "to", "", "folder of YAML files, or file of the template; standard output if not given")
	return c
}

func exportARM(rules []*detect.Rule, to string) error {
	for _, r := range rules {
		if lost := r.LostInARM(); len(lost) > 0 {
			fmt.Fprintf(os.Stderr, "%s: %s: not in the template: %s\n", r.File, r.Name, strings.Join(lost, ", "))
		}
	}
	text, err := detect.ARM(rules)
	if err == nil && to != "" {
		err = os.WriteFile(to, text, 0o600)
	} else if err == nil {
		_, err = os.Stdout.Write(text)
	}
	return failed(err)
}

func exportYAML(rules []*detect.Rule, to string) error {
	if to != "" {
		if err := os.MkdirAll(to, 0o700); err != nil {
			return failed(err)
		}
	}
	names := ruleFileNames(rules)
	for i, r := range rules {
		text, err := r.YAML()
		if err != nil {
			return failed(fmt.Errorf("%s: %w", r.Name, err))
		}
		if to == "" {
			if i > 0 {
				fmt.Println("---")
			}
			os.Stdout.Write(text)
			continue
		}
		path := filepath.Join(to, names[r])
		if err := os.WriteFile(path, text, 0o600); err != nil {
			return failed(err)
		}
		fmt.Println(path)
	}
	return nil
}

var notInNames = regexp.MustCompile(`[^\pL\pN]+`)

// ruleFileNames returns the names of the files of rules: those of one name have the same
// file in whatever order they come, as when they are read from the files that are written here.
func ruleFileNames(rules []*detect.Rule) map[*detect.Rule]string {
	byID := slices.SortedFunc(slices.Values(rules), func(a, b *detect.Rule) int { return strings.Compare(a.ID, b.ID) })
	out, taken := map[*detect.Rule]string{}, map[string]bool{}
	for _, r := range byID {
		out[r] = ruleFileName(r, taken)
	}
	return out
}

// ruleFileName returns a file name like the rule's, which none of taken has.
func ruleFileName(r *detect.Rule, taken map[string]bool) string {
	base := strings.Trim(notInNames.ReplaceAllString(r.Name, "-"), "-")
	if len(base) > 100 {
		base = strings.ToValidUTF8(base[:100], "")
	}
	name := base + ".yaml"
	for n := 2; taken[strings.ToLower(name)]; n++ {
		name = fmt.Sprintf("%s-%d.yaml", base, n)
	}
	taken[strings.ToLower(name)] = true
	return name
}
