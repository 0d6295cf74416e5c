package notify

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/calypso-kql/calypso/config"
	"github.com/calypso-kql/calypso/database"
)

// A State is how far a message has come.
type State string

// The states of messages.
const (
	Waiting  State = "waiting" // is to be sent, or is being sent
	Sent     State = "sent"
	IsFolded State = "folded" // another message stands for it
	Dead     State = "dead"   // is not tried any more
)

// schema makes the tables of the component, one step a version. Times are
// microseconds since 1970, 0 for none; seq is the order of messages. A message that
// is not released waits to be sent by itself, or together with others.
var schema = []string{`
CREATE TABLE notifications (
	id TEXT PRIMARY KEY, channel TEXT NOT NULL, subject TEXT NOT NULL, seq BIGINT NOT NULL,
	event TEXT NOT NULL, type TEXT NOT NULL, severity TEXT NOT NULL, priority BIGINT NOT NULL, headline TEXT NOT NULL,
	state TEXT NOT NULL, released BIGINT NOT NULL, attempt BIGINT NOT NULL DEFAULT 0, not_before BIGINT NOT NULL,
	created BIGINT NOT NULL, ended BIGINT NOT NULL DEFAULT 0, error TEXT NOT NULL DEFAULT '', digest TEXT NOT NULL DEFAULT ''
);
CREATE INDEX notifications_waiting ON notifications (channel, seq) WHERE state = 'waiting';
CREATE INDEX notifications_subject ON notifications (channel, subject, seq) WHERE state = 'waiting';
CREATE INDEX notifications_ended ON notifications (state, channel, ended);
`}

// Options are what a queue works with. All but Observer are needed.
type Options struct {
	DB *database.DB
	// Config was checked.
	Config  config.Notifications
	Version string
	Now     func() time.Time
	Log     *slog.Logger
	// Observer, if not nil, is told of every attempt. It may be called
	// concurrently.
	Observer Observer
}

// An Observer is told of attempts to send a message, and of messages that became
// part of another.
type Observer interface {
	// Notified is called with sent, retry, dead or folded.
	Notified(channel, outcome string, messages int, took time.Duration)
}

// A Queue has the messages that are to be sent. It is safe for concurrent use.
type Queue struct {
	o        Options
	channels map[string]*channel
	routes   routes

	mu   sync.Mutex
	last int64 // seq of the last message
}

// New opens a queue, and its channels.
func New(o Options) (*Queue, error) {
	q := &Queue{o: o, channels: map[string]*channel{}, routes: o.Config.Routes}
	var errs []error
	for _, c := range o.Config.Channels {
		ch, err := open(c, o.Version)
		if err != nil {
			errs = append(errs, fmt.Errorf("notifications: channel %w", err))
			continue
		}
		q.channels[c.Name] = ch
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return q, Migrate(o.DB)
}

// Migrate makes the tables of messages in a database, or says that they are missing
// in one that can only be read.
func Migrate(db *database.DB) error { return db.Migrate("notifications", schema...) }

// Tell puts messages about events in the queue, as routes say, in a transaction:
// they are sent if it is committed. An event that was told before is told once.
func (q *Queue) Tell(tx *database.Tx, events ...Event) error {
	for i := range events {
		for _, name := range q.routes.channels(&events[i]) {
			if err := q.put(tx, q.channels[name], &events[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// TellTo puts a message about an event in the queue of one channel.
func (q *Queue) TellTo(tx *database.Tx, name string, e Event) error {
	c, ok := q.channels[name]
	if !ok {
		return fmt.Errorf("there is no channel %q", name)
	}
	return q.put(tx, c, &e)
}

// CheckSecrets says which secrets of channels can't be read. Messages that need them
// wait until they can.
func (q *Queue) CheckSecrets() error {
	var errs []error
	for _, name := range sortedKeys(q.channels) {
		errs = append(errs, q.channels[name].checkSecrets())
	}
	return errors.Join(errs...)
}

// HasChannel reports whether there is a channel of a name.
func (q *Queue) HasChannel(name string) bool { return q.channels[name] != nil }

func (q *Queue) put(tx *database.Tx, c *channel, e *Event) error {
	text, err := json.Marshal(e)
	if err != nil {
		return err
	}
	released := 1
	if c.folds() {
		released = 0
	}
	now := q.o.Now()
	_, err = tx.Exec(`INSERT INTO notifications (id, channel, subject, seq, event, type, severity, priority, headline, state, released, not_before, created)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'waiting', ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
		messageID(e.ID, c.Name), c.Name, e.Subject, q.stamp(now), string(text), string(e.Type), e.Severity, rank(e.Severity), folded(e.Headline()), released, now.UnixMicro(), now.UnixMicro())
	return err
}

// stamp returns a number that is more than those before it: events of one subject
// are told in their order, however close they are.
func (q *Queue) stamp(now time.Time) int64 {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.last = max(q.last+1, now.UnixMicro())
	return q.last
}

// Count is how many messages of a channel there are in a state.
type Count struct {
	Channel  string
	State    State
	Messages int64
}

// Counts returns how many messages wait, and how many are dead. Channels of the
// configuration are there also if they have none.
func (q *Queue) Counts() ([]Count, error) {
	have := map[Count]int64{}
	for name := range q.channels {
		have[Count{Channel: name, State: Waiting}], have[Count{Channel: name, State: Dead}] = 0, 0
	}
	rows, err := q.o.DB.Query("SELECT channel, state, count(*) FROM notifications WHERE state IN ('waiting', 'dead') GROUP BY channel, state")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var c Count
		var n int64
		if err := rows.Scan(&c.Channel, &c.State, &n); err != nil {
			return nil, err
		}
		have[c] = n
	}
	var out []Count
	for c, n := range have {
		c.Messages = n
		out = append(out, c)
	}
	return out, rows.Err()
}

// TellNow puts messages about events in the queue, in a transaction of their own.
func (q *Queue) TellNow(events ...Event) error {
	return q.o.DB.Within(func(tx *database.Tx) error { return q.Tell(tx, events...) })
}
