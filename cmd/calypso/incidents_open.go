package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/calypso-kql/calypso/config"
	"github.com/calypso-kql/calypso/database"
	"github.com/calypso-kql/calypso/incident"
)

// openIncidents returns the incidents of a database, as a configuration has them.
// node is what openDatabase calls this process.
func openIncidents(c config.Config, db *database.DB, node string, now func() time.Time) (*incident.Store, error) {
	return incident.Open(db, incident.Options{Now: now, Node: node, URL: c.Incidents.URL})
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
