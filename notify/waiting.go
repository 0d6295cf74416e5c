package notify

import (
	"encoding/json"
	"fmt"
	"time"
)

// waiting is a message of the queue.
type waiting struct {
	id      string
	attempt int
	created time.Time
	event   Event
}

// due returns messages of a channel that may be sent now, in their order. One of a
// subject of which an earlier message waits is not among them: an incident that is
// closed must not seem open because its messages came in another order.
func (q *Queue) due(c *channel, now time.Time, most int) ([]waiting, error) {
	rows, err := q.o.DB.Query(`SELECT id, subject, attempt, created, event FROM notifications AS n
		WHERE channel = ? AND state = 'waiting' AND released = 1 AND not_before <= ? AND NOT EXISTS
			(SELECT 1 FROM notifications AS e WHERE e.channel = n.channel AND e.subject = n.subject AND e.state = 'waiting' AND e.released = 1 AND e.seq < n.seq)
		ORDER BY seq LIMIT ?`, c.Name, now.UnixMicro(), most)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []waiting
	for rows.Next() {
		var w waiting
		var subject, text string
		var created int64
		if err := rows.Scan(&w.id, &subject, &w.attempt, &created, &text); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(text), &w.event); err != nil {
			return nil, fmt.Errorf("notification %s: %w", w.id, err)
		}
		w.event.Subject, w.created = subject, time.UnixMicro(created)
		out = append(out, w)
	}
	return out, rows.Err()
}

// claim begins an attempt, unless another process has begun one. Until the time given
// nobody else takes the message up: if this process is killed, it is due then.
func (q *Queue) claim(w waiting, until time.Time) (bool, error) {
	res, err := q.o.DB.Exec("UPDATE notifications SET attempt = attempt + 1, not_before = ? WHERE id = ? AND state = 'waiting' AND attempt = ?", until.UnixMicro(), w.id, w.attempt)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n == 1, err
}
