package notify

import (
	"encoding/json"
	"time"

	"github.com/calypso-kql/calypso/config"
	"github.com/calypso-kql/calypso/database"
)

// folds reports whether messages of a channel may become one.
func (c *channel) folds() bool { return c.Digest > 0 || c.Limit.Messages > 0 }

// maxFirst is how many events a message about several names.
const maxFirst = 10

// release lets messages that wait be sent: by themselves while the channel's limit
// allows, the most severe first; the others as one.
func (q *Queue) release(c *channel, now time.Time) error {
	if !c.folds() {
		return nil
	}
	n, _, err := heldBack(q.o.DB, c)
	if err != nil || n == 0 {
		return err
	}
	folded := 0
	err = q.o.DB.Within(func(tx *database.Tx) error {
		folded = 0
		n, oldest, err := heldBack(tx, c)
		if err != nil || n == 0 {
			return err
		}
		single, rest, err := c.share(tx, n, now.Sub(oldest), now)
		if err != nil {
			return err
		}
		if err := releaseFirst(tx, c, single); err != nil || !rest {
			return err
		}
		folded = n - single
		return q.foldRest(tx, c, now)
	})
	if err == nil && folded > 0 {
		q.o.Log.Warn("notifications are told in one message", "channel", c.Name, "events", folded)
		q.observe(c, "folded", folded, 0)
	}
	return err
}

// releaseAll lets what waits for others be sent by itself, if the channel's messages were
// folded when it came, and are no more.
func (q *Queue) releaseAll(c *channel) error {
	if c.folds() {
		return nil
	}
	_, err := q.o.DB.Exec("UPDATE notifications SET released = 1 WHERE channel = ? AND state = 'waiting' AND released = 0", c.Name)
	return err
}

// querier is a database, or a transaction in it.
type querier interface {
	Query(query string, args ...any) (*database.Rows, error)
	QueryRow(query string, args ...any) *database.Row
}

// heldBack returns how many messages are not released, and when the oldest came.
func heldBack(db querier, c *channel) (n int, oldest time.Time, err error) {
	var micros int64
	err = db.QueryRow("SELECT count(*), coalesce(min(created), 0) FROM notifications WHERE channel = ? AND state = 'waiting' AND released = 0", c.Name).Scan(&n, &micros)
	return n, time.UnixMicro(micros), err
}

// share says how many of n messages are sent by themselves now, and whether the rest
// become one message; else they wait. The last place within a limit is kept for that
// message, which waits a little for more to come.
func (c *channel) share(db querier, n int, waited time.Duration, now time.Time) (single int, rest bool, err error) {
	if c.Digest > 0 {
		switch {
		case waited < c.Digest:
			return 0, false, nil
		case n == 1:
			return 1, false, nil
		}
		return 0, true, nil
	}
	var used int
	err = db.QueryRow(`SELECT count(*) FROM notifications WHERE channel = ? AND (state = 'waiting' AND released = 1 OR state = 'sent' AND ended > ?)`,
		c.Name, now.Add(-c.Limit.Within).UnixMicro()).Scan(&used)
	if err != nil {
		return 0, false, err
	}
	left := c.Limit.Messages - used
	if single = max(min(n, left-1), 0); single == n {
		return n, false, nil
	}
	late := waited >= c.Limit.Within/10
	if late && left == 1 && n == 1 {
		return 1, false, nil // it takes the same place by itself
	}
	return single, late && left > 0 && n-single > 1, nil
}

func releaseFirst(tx *database.Tx, c *channel, n int) error {
	_, err := tx.Exec(`UPDATE notifications SET released = 1 WHERE id IN
		(SELECT id FROM notifications WHERE channel = ? AND state = 'waiting' AND released = 0 ORDER BY priority, seq LIMIT ?)`, c.Name, n)
	return err
}

// foldRest makes one message of all that are not released.
func (q *Queue) foldRest(tx *database.Tx, c *channel, now time.Time) error {
	e := Event{Type: Digest, Time: now.UTC(), Subject: "digest", Folded: &Folded{Types: map[string]int{}, Severities: map[string]int{}, First: []string{}}}
	if err := countFolded(tx, c, &e); err != nil {
		return err
	}
	first, err := firstFolded(tx, c, &e)
	if err != nil {
		return err
	}
	e.ID = "digest:" + first
	e.Title = e.Headline()
	id := messageID(e.ID, c.Name)
	if _, err := tx.Exec("UPDATE notifications SET state = 'folded', digest = ?, ended = ? WHERE channel = ? AND state = 'waiting' AND released = 0", id, now.UnixMicro(), c.Name); err != nil {
		return err
	}
	text, err := json.Marshal(e)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO notifications (id, channel, subject, seq, event, type, severity, priority, headline, state, released, not_before, created)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'waiting', 1, ?, ?)`,
		id, c.Name, e.Subject, q.stamp(now), string(text), string(e.Type), e.Severity, rank(e.Severity), e.Headline(), now.UnixMicro(), now.UnixMicro())
	return err
}

// countFolded counts the messages that become one, by type and severity.
func countFolded(tx *database.Tx, c *channel, e *Event) error {
	rows, err := tx.Query("SELECT type, severity, count(*), min(created) FROM notifications WHERE channel = ? AND state = 'waiting' AND released = 0 GROUP BY type, severity", c.Name)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var t config.EventType
		var severity string
		var n int
		var since int64
		if err := rows.Scan(&t, &severity, &n, &since); err != nil {
			return err
		}
		e.Folded.Count += n
		e.Folded.Types[string(t)] += n
		if severity != "" {
			e.Folded.Severities[severity] += n
			if e.Severity == "" || rank(severity) < rank(e.Severity) {
				e.Severity = severity
			}
		}
		if at := time.UnixMicro(since).UTC(); e.Folded.Since.IsZero() || at.Before(e.Folded.Since) {
			e.Folded.Since = at
		}
	}
	return rows.Err()
}

// firstFolded lists the most severe of the messages that become one, and returns the
// ID of one of them, which no other message stands for.
func firstFolded(tx *database.Tx, c *channel, e *Event) (id string, err error) {
	rows, err := tx.Query("SELECT id, headline FROM notifications WHERE channel = ? AND state = 'waiting' AND released = 0 ORDER BY priority, seq LIMIT ?", c.Name, maxFirst)
	if err != nil {
		return "", err
	}
	defer rows.Close()
	for rows.Next() {
		var one, headline string
		if err := rows.Scan(&one, &headline); err != nil {
			return "", err
		}
		if id == "" {
			id = one
		}
		e.Folded.First = append(e.Folded.First, headline)
	}
	return id, rows.Err()
}
