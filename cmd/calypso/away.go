package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/calypso-kql/calypso/database"
)

// watchDatabase says when the database goes away, and when it is back.
func watchDatabase(db *database.DB, log *slog.Logger) {
	db.Watch(func(since time.Time, err error) {
		if err == nil {
			log.Info("the database can be used again: what was missed is caught up on", "database", db.String(), "after", time.Since(since).Round(time.Second))
			return
		}
		log.Error("the database can't be used: rules, incidents and notifications wait for it; logs are taken, queries are answered", "database", db.String(), "error", err)
	})
}

// withoutTrouble is a log without the errors of a database that watchDatabase has told
// of: each part that waits for it meets with them every second. They are there for
// debugging.
type withoutTrouble struct{ slog.Handler }

// Handle implements slog.Handler.
func (h withoutTrouble) Handle(ctx context.Context, r slog.Record) error {
	r.Attrs(func(a slog.Attr) bool {
		if err, ok := a.Value.Any().(error); ok && database.Trouble(err) {
			r.Level = slog.LevelDebug
		}
		return r.Level != slog.LevelDebug
	})
	if !h.Enabled(ctx, r.Level) {
		return nil
	}
	return h.Handler.Handle(ctx, r)
}

// WithAttrs implements slog.Handler.
func (h withoutTrouble) WithAttrs(attrs []slog.Attr) slog.Handler {
	return withoutTrouble{h.Handler.WithAttrs(attrs)}
}

// WithGroup implements slog.Handler.
func (h withoutTrouble) WithGroup(name string) slog.Handler {
	return withoutTrouble{h.Handler.WithGroup(name)}
}
