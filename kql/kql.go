// Package kql runs Kusto Query Language queries: a query in, tables or
// diagnostics out. It is a library without network, disk or clock of its own;
// tables, time and limits come from the caller.
//
//	engine, err := kql.New()
//	q, diags := engine.Compile(`T | where x > 1`, tables)
//	answer, err := q.Run(ctx, kql.RunOptions{Now: now})
//
// The answers are Kusto's: column names, types and rows, as the documentation of
// the language and recorded answers of Microsoft's engine have them.
package kql

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime/debug"
	"slices"
	"time"

	"github.com/calypso-kql/calypso/kql/bind"
	"github.com/calypso-kql/calypso/kql/builtin"
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/exec"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/opt"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// An Engine holds the functions of the language. It is safe for concurrent use.
type Engine struct {
	functions *function.Registry
}

// New returns an engine. It fails only if a function is declared wrongly.
func New() (*Engine, error) {
	reg, err := builtin.Functions()
	if err != nil {
		return nil, fmt.Errorf("declare functions: %w", err)
	}
	return &Engine{functions: reg}, nil
}

// Functions returns the declarations of all functions.
func (e *Engine) Functions() *function.Registry { return e.functions }

// Specials describes the functions and plugins that are not among Functions, because
// they are part of the language.
func (e *Engine) Specials() []bind.Special { return bind.Specials() }

// A Query is a compiled text. It is immutable and may run any number of times,
// also concurrently.
type Query struct {
	engine *Engine
	tree   *syntax.Query
	info   *bind.Info
	plan   *plan.Query
	syntax int // number of the parser's diagnostics
	failed bool
	// pending says that the plan has operators whose columns only the rows can
	// tell: each run binds the text to catalog again.
	pending  bool
	names    bind.Env
	settings settings
	// ended is why the compiling ended early; took is the time that it took, which
	// is part of the request's.
	ended error
	took  time.Duration
}

// Compile parses text and binds it to the tables and functions of catalog. It
// always returns a query, with all that is wrong with the text, the parser's
// findings first; a query with a diagnostic of severity error does not run. A nil
// catalog has no tables.
func (e *Engine) Compile(text string, catalog bind.Catalog) (*Query, []syntax.Diagnostic) {
	return e.compile(context.Background(), text, catalog, Request{}, false)
}

// CompileRequest is Compile with what a client sends besides the text. A finding
// about a property is at the beginning of the text. Where ctx ends, or the time that
// the request gives (servertimeout), before all is bound, the findings are
// those up to there, and Ended and Run return the error of a query that was ended.
func (e *Engine) CompileRequest(ctx context.Context, text string, catalog bind.Catalog, r Request) (*Query, []syntax.Diagnostic) {
	return e.compile(ctx, text, catalog, r, false)
}

// Check is Compile that is as strict as Microsoft's analyzer: what that refuses is
// an error, also where the engine runs it, which Compile only warns of.
func (e *Engine) Check(text string, catalog bind.Catalog) (*Query, []syntax.Diagnostic) {
	return e.compile(context.Background(), text, catalog, Request{}, true)
}

func (e *Engine) compile(ctx context.Context, text string, catalog bind.Catalog, r Request, strict bool) (*Query, []syntax.Diagnostic) {
	begun := time.Now()
	tree, diags := syntax.Parse(text)
	if catalog == nil {
		catalog = Tables{}
	}
	q := &Query{engine: e, tree: tree, syntax: len(diags)}
	q.names = bind.Env{Functions: e.functions, Catalog: catalog, Parameters: r.parameters(), Command: r.Command, Strict: strict}
	options, more := e.takeRequest(&q.settings, r)
	diags = append(diags, more...)
	q.names.Options = options
	ctx, cancel := q.settings.context(ctx, 0)
	defer cancel()
	env := q.names
	env.Context = ctx
	q.plan, q.info, more = bind.BindInfo(tree, env)
	diags = append(diags, unsaid(diags, more)...)
	if !strict {
		diags = append(diags, q.settings.takeOptions(q.info.Options)...)
		slices.SortStableFunc(diags[q.syntax:], func(x, y syntax.Diagnostic) int { return x.Pos - y.Pos })
	}
	q.pending = plan.HasPending(q.plan)
	for _, d := range diags {
		q.failed = q.failed || d.Severity == syntax.Error
	}
	q.ended, q.took = exec.Ended(ctx), time.Since(begun)
	return q, diags
}

// unsaid returns the findings of more that are not, in other words, among those of
// before: the parser knows the names of types, as the binder does.
func unsaid(before, more []syntax.Diagnostic) []syntax.Diagnostic {
	return slices.DeleteFunc(more, func(d syntax.Diagnostic) bool {
		return slices.ContainsFunc(before, func(x syntax.Diagnostic) bool {
			return x.Code == d.Code && x.Pos == d.Pos && x.End == d.End
		})
	})
}

// Ended returns the error of a query whose compiling was ended, as Run would; else nil.
func (q *Query) Ended() error { return q.ended }

// Tree returns the syntax tree.
func (q *Query) Tree() *syntax.Query { return q.tree }

// SyntaxErrors returns how many of the diagnostics that Compile returned are the
// parser's.
func (q *Query) SyntaxErrors() int { return q.syntax }

// Info returns what the binder found out about the tree, for editors.
func (q *Query) Info() *bind.Info { return q.info }

// Plan returns the plan as bound, before optimization.
func (q *Query) Plan() *plan.Query { return q.plan }

// Results returns the schema of each table that the query answers with. It is
// known before the query runs, also, as far as possible, for one that is wrong.
func (q *Query) Results() []types.Schema {
	out := make([]types.Schema, len(q.plan.Results))
	for i, r := range q.plan.Results {
		out[i] = r.Schema()
	}
	return out
}

