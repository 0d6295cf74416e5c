package ruletest

import (
	"context"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"github.com/calypso-kql/calypso/detect"
	"github.com/calypso-kql/calypso/ingest"
	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/workspace"
)

// A Runner runs tests. It is safe for concurrent use.
type Runner struct {
	Engine *kql.Engine
	// Tables knows the types of what the fixtures hold.
	Tables ingest.Tables
	// Workspace returns what a rule's names mean, over the tables of a test.
	Workspace func(workspace.Tables) *workspace.Workspace
	// Delay is how long after its time an evaluation takes place: records with a
	// later _TimeReceived have not arrived.
	Delay time.Duration
}

// A Result is what became of a test.
type Result struct {
	File, Rule, Name string
	// Failures say how the alerts differ from what was expected; none if the test
	// passes.
	Failures []string
	// Notes say what may be why: what the rule reads and the test has not, or has under
	// another name. Only tests that fail have some.
	Notes []string
	Took  time.Duration
}

// Run runs one test of a rule.
func (r *Runner) Run(ctx context.Context, f *File, t *Test) (out Result) {
	out = Result{File: f.Path, Rule: f.Rule.Name, Name: t.Name}
	start := time.Now()
	defer func() {
		if p := recover(); p != nil {
			out.Failures = append(out.Failures, fmt.Sprintf("internal error: %v\n%s", p, debug.Stack()))
		}
		out.Took = time.Since(start)
	}()
	logs, err := r.load(ctx, t)
	if err != nil {
		out.Failures = []string{err.Error()}
		return out
	}
	ws := r.Workspace(logs)
	q := workspace.NewQuerier(r.Engine, ws, kql.RunOptions{Workers: 1})
	if f.Rule.Origin == detect.CustomDetection {
		q = q.InPortal()
	}
	if f.Rule.Arrival() {
		q = q.ByArrival()
	}
	x := &steps{rule: f.Rule, querier: q.WithDelay(r.delay(f.Rule)), raised: map[string]bool{}}
	for i, s := range t.Steps {
		wrong, err := x.run(ctx, &s)
		if err != nil {
			wrong = []string{strings.TrimSpace(err.Error())}
		}
		for _, w := range wrong {
			if len(t.Steps) > 1 {
				w = fmt.Sprintf("step %d, at %s: %s", i+1, s.At.UTC().Format(time.RFC3339), w)
			}
			out.Failures = append(out.Failures, w)
		}
		if err != nil {
			break // at the other steps it fails, too
		}
	}
	if len(out.Failures) > 0 {
		out.Notes = r.notes(ctx, f.Rule, logs, ws)
	}
	return out
}

// steps evaluates a rule at one time after the other.
type steps struct {
	rule    *detect.Rule
	querier detect.Querier
	raised  map[string]bool // events of earlier steps
	last    time.Time       // when an alert was raised last; zero for never
}

// run says how the alerts of a step differ from what it expects. While the rule is
// suppressed after an alert it is not evaluated, and there are none.
func (x *steps) run(ctx context.Context, s *Step) ([]string, error) {
	from, to := x.rule.Window(s.At)
	if !x.last.IsZero() && to.After(x.last) && !to.After(x.last.Add(x.rule.Suppression)) {
		wrong := s.compare(&detect.Evaluation{Rule: x.rule, From: from, To: to})
		for i := range wrong {
			wrong[i] += ": the rule is suppressed after the alert of " + x.last.UTC().Format(time.RFC3339)
		}
		return wrong, nil
	}
	e, err := detect.EvaluateUnseen(ctx, x.rule, from, to, x.querier, func(event string) bool { return x.raised[event] })
	if err != nil {
		return nil, err
	}
	for _, a := range e.Alerts {
		x.last = to
		for _, event := range a.Events {
			x.raised[event] = true
		}
	}
	wrong := s.compare(e)
	if len(wrong) > 0 {
		wrong = append(wrong, e.Dropped()...)
	}
	return wrong, nil
}

// delay returns how long after its time a rule is evaluated.
func (r *Runner) delay(rule *detect.Rule) time.Duration {
	if rule.Delay != nil {
		return *rule.Delay
	}
	return r.Delay
}
