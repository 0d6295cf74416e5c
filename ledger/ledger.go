// Package ledger remembers every window that a rule was to look at, and what came
// of it, in a database: a window is entered before it is evaluated, and closed when
// its alerts are where they belong. A window that a crash left open is found again, and
// work on it goes on.
//
// Several nodes may share a ledger. Each window is entered once, and is worked on by
// the node that holds its rule (Lease): the windows of a rule come one after the
// other. A node that dies loses its rules when their leases end. One that only seemed
// dead can't write any more to a window that another has taken up (ErrLost).
//
// In SQLite only windows that raise alerts wait for the disk (Evaluated). After a loss of
// power the last windows before it may be found open. They are evaluated again, which
// raises nothing twice, since alerts are known by their IDs.
//
// A Ledger is safe for concurrent use, also by other processes that read it.
package ledger

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/calypso-kql/calypso/database"
)

// A State is how far a window has come.
type State string

// The states. The first four are of open windows.
const (
	Overdue    State = "overdue"    // is too far in the past to catch up on, which is to be told
	Pending    State = "pending"    // is to be evaluated
	Running    State = "running"    // is being evaluated, or was when the process ended
	Evaluated  State = "evaluated"  // its alerts are in the ledger and not yet delivered
	Done       State = "done"       // its alerts are delivered
	Failed     State = "failed"     // was tried as often as it may
	Suppressed State = "suppressed" // was not evaluated, since an alert was raised shortly before
	Abandoned  State = "abandoned"  // was too far in the past to catch up on
	Carried    State = "carried"    // has failed, and the rule's next window begins where it begins
)

// ParseState returns the state of a name in any case.
func ParseState(name string) (State, error) {
	all := []State{Overdue, Pending, Running, Evaluated, Done, Failed, Suppressed, Abandoned, Carried}
	for _, s := range all {
		if strings.EqualFold(string(s), name) {
			return s, nil
		}
	}
	return "", fmt.Errorf("state %q: want one of %s", name, strings.Trim(fmt.Sprint(all), "[]"))
}

// A Run is a window of a rule and what became of it. Times are UTC, to the
// microsecond.
type Run struct {
	// Rule is the rule's ID, Name its name, Version a digest of what it said.
	Rule    string `json:"ruleId"`
	Name    string `json:"ruleName"`
	Version string `json:"version"`
	// From and To are the window (From, To]; To and the rule name a run.
	From  time.Time `json:"windowStart"`
	To    time.Time `json:"windowEnd"`
	State State     `json:"state"`
	// Attempt counts evaluations that were begun.
	Attempt int `json:"attempt"`
	// NotBefore is when the next attempt may begin.
	NotBefore time.Time `json:"notBefore"`
	// Rows and Alerts are those of the evaluation.
	Rows   int64 `json:"rows"`
	Alerts int64 `json:"alerts"`
	// Entered, Started and Ended are when the window was entered, its last
	// attempt begun, and the run closed; zero if that has not happened.
	Entered time.Time `json:"entered"`
	Started time.Time `json:"started,omitzero"`
	Ended   time.Time `json:"ended,omitzero"`
	// Error is what the last attempt failed with.
	Error string `json:"error,omitempty"`
	// Node is the node that worked on it last.
	Node string `json:"node,omitempty"`
}

// Open reports whether the window is still to be worked on.
func (r *Run) Open() bool {
	switch r.State {
	case Overdue, Pending, Running, Evaluated:
		return true
	}
	return false
}

// ErrLost is what a write to a window ends with that another node has taken up
// meanwhile.
var ErrLost = errors.New("another node has taken up the window")

// A Ledger is the ledger in a database.
type Ledger struct {
	db   *database.DB
	node string
}

// steps make the tables. Times are microseconds since 1970, 0 for none. The first is
// what files of SQLite had before there were components: it makes what is not there.
var steps = []string{`
CREATE TABLE IF NOT EXISTS runs (
	rule TEXT NOT NULL, window_end BIGINT NOT NULL, window_start BIGINT NOT NULL, name TEXT NOT NULL, version TEXT NOT NULL,
	state TEXT NOT NULL, attempt BIGINT NOT NULL DEFAULT 0, not_before BIGINT NOT NULL,
	rows BIGINT NOT NULL DEFAULT 0, alerts BIGINT NOT NULL DEFAULT 0,
	entered BIGINT NOT NULL, started BIGINT NOT NULL DEFAULT 0, ended BIGINT NOT NULL DEFAULT 0, error TEXT NOT NULL DEFAULT '',
	PRIMARY KEY (rule, window_end)
);
CREATE INDEX IF NOT EXISTS open_runs ON runs (not_before) WHERE state IN ('pending', 'running', 'evaluated');
CREATE TABLE IF NOT EXISTS outbox (
	rule TEXT NOT NULL, window_end BIGINT NOT NULL, seq BIGINT NOT NULL, record BLOB NOT NULL,
	PRIMARY KEY (rule, window_end, seq)
);
CREATE TABLE IF NOT EXISTS cursors (
	rule TEXT PRIMARY KEY, window_end BIGINT NOT NULL, last_alert BIGINT NOT NULL DEFAULT 0
)`, `
ALTER TABLE runs ADD COLUMN node TEXT NOT NULL DEFAULT '';
ALTER TABLE cursors ADD COLUMN node TEXT NOT NULL DEFAULT '';
ALTER TABLE cursors ADD COLUMN lease BIGINT NOT NULL DEFAULT 0;
CREATE INDEX ended_windows ON runs (window_end)`, `
CREATE TABLE switches (rule TEXT PRIMARY KEY, enabled BIGINT NOT NULL, changed BIGINT NOT NULL, why TEXT NOT NULL);
CREATE TABLE rule_files (node TEXT NOT NULL, path TEXT NOT NULL, content BLOB NOT NULL, PRIMARY KEY (node, path))`, `
CREATE TABLE events (rule TEXT NOT NULL, event TEXT NOT NULL, window_end BIGINT NOT NULL, until BIGINT NOT NULL, PRIMARY KEY (rule, event));
CREATE INDEX events_until ON events (until)`, `
DROP INDEX open_runs;
CREATE INDEX open_runs ON runs (not_before) WHERE state IN ('overdue', 'pending', 'running', 'evaluated');
ALTER TABLE cursors ADD COLUMN carry BIGINT NOT NULL DEFAULT 0`, `
DROP INDEX open_runs;
CREATE INDEX open_runs ON runs (rule, window_end, not_before) WHERE state IN ('overdue', 'pending', 'running', 'evaluated')`, `
CREATE INDEX troubled_runs ON runs (window_end) WHERE state IN ('failed', 'abandoned', 'carried')`,
}

// New returns the ledger of a database, whose tables it makes if need be. Node names
// this node among those that share the database: the same after a restart, and no
// other's. It may be empty if no others do.
func New(db *database.DB, node string) (*Ledger, error) {
	if err := db.Migrate("ledger", steps...); err != nil {
		return nil, err
	}
	return &Ledger{db, node}, nil
}

func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func timeOf(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}
