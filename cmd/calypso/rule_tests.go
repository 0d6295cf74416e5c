package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/calypso-kql/calypso/catalog"
	"github.com/calypso-kql/calypso/detect"
	"github.com/calypso-kql/calypso/internal/filetree"
	"github.com/calypso-kql/calypso/internal/oneline"
	"github.com/calypso-kql/calypso/internal/pace"
	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/ruletest"
	"github.com/calypso-kql/calypso/workspace"
)

func testCommand() *cobra.Command {
	var (
		saved   savedFlags
		cat     string
		junit   string
		delay   time.Duration
		all     bool
		verbose bool
	)
	c := &cobra.Command{
		Use:   "test PATH… [--junit FILE] [--all]",
		Short: "Test detection rules: logs written beside them, and the alerts that must come of them",
		Long: `Run the tests of rules in files and folders, and of rules that are named. RULE.test.yaml beside RULE.yaml holds
logs, with times relative to the test's, and the alerts that the rule must raise;
docs/rules.md tells how. The exit code is 1 if a test fails, 3 if a file is wrong.`,
		Example: `  calypso test rules/
  calypso test --junit report.xml --all rules/`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			k, err := openCatalog(cat)
			if err != nil {
				return err
			}
			opts, err := saved.open(false)
			if err != nil {
				return err
			}
			runner, err := newRunner(k, opts, delay)
			if err != nil {
				return failed(err)
			}
			t := &ruleTests{runner: runner, verbose: verbose}
			pace.Server()
			if err := t.find(args); err != nil {
				return failed(err)
			}
			if err := t.run(cmd.Context()); err != nil {
				return failed(err)
			}
			return t.tell(args, junit, all)
		},
	}
	saved.register(c)
	c.Flags().StringVar(&cat, "catalog", string(catalog.Sentinel), "known tables: sentinel, defender_xdr or unified")
	c.Flags().StringVar(&junit, "junit", "", "also write the results to this file, as JUnit's XML")
	c.Flags().DurationVar(&delay, "delay", 5*time.Minute, "how long after its time a rule is evaluated; what has a later _TimeReceived has not arrived")
	c.Flags().BoolVar(&all, "all", false, "fail if a rule has no tests")
	c.Flags().BoolVarP(&verbose, "verbose", "v", false, "show tests that pass, too")
	return c
}

func newRunner(k *catalog.Catalog, opts []workspace.Option, delay time.Duration) (*ruletest.Runner, error) {
	engine, err := kql.New()
	if err != nil {
		return nil, err
	}
	return &ruletest.Runner{
		Engine: engine, Tables: schemas{k}, Delay: delay,
		Workspace: func(t workspace.Tables) *workspace.Workspace { return workspace.New(k, t, opts...) },
	}, nil
}

// ruleTests is a run of tests.
type ruleTests struct {
	runner  *ruletest.Runner
	verbose bool
	files   []*ruletest.File
	wrong   []error
	broken  []string // files of tests that wrong is about
	results []ruletest.Result
	took    time.Duration
}

// find reads the files of tests: those that are named, those in folders, and those beside
// rules that are named.
func (t *ruleTests) find(paths []string) error {
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			return err
		}
		if tests, ok := ruletest.Beside(path); ok && !info.IsDir() && !strings.HasSuffix(path, ruletest.Suffix) && !slices.Contains(paths, tests) {
			path = tests
		}
		filetree.Walk(path, func(file string, _ fs.FileInfo, err error) {
			isTests := strings.HasSuffix(file, ruletest.Suffix)
			if !isTests && (err == nil || errors.Is(err, fs.ErrNotExist)) {
				return // a rule, or none of ours
			}
			var f *ruletest.File
			if err == nil {
				f, err = ruletest.Read(file)
			}
			if err != nil {
				t.wrong, t.broken = append(t.wrong, err), append(t.broken, file)
				return
			}
			t.files = append(t.files, f)
		})
	}
	return nil
}

// run runs all tests, on all processors.
func (t *ruleTests) run(ctx context.Context) error {
	type job struct {
		file *ruletest.File
		test *ruletest.Test
	}
	var jobs []job
	for _, f := range t.files {
		for i := range f.Tests {
			jobs = append(jobs, job{f, &f.Tests[i]})
		}
	}
	start := time.Now()
	t.results = make([]ruletest.Result, len(jobs))
	next := make(chan int)
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := range next {
				t.results[i] = t.runner.Run(ctx, jobs[i].file, jobs[i].test)
			}
		})
	}
	for i := range jobs {
		next <- i
	}
	close(next)
	wg.Wait()
	t.took = time.Since(start)
	return ctx.Err()
}

// tell prints the results. Rules among paths that have no tests are told, too.
func (t *ruleTests) tell(paths []string, junit string, all bool) error {
	bad := 0
	for _, r := range t.results {
		switch {
		case len(r.Failures) > 0:
			bad++
			fmt.Printf("FAIL  %s  %s\n", r.File, oneline.Of(r.Name))
			for _, f := range r.Failures {
				fmt.Printf("      %s\n", strings.ReplaceAll(f, "\n", "\n      "))
			}
			for _, n := range r.Notes {
				fmt.Printf("      note: %s\n", n)
			}
		case t.verbose:
			fmt.Printf("ok    %s  %s  %s\n", r.File, oneline.Of(r.Name), r.Took.Round(100*time.Microsecond))
		}
	}
	for _, err := range t.wrong {
		fmt.Fprintln(os.Stderr, err)
	}
	untested := t.untested(paths)
	for _, r := range untested {
		fmt.Printf("none  %s  %s\n", r.File, r.Name)
	}
	fmt.Printf("%s, %d failed, %d of %s without tests, %s\n", count(len(t.results), "test"), bad, len(untested), count(len(untested)+len(t.files), "rule"), t.took.Round(time.Millisecond))
	if junit != "" {
		if err := t.writeJUnit(junit); err != nil {
			return failed(err)
		}
	}
	switch {
	case len(t.wrong) > 0:
		return &exitError{code: exitInvalid}
	case bad > 0, all && len(untested) > 0:
		return &exitError{code: exitFailed}
	case len(t.results) == 0 && len(untested) == 0:
		return failed(errors.New("there are no rules and no tests: a file of tests is called RULE" + ruletest.Suffix))
	}
	return nil
}

func (t *ruleTests) writeJUnit(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(ruletest.WriteJUnit(f, t.results, t.wrong), f.Close())
}

// untested returns the rules among paths that no file of tests is about.
func (t *ruleTests) untested(paths []string) (out []*detect.Rule) {
	tested := map[string]bool{}
	for _, f := range t.files {
		tested[filepath.Clean(f.Rule.File)] = true
	}
	var rules []string
	for _, p := range paths {
		if !strings.HasSuffix(p, ruletest.Suffix) {
			rules = append(rules, p)
		}
	}
	for _, r := range detect.Read(rules).Rules {
		if tests, ok := ruletest.Beside(r.File); ok && slices.Contains(t.broken, tests) {
			continue // it has some, which are wrong
		}
		if !tested[filepath.Clean(r.File)] {
			out = append(out, r)
		}
	}
	return out
}
