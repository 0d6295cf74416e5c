// Package ledger remembers every window that a rule was to look at, and what came
// of it, in an SQLite database: a window is entered before it is evaluated, and
// closed when its alerts are where they belong. What a crash leaves is found open
// and goes on.
//
// A Ledger is safe for concurrent use, also by other processes that read it.
package ledger

import (
	"database/sql"
	"fmt"
	"net/url"
	"time"

	_ "modernc.org/sqlite" // the driver
)

// A State is how far a window has come.
type State string

// The states. The first three are of open windows.
const (
	Pending    State = "pending"    // is to be evaluated
	Running    State = "running"    // is being evaluated, or was when the process ended
	Evaluated  State = "evaluated"  // its alerts are in the ledger and not yet delivered
	Done       State = "done"       // its alerts are delivered
	Failed     State = "failed"     // was tried as often as it may
	Suppressed State = "suppressed" // was not evaluated, since an alert was raised shortly before
	Abandoned  State = "abandoned"  // was too far in the past to catch up on
)

// A Run is a window of a rule and what became of it. Times are UTC, to the
// microsecond.
type Run struct {
	// Rule is the rule's ID, Name its name, Version a digest of what it said.
	Rule, Name, Version string
	// From and To are the window (From, To]; To and the rule name a run.
	From, To time.Time
	State    State
	// Attempt counts evaluations that were begun.
	Attempt int
	// NotBefore is when the next attempt may begin.
	NotBefore time.Time
	// Rows and Alerts are those of the evaluation.
	Rows, Alerts int64
	// Entered, Started and Ended are when the window was entered, its last
	// attempt begun, and the run closed; zero if that has not happened.
	Entered, Started, Ended time.Time
	// Error is what the last attempt failed with.
	Error string
}

// A Ledger is an open database.
type Ledger struct{ db *sql.DB }

// schema makes the tables of version 1. Times are microseconds since 1970, 0 for
// none.
const schema = `
CREATE TABLE IF NOT EXISTS runs (
	rule TEXT NOT NULL, window_end INTEGER NOT NULL, window_start INTEGER NOT NULL, name TEXT NOT NULL, version TEXT NOT NULL,
	state TEXT NOT NULL, attempt INTEGER NOT NULL DEFAULT 0, not_before INTEGER NOT NULL,
	rows INTEGER NOT NULL DEFAULT 0, alerts INTEGER NOT NULL DEFAULT 0,
	entered INTEGER NOT NULL, started INTEGER NOT NULL DEFAULT 0, ended INTEGER NOT NULL DEFAULT 0, error TEXT NOT NULL DEFAULT '',
	PRIMARY KEY (rule, window_end)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS open_runs ON runs (not_before) WHERE state IN ('pending', 'running', 'evaluated');
CREATE TABLE IF NOT EXISTS outbox (
	rule TEXT NOT NULL, window_end INTEGER NOT NULL, seq INTEGER NOT NULL, record BLOB NOT NULL,
	PRIMARY KEY (rule, window_end, seq)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS cursors (
	rule TEXT PRIMARY KEY, window_end INTEGER NOT NULL, last_alert INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
`

const schemaVersion = 1

// Open opens the database at path, which is made if it does not exist.
func Open(path string) (*Ledger, error) {
	return open(path, "rwc")
}

// OpenReader opens the database at path for reading only. It must exist.
func OpenReader(path string) (*Ledger, error) { return open(path, "ro") }

func open(path, mode string) (*Ledger, error) {
	dsn := url.URL{Scheme: "file", Opaque: url.PathEscape(path)}
	q := url.Values{"mode": {mode}, "_pragma": {"busy_timeout(10000)", "synchronous(FULL)", "foreign_keys(1)"}, "_txlock": {"immediate"}}
	if mode != "ro" {
		q.Add("_pragma", "journal_mode(WAL)")
	}
	dsn.RawQuery = q.Encode()
	db, err := sql.Open("sqlite", dsn.String())
	if err != nil {
		return nil, err
	}
	l := &Ledger{db: db}
	if err := l.migrate(mode); err != nil {
		db.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return l, nil
}

func (l *Ledger) migrate(mode string) error {
	var version int
	if err := l.db.QueryRow("PRAGMA user_version").Scan(&version); err != nil {
		return err
	}
	switch {
	case version == schemaVersion:
		return nil
	case version > schemaVersion:
		return fmt.Errorf("it has version %d, this version of Calypso reads %d", version, schemaVersion)
	case mode == "ro":
		return fmt.Errorf("it is no ledger of rules")
	}
	return l.within(func(tx *sql.Tx) error {
		if _, err := tx.Exec(schema); err != nil {
			return err
		}
		_, err := tx.Exec(fmt.Sprintf("PRAGMA user_version = %d", schemaVersion))
		return err
	})
}

// within runs f in a transaction.
func (l *Ledger) within(f func(*sql.Tx) error) error {
	tx, err := l.db.Begin()
	if err != nil {
		return err
	}
	if err := f(tx); err != nil {
		tx.Rollback()
		return err
	}
	return tx.Commit()
}

// Close closes the database.
func (l *Ledger) Close() error { return l.db.Close() }

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
