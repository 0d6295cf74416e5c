package ledger

import (
	"time"

	"github.com/calypso-kql/calypso/database"
)

// remember notes the events that a window has raised alerts of.
func remember(tx *database.Tx, r *Run, o Outcome) error {
	for _, e := range o.Events {
		_, err := tx.Exec(`INSERT INTO events (rule, event, window_end, until) VALUES (?, ?, ?, ?)
			ON CONFLICT (rule, event) DO UPDATE SET until = excluded.until`, r.Rule, e, micros(r.To), micros(o.Until))
		if err != nil {
			return err
		}
	}
	return nil
}

// Raised returns the events of a rule that windows other than the one that ends at a
// time have raised alerts of.
func (l *Ledger) Raised(rule string, window time.Time) (map[string]bool, error) {
	rows, err := l.db.Query("SELECT event FROM events WHERE rule = ? AND window_end <> ?", rule, micros(window))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]bool{}
	for rows.Next() {
		var e string
		if err := rows.Scan(&e); err != nil {
			return nil, err
		}
		out[e] = true
	}
	return out, rows.Err()
}

// ForgetEvents forgets the events that were to be remembered until a time.
func (l *Ledger) ForgetEvents(until time.Time) error {
	_, err := l.db.Exec("DELETE FROM events WHERE until < ?", micros(until))
	return err
}
