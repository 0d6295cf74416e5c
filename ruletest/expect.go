package ruletest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/calypso-kql/calypso/detect"
	"github.com/calypso-kql/calypso/internal/rulefiles"
	"github.com/calypso-kql/calypso/kql/types"
)

// Expected is what is known of an alert that must be raised. Empty fields match
// anything.
type Expected struct {
	Name        string `yaml:"name"`
	Severity    string `yaml:"severity"`
	Description string `yaml:"description"`
	// Rows is how many rows the alert is about; 0 is any number.
	Rows       int      `yaml:"rows"`
	Tactics    []string `yaml:"tactics"`
	Techniques []string `yaml:"techniques"`
	// Entities are values that entities of a type have, by the type.
	Entities map[string]values `yaml:"entities"`
	// Details are values of custom details: one, or a list.
	Details map[string]values `yaml:"details"`
	// Columns are values that the first row of the alert has, as KQL's tostring()
	// writes them; times may be relative.
	Columns map[string]string `yaml:"columns"`
}

// values is a list of texts, or one.
type values []string

// UnmarshalYAML implements yaml.InterfaceUnmarshaler.
func (v *values) UnmarshalYAML(unmarshal func(any) error) error {
	var one string
	if unmarshal(&one) == nil {
		*v = values{one}
		return nil
	}
	return unmarshal((*[]string)(v))
}

// expectedField is a number of alerts, none, or a list.
type expectedField struct {
	list  []Expected
	count int
}

// Form implements rulefiles.Former.
func (f expectedField) Form() any { return f.list }

// UnmarshalYAML implements yaml.InterfaceUnmarshaler.
func (f *expectedField) UnmarshalYAML(unmarshal func(any) error) error {
	f.count = -1
	var word string
	switch {
	case unmarshal(&f.count) == nil:
		return nil
	case unmarshal(&word) == nil:
		if word != "none" {
			return fmt.Errorf("%q: want a number of alerts, none, or a list", word)
		}
		f.count = 0
		return nil
	}
	err := unmarshal(&f.list)
	if f.count = -1; err == nil && len(f.list) == 0 {
		f.count = 0
	}
	return err
}

// step returns what is expected at a time, of a test's now.
func (f *expectedField) step(at, now time.Time, p *rulefiles.Mistakes, path string) Step {
	p.Want(f.count >= 0 || f.list != nil, path, "want no fewer than 0 alerts")
	for i, x := range f.list {
		p.Want(x.Rows >= 0, fmt.Sprintf("%s[%d].rows", path, i), "want no fewer than 0 rows")
	}
	return Step{At: at, Alerts: f.list, Count: f.count, now: now}
}

// compare says how the alerts of an evaluation differ from what a step expects;
// nothing if they do not.
func (s *Step) compare(e *detect.Evaluation) []string {
	if s.Count >= 0 {
		if len(e.Alerts) != s.Count {
			return []string{fmt.Sprintf("%d alerts of %d rows, want %d%s", len(e.Alerts), e.Rows, s.Count, names(e.Alerts))}
		}
		return nil
	}
	diffs := make([][][]string, len(s.Alerts))
	for n, want := range s.Alerts {
		for i := range e.Alerts {
			diffs[n] = append(diffs[n], want.differs(e, &e.Alerts[i], s.now))
		}
	}
	taken := match(diffs, len(e.Alerts)) // by which expected alert
	var out []string
	for n := range s.Alerts {
		if slices.Contains(taken, n) {
			continue
		}
		best := -1
		for i, by := range taken {
			if by < 0 && (best < 0 || len(diffs[n][i]) < len(diffs[n][best])) {
				best = i
			}
		}
		if best < 0 {
			out = append(out, fmt.Sprintf("alert %d is missing%s", n+1, names(e.Alerts)))
			continue
		}
		taken[best] = n
		out = append(out, fmt.Sprintf("alert %d is like none; the nearest is %q, but its%s", n+1, e.Alerts[best].Name, told(diffs[n][best])))
	}
	for i, by := range taken {
		if by < 0 {
			out = append(out, fmt.Sprintf("an alert too many: %q", e.Alerts[i].Name))
		}
	}
	return out
}

