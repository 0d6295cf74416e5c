package incident

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"time"

	"github.com/calypso-kql/calypso/database"
)

// A Sink takes records for a table, as JSON objects. Records that it has had under
// the same ID it does not take again, and when Deliver returns without an error they
// are durable.
type Sink interface {
	Deliver(ctx context.Context, id, table string, records [][]byte) error
}

// Deliver gives the rows of all changes that wait to the sink, in order, and returns
// how many it was. Nodes that share the database share what waits. It is not to be
// called concurrently.
func (s *Store) Deliver(ctx context.Context, sink Sink) (int, error) {
	for n := 0; ; {
		batch, table, records, err := s.take()
		if err != nil || len(records) == 0 {
			return n, err
		}
		if err := sink.Deliver(ctx, batch, table, records); err != nil {
			return n, err
		}
		// A crash here has the sink get the batch again, which it knows.
		if _, err := s.db.Exec("DELETE FROM incident_outbox WHERE batch = ?", batch); err != nil {
			return n, err
		}
		n += len(records)
	}
}

// lease is for how long a node may be about to deliver a batch before another does.
const lease = 2 * time.Minute

// Waiting returns how many rows wait to be delivered.
func (s *Store) Waiting() (n int, err error) {
	err = s.db.QueryRow("SELECT count(*) FROM incident_outbox").Scan(&n)
	return n, err
}

// take returns the batch that waits the longest, for this node to deliver; no records
// if none does.
func (s *Store) take() (batch, table string, records [][]byte, err error) {
	// Nothing is locked to find that nothing waits.
	var seq int64
	err = s.db.QueryRow("SELECT seq FROM incident_outbox LIMIT 1").Scan(&seq)
	if errors.Is(err, sql.ErrNoRows) {
		return "", "", nil, nil
	}
	if err != nil {
		return "", "", nil, err
	}
	err = s.db.Within(func(tx *database.Tx) error {
		now := s.now()
		err := tx.QueryRow("SELECT batch, target FROM incident_outbox WHERE node = ? OR lease <= ? ORDER BY seq LIMIT 1", s.o.Node, micros(now)).Scan(&batch, &table)
		if err != nil {
			return err
		}
		if _, err = tx.Exec("UPDATE incident_outbox SET node = ?, lease = ? WHERE batch = ?", s.o.Node, micros(now.Add(lease)), batch); err != nil {
			return err
		}
		records, err = recordsOf(tx, batch)
		return err
	})
	if errors.Is(err, sql.ErrNoRows) {
		return "", "", nil, nil
	}
	return batch, table, records, err
}

func recordsOf(tx *database.Tx, batch string) (records [][]byte, err error) {
	rows, err := tx.Query("SELECT record FROM incident_outbox WHERE batch = ? ORDER BY seq", batch)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var rec []byte
		if err := rows.Scan(&rec); err != nil {
			return nil, err
		}
		records = append(records, rec)
	}
	return records, rows.Err()
}

// The pauses between looks at what waits: other processes write, too, and a sink
// that fails is tried again, ever more seldom.
const (
	lookAgain = time.Second
	mostPause = time.Minute
	// tidyAgain is the pause between looks at what need not be kept any longer.
	tidyAgain = time.Hour
)

// Run delivers what changes, and forgets what need not be kept, until ctx ends.
func (s *Store) Run(ctx context.Context, sink Sink, log *slog.Logger) {
	var tidied time.Time
	for pause := lookAgain; ; {
		if now := s.now(); s.o.Keep > 0 && now.Sub(tidied) >= tidyAgain {
			tidied = now
			if n, err := s.Forget(ctx, now.Add(-s.o.Keep)); err != nil {
				log.Error("old incidents are not forgotten", "error", err)
			} else if n > 0 {
				log.Info("old incidents are forgotten", "incidents", n)
			}
		}
		_, err := s.Deliver(ctx, sink)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			log.Error("incidents are not delivered", "error", err)
			pause = min(2*pause, mostPause)
		default:
			pause = lookAgain
		}
		timer := time.NewTimer(pause)
		wake := s.wake
		if err != nil {
			wake = nil // what comes new has to wait, too
		}
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-wake:
		case <-timer.C:
		}
		timer.Stop()
	}
}
