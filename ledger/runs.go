package ledger

import (
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"
)

// A Cursor is how far a rule has come.
type Cursor struct {
	// To is the end of the last window that was entered.
	To time.Time
	// LastAlert is the end of the last window that raised an alert; zero if none
	// has.
	LastAlert time.Time
}

// Cursor returns how far a rule has come; ok is false if it has no window yet.
func (l *Ledger) Cursor(rule string) (c Cursor, ok bool, err error) {
	var to, alert int64
	err = l.db.QueryRow("SELECT window_end, last_alert FROM cursors WHERE rule = ?", rule).Scan(&to, &alert)
	if errors.Is(err, sql.ErrNoRows) {
		return c, false, nil
	}
	return Cursor{timeOf(to), timeOf(alert)}, err == nil, err
}

// Pass moves a rule's cursor to the end of a window without entering any: of a
// rule that is disabled nothing is to be caught up on.
func (l *Ledger) Pass(rule string, to time.Time) error {
	_, err := l.db.Exec(`INSERT INTO cursors (rule, window_end) VALUES (?, ?)
		ON CONFLICT (rule) DO UPDATE SET window_end = max(window_end, excluded.window_end)`, rule, micros(to))
	return err
}

// Enter enters windows of a rule, in order, and moves its cursor to the end of the
// last: all of them or none. Of each, State is Pending or one of the closed ones.
func (l *Ledger) Enter(runs []Run) error {
	if len(runs) == 0 {
		return nil
	}
	return l.within(func(tx *sql.Tx) error {
		for _, r := range runs {
			_, err := tx.Exec(`INSERT INTO runs (rule, window_end, window_start, name, version, state, not_before, entered, ended, error)
				VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
				r.Rule, micros(r.To), micros(r.From), r.Name, r.Version, r.State, micros(r.NotBefore), micros(r.Entered), micros(r.Ended), r.Error)
			if err != nil {
				return err
			}
		}
		last := runs[len(runs)-1]
		_, err := tx.Exec(`INSERT INTO cursors (rule, window_end) VALUES (?, ?)
			ON CONFLICT (rule) DO UPDATE SET window_end = excluded.window_end`, last.Rule, micros(last.To))
		return err
	})
}

// Start begins an attempt at a window.
func (l *Ledger) Start(r *Run, version string, now time.Time) error {
	r.State, r.Attempt, r.Started, r.Version = Running, r.Attempt+1, now.UTC(), version
	return l.set(r, "state = ?, attempt = ?, started = ?, version = ?", r.State, r.Attempt, micros(now), version)
}

// Evaluated notes the outcome of an evaluation, with the records to deliver, in
// one step.
func (l *Ledger) Evaluated(r *Run, records [][]byte) error {
	return l.within(func(tx *sql.Tx) error {
		r.State, r.Error = Evaluated, ""
		if err := setIn(tx, r, "state = ?, rows = ?, alerts = ?, error = ''", r.State, r.Rows, r.Alerts); err != nil {
			return err
		}
		for i, rec := range records {
			if _, err := tx.Exec("INSERT INTO outbox (rule, window_end, seq, record) VALUES (?, ?, ?, ?)", r.Rule, micros(r.To), i, rec); err != nil {
				return err
			}
		}
		if r.Alerts == 0 {
			return nil
		}
		_, err := tx.Exec("UPDATE cursors SET last_alert = max(last_alert, ?) WHERE rule = ?", micros(r.To), r.Rule)
		return err
	})
}

// Records returns what is to be delivered of an evaluated window, in order.
func (l *Ledger) Records(r *Run) ([][]byte, error) {
	rows, err := l.db.Query("SELECT record FROM outbox WHERE rule = ? AND window_end = ? ORDER BY seq", r.Rule, micros(r.To))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out [][]byte
	for rows.Next() {
		var rec []byte
		if err := rows.Scan(&rec); err != nil {
			return nil, err
		}
		out = append(out, rec)
	}
	return out, rows.Err()
}

// End closes a window in a state that is not open. What was to be delivered of it
// is forgotten.
func (l *Ledger) End(r *Run, state State, why string, now time.Time) error {
	return l.within(func(tx *sql.Tx) error {
		r.State, r.Ended, r.Error = state, now.UTC(), why
		if err := setIn(tx, r, "state = ?, ended = ?, error = ?", r.State, micros(now), why); err != nil {
			return err
		}
		_, err := tx.Exec("DELETE FROM outbox WHERE rule = ? AND window_end = ?", r.Rule, micros(r.To))
		return err
	})
}

// Again lets a window wait for another attempt. Attempt and State are stored as
// they are in r, but that none is running.
func (l *Ledger) Again(r *Run, why string, notBefore time.Time) error {
	if r.State == Running {
		r.State = Pending
	}
	r.Error, r.NotBefore = why, notBefore.UTC()
	return l.set(r, "state = ?, attempt = ?, not_before = ?, error = ?", r.State, r.Attempt, micros(notBefore), why)
}

func (l *Ledger) set(r *Run, what string, args ...any) error { return setIn(l.db, r, what, args...) }

type execer interface {
	Exec(query string, args ...any) (sql.Result, error)
}

func setIn(db execer, r *Run, what string, args ...any) error {
	res, err := db.Exec("UPDATE runs SET "+what+" WHERE rule = ? AND window_end = ?", append(args, r.Rule, micros(r.To))...)
	if err != nil {
		return err
	}
	n, err := res.RowsAffected()
	if err == nil && n != 1 {
		err = fmt.Errorf("rule %s has no window that ends at %s", r.Rule, r.To.Format(time.RFC3339))
	}
	return err
}

// Open returns the windows that are not closed and whose next attempt may begin by
// now, the oldest first.
func (l *Ledger) Open(now time.Time) ([]Run, error) {
	return l.query("WHERE state IN ('pending', 'running', 'evaluated') AND not_before <= ? ORDER BY window_end, rule", micros(now))
}

// A Filter says which runs are wanted. Zero fields want all.
type Filter struct {
	Rule   string
	States []State
	// Since and Until bound the ends of windows: [Since, Until].
	Since, Until time.Time
	// Limit is the most runs that are returned, the latest; 0 is no limit.
	Limit int
}

// Runs returns runs, the latest window first.
func (l *Ledger) Runs(f Filter) ([]Run, error) {
	where, args := []string{"1"}, []any{}
	add := func(cond string, arg ...any) { where, args = append(where, cond), append(args, arg...) }
	if f.Rule != "" {
		add("rule = ?", f.Rule)
	}
	if len(f.States) > 0 {
		states := make([]any, len(f.States))
		for i, s := range f.States {
			states[i] = s
		}
		add("state IN (?"+strings.Repeat(", ?", len(states)-1)+")", states...)
	}
	if !f.Since.IsZero() {
		add("window_end >= ?", micros(f.Since))
	}
	if !f.Until.IsZero() {
		add("window_end <= ?", micros(f.Until))
	}
	limit := -1
	if f.Limit > 0 {
		limit = f.Limit
	}
	return l.query("WHERE "+strings.Join(where, " AND ")+" ORDER BY window_end DESC, rule LIMIT ?", append(args, limit)...)
}

func (l *Ledger) query(rest string, args ...any) ([]Run, error) {
	rows, err := l.db.Query(`SELECT rule, name, version, window_start, window_end, state, attempt, not_before, rows, alerts, entered, started, ended, error
		FROM runs `+rest, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Run
	for rows.Next() {
		var r Run
		var from, to, notBefore, entered, started, ended int64
		err := rows.Scan(&r.Rule, &r.Name, &r.Version, &from, &to, &r.State, &r.Attempt, &notBefore, &r.Rows, &r.Alerts, &entered, &started, &ended, &r.Error)
		if err != nil {
			return nil, err
		}
		r.From, r.To, r.NotBefore = timeOf(from), timeOf(to), timeOf(notBefore)
		r.Entered, r.Started, r.Ended = timeOf(entered), timeOf(started), timeOf(ended)
		out = append(out, r)
	}
	return out, rows.Err()
}
