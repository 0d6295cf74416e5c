package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/calypso-kql/calypso/detect"
)

// readRules reads the rules that are to run, each every o.every.
func readRules(o options) ([]*detect.Rule, error) {
	if strings.HasSuffix(o.rules, ".jsonl") {
		return readCorpus(o)
	}
	read := detect.Read([]string{o.rules})
	if len(read.Errors) > 0 {
		return nil, errors.Join(read.Errors...)
	}
	for _, r := range read.Rules {
		r.Frequency = o.every
	}
	return read.Rules, nil
}

// A corpusQuery is what is read of a line of a corpus.
type corpusQuery struct {
	ID, Title, Kind, Query string
	Clean                  bool
	Tables                 []string
	Environment            string
	Meta                   struct {
		QueryPeriod string `json:"queryPeriod"`
	}
}

// corpusPeriod is what queries look back that do not say it.
const corpusPeriod = 24 * time.Hour

// readCorpus reads the queries that have no errors and whose tables are fed: rules
// before others, these in an order of chance.
func readCorpus(o options) ([]*detect.Rule, error) {
	f, err := os.Open(o.rules)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var found []corpusQuery
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		var q corpusQuery
		if err := json.Unmarshal(lines.Bytes(), &q); err != nil {
			return nil, fmt.Errorf("%s: %w", o.rules, err)
		}
		fed := func(table string) bool { return slices.Contains(fedTables(), table) }
		if q.Clean && q.Kind != "function" && q.Environment == "sentinel" && len(q.Tables) > 0 && !slices.ContainsFunc(q.Tables, func(t string) bool { return !fed(t) }) {
			found = append(found, q)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("%s: no query over %s", o.rules, strings.Join(fedTables(), ", "))
	}
	r := rand.New(rand.NewPCG(o.seed, 1))
	r.Shuffle(len(found), func(i, j int) { found[i], found[j] = found[j], found[i] })
	slices.SortStableFunc(found, func(a, b corpusQuery) int { return cmp.Compare(rank(a), rank(b)) })
	var rules []*detect.Rule
	for _, q := range found {
		rule := &detect.Rule{
			ID: q.ID, Name: q.Title, Kind: detect.Scheduled, Severity: detect.Medium, Query: q.Query,
			Frequency: o.every, Period: corpusPeriod, Grouping: detect.SingleAlert, Trigger: detect.Trigger{Operator: detect.GreaterThan},
		}
		if d, err := detect.ParseDuration(q.Meta.QueryPeriod); err == nil && d > 0 {
			rule.Period = d
		}
		rules = append(rules, rule)
	}
	return rules, nil
}

func rank(q corpusQuery) int {
	if q.Kind == "rule" {
		return 0
	}
	return 1
}