// told writes differences of an alert: one in the line, several in lines of their own.
func told(diffs []string) string {
	if len(diffs) == 1 {
		return " " + diffs[0]
	}
	return "\n  " + strings.Join(diffs, "\n  ")
}

// match gives as many of the expected alerts as can be an alert of their own that is as
// expected, and returns for each alert which expected one has it, -1 for none. diffs says how
// alerts differ from an expected one.
func match(diffs [][][]string, alerts int) (taken []int) {
	taken = slices.Repeat([]int{-1}, alerts)
	var find func(n int, tried []bool) bool
	find = func(n int, tried []bool) bool {
		for i := range taken {
			if tried[i] || len(diffs[n][i]) > 0 {
				continue
			}
			tried[i] = true
			if taken[i] < 0 || find(taken[i], tried) {
				taken[i] = n
				return true
			}
		}
		return false
	}
	for n := range diffs {
		find(n, make([]bool, alerts))
	}
	return taken
}

func names(alerts []detect.Alert) string {
	if len(alerts) == 0 {
		return ""
	}
	var out []string
	for _, a := range alerts[:min(len(alerts), 10)] {
		out = append(out, fmt.Sprintf("%q", a.Name))
	}
	if len(alerts) > 10 {
		out = append(out, "…")
	}
	return ": there are " + strings.Join(out, ", ")
}

// differs says in which points an alert is not the one expected.
func (x *Expected) differs(e *detect.Evaluation, a *detect.Alert, now time.Time) (out []string) {
	text := func(what, want, got string) {
		if want != "" && want != got {
			out = append(out, fmt.Sprintf("%s is %q, want %q", what, got, want))
		}
	}
	text("name", x.Name, a.Name)
	text("severity", x.Severity, string(a.Severity))
	text("description", x.Description, a.Description)
	if x.Rows > 0 && x.Rows != len(a.Rows) {
		out = append(out, fmt.Sprintf("rows are %d, want %d", len(a.Rows), x.Rows))
	}
	all := func(what string, want, got []string) {
		for _, w := range want {
			if !slices.Contains(got, w) {
				out = append(out, fmt.Sprintf("%s are %q, want %q among them", what, got, w))
			}
		}
	}
	all("tactics", x.Tactics, a.Tactics)
	all("techniques", x.Techniques, a.Techniques)
	for _, kind := range slices.Sorted(maps.Keys(x.Entities)) {
		all("entities "+kind, x.Entities[kind], entityValues(a, kind))
	}
	for _, key := range slices.Sorted(maps.Keys(x.Details)) {
		all("details "+key, x.Details[key], a.Details[key])
	}
	for _, name := range slices.Sorted(maps.Keys(x.Columns)) {
		cell, ok := e.Text(name)
		switch {
		case !ok:
			out = append(out, fmt.Sprintf("rows have no column %s", name))
		case len(a.Rows) == 0:
			out = append(out, "rows are none")
		default:
			if got, want := cell(a.Rows[0]), x.Columns[name]; got != want && got != timeText(want, e.Schema, name, now) {
				out = append(out, fmt.Sprintf("column %s is %q, want %q", name, got, want))
			}
		}
	}
	return out
}

// timeText returns how a time that is written relative to now is written in a column of
// times; empty if it is none, or the column has none.
func timeText(text string, schema types.Schema, column string, now time.Time) string {
	at, ok := relative(text, now)
	i := schema.Index(column)
	if !ok || i < 0 || schema.Columns[i].Type != types.DateTime {
		return ""
	}
	ticks, ok := types.TicksOf(at)
	if !ok {
		return ""
	}
	return string(types.AppendDateTime(nil, ticks))
}

// entityValues returns what identifies the entities of a type in an alert.
func entityValues(a *detect.Alert, kind string) (out []string) {
	for _, e := range a.Entities {
		for _, f := range e.Fields {
			if strings.EqualFold(e.Type, kind) {
				out = append(out, f.Value)
			}
		}
	}
	return out
}
