package incident

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/calypso-kql/calypso/database"
	"github.com/calypso-kql/calypso/detect"
)

// An AlertFilter says which alerts are wanted. What is left zero wants all.
type AlertFilter struct {
	Statuses   []AlertStatus
	Severities []detect.Severity
	// Rule is the ID or the name of the rule.
	Rule string
	// Incident is the number of the incident.
	Incident int64
	// Generated is the least time that alerts were raised at.
	Generated time.Time
	// After is what Alerts has returned for the rest.
	After string
	// Limit is the most that are returned; 0 is no limit.
	Limit int
}

const alertColumns = "SELECT body, window_end, generated, incident FROM alerts"

// Alerts returns alerts, the latest first, and what AlertFilter.After is to be for
// those after them; it is empty if there are none.
func (s *Store) Alerts(f AlertFilter) (alerts []*Alert, next string, err error) {
	var c conditions
	oneOfColumn(&c, "status", f.Statuses)
	oneOfColumn(&c, "severity", f.Severities)
	if f.Rule != "" {
		c.add("(rule = ? OR rule_name = ?)", f.Rule, f.Rule)
	}
	if f.Incident > 0 {
		c.add("incident = ?", f.Incident)
	}
	if !f.Generated.IsZero() {
		c.add("generated >= ?", micros(f.Generated))
	}
	if f.After != "" {
		at, id, _ := strings.Cut(f.After, ":")
		n, err := strconv.ParseInt(at, 10, 64)
		if err != nil {
			return nil, "", &Invalid{"after", "is none that an answer has had"}
		}
		c.add("generated <= ? AND (generated < ? OR id > ?)", n, n, id)
	}
	limit := f.Limit
	if limit > 0 {
		limit++ // to see whether there are more
	}
	rest, args := c.rest("generated DESC, id", limit)
	rows, err := s.db.Query(alertColumns+rest, args...)
	if err != nil {
		return nil, "", err
	}
	defer rows.Close()
	alerts = []*Alert{}
	for rows.Next() {
		a, err := scanAlert(rows)
		if err != nil {
			return nil, "", err
		}
		alerts = append(alerts, a)
	}
	if f.Limit > 0 && len(alerts) > f.Limit {
		alerts = alerts[:f.Limit]
		last := alerts[f.Limit-1]
		next = fmt.Sprintf("%d:%s", micros(last.Generated), last.ID)
	}
	return alerts, next, rows.Err()
}

func scanAlert(row interface{ Scan(...any) error }) (*Alert, error) {
	var (
		body              []byte
		window, generated int64
		incident          int64
	)
	if err := row.Scan(&body, &window, &generated, &incident); err != nil {
		return nil, err
	}
	a, err := ParseAlert(body, time.UnixMicro(window))
	if err != nil {
		return nil, err
	}
	a.Generated, a.Incident = time.UnixMicro(generated).UTC(), incident
	return a, nil
}

// Alert returns an alert; the error is a *NotFound if there is none.
func (s *Store) Alert(id string) (*Alert, error) { return loadAlert(s.db, id) }

func loadAlert(q interface {
	QueryRow(string, ...any) *database.Row
}, id string) (*Alert, error) {
	a, err := scanAlert(q.QueryRow(alertColumns+" WHERE id = ?", id))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, &NotFound{fmt.Sprintf("alert %q", id)}
	}
	return a, err
}

// SetStatus says how far work on an alert has come, which is a row of SecurityAlert,
// and returns the alert as it is then.
func (s *Store) SetStatus(id string, status AlertStatus) (after *Alert, err error) {
	if status, err = ParseAlertStatus(string(status)); err != nil {
		return nil, err
	}
	err = s.within(func(t *transaction) error {
		if after, err = loadAlert(t, id); err != nil || after.Status == status {
			return err
		}
		if after.Row, err = t.restamp(after.Row, status); err != nil {
			return err
		}
		after.Status = status
		t.rows[alertTable] = append(t.rows[alertTable], after.Row)
		_, err := t.Exec("UPDATE alerts SET status = ?, body = ? WHERE id = ?", status, []byte(after.Row), id)
		return err
	})
	return after, err
}

// restamp returns a row of SecurityAlert with another status, later than it was.
func (t *transaction) restamp(row []byte, status AlertStatus) ([]byte, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(row, &fields); err != nil {
		return nil, err
	}
	var was struct{ TimeGenerated time.Time }
	if err := json.Unmarshal(row, &was); err != nil {
		return nil, err
	}
	at := t.now
	if !at.After(was.TimeGenerated) {
		at = was.TimeGenerated.Add(time.Microsecond)
	}
	fields["Status"], fields["TimeGenerated"] = json.RawMessage(strconv.Quote(string(status))), json.RawMessage(strconv.Quote(stamp(at)))
	return json.Marshal(fields)
}
