package ledger

import (
	"strings"
	"time"
)

// The indexes of few windows, and the conditions of these. The conditions are written the
// same wherever windows are looked for: databases compare them with those of the indexes.
// SQLite has no statistics of a table: left to itself it prefers the key, and goes through
// all closed windows of a rule.
const (
	open         = "state IN ('overdue', 'pending', 'running', 'evaluated')"
	openRuns     = "runs INDEXED BY open_runs"
	troubled     = "state IN ('failed', 'abandoned', 'carried')"
	troubledRuns = "runs INDEXED BY troubled_runs"
)

// Due returns, of each rule, the oldest window that is not closed and whose next attempt
// may begin by now, but for rules that another node has. The oldest come first.
func (l *Ledger) Due(now time.Time) ([]Run, error) {
	// One look into the index for each rule, however many windows wait.
	return l.query("runs", `WHERE (rule, window_end) IN
		(SELECT c.rule, (SELECT o.window_end FROM runs AS o INDEXED BY open_runs WHERE o.rule = c.rule AND o.`+open+` AND o.not_before <= ? ORDER BY o.window_end LIMIT 1)
		FROM cursors c WHERE c.node = ? OR c.lease <= ?) ORDER BY window_end, rule`, micros(now), l.node, micros(now))
}

// DueOf is Due of one rule; ok is false if it has none.
func (l *Ledger) DueOf(rule string, now time.Time) (r Run, ok bool, err error) {
	runs, err := l.query(openRuns, "WHERE rule = ? AND "+open+` AND not_before <= ? AND NOT EXISTS
		(SELECT 1 FROM cursors c WHERE c.rule = runs.rule AND c.node <> ? AND c.lease > ?) ORDER BY window_end LIMIT 1`, rule, micros(now), l.node, micros(now))
	if err != nil || len(runs) == 0 {
		return r, false, err
	}
	return runs[0], true, nil
}

// Waiting returns how many windows are not closed and might be worked on by now.
func (l *Ledger) Waiting(now time.Time) (n int, err error) {
	err = l.db.QueryRow("SELECT count(*) FROM "+openRuns+" WHERE "+open+" AND not_before <= ?", micros(now)).Scan(&n)
	return n, err
}

// A Filter says which runs are wanted. Zero fields want all.
type Filter struct {
	// Rule is the ID of the rule, or the name that it had at its last window.
	Rule   string
	States []State
	// Since and Until bound the ends of windows: [Since, Until].
	Since, Until time.Time
	// Limit is the most runs that are returned, the latest; 0 is no limit.
	Limit int
}

// Runs returns runs, the latest window first.
func (l *Ledger) Runs(f Filter) ([]Run, error) {
	from, where, args := "runs", []string{"1 = 1"}, []any{}
	add := func(cond string, arg ...any) { where, args = append(where, cond), append(args, arg...) }
	if f.Rule != "" {
		ids, err := l.named(f.Rule)
		if err != nil || len(ids) == 0 {
			return nil, err
		}
		add("rule IN (?"+strings.Repeat(", ?", len(ids)-1)+")", ids...)
	}
	if len(f.States) > 0 {
		states := make([]any, len(f.States))
		for i, s := range f.States {
			states[i] = s
		}
		add("state IN (?"+strings.Repeat(", ?", len(states)-1)+")", states...)
		switch few := fewOf(f.States); {
		case f.Rule != "": // the key is as good
		case few == open:
			from = openRuns
			add(open)
		case few == troubled:
			from = troubledRuns
			add(troubled)
		}
	}
	if !f.Since.IsZero() {
		add("window_end >= ?", micros(f.Since))
	}
	if !f.Until.IsZero() {
		add("window_end <= ?", micros(f.Until))
	}
	rest := "WHERE " + strings.Join(where, " AND ") + " ORDER BY window_end DESC, rule"
	if f.Limit > 0 {
		rest, args = rest+" LIMIT ?", append(args, f.Limit)
	}
	return l.query(from, rest, args...)
}

// fewOf returns the condition of windows that are few, if all of some states are such.
func fewOf(states []State) string {
	kinds := map[string]bool{}
	for _, s := range states {
		switch s {
		case Overdue, Pending, Running, Evaluated:
			kinds[open] = true
		case Failed, Abandoned, Carried:
			kinds[troubled] = true
		default:
			return ""
		}
	}
	switch {
	case len(kinds) != 1:
		return ""
	case kinds[open]:
		return open
	}
	return troubled
}

// named returns the IDs of the rules of an ID or a name.
func (l *Ledger) named(rule string) (ids []any, err error) {
	rows, err := l.db.Query(`SELECT c.rule FROM cursors c WHERE c.rule = ? OR
		(SELECT r.name FROM runs r WHERE r.rule = c.rule ORDER BY r.window_end DESC LIMIT 1) = ?`, rule, rule)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

func (l *Ledger) query(from, rest string, args ...any) ([]Run, error) {
	rows, err := l.db.Query(`SELECT rule, name, version, window_start, window_end, state, attempt, not_before, rows, alerts, entered, started, ended, error, node
		FROM `+from+` `+rest, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Run
	for rows.Next() {
		var r Run
		var from, to, notBefore, entered, started, ended int64
		err := rows.Scan(&r.Rule, &r.Name, &r.Version, &from, &to, &r.State, &r.Attempt, &notBefore, &r.Rows, &r.Alerts, &entered, &started, &ended, &r.Error, &r.Node)
		if err != nil {
			return nil, err
		}
		r.From, r.To, r.NotBefore = timeOf(from), timeOf(to), timeOf(notBefore)
		r.Entered, r.Started, r.Ended = timeOf(entered), timeOf(started), timeOf(ended)
		out = append(out, r)
	}
	return out, rows.Err()
}