// RunOptions say how a query runs. Now is needed; the rest has defaults.
type RunOptions struct {
	// Now is the query's now(), in 100 ns ticks since 0001-01-01 UTC.
	Now int64
	// Workers is the number of goroutines that a pipeline uses; 0 is one for
	// each processor.
	Workers int
	// BatchRows is the number of rows in a batch; 0 is the executor's default.
	BatchRows int
	// MemoryLimit bounds, in bytes, what the operators of the query hold; 0 is
	// no limit.
	MemoryLimit int64
	// MaxRows and MaxBytes bound each table of the answer; 0 is no limit, but
	// for MaxBytes, which then is MemoryLimit: the answer is in memory, too. The
	// query's own properties (notruncation, truncationmaxrecords …) come before
	// them. KustoMaxRows and KustoMaxBytes are what Kusto's service has.
	MaxRows, MaxBytes int64
	// Session is what current_database() and its like answer.
	Session Session
	// Locations says where IP addresses are; nil if nobody knows.
	Locations function.Locator
	// Scope, if not nil, limits the rows of every table by time.
	Scope *opt.TimeScope
	// NoOptimize runs the plan as bound; for tests.
	NoOptimize bool
	// Stats, if not nil, collects what each operator did.
	Stats *exec.Stats
}

// A Table is one table of an answer. It has no hidden columns.
type Table struct {
	// Name is the name given by a final `as`, else empty.
	Name    string
	Schema  types.Schema
	Batches []*column.Batch
	// Render is how the query asks to be drawn; nil if it does not.
	Render *plan.Render
	// Ordered says that the order of the rows is part of the answer.
	Ordered bool
}

// Rows returns the number of rows.
func (t *Table) Rows() int {
	n := 0
	for _, b := range t.Batches {
		n += b.Len()
	}
	return n
}

// ErrInvalid is returned by Run for a query that was compiled with errors.
var ErrInvalid = errors.New("the query has errors; see its diagnostics")

// Optimized returns the plan that a run with these options executes.
func (q *Query) Optimized(o RunOptions) (*plan.Query, error) {
	return q.optimized(context.Background(), q.settings.runOptions(o))
}

func (q *Query) optimized(ctx context.Context, o RunOptions) (*plan.Query, error) {
	if err := checkSize(q.plan); err != nil {
		return nil, err
	}
	p, err := q.settled(ctx, o)
	if err != nil {
		return nil, err
	}
	p = q.settings.limitResults(p)
	if o.Scope != nil {
		if p, err = o.Scope.Apply(p, q.engine.functions); err != nil {
			return nil, err
		}
	}
	if o.NoOptimize {
		return p, nil
	}
	return opt.Optimize(p, q.engine.functions, q.env(ctx, o))
}

func (q *Query) env(ctx context.Context, o RunOptions) *function.Env {
	return &function.Env{
		Context: ctx, Now: o.Now, Rand: newRand, Locations: o.Locations,
		Database: o.Session.Database, Cluster: o.Session.Cluster, User: o.Session.User, Groups: o.Session.Groups,
	}
}

func newRand() *rand.Rand { return rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64())) }

// Run executes the query and returns its tables in memory. Errors of limits and
// cancellation are *[exec.Error], mistakes that only rows show *[MistakeError].
func (q *Query) Run(ctx context.Context, o RunOptions) ([]Table, error) {
	tables, _, err := q.RunPlan(ctx, o)
	return tables, err
}

// RunPlan is Run that also returns the plan that was executed, for EXPLAIN
// ANALYZE. A fault of the engine itself ends the query with an error, not the
// process.
func (q *Query) RunPlan(ctx context.Context, o RunOptions) (tables []Table, p *plan.Query, err error) {
	switch {
	case q.ended != nil:
		return nil, nil, q.ended
	case q.failed:
		return nil, nil, ErrInvalid
	}
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("internal error: %v\n%s", r, debug.Stack())
		}
	}()
	o = q.settings.runOptions(o)
	ctx, cancel := q.settings.context(ctx, q.took)
	defer cancel()
	if err := q.settings.checkColumns(q.plan); err != nil {
		return nil, nil, err
	}
	if p, err = q.optimized(ctx, o); err != nil {
		if ended := exec.Ended(ctx); ended != nil {
			err = ended
		}
		return nil, nil, err
	}
	if o.MaxBytes == 0 {
		o.MaxBytes = o.MemoryLimit
	}
	opts := exec.Options{
		Env: q.env(ctx, o), Workers: o.Workers, BatchRows: o.BatchRows,
		MemoryLimit: o.MemoryLimit, MaxRows: o.MaxRows, MaxBytes: o.MaxBytes, Stats: o.Stats,
	}
	err = exec.Run(ctx, p, opts, func(res plan.Result, r column.Reader) error {
		t, err := readTable(ctx, res, r)
		if err != nil {
			return err
		}
		tables = append(tables, t)
		return nil
	})
	if err != nil {
		return nil, p, err
	}
	return tables, p, nil
}

// readTable reads all rows of r, without hidden columns.
func readTable(ctx context.Context, res plan.Result, r column.Reader) (Table, error) {
	t := Table{Name: res.Name, Schema: res.Schema(), Render: res.Render, Ordered: res.Ordered}
	var visible []int
	for i, c := range r.Schema().Columns {
		if !c.Hidden {
			visible = append(visible, i)
		}
	}
	for {
		b, err := r.Next(ctx)
		if errors.Is(err, io.EOF) {
			return t, nil
		}
		if err != nil {
			return Table{}, err
		}
		if b.Len() > 0 {
			t.Batches = append(t.Batches, b.Select(visible))
		}
	}
}
