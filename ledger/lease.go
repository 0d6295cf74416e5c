package ledger

import (
	"fmt"
	"time"

	"github.com/calypso-kql/calypso/database"
)

// Lease takes a rule for this node until a time, or keeps it for longer; false if
// another node has it, whose lease has not ended by now. A node without a name is
// alone and has every rule. A lease that is lost with the machine's power lets another
// node begin sooner: what this one has done is in the runs.
func (l *Ledger) Lease(rule string, now, until time.Time) (bool, error) {
	if l.node == "" {
		return true, nil
	}
	res, err := l.db.ExecSoon("UPDATE cursors SET node = ?, lease = ? WHERE rule = ? AND (node = ? OR lease <= ?)",
		l.node, micros(until), rule, l.node, micros(now))
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// Release gives a rule back that this node has. End does it, too.
func (l *Ledger) Release(rule string) error {
	if l.node == "" {
		return nil
	}
	_, err := l.db.ExecSoon(release, rule, l.node)
	return err
}

const release = "UPDATE cursors SET lease = 0 WHERE rule = ? AND node = ?"

// writeSoon changes a window that this node works on, in a transaction of its own.
func (l *Ledger) writeSoon(r *Run, what string, args ...any) error {
	return l.db.Soon(func(tx *database.Tx) error { return l.write(tx, r, r.State, what, args...) })
}

// write changes a window that this node works on: what r says of its attempt and
// state must still be so.
func (l *Ledger) write(tx *database.Tx, r *Run, state State, what string, args ...any) error {
	args = append(args, l.node, r.Rule, micros(r.To), r.Attempt, state)
	res, err := tx.Exec("UPDATE runs SET "+what+", node = ? WHERE rule = ? AND window_end = ? AND attempt = ? AND state = ?", args...)
	if err != nil {
		return err
	}
	n, err := res.RowsAffected()
	if err == nil && n != 1 {
		err = fmt.Errorf("rule %s, window that ends at %s: %w", r.Rule, r.To.Format(time.RFC3339), ErrLost)
	}
	return err
}
