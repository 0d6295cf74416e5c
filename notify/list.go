package notify

import (
	"fmt"
	"strings"
	"time"

	"github.com/calypso-kql/calypso/config"
	"github.com/calypso-kql/calypso/database"
)

// An Entry is a message of the queue, as people look at it.
type Entry struct {
	ID       string           `json:"id"`
	Channel  string           `json:"channel"`
	State    State            `json:"state"`
	Type     config.EventType `json:"type"`
	Headline string           `json:"headline"`
	Attempt  int              `json:"attempts"`
	Created  time.Time        `json:"created"`
	// NotBefore is when a message that waits may be sent.
	NotBefore time.Time `json:"notBefore,omitzero"`
	// Ended is when it was sent or given up.
	Ended time.Time `json:"ended,omitzero"`
	Error string    `json:"error,omitempty"`
	// Digest is the ID of the message that stands for this one.
	Digest string `json:"foldedInto,omitempty"`
	// Seq is the message's place among all.
	Seq int64 `json:"-"`
}

// ParseState reads the name of a state, in any case of letters.
func ParseState(text string) (State, error) {
	for _, s := range []State{Waiting, Sent, IsFolded, Dead} {
		if strings.EqualFold(text, string(s)) {
			return s, nil
		}
	}
	return "", fmt.Errorf("state %q: want waiting, sent, folded or dead", text)
}

// A Filter says which messages are wanted. Zero fields want all.
type Filter struct {
	Channel string
	States  []State
	IDs     []string
	// Before wants those before a place among all (Entry.Seq), to list them in pages.
	Before int64
	// Limit is the most that are returned, the latest; 0 is no limit.
	Limit int
}

func (f Filter) where() (string, []any) {
	conds, args := []string{"1 = 1"}, []any{}
	in := func(column string, values []any) {
		if len(values) > 0 {
			conds = append(conds, column+" IN (?"+strings.Repeat(", ?", len(values)-1)+")")
			args = append(args, values...)
		}
	}
	if f.Channel != "" {
		in("channel", []any{f.Channel})
	}
	var states, ids []any
	for _, s := range f.States {
		states = append(states, string(s))
	}
	for _, id := range f.IDs {
		ids = append(ids, id)
	}
	if f.Before > 0 {
		conds, args = append(conds, "seq < ?"), append(args, f.Before)
	}
	in("state", states)
	in("id", ids)
	return strings.Join(conds, " AND "), args
}

// List returns messages, the latest first.
func List(db *database.DB, f Filter) ([]Entry, error) {
	where, args := f.where()
	query := "SELECT id, channel, state, type, headline, attempt, created, not_before, ended, error, digest, seq FROM notifications WHERE " + where + " ORDER BY seq DESC"
	if f.Limit > 0 {
		query += " LIMIT ?"
		args = append(args, f.Limit)
	}
	rows, err := db.Query(query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Entry
	for rows.Next() {
		var e Entry
		var created, notBefore, ended int64
		if err := rows.Scan(&e.ID, &e.Channel, &e.State, &e.Type, &e.Headline, &e.Attempt, &created, &notBefore, &ended, &e.Error, &e.Digest, &e.Seq); err != nil {
			return nil, err
		}
		e.Created, e.Ended = timeOf(created), timeOf(ended)
		if e.State == Waiting {
			e.NotBefore = timeOf(notBefore)
		}
		out = append(out, e)
	}
	return out, rows.Err()
}

// Retry lets dead messages be sent again, once if they are older than what is tried
// by itself, and those that wait at once. It returns how many there are.
func Retry(db *database.DB, f Filter, now time.Time) (int64, error) {
	where, args := f.where()
	res, err := db.Exec("UPDATE notifications SET state = 'waiting', released = 1, not_before = ?, ended = 0 WHERE state IN ('dead', 'waiting') AND "+where, append([]any{now.UnixMicro()}, args...)...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

func timeOf(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}
