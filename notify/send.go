package notify

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/calypso-kql/calypso/database"
)

// pollEvery is how often a channel's queue is looked at, besides when a message was
// sent.
const pollEvery = time.Second

// The pauses after a message was not sent: the first, which doubles, and the longest.
const (
	firstPause   = 5 * time.Second
	longestPause = time.Hour
	// channelPause is the longest pause of a channel that takes nothing, after which
	// it gets another message.
	channelPause = time.Minute
)

// keptFor is for how long messages that were sent are known, so that an event that
// is told again is not sent again; dead ones are kept longer, for people.
const (
	keptFor     = 7 * 24 * time.Hour
	keptDeadFor = 90 * 24 * time.Hour
)

// Run sends messages until ctx ends, and then waits for those being sent. Channels
// do not wait for each other.
func (q *Queue) Run(ctx context.Context) {
	var wg sync.WaitGroup
	for _, c := range q.channels {
		wg.Go(func() { q.newDispatcher(c).run(ctx) })
	}
	wg.Go(func() { q.tidy(ctx) })
	wg.Wait()
}

// tidy forgets old messages.
func (q *Queue) tidy(ctx context.Context) {
	for {
		if err := q.forget(); err != nil {
			q.o.Log.Error("notifications", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Hour):
		}
	}
}

// forget forgets old messages, and gives up those for channels that the configuration
// does not have any more.
func (q *Queue) forget() error {
	now := q.o.Now()
	_, err := q.o.DB.Exec("DELETE FROM notifications WHERE state IN ('sent', 'folded') AND ended < ? OR state = 'dead' AND ended < ?",
		now.Add(-keptFor).UnixMicro(), now.Add(-keptDeadFor).UnixMicro())
	if err != nil {
		return err
	}
	args := []any{now.UnixMicro(), now.Add(-q.o.Config.GiveUp).UnixMicro()}
	for _, name := range sortedKeys(q.channels) {
		args = append(args, name)
	}
	_, err = q.o.DB.Exec("UPDATE notifications SET state = 'dead', ended = ?, error = 'the configuration has no channel ' || channel WHERE state = 'waiting' AND created < ? AND channel NOT IN (''"+
		strings.Repeat(", ?", len(q.channels))+")", args...)
	return err
}

// Drain sends what waits to be sent now, each message once, and returns: for
// programs that end. What is not taken stays in the queue.
func (q *Queue) Drain(ctx context.Context) error {
	var wg sync.WaitGroup
	var mu sync.Mutex
	var errs []error
	for _, c := range q.channels {
		wg.Go(func() {
			if err := q.newDispatcher(c).drain(ctx); err != nil {
				mu.Lock()
				defer mu.Unlock()
				errs = append(errs, err)
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// Send sends an event to a channel at once, past the queue: for tests by people.
func (q *Queue) Send(ctx context.Context, name string, e Event) error {
	c, ok := q.channels[name]
	if !ok {
		return fmt.Errorf("there is no channel %q", name)
	}
	return c.attempt(ctx, &Message{ID: messageID(e.ID, name), Attempt: 1, Event: &e})
}

// grace is for how long a message that is being sent may go on when the process is to
// end: whether one that is cut off has arrived, nobody knows, and it is sent again.
const grace = 5 * time.Second

// attempt sends a message within the channel's time.
func (c *channel) attempt(ctx context.Context, m *Message) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("internal error: %v\n%s", p, debug.Stack())
		}
	}()
	sending, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.Timeout)
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(grace, cancel) })()
	return c.sender.send(sending, m)
}

// A dispatcher sends the messages of one channel.
type dispatcher struct {
	*channel
	q    *Queue
	done chan error // the outcome of each message that was taken up
	busy int
	// next is when a message may be sent: for the channel's rate, and after it has
	// failed or has asked for a pause. failures are those in a row.
	next     time.Time
	failures int
}

func (q *Queue) newDispatcher(c *channel) *dispatcher {
	return &dispatcher{channel: c, q: q, done: make(chan error)}
}

// run sends until ctx ends.
func (d *dispatcher) run(ctx context.Context) {
	defer d.wait()
	if err := d.q.releaseAll(d.channel); err != nil {
		d.q.o.Log.Error("notifications", "channel", d.Name, "error", err)
	}
	for {
		if _, err := d.step(ctx); err != nil {
			d.q.o.Log.Error("notifications", "channel", d.Name, "error", err)
		}
		wait := pollEvery
		if pause := d.next.Sub(d.q.o.Now()); pause > 0 {
			wait = min(wait, pause)
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case err := <-d.done:
			d.ended(err)
		case <-timer.C:
		}
		timer.Stop()
	}
}

// drain sends until nothing is left that may be sent now.
func (d *dispatcher) drain(ctx context.Context) error {
	defer d.wait()
	if err := d.q.releaseAll(d.channel); err != nil {
		return err
	}
	for ctx.Err() == nil {
		took, err := d.step(ctx)
		if err != nil {
			return err
		}
		switch pause := d.next.Sub(d.q.o.Now()); {
		case d.busy > 0:
			d.ended(<-d.done)
		case took == 0 && d.failures == 0 && pause > 0 && pause < 5*time.Second: // for the rate
			time.Sleep(pause)
		case took == 0:
			return nil
		}
	}
	return ctx.Err()
}

