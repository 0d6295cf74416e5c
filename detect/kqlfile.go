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
	for _, d := range diags {
		if d.Severity == syntax.Error {
			return nil, fmt.Errorf("%s: %w", file, errors.New(syntax.Render(string(text), diags)))
		}
	}
	r := &Rule{
		File: file, Name: strings.TrimSuffix(filepath.Base(file), filepath.Ext(file)), Kind: Scheduled, Severity: Medium,
		Trigger: Trigger{Operator: GreaterThan}, Grouping: AlertPerResult, Query: string(text),
		Incident: IncidentConfiguration{Create: true}, QueryPlace: QueryPlace{Line: 1, Block: true},
	}
	r.ID = r.Name
	lets := kqlValues{}
	for _, s := range q.Statements {
		let, ok := s.(*syntax.LetStmt)
		if !ok || let.Name == nil {
			continue
		}
		v, ok := lets.value(let.Value)
		if ok {
			lets[let.Name.Name] = v
		}
		switch strings.ToLower(let.Name.Name) {
		case "query_frequency", "queryfrequency":
			r.Frequency = v.period
		case "query_period", "queryperiod":
			r.Period = v.period
		}
	}
	switch {
	case r.Frequency > 0 && r.Period <= 0:
		return nil, fmt.Errorf("%s: says query_frequency, but not how far it looks back: add let query_period = …; with a period that is constant", file)
	case r.Frequency <= 0:
		return nil, fmt.Errorf("%s: a query is a rule if it begins with let query_frequency = …; let query_period = …; with periods that are constant", file)
	}
	if r.Period < r.Frequency {
		return nil, fmt.Errorf("%s: query_period is shorter than query_frequency: what happens between two windows would be missed", file)
	}
	return r, nil
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
