package schedule

import (
	"context"
	"log/slog"
	"time"

	"github.com/calypso-kql/calypso/detect"
	"github.com/calypso-kql/calypso/ledger"
)

// Options are what a scheduler works with. Ledger, Rules, Querier, Sink, Now and Log
// are needed.
type Options struct {
	Ledger *ledger.Ledger
	// Rules returns the rules as they are now: the same pointer for a rule as long as it
	// does not change. While it fails, nothing is evaluated.
	Rules func() ([]*detect.Rule, error)
	// Querier returns what a window of a rule is evaluated with: the logs as they
	// are now, with a share of the machine.
	Querier func(*detect.Rule, Share) detect.Querier
	Sink    Sink
	// Workspace names in alerts where their rows are from.
	Workspace string
	// Arrived, if not nil, returns a time that is not after now. Queries that begin later
	// see all rows that arrived up to it, and no further row arrives with such a time.
	Arrived func(now time.Time) time.Time
	// Memory bounds, in bytes, what the queries of all windows that are evaluated at a
	// time hold together; 0 is no bound. TooLarge tells an error of a query that needed
	// more than its share: its window is evaluated again with all of Memory, alone, and
	// so are the rule's later ones.
	Memory   int64
	TooLarge func(error) bool
	// Processors is how many processors all windows use together; 0 is no bound.
	Processors int
	// Stagger spreads the windows that end at the same time: those of a rule are due
	// later by a delay of the rule's own, less than Stagger.
	Stagger time.Duration
	// Incidents, if not nil, takes the alerts of every window after they are
	// delivered.
	Incidents Incidents
	// Delay is how long after its end a window of a scheduled rule is due; less
	// than 0 is the default, five minutes. NRTDelay is the same of near-real-time
	// rules; the default is two minutes.
	Delay, NRTDelay time.Duration
	// CatchUp is how far back windows are caught up on; 0 is seven days.
	CatchUp time.Duration
	// Keep is how long windows that are closed stay in the ledger, at least CatchUp;
	// 0 is for ever.
	Keep time.Duration
	// Workers is how many windows are evaluated at a time; 0 is 2.
	Workers int
	// Now is the clock.
	Now func() time.Time
	Log *slog.Logger
	// Troubled, if not nil, is told what goes wrong with rules, perhaps more than once.
	// It may be called concurrently.
	Troubled func(Trouble)
	// Ended, if not nil, is told of every window that has been closed, and how long
	// after it was due its last attempt began. It may be called concurrently.
	Ended func(run ledger.Run, late time.Duration)
}

// A Sink takes records for a table, as JSON objects. What comes under one ID is taken
// once, however often it is delivered. When Deliver returns without an error, the records
// are durable.
type Sink interface {
	Deliver(ctx context.Context, id, table string, records [][]byte) error
}

// Incidents makes incidents of alerts.
type Incidents interface {
	// Add takes the alerts that a rule has raised for the window that ends at a time, as
	// rows of SecurityAlert; alerts that it was given before are passed over. When it
	// returns without an error, all are durable. c is the rule's configuration when it
	// was evaluated.
	Add(ctx context.Context, window time.Time, c detect.IncidentConfiguration, rows [][]byte) error
}

// The defaults, which are Sentinel's.
const (
	defaultDelay    = 5 * time.Minute
	defaultNRTDelay = 2 * time.Minute
	defaultCatchUp  = 7 * 24 * time.Hour
)