// wait waits for the messages that are being sent.
func (d *dispatcher) wait() {
	for ; d.busy > 0; d.busy-- {
		<-d.done
	}
}

// ended notes the outcome of a message.
func (d *dispatcher) ended(err error) {
	d.busy--
	if err == nil {
		d.failures = 0
		return
	}
	var r *refusal
	errors.As(err, &r)
	pause := time.Duration(0)
	switch {
	case r != nil && r.final:
		return // it is the message's fault
	case r != nil && r.after > 0:
		pause = r.after
	default:
		pause = min(firstPause<<min(d.failures, 10), channelPause)
	}
	d.failures++
	if at := d.q.o.Now().Add(pause); at.After(d.next) {
		d.next = at
	}
}

// step takes up messages that are due, as many as may be sent now.
func (d *dispatcher) step(ctx context.Context) (took int, err error) {
	now := d.q.o.Now()
	if err := d.q.release(d.channel, now); err != nil {
		return 0, err
	}
	if now.Before(d.next) || d.busy >= d.Concurrency {
		return 0, nil
	}
	most := d.Concurrency - d.busy
	if d.failures > 0 || d.Rate > 0 {
		most = 1 // one shows whether it works again
	}
	due, err := d.q.due(d.channel, now, most)
	if err != nil {
		return 0, err
	}
	for _, w := range due {
		claimed, err := d.q.claim(w, now.Add(d.Timeout+claimMargin))
		if err != nil {
			return took, err
		}
		if !claimed {
			continue // another process has it
		}
		if d.Rate > 0 {
			d.next = now.Add(time.Duration(float64(time.Second) / d.Rate))
		}
		took++
		d.busy++
		w.attempt++
		go func() { d.done <- d.q.sendOne(ctx, d.channel, w) }()
	}
	return took, nil
}

// claimMargin is how much longer than it may take to send it a message is claimed: so
// late is one sent again that a process was killed with.
const claimMargin = 15 * time.Second

// backoff returns the pause after an attempt, somewhere around twice that before, so
// that messages that failed together are not tried together.
func backoff(attempt int) time.Duration {
	d := min(firstPause<<min(max(attempt-1, 0), 12), longestPause)
	return d/2 + rand.N(d)
}

// sendOne makes an attempt at a message that was claimed, and notes the outcome.
func (q *Queue) sendOne(ctx context.Context, c *channel, w waiting) error {
	began := q.o.Now()
	err := c.attempt(ctx, &Message{ID: w.id, Attempt: w.attempt, Event: &w.event})
	now := q.o.Now()
	var r *refusal
	errors.As(err, &r)
	switch {
	case err == nil:
		q.note(ctx, w, "state = 'sent', ended = ?, error = ''", now.UnixMicro())
		q.observe(c, "sent", 1, now.Sub(began))
	case ctx.Err() != nil:
		// It is the process that ends: whether the message arrived is not known.
		q.note(ctx, w, "not_before = ?, error = ?", now.UnixMicro(), "the process ended while it was sent")
	case r != nil && r.final, now.Sub(w.created) > q.o.Config.GiveUp:
		q.note(ctx, w, "state = 'dead', ended = ?, error = ?", now.UnixMicro(), cut(err.Error(), 2000))
		q.o.Log.Error("a notification is given up", "channel", c.Name, "id", w.id, "event", w.event.Type, "attempt", w.attempt, "error", err)
		q.observe(c, "dead", 1, now.Sub(began))
	default:
		pause := backoff(w.attempt)
		if r != nil {
			pause = max(pause, r.after)
		}
		q.note(ctx, w, "not_before = ?, error = ?", now.Add(pause).UnixMicro(), cut(err.Error(), 2000))
		q.o.Log.Warn("a notification is not sent", "channel", c.Name, "id", w.id, "event", w.event.Type, "attempt", w.attempt, "again in", pause.Round(time.Second), "error", err)
		q.observe(c, "retry", 1, now.Sub(began))
	}
	return err
}

func (q *Queue) observe(c *channel, outcome string, messages int, took time.Duration) {
	if q.o.Observer != nil {
		q.o.Observer.Notified(c.Name, outcome, messages, took)
	}
}

// note writes what became of a message. If the database is away, that is tried for a
// while; then the message will be sent again, under the same ID.
func (q *Queue) note(ctx context.Context, w waiting, set string, args ...any) {
	args = append(args, w.id, w.attempt)
	for tries := 0; ; tries++ {
		_, err := q.o.DB.Exec("UPDATE notifications SET "+set+" WHERE id = ? AND state = 'waiting' AND attempt = ?", args...)
		if err == nil {
			return
		}
		q.o.Log.Error("notifications", "id", w.id, "error", err)
		if !errors.Is(err, database.ErrAway) || tries >= 30 {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Second):
		}
	}
}
