package incident

import (
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/calypso-kql/calypso/database"
)

// transaction is a change that is being made, with the rows it is to deliver.
type transaction struct {
	*database.Tx
	s    *Store
	now  time.Time
	rows map[string][][]byte // by table
}

// within makes a change as a whole, or not at all. f may be called more than once.
func (s *Store) within(f func(*transaction) error) error {
	delivers := false
	err := s.db.Within(func(tx *database.Tx) error {
		t := &transaction{Tx: tx, s: s, now: s.now(), rows: map[string][][]byte{}}
		if err := f(t); err != nil {
			return err
		}
		delivers = len(t.rows) > 0
		return t.send()
	})
	if err == nil && delivers {
		select {
		case s.wake <- struct{}{}:
		default:
		}
	}
	return err
}

// next returns the next n numbers of a counter: the first of them.
func (t *transaction) next(counter string, n int) (first int64, err error) {
	if _, err := t.Exec("UPDATE incident_counters SET value = value + ? WHERE name = ?", n, counter); err != nil {
		return 0, err
	}
	err = t.QueryRow("SELECT value FROM incident_counters WHERE name = ?", counter).Scan(&first)
	return first - int64(n) + 1, err
}

// send puts the rows of the transaction where they are delivered from: those of a
// table are one batch, whose ID is new, and the same for as long as it waits.
func (t *transaction) send() error {
	for _, table := range []string{alertTable, incidentTable} {
		records := t.rows[table]
		if len(records) == 0 {
			continue
		}
		batch := "incidents:" + rand.Text()
		seq, err := t.next("outbox", len(records))
		if err != nil {
			return err
		}
		for i, rec := range records {
			if _, err := t.Exec("INSERT INTO incident_outbox (seq, batch, target, record) VALUES (?, ?, ?, ?)", seq+int64(i), batch, table, rec); err != nil {
				return err
			}
		}
	}
	return nil
}

// load returns an incident as it is.
func (t *transaction) load(number int64) (*Incident, error) { return load(t, number) }

type querier interface {
	QueryRow(query string, args ...any) *database.Row
}

func load(q querier, number int64) (*Incident, error) {
	var body []byte
	err := q.QueryRow("SELECT body FROM incidents WHERE number = ?", number).Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, &NotFound{fmt.Sprintf("incident %d", number)}
	}
	if err != nil {
		return nil, err
	}
	return decode(body)
}

func decode(body []byte) (*Incident, error) {
	var i Incident
	if err := json.Unmarshal(body, &i); err != nil {
		return nil, fmt.Errorf("an incident of the database: %w", err)
	}
	return &i, nil
}

// rising returns the time of a change: now, or just after the change before, so that
// the last row is the latest.
func (t *transaction) rising(before *Incident) time.Time {
	if before != nil && !t.now.After(before.LastModified) {
		return before.LastModified.Add(time.Microsecond)
	}
	return t.now
}

// commit makes a change of an incident: after is before, nil for none, with what has
// changed. It tells observers, and lets automation have a go.
func (t *transaction) commit(before, after *Incident, by Actor, at time.Time, what []Difference) (*Incident, error) {
	after.Version++
	after.LastModified, after.ModifiedBy = at, by.String()
	switch {
	case before == nil && by.Kind == ByAlerts:
		after.ModifiedBy = "Incident created from alert"
	case before == nil:
	case by.Kind != ByAlerts && after.FirstModified.IsZero():
		after.FirstModified = at
	}
	c := Change{Incident: after.Number, Version: after.Version, Time: at, By: by, What: what}
	if err := t.save(after, c); err != nil {
		return nil, err
	}
	if err := t.index(before, after); err != nil {
		return nil, err
	}
	row, err := incidentRow(after)
	if err != nil {
		return nil, err
	}
	t.rows[incidentTable] = append(t.rows[incidentTable], row)
	for _, o := range t.s.o.Observers {
		if err := o.Changed(t.Tx, before, after, c); err != nil {
			return nil, err
		}
	}
	if by.Kind == ByAutomation {
		return after, nil
	}
	return t.automate(before, after, c)
}

// automate lets automation change an incident that has changed.
func (t *transaction) automate(before, after *Incident, c Change) (*Incident, error) {
	now := after
	edit := func(e Edit, by Actor) (*Incident, error) {
		changed, err := t.edit(now, e, by)
		if err == nil {
			now = changed
		}
		return now, err
	}
	for _, a := range t.s.o.Automators {
		seen := now
		if err := a.Automate(t.Tx, before, seen, c, edit); err != nil {
			return nil, err
		}
	}
	return now, nil
}

// edit edits an incident; the answer is the same one if that changes nothing.
func (t *transaction) edit(before *Incident, e Edit, by Actor) (*Incident, error) {
	if e.Version != 0 && e.Version != before.Version {
		return nil, &Conflict{before.Number, e.Version, before.Version, before.ModifiedBy}
	}
	after, at := *before, t.rising(before)
	what, err := e.apply(&after, by, at)
	if err != nil || len(what) == 0 {
		return before, err
	}
	return t.commit(before, &after, by, at, what)
}

// save writes an incident and its change.
func (t *transaction) save(i *Incident, c Change) error {
	body, err := json.Marshal(i)
	if err != nil {
		return err
	}
	change, err := json.Marshal(c)
	if err != nil {
		return err
	}
	_, err = t.Exec("UPDATE incidents SET status = ?, severity = ?, owner = ?, labels = ?, alerts = ?, modified = ?, body = ? WHERE number = ?",
		i.Status, i.Severity, between(i.Owner.ObjectID, i.Owner.Email, i.Owner.AssignedTo, i.Owner.UserPrincipalName), between(i.LabelNames()...),
		len(i.Alerts), micros(i.LastModified), body, i.Number)
	if err != nil {
		return err
	}
	_, err = t.Exec("INSERT INTO incident_changes (incident, version, body) VALUES (?, ?, ?)", c.Incident, c.Version, change)
	return err
}

// between writes names so that one of them can be looked for with LIKE.
func between(names ...string) string {
	var b strings.Builder
	for _, n := range names {
		if n != "" {
			b.WriteString("\n" + strings.ToLower(n) + "\n")
		}
	}
	return b.String()
}
