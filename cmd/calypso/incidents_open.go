package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/calypso-kql/calypso/config"
	"github.com/calypso-kql/calypso/database"
	"github.com/calypso-kql/calypso/incident"
	"github.com/calypso-kql/calypso/telemetry"
)

// openIncidents returns the incidents of a database, as a configuration has them, and
// what happens by itself with them. node is what openDatabase calls this process.
func openIncidents(c config.Config, db *database.DB, node string, now func() time.Time, log *slog.Logger, metrics *telemetry.Metrics) (*incident.Store, *responses, error) {
	r, err := openResponses(c, db, now, log, metrics)
	if err != nil {
		return nil, nil, err
	}
	s, err := incident.Open(db, r.incidentOptions(c, node))
	return s, r, err
}

// lastDelivery bounds how long a process that ends waits for its last rows.
const lastDelivery = 10 * time.Second

// deliverIncidents delivers what changes of incidents until ctx ends, and then what
// is left.
func deliverIncidents(ctx context.Context, s *incident.Store, sink incident.Sink, log *slog.Logger) {
	s.Run(ctx, sink, log)
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastDelivery)
	defer cancel()
	if _, err := s.Deliver(last, sink); err != nil {
		// They are in the database, and delivered after the next start.
		log.Warn("incidents are not delivered", "error", err)
	}
}
