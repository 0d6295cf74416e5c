package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/pprof"
	"slices"
	"syscall"
	"time"

	"github.com/calypso-kql/calypso/detect"
	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/exec"
	"github.com/calypso-kql/calypso/kql/opt"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/schedule"
	"github.com/calypso-kql/calypso/workspace"
)

// A ruleRun is one evaluation of a rule.
type ruleRun struct {
	rule  *detect.Rule
	to    time.Time
	cpu   float64 // processor ms
	rows  int     // of the answer
	error error
	again *comparison // nil if it was not compared
}

// A comparison is the same query at the same time, with nothing kept.
type comparison struct {
	cpu         float64 // processor ms
	scan        float64 // likewise, and without looking anything up: the whole window is read
	read, whole int64   // rows that reading tables handed on, with what is kept and in the scan
	same        bool    // as many rows are the answer
}

// A querier measures what a rule's query takes.
type querier struct {
	s *simulation
	r *detect.Rule
}

func (s *simulation) querier(r *detect.Rule, _ schedule.Share) detect.Querier { return &querier{s, r} }

// Query implements detect.Querier.
func (q *querier) Query(ctx context.Context, text string, from, to time.Time) (types.Schema, []*column.Batch, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	snap := q.s.store.Snapshot()
	w := workspace.New(q.s.known, snap)
	cpu := cpuTime()
	schema, batches, err := workspace.NewQuerier(q.s.engine, w, kql.RunOptions{MemoryLimit: 2 << 30}).Query(ctx, text, from, to)
	run := ruleRun{rule: q.r, to: to, cpu: cpuTime() - cpu, error: err}
	for _, b := range batches {
		run.rows += b.Len()
	}
	began := cpuTime()
	if q.s.sample && err == nil {
		pprof.Do(ctx, pprof.Labels("of", "comparison"), func(ctx context.Context) {
			run.again, run.error = q.compare(ctx, text, from, to, snap, run.rows)
		})
	}
	q.s.mu.Lock()
	q.s.comparing += cpuTime() - began
	q.s.runs = append(q.s.runs, run)
	q.s.mu.Unlock()
	return schema, batches, err
}

// compare runs the query again with nothing kept, and counts the rows that both ways
// read.
func (q *querier) compare(ctx context.Context, text string, from, to time.Time, snap workspace.Tables, rows int) (*comparison, error) {
	c := &comparison{same: true}
	scan := workspace.New(q.s.known, unparted{snap, true})
	for _, w := range []*workspace.Workspace{workspace.New(q.s.known, unparted{snap, false}), scan} {
		cpu := cpuTime()
		_, batches, err := workspace.NewQuerier(q.s.engine, w, kql.RunOptions{}).Query(ctx, text, from, to)
		if err != nil {
			return nil, err
		}
		c.cpu, c.scan = c.scan, cpuTime()-cpu
		n := 0
		for _, b := range batches {
			n += b.Len()
		}
		c.same = c.same && n == rows
	}
	var err error
	if c.whole, err = q.read(ctx, text, from, to, scan, false); err != nil {
		return nil, err
	}
	c.read, err = q.read(ctx, text, from, to, workspace.New(q.s.known, snap), q.s.o.explain)
	return c, err
}

// read returns how many rows the tables of a query hand on.
func (q *querier) read(ctx context.Context, text string, from, to time.Time, w *workspace.Workspace, explain bool) (int64, error) {
	compiled, _ := q.s.engine.Compile(text, w)
	lower, _ := types.TicksOf(from)
	upper, _ := types.TicksOf(to)
	stats := &exec.Stats{}
	_, p, err := compiled.RunPlan(ctx, kql.RunOptions{Now: upper, Scope: &opt.TimeScope{Column: "TimeGenerated", From: lower, To: upper}, Stats: stats})
	if err != nil {
		return 0, err
	}
	var n int64
	seen := map[plan.Node]bool{}
	var visit func(plan.Node)
	visit = func(node plan.Node) {
		if o := stats.Of(node); o != nil && !seen[node] {
			if _, ok := node.(*plan.Read); ok {
				n += o.Rows()
			}
		}
		seen[node] = true
		for _, in := range node.Inputs() {
			visit(in)
		}
		for _, e := range plan.Exprs(node) {
			plan.WalkExpr(e, func(e plan.Expr) bool {
				if sub, ok := e.(*plan.Subquery); ok {
					visit(sub.Plan)
				}
				return true
			})
		}
		if shared, ok := node.(*plan.Shared); ok {
			visit(shared.Def.Plan)
		}
	}
	for _, r := range p.Results {
		visit(r.Root)
		if explain {
			fmt.Fprintf(os.Stderr, "%s at %s\n%s\n", q.r.Name, to.Format(time.RFC3339), stats.Explain(r.Root))
		}
	}
	return n, nil
}

// unparted are tables of which no part can be told from others, so that nothing is
// kept of them; scanned ones look up nothing but times.
type unparted struct {
	workspace.Tables
	scanned bool
}

// Table implements workspace.Tables.
func (u unparted) Table(name string) (plan.Source, bool) {
	t, ok := u.Tables.Table(name)
	if !ok {
		return nil, false
	}
	return whole{t, u.scanned}, true
}

type whole struct {
	plan.Source
	scanned bool
}

// Open implements plan.Source.
func (w whole) Open(ctx context.Context, s plan.Scan) (column.Reader, error) {
	if w.scanned {
		s.Hints = slices.DeleteFunc(slices.Clone(s.Hints), func(h plan.Hint) bool { return h.Values.Type() != types.DateTime })
	}
	return w.Source.Open(ctx, s)
}

// Rows implements plan.Sizer.
func (w whole) Rows() int64 {
	if s, ok := w.Source.(plan.Sizer); ok {
		return s.Rows()
	}
	return -1
}

// cpuTime is the processor time that this process has used, in milliseconds.
func cpuTime() float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e6
}

// diskBytes is what all files of a folder take.
func diskBytes(dir string) (n int64) {
	filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil // it went while we looked
		}
		if info, err := d.Info(); err == nil {
			n += info.Size()
		}
		return nil
	})
	return n
}
