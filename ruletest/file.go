// Package ruletest tests rules: logs written in a file beside the rule, and the
// alerts that the rule must raise of them, at one time or at several.
//
// A test goes the way of real logs: its records are read as package ingest reads
// files, into the types that the catalog knows, and the rule is evaluated as the
// scheduler does.
package ruletest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/calypso-kql/calypso/detect"
)

// Suffix is how the names of files of tests end.
const Suffix = ".test.yaml"

// A File is the tests of one rule.
type File struct {
	Path  string
	Rule  *detect.Rule
	Tests []Test
}

// A Test is logs, and what the rule makes of them.
type Test struct {
	Name string
	// Now is the time that others are relative to.
	Now    time.Time
	Tables map[string]fixture
	Steps  []Step
}

// A Step is what is expected of an evaluation at one time.
type Step struct {
	At     time.Time
	Alerts []Expected
	// Count is how many alerts there must be; -1 if Alerts says.
	Count int
}

// testFile is a file as it is written.
type testFile struct {
	Rule  string      `yaml:"rule"`
	Tests []testField `yaml:"tests"`
}

type testField struct {
	Name   string                  `yaml:"name"`
	Now    string                  `yaml:"now"`
	Tables map[string]fixtureField `yaml:"tables"`
	Alerts *expectedField          `yaml:"alerts"`
	Steps  []stepField             `yaml:"steps"`
}

type stepField struct {
	At     string         `yaml:"at"`
	Alerts *expectedField `yaml:"alerts"`
}

// defaultNow is the time of tests that do not say one: on a Wednesday, far from
// the ends of days and months.
const defaultNow = "2026-01-14T12:00:00Z"

// Read reads a file of tests and the rule that it names, which is the file of the
// same name, or the one that rule: says, beside it. Everything that is wrong is
// told, with the file's name.
func Read(path string) (*File, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var in testFile
	if err := yaml.UnmarshalWithOptions(text, &in, yaml.Strict()); err != nil {
		var e yaml.Error
		if errors.As(err, &e) && e.GetToken() != nil {
			return nil, fmt.Errorf("%s:%d: %s", path, e.GetToken().Position.Line, e.GetMessage())
		}
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	f := &File{Path: path}
	if f.Rule, err = readRule(path, in.Rule); err != nil {
		return nil, err
	}
	var errs []error
	if len(in.Tests) == 0 {
		errs = append(errs, fmt.Errorf("%s: has no tests", path))
	}
	names := map[string]bool{}
	for i, t := range in.Tests {
		test, err := t.test(filepath.Dir(path))
		if err == nil && names[test.Name] {
			err = errors.New("another test has this name")
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: test %d (%s): %w", path, i+1, t.Name, err))
			continue
		}
		names[test.Name] = true
		f.Tests = append(f.Tests, test)
	}
	return f, errors.Join(errs...)
}

func readRule(path, name string) (*detect.Rule, error) {
	base := strings.TrimSuffix(path, Suffix)
	tries := []string{base + ".yaml", base + ".yml", base + ".kql", base + ".json"}
	if name != "" {
		tries = []string{filepath.Join(filepath.Dir(path), name)}
	}
	for _, file := range tries {
		text, err := os.ReadFile(file)
		if errors.Is(err, os.ErrNotExist) && name == "" {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("%s: its rule: %w", path, err)
		}
		return detect.Parse(file, text)
	}
	return nil, fmt.Errorf("%s: there is no rule beside it: want %s, or rule: FILE", path, strings.Join(tries, ", "))
}

func (t *testField) test(dir string) (Test, error) {
	out := Test{Name: t.Name, Tables: map[string]fixture{}}
	var errs []error
	if t.Name == "" {
		errs = append(errs, errors.New("name is missing"))
	}
	now := t.Now
	if now == "" {
		now = defaultNow
	}
	var err error
	if out.Now, err = time.Parse(time.RFC3339Nano, now); err != nil {
		errs = append(errs, fmt.Errorf("now: %q: want a time as %s", now, defaultNow))
	}
	for table, f := range t.Tables {
		if out.Tables[table], err = f.fixture(dir); err != nil {
			errs = append(errs, fmt.Errorf("tables.%s: %w", table, err))
		}
	}
	steps := t.Steps
	if t.Alerts != nil {
		steps = append([]stepField{{At: "", Alerts: t.Alerts}}, steps...)
	}
	if len(steps) == 0 {
		errs = append(errs, errors.New("alerts is missing: a number, none, or a list; or steps with at and alerts"))
	}
	for i, s := range steps {
		step, err := s.step(out.Now)
		if err != nil {
			errs = append(errs, fmt.Errorf("step %d: %w", i+1, err))
		}
		out.Steps = append(out.Steps, step)
	}
	return out, errors.Join(errs...)
}

func (s *stepField) step(now time.Time) (Step, error) {
	out := Step{At: now, Count: -1}
	if s.At != "" {
		at, ok := relative(s.At, now)
		if !ok {
			return out, fmt.Errorf("at: %q: want a period after now, as +5m", s.At)
		}
		out.At = at
	}
	if s.Alerts == nil {
		return out, errors.New("alerts is missing: a number, none, or a list")
	}
	out.Alerts, out.Count = s.Alerts.list, s.Alerts.count
	return out, nil
}

// relative reads a time that is written relative to now: now, -2m, +30s, 0s.
func relative(text string, now time.Time) (time.Time, bool) {
	if text == "now" {
		return now, true
	}
	sign := time.Duration(1)
	rest, ok := strings.CutPrefix(text, "+")
	if !ok {
		if rest, ok = strings.CutPrefix(text, "-"); ok {
			sign = -1
		} else if rest != "0" && rest != "0s" && rest != "0m" {
			return now, false
		}
	}
	if rest == "" || rest[0] < '0' || rest[0] > '9' {
		return now, false
	}
	d, err := detect.ParseDuration(rest)
	return now.Add(sign * d), err == nil
}
