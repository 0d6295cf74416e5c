package ledger

import "time"

// ForgetRuns forgets the windows that ended before a time and are closed. How far
// rules have come stays.
func (l *Ledger) ForgetRuns(before time.Time) error {
	cursors, err := l.Cursors()
	if err != nil {
		return err
	}
	for rule := range cursors { // one at a time, by the key
		_, err := l.db.Exec("DELETE FROM runs WHERE rule = ? AND window_end < ? AND NOT "+open, rule, micros(before))
		if err != nil {
			return err
		}
	}
	return nil
}
