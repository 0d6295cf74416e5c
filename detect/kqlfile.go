package detect

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/calypso-kql/calypso/internal/rulefiles"
	"github.com/calypso-kql/calypso/kql/syntax"
)

// ParseKQL reads a rule from a query that says its own schedule, as detections
// are often published: `let query_frequency = 5m; let query_period = 2d;`. The
// rule fires for any row, makes an alert of each and has severity Medium; its
// name is the file's.
func ParseKQL(file string, text []byte) (*Rule, error) {
	q, diags := syntax.Parse(string(text))
	var wrong []error
	lines := syntax.NewLines(string(text))
	for _, d := range diags {
		if d.Severity == syntax.Error {
			line, column := lines.Position(d.Pos)
			wrong = append(wrong, fmt.Errorf("%s:%d:%d: error %s: %s", file, line, column, d.Code, d.Message))
		}
	}
	if len(wrong) > 0 {
		return nil, errors.Join(wrong...)
	}
	r := &Rule{
		File: file, Name: strings.TrimSuffix(filepath.Base(file), filepath.Ext(file)), Kind: Scheduled, Severity: Medium,
		Trigger: Trigger{Operator: GreaterThan}, Grouping: AlertPerResult, Query: string(text),
		Incident: IncidentConfiguration{Create: true}, QueryPlace: QueryPlace{Line: 1, Block: true},
	}
	r.ID = r.Name
	lets, every, back := NewConstants(), 1, 1
	for _, s := range q.Statements {
		let, ok := s.(*syntax.LetStmt)
		if !ok || let.Name == nil {
			continue
		}
		lets.Let(let)
		line, _ := lines.Position(let.Pos())
		switch d, _ := lets.Period(let.Value); {
		case IsFrequency(let.Name.Name):
			r.Frequency, every = d, line
		case IsPeriod(let.Name.Name):
			r.Period, back = d, line
		}
	}
	switch {
	case r.Frequency > 0 && r.Period <= 0:
		return nil, fmt.Errorf("%s:%d: says query_frequency, but not how far it looks back: add let query_period = …; with a period that is constant", file, max(every, back))
	case r.Frequency <= 0:
		return nil, fmt.Errorf("%s:%d: a query is a rule if it begins with let query_frequency = …; let query_period = …; with periods that are constant", file, every)
	}
	if r.Period < r.Frequency {
		return nil, fmt.Errorf("%s:%d: query_period is shorter than query_frequency: what happens between two windows would be missed", file, back)
	}
	return r, nil
}

// IsFrequency and IsPeriod tell the names by which a query says its schedule:
// query_frequency and query_period, or in one word, in any case.
func IsFrequency(name string) bool { return saysSchedule(name, "queryfrequency") }

// IsPeriod is as [IsFrequency].
func IsPeriod(name string) bool { return saysSchedule(name, "queryperiod") }

func saysSchedule(name, what string) bool {
	return strings.EqualFold(strings.ReplaceAll(name, "_", ""), what)
}

// Parse reads the one rule of a file; ParseAll says how.
func Parse(file string, text []byte) (*Rule, error) {
	rules, err := ParseAll(file, text)
	switch {
	case err != nil:
		return nil, err
	case len(rules) != 1:
		return nil, fmt.Errorf("%s: has %d rules, want one", file, len(rules))
	}
	return rules[0], nil
}

// ParseAll reads the rules of a file by the ending of its name: .yaml and .yml,
// .json, or .kql and anything else. Rules that are right are returned also where
// others of the file are not.
func ParseAll(file string, text []byte) ([]*Rule, error) {
	var r *Rule
	var err error
	text = rulefiles.Plain(text)
	ext := strings.ToLower(filepath.Ext(file))
	if (ext == ".json" || ext == ".yaml" || ext == ".yml") && customSigns.Match(text) {
		rules, err := ParseCustom(file, text)
		if ext == ".json" && armSigns.Match(text) { // a template may have both
			others, err2 := ParseARM(file, text)
			return append(rules, others...), errors.Join(err, err2)
		}
		return rules, err
	}
	switch ext {
	case ".json":
		return ParseARM(file, text)
	case ".yaml", ".yml":
		r, err = ParseYAML(file, text)
	default:
		r, err = ParseKQL(file, text)
	}
	if err != nil {
		return nil, err
	}
	return []*Rule{r}, nil
}
