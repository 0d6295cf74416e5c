package main

import (
	"fmt"
	"sync"
	"time"

	"github.com/calypso-kql/calypso/config"
	"github.com/calypso-kql/calypso/detect"
	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/workspace"
)

// timing lets rules run when a configuration says that rules over their tables do. It is
// safe for concurrent use.
type timing struct {
	schedule  config.Schedule
	engine    *kql.Engine
	workspace func() *workspace.Workspace

	mu     sync.Mutex
	asked  time.Time
	tables map[string][]string           // by query
	timed  map[*detect.Rule]*detect.Rule // so that a rule stays one and the same
}

// tablesAgain is for how long it is known which tables a query reads: union * and
// functions read others when there are others.
const tablesAgain = 10 * time.Minute

// of returns a rule as it is to run, which may be r.
func (t *timing) of(r *detect.Rule) *detect.Rule {
	said := r.Delay != nil && (r.ByArrival || r.ByGenerated)
	if len(t.schedule.Tables) == 0 || r.Kind != detect.Scheduled || said {
		return r
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if now := time.Now(); now.Sub(t.asked) > tablesAgain {
		t.asked, t.tables, t.timed = now, map[string][]string{}, map[*detect.Rule]*detect.Rule{}
	}
	if timed := t.timed[r]; timed != nil {
		return timed
	}
	delay, arrival := t.schedule.Timing(t.read(r.Query))
	timed := *r
	if r.Delay == nil {
		timed.Delay = &delay
	}
	timed.ByArrival = r.ByArrival || arrival && !r.ByGenerated
	t.timed[r] = &timed
	return &timed
}

// read returns the tables that a query reads, as far as they are known. The caller
// holds t.mu.
func (t *timing) read(query string) []string {
	tables, ok := t.tables[query]
	if !ok {
		q, _ := t.engine.Compile(query, t.workspace()) // what is wrong with it is told when it runs
		tables = workspace.Read(q.Plan())
		t.tables[query] = tables
	}
	return tables
}

// all returns rules as they are to run.
func (t *timing) all(rules []*detect.Rule) []*detect.Rule {
	out := make([]*detect.Rule, len(rules))
	for i, r := range rules {
		out[i] = t.of(r)
	}
	return out
}

// unknownTables names the tables of a configuration's schedule that its catalog does
// not have: they may be made later, or misspelt.
func unknownTables(c config.Config) (notes []string, err error) {
	if len(c.Schedule.Tables) == 0 {
		return nil, nil
	}
	cat, err := openCatalog(c.Catalog)
	if err != nil {
		return nil, err
	}
	for _, name := range c.Schedule.Unknown(cat.Tables()) {
		notes = append(notes, fmt.Sprintf("schedule.tables: the catalog has no table %s: rules over it wait for it once there is one", name))
	}
	return notes, nil
}
