package ledger

import (
	"database/sql"
	"errors"
	"time"

	"github.com/calypso-kql/calypso/database"
)

// A Cursor is how far a rule has come.
type Cursor struct {
	// To is the end of the last window that was entered.
	To time.Time
	// LastAlert is the end of the last window that raised an alert; zero if none
	// has.
	LastAlert time.Time
	// Carry is where the rule's next window is to begin, since those after it have
	// failed and were carried over; zero if none has.
	Carry time.Time
}

// Cursor returns how far a rule has come; ok is false if it has no window yet.
func (l *Ledger) Cursor(rule string) (c Cursor, ok bool, err error) {
	var to, alert, carry int64
	err = l.db.QueryRow("SELECT window_end, last_alert, carry FROM cursors WHERE rule = ?", rule).Scan(&to, &alert, &carry)
	if errors.Is(err, sql.ErrNoRows) {
		return c, false, nil
	}
	return Cursor{timeOf(to), timeOf(alert), timeOf(carry)}, err == nil, err
}

// Cursors returns how far each rule has come.
func (l *Ledger) Cursors() (map[string]Cursor, error) {
	rows, err := l.db.Query("SELECT rule, window_end, last_alert, carry FROM cursors")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]Cursor{}
	for rows.Next() {
		var rule string
		var to, alert, carry int64
		if err := rows.Scan(&rule, &to, &alert, &carry); err != nil {
			return nil, err
		}
		out[rule] = Cursor{timeOf(to), timeOf(alert), timeOf(carry)}
	}
	return out, rows.Err()
}

// Pass moves a rule's cursor to the end of a window without entering any: of a
// rule that is disabled nothing is to be caught up on.
func (l *Ledger) Pass(rule string, to time.Time) error {
	_, err := l.db.Exec(`INSERT INTO cursors (rule, window_end) VALUES (?, ?) ON CONFLICT (rule) DO UPDATE SET window_end =
		CASE WHEN cursors.window_end > excluded.window_end THEN cursors.window_end ELSE excluded.window_end END, carry = 0`, rule, micros(to))
	return err
}

// Enter enters windows of rules, those of a rule in order, and moves their cursors to
// the end of the last: of a rule all of them, or none if another node has meanwhile
// entered the first or a later one. After an error none are entered. Of each, State is
// Overdue, Pending or one of the closed ones.
func (l *Ledger) Enter(rules ...[]Run) error {
	return l.db.Soon(func(tx *database.Tx) error {
		for _, runs := range rules {
			if err := enter(tx, runs); err != nil {
				return err
			}
		}
		return nil
	})
}

