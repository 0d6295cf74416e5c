// Package ruletest tests rules: logs written in a file beside the rule, and the
// alerts that the rule must raise of them, at one time or at several.
//
// A test goes the way of real logs: its records are read as package ingest reads
// files, into the types that the catalog knows, and the rule is evaluated as the
// scheduler does.
package ruletest

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/calypso-kql/calypso/detect"
	"github.com/calypso-kql/calypso/internal/rulefiles"
)

// Suffix is how the names of files of tests end.
const Suffix = ".test.yaml"

// Beside returns the file of tests of a rule's file; !ok if there is none.
func Beside(rule string) (path string, ok bool) {
	path = strings.TrimSuffix(rule, filepath.Ext(rule)) + Suffix
	_, err := os.Stat(path)
	return path, err == nil
}

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

	now time.Time // of the test
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
// told, with the file's name and the line.
func Read(path string) (*File, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	text = rulefiles.Plain(text)
	var in testFile
	var all any
	if err := cmp.Or(yaml.Unmarshal(text, &in), yaml.Unmarshal(text, &all)); err != nil {
		return nil, rulefiles.YAMLError(path, text, err)
	}
	p := &rulefiles.Mistakes{File: path, At: rulefiles.YAMLLines(text), Begins: 1}
	p.Unknown("", all, in, "yaml")
	p.Want(len(in.Tests) > 0, "tests", "are missing")
	f := &File{Path: path}
	names := map[string]bool{}
	for i, t := range in.Tests {
		at := fmt.Sprintf("tests[%d]", i)
		test := t.test(filepath.Dir(path), p, at)
		p.Want(!names[test.Name] || test.Name == "", at+".name", fmt.Sprintf("%q is also another test's", test.Name))
		names[test.Name] = true
		f.Tests = append(f.Tests, test)
	}
	f.Rule, err = readRule(path, in.Rule)
	if err := errors.Join(p.Err(), err); err != nil {
		return nil, err
	}
	return f, nil
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
		return detect.Parse(file, rulefiles.Plain(text))
	}
	return nil, fmt.Errorf("%s: there is no rule beside it: want %s, or rule: FILE", path, strings.Join(tries, ", "))
}

// test reads a test that is at a path of its file.
func (t *testField) test(dir string, p *rulefiles.Mistakes, at string) Test {
	out := Test{Name: t.Name, Tables: map[string]fixture{}}
	p.Want(t.Name != "", at+".name", "is missing")
	var err error
	now := cmp.Or(t.Now, defaultNow)
	if out.Now, err = time.Parse(time.RFC3339Nano, now); err != nil {
		p.Add(at+".now", "%q: want a time as %s", now, defaultNow)
	}
	for table, f := range t.Tables {
		out.Tables[table] = f.fixture(dir, p, at+".tables."+table)
	}
	if t.Alerts != nil {
		out.Steps = append(out.Steps, t.Alerts.step(out.Now, out.Now, p, at+".alerts"))
	}
	for i, s := range t.Steps {
		out.Steps = append(out.Steps, s.step(out.Now, p, fmt.Sprintf("%s.steps[%d]", at, i)))
	}
	p.Want(len(out.Steps) > 0, at+".alerts", "is missing: a number, none, or a list; or steps with at and alerts")
	return out
}

func (s *stepField) step(now time.Time, p *rulefiles.Mistakes, at string) Step {
	when, ok := now, true
	if s.At != "" {
		if when, ok = relative(s.At, now); !ok {
			t, err := time.Parse(time.RFC3339Nano, s.At)
			when, ok = t, err == nil
		}
	}
	p.Want(ok, at+".at", fmt.Sprintf("%q: want a period after now, as +5m, or a time as %s", s.At, defaultNow))
	if s.Alerts == nil {
		p.Add(at+".alerts", "is missing: a number, none, or a list")
		return Step{At: when, now: now}
	}
	return s.Alerts.step(when, now, p, at+".alerts")
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
	if err != nil {
		d, err = time.ParseDuration(rest) // 1h30m
	}
	return now.Add(sign * d), err == nil
}
