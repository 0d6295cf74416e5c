package workspace

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/opt"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// A Querier runs the queries of rules over a workspace. It implements
// detect.Querier and is safe for concurrent use.
type Querier struct {
	engine *kql.Engine
	ws     *Workspace
	limits kql.RunOptions
	delay  *time.Duration // nil: all rows have arrived
	column string         // that windows are about

	mu       sync.Mutex
	compiled map[string]*kql.Query
}

// NewQuerier returns a querier over ws. Of limits, Now and Scope are set for
// each query.
func NewQuerier(e *kql.Engine, ws *Workspace, limits kql.RunOptions) *Querier {
	return &Querier{engine: e, ws: ws, limits: limits, column: timeGenerated, compiled: map[string]*kql.Query{}}
}

// ByArrival returns a querier whose windows are about when rows were received, as
// those of near-real-time rules are.
func (q *Querier) ByArrival() *Querier {
	other := NewQuerier(q.engine, q.ws, q.limits)
	other.delay, other.column = q.delay, timeReceived
	return other
}

// InPortal returns a querier over the workspace as the Defender portal shows it. See
// [Workspace.InPortal].
func (q *Querier) InPortal() *Querier {
	other := NewQuerier(q.engine, q.ws.InPortal(), q.limits)
	other.delay, other.column = q.delay, q.column
	return other
}

// WithDelay returns a querier that looks back at how a rule once ran: delay after
// the end of its window, when rows with a later _TimeReceived had not arrived
// yet. Rows that do not say when they were received are always there.
func (q *Querier) WithDelay(delay time.Duration) *Querier {
	late := NewQuerier(q.engine, q.ws, q.limits)
	late.delay, late.column = &delay, q.column
	return late
}

const (
	timeGenerated = "TimeGenerated" // what a rule's window is about
	timestamp     = "Timestamp"     // the same in Defender XDR's tables
	timeReceived  = "_TimeReceived" // when a row reached the workspace
)

// Query runs text as of the time to: that is its now(), and tables with a
// TimeGenerated, or else a Timestamp, have the rows of (from, to] only. A query with errors fails with
// its diagnostics.
func (q *Querier) Query(ctx context.Context, text string, from, to time.Time) (types.Schema, []*column.Batch, error) {
	query, err := q.compile(ctx, text)
	if err != nil {
		return types.Schema{}, nil, err
	}
	o := q.limits
	fromTicks, ok1 := types.TicksOf(from)
	toTicks, ok2 := types.TicksOf(to)
	if !ok1 || !ok2 {
		return types.Schema{}, nil, fmt.Errorf("the window from %s to %s is out of range", from, to)
	}
	o.Now = toTicks
	o.Scope = &opt.TimeScope{Column: q.column, From: fromTicks, To: toTicks}
	if q.column == timeGenerated {
		o.Scope.Else = timestamp
	}
	if q.delay != nil {
		o.Scope.And = &opt.TimeScope{Column: timeReceived, From: -1, To: toTicks + int64(*q.delay/100), KeepNull: true}
	}
	tables, err := query.Run(ctx, o)
	if err != nil {
		return types.Schema{}, nil, err
	}
	if len(tables) == 0 {
		return types.Schema{}, nil, errors.New("the query has no tabular result")
	}
	last := tables[len(tables)-1]
	return last.Schema, last.Batches, nil
}

// Absent returns what text reads and nothing here has; nothing for a text that does
// not compile.
func (q *Querier) Absent(text string) Absent {
	query, err := q.compile(context.Background(), text)
	if err != nil {
		return Absent{}
	}
	return AbsentFrom(query.Plan())
}

// Reads returns the names of the tables that text reads, sorted; none if it has errors.
func (q *Querier) Reads(text string) []string {
	query, err := q.compile(context.Background(), text)
	if err != nil {
		return nil
	}
	return Read(query.Plan())
}

func (q *Querier) compile(ctx context.Context, text string) (*kql.Query, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if c, ok := q.compiled[text]; ok {
		return c, nil
	}
	c, diags := q.engine.CompileRequest(ctx, text, q.ws, kql.Request{})
	// Of a query that does not run only what keeps it from that is told.
	var wrong []syntax.Diagnostic
	for _, d := range diags {
		if d.Severity == syntax.Error {
			wrong = append(wrong, d)
		}
	}
	if len(wrong) > 0 {
		return nil, fmt.Errorf("the query has errors:\n%s", syntax.Render(text, wrong))
	}
	if err := c.Ended(); err != nil {
		return nil, err
	}
	q.compiled[text] = c
	return c, nil
}
