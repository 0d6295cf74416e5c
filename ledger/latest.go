package ledger

// Latest returns, of each rule, the latest window that was evaluated and is closed.
func (l *Ledger) Latest() ([]Run, error) {
	// One look into the index for each rule, as Due has.
	return l.query("runs", `WHERE (rule, window_end) IN
		(SELECT c.rule, (SELECT r.window_end FROM runs r WHERE r.rule = c.rule AND r.ended > 0 AND r.started > 0 ORDER BY r.window_end DESC LIMIT 1)
		FROM cursors c)`)
}