func enter(tx *database.Tx, runs []Run) error {
	if len(runs) == 0 {
		return nil
	}
	var entered int64
	err := tx.QueryRow("SELECT window_end FROM cursors WHERE rule = ?", runs[0].Rule).Scan(&entered)
	switch {
	case err == nil && entered >= micros(runs[0].To):
		return nil
	case err != nil && !errors.Is(err, sql.ErrNoRows):
		return err
	}
	for _, r := range runs {
		_, err := tx.Exec(`INSERT INTO runs (rule, window_end, window_start, name, version, state, not_before, entered, ended, error)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			r.Rule, micros(r.To), micros(r.From), r.Name, r.Version, r.State, micros(r.NotBefore), micros(r.Entered), micros(r.Ended), r.Error)
		if err != nil {
			return err
		}
	}
	last := runs[len(runs)-1]
	_, err = tx.Exec(`INSERT INTO cursors (rule, window_end) VALUES (?, ?)
		ON CONFLICT (rule) DO UPDATE SET window_end = excluded.window_end`, last.Rule, micros(last.To))
	return err
}

// Start begins an attempt at a window as it was read from the ledger, but that From may
// be earlier; it is an ErrLost if another node has changed it since.
func (l *Ledger) Start(r *Run, version string, now time.Time) error {
	err := l.writeSoon(r, "state = ?, attempt = ?, started = ?, version = ?, window_start = ?",
		Running, r.Attempt+1, micros(now), version, micros(r.From))
	if err != nil {
		return err
	}
	r.State, r.Attempt, r.Started, r.Version, r.Node = Running, r.Attempt+1, now.UTC(), version, l.node
	return nil
}

// Outcome is what an evaluation came to.
type Outcome struct {
	// Records are to be delivered.
	Records [][]byte
	// Events are those that alerts were raised of, to be remembered until Until.
	Events []string
	Until  time.Time
}

// Evaluated notes the outcome of an evaluation in one step. One that has nothing to
// deliver and to remember may be closed without.
func (l *Ledger) Evaluated(r *Run, o Outcome) error {
	err := l.db.Within(func(tx *database.Tx) error {
		if err := l.write(tx, r, Running, "state = ?, rows = ?, alerts = ?, error = ''", Evaluated, r.Rows, r.Alerts); err != nil {
			return err
		}
		for i, rec := range o.Records {
			if _, err := tx.Exec("INSERT INTO outbox (rule, window_end, seq, record) VALUES (?, ?, ?, ?)", r.Rule, micros(r.To), i, rec); err != nil {
				return err
			}
		}
		if err := remember(tx, r, o); err != nil {
			return err
		}
		if err := takenOn(tx, r); err != nil {
			return err
		}
		if r.Alerts == 0 {
			return nil
		}
		_, err := tx.Exec("UPDATE cursors SET last_alert = ? WHERE rule = ? AND last_alert < ?", micros(r.To), r.Rule, micros(r.To))
		return err
	})
	if err == nil {
		r.State, r.Error = Evaluated, ""
	}
	return err
}

// takenOn ends what was carried over into a window.
func takenOn(tx *database.Tx, r *Run) error {
	_, err := tx.Exec("UPDATE cursors SET carry = 0 WHERE rule = ? AND carry >= ?", r.Rule, micros(r.From))
	return err
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

// End closes a window in a state that is not open, with its Rows and Alerts, and gives its
// rule back (Release). What was to be delivered of it is forgotten. If it is Carried, the rule's next window is to begin
// where it begins; if it is Done or Failed, what was carried over into it has ended, too.
func (l *Ledger) End(r *Run, state State, why string, now time.Time) error {
	err := l.db.Soon(func(tx *database.Tx) error {
		if err := l.write(tx, r, r.State, "state = ?, rows = ?, alerts = ?, ended = ?, error = ?", state, r.Rows, r.Alerts, micros(now), why); err != nil {
			return err
		}
		if r.State == Evaluated {
			if _, err := tx.Exec("DELETE FROM outbox WHERE rule = ? AND window_end = ?", r.Rule, micros(r.To)); err != nil {
				return err
			}
		}
		var err error
		switch state {
		case Carried:
			_, err = tx.Exec("UPDATE cursors SET carry = ? WHERE rule = ? AND (carry = 0 OR carry > ?)", micros(r.From), r.Rule, micros(r.From))
		case Done, Failed:
			err = takenOn(tx, r)
		}
		if err == nil && l.node != "" {
			_, err = tx.Exec(release, r.Rule, l.node)
		}
		return err
	})
	if err == nil {
		r.State, r.Ended, r.Error = state, now.UTC(), why
	}
	return err
}

// Again lets a window wait for another attempt, after so many. It becomes pending unless
// its alerts are in the ledger already (Evaluated).
func (l *Ledger) Again(r *Run, attempts int, why string, notBefore time.Time) error {
	state := r.State
	if state == Running {
		state = Pending
	}
	if err := l.writeSoon(r, "state = ?, attempt = ?, not_before = ?, error = ?", state, attempts, micros(notBefore), why); err != nil {
		return err
	}
	r.State, r.Attempt, r.Error, r.NotBefore = state, attempts, why, notBefore.UTC()
	return nil
}

// Reopen lets windows of a rule that end after now and have raised no alert be evaluated
// again, a delay after their end: they were evaluated while the clock was ahead, before
// all that they are about had happened.
func (l *Ledger) Reopen(rule string, now time.Time, delay time.Duration) (n int64, err error) {
	res, err := l.db.Exec("UPDATE runs SET state = ?, attempt = 0, not_before = window_end + ? WHERE rule = ? AND window_end > ? AND state = ? AND alerts = 0",
		Pending, delay.Microseconds(), rule, micros(now), Done)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}
