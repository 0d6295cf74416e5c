package incident

import (
	"time"

	"github.com/calypso-kql/calypso/database"
)

// Options are what incidents are kept with. Now is needed.
type Options struct {
	// Now is the clock.
	Now func() time.Time
	// Node names this node among those that share the database: the same after a
	// restart, and no other's. It may be empty if no others do.
	Node string
	// URL is where people see an incident, with {number} for its number; empty if
	// they do not.
	URL string
	// Keep is for how long closed incidents, and alerts without an incident, are kept
	// after their last change; 0 is for ever. Their rows in tables stay.
	Keep time.Duration
	// Observers are told of every change, Automators change what has changed; both
	// in order.
	Observers  []Observer
	Automators []Automator
	// AlertObservers are told of alerts.
	AlertObservers []AlertObserver
}

// A Store keeps alerts and incidents in a database. It is safe for concurrent use,
// also by other processes.
type Store struct {
	db *database.DB
	o  Options
	// wake is sent to when there is something to deliver.
	wake chan struct{}
}

// component names our tables' version in the database.
const component = "incidents"

// steps make the tables. Times are microseconds since 1970. What is in a body is JSON:
// of an Incident, a row of SecurityAlert, a Change. The other columns are for finding
// it. Names of owners and labels are in lower case, between line ends.
func steps() []string {
	return []string{`
CREATE TABLE incidents (
	number BIGINT PRIMARY KEY, status TEXT NOT NULL, severity TEXT NOT NULL, owner TEXT NOT NULL, labels TEXT NOT NULL,
	rule TEXT NOT NULL, rule_name TEXT NOT NULL, group_key TEXT NOT NULL, first_alert BIGINT NOT NULL, alerts BIGINT NOT NULL,
	created BIGINT NOT NULL, modified BIGINT NOT NULL, body BLOB NOT NULL
);
CREATE INDEX incidents_by_group ON incidents (rule, group_key, first_alert);
CREATE TABLE alerts (
	id TEXT PRIMARY KEY, rule TEXT NOT NULL, rule_name TEXT NOT NULL, severity TEXT NOT NULL, status TEXT NOT NULL,
	window_end BIGINT NOT NULL, generated BIGINT NOT NULL, incident BIGINT NOT NULL, body BLOB NOT NULL
);
CREATE INDEX alerts_by_time ON alerts (generated, id);
CREATE INDEX alerts_by_incident ON alerts (incident, generated, id);
CREATE TABLE incident_changes (
	incident BIGINT NOT NULL, version BIGINT NOT NULL, body BLOB NOT NULL,
	PRIMARY KEY (incident, version)
);
CREATE TABLE incident_outbox (
	seq BIGINT PRIMARY KEY, batch TEXT NOT NULL, target TEXT NOT NULL, record BLOB NOT NULL,
	node TEXT NOT NULL DEFAULT '', lease BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX incident_outbox_batches ON incident_outbox (batch);
CREATE TABLE incident_counters (name TEXT PRIMARY KEY, value BIGINT NOT NULL);
INSERT INTO incident_counters (name, value) VALUES ('incident', 0), ('outbox', 0);
`, `
CREATE INDEX incidents_by_status ON incidents (status, number);
`, `
CREATE TABLE incident_entities (value TEXT NOT NULL, incident BIGINT NOT NULL, PRIMARY KEY (value, incident));
CREATE INDEX entities_by_incident ON incident_entities (incident);
`, `
CREATE INDEX incidents_by_kind ON incidents (status, severity);
`}
}

// Open returns the incidents of a database, whose tables are made if they are not
// there and it is not a reader.
func Open(db *database.DB, o Options) (*Store, error) {
	if err := db.Migrate(component, steps()...); err != nil {
		return nil, err
	}
	return &Store{db: db, o: o, wake: make(chan struct{}, 1)}, nil
}

// now is the time, as it is stored.
func (s *Store) now() time.Time { return s.o.Now().UTC().Truncate(time.Microsecond) }

func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}
