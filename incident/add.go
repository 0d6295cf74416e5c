package incident

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"github.com/calypso-kql/calypso/detect"
)

// Add takes the alerts that a rule has raised for the window that ends at a time, as
// rows of SecurityAlert, in order. Each joins an incident of the rule, or opens one,
// as c says; those that were added before are passed over. All alerts that an
// incident gets by one Add are one change of it. All of them are added, or none.
func (s *Store) Add(ctx context.Context, window time.Time, c detect.IncidentConfiguration, rows [][]byte) error {
	alerts := make([]*Alert, len(rows))
	for i, row := range rows {
		var err error
		if alerts[i], err = ParseAlert(row, window); err != nil {
			return err
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return s.within(func(t *transaction) error {
		a := &addition{t: t, c: c, groups: map[string]*member{}}
		for _, alert := range alerts {
			if err := a.add(alert); err != nil {
				return err
			}
		}
		return a.end()
	})
}

// addition is alerts of a rule that are being added.
type addition struct {
	t *transaction
	c detect.IncidentConfiguration
	// members are the incidents that get alerts, groups those that further alerts
	// join, by the key of their group.
	members []*member
	groups  map[string]*member
}

// member is an incident that gets alerts.
type member struct {
	before, after *Incident // before is nil if it is new
	at            time.Time
	what          []Difference
}

func (a *addition) add(alert *Alert) error {
	var one int
	err := a.t.QueryRow("SELECT 1 FROM alerts WHERE id = ?", alert.ID).Scan(&one)
	if !errors.Is(err, sql.ErrNoRows) {
		return err // nil where it was added before
	}
	if a.c.Create {
		m, err := a.find(alert)
		if err != nil {
			return err
		}
		m.what = append(m.what, m.after.absorb(alert)...)
		alert.Incident = m.after.Number
	}
	_, err = a.t.Exec(`INSERT INTO alerts (id, rule, rule_name, severity, status, window_end, generated, incident, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		alert.ID, alert.Rule, alert.RuleName, alert.Severity, alert.Status, micros(alert.Time), micros(alert.Generated), alert.Incident, []byte(alert.Row))
	if err != nil {
		return err
	}
	for _, o := range a.t.s.o.AlertObservers {
		if err := o.Added(a.t.Tx, alert); err != nil {
			return err
		}
	}
	return nil
}

// find returns the incident that an alert belongs to, which may be a new one.
func (a *addition) find(alert *Alert) (*member, error) {
	key := groupKey(alert, a.c.Grouping)
	if key == "" {
		return a.open(alert, key, nil)
	}
	group := alert.Rule + "\x00" + key
	m := a.groups[group]
	if m == nil {
		found, full, err := a.lookUp(alert, key)
		if err != nil {
			return nil, err
		}
		if m = found; m == nil {
			m, err = a.open(alert, key, full)
		}
		a.groups[group] = m
		return m, err
	}
	if len(m.after.Alerts) < maxAlerts {
		return m, nil
	}
	m, err := a.open(alert, key, m.after)
	a.groups[group] = m
	return m, err
}

// lookUp returns the latest incident of a group that takes an alert, and the latest
// that is full; nil for none.
func (a *addition) lookUp(alert *Alert, key string) (m *member, full *Incident, err error) {
	back := a.c.Grouping.LookBack
	candidates, err := a.candidates(alert.Rule, key, alert.Time.Add(-back), alert.Time.Add(back))
	if err != nil {
		return nil, nil, err
	}
	for _, number := range candidates {
		i, err := a.t.load(number)
		switch {
		case err != nil:
			return nil, nil, err
		case len(i.Alerts) >= maxAlerts:
			if full == nil {
				full = i
			}
		case i.Status != Closed || a.c.Grouping.Reopen:
			m, err := a.join(i)
			return m, nil, err
		}
	}
	return nil, full, nil
}

func (a *addition) candidates(rule, key string, from, to time.Time) ([]int64, error) {
	return a.t.numbers("SELECT number FROM incidents WHERE rule = ? AND group_key = ? AND first_alert >= ? AND first_alert <= ? ORDER BY number DESC",
		rule, key, micros(from), micros(to))
}

// join lets an incident get alerts; a closed one is opened again.
func (a *addition) join(i *Incident) (*member, error) {
	after := *i
	m := &member{before: i, after: &after, at: a.t.rising(i)}
	if i.Status == Closed {
		again := New
		what, err := (&Edit{Status: &again}).apply(&after, Actor{Kind: ByAlerts}, m.at)
		if err != nil {
			return nil, err
		}
		m.what = what
	}
	a.members = append(a.members, m)
	return m, nil
}

// open opens an incident, in place of one that is full if there is one.
func (a *addition) open(alert *Alert, key string, full *Incident) (*member, error) {
	number, err := a.t.next("incident", 1)
	if err != nil {
		return nil, err
	}
	m := &member{after: open(number, alert, full, a.t.now), at: a.t.now}
	if err := a.t.enter(m.after, alert, key); err != nil {
		return nil, err
	}
	a.members = append(a.members, m)
	return m, nil
}

// enter makes the row of an incident that is new, which save fills. alert is nil if it
// is not of alerts.
func (t *transaction) enter(i *Incident, alert *Alert, key string) error {
	if alert == nil {
		alert = &Alert{}
	}
	i.URL = t.s.url(i.Number)
	_, err := t.Exec(`INSERT INTO incidents (number, status, severity, owner, labels, rule, rule_name, group_key, first_alert, alerts, created, modified, body)
		VALUES (?, '', '', '', '', ?, ?, ?, ?, 0, ?, 0, ?)`, i.Number, alert.Rule, alert.RuleName, key, micros(alert.Time), micros(i.Created), []byte("{}"))
	return err
}

// end makes the changes, of the incidents in the order of their numbers.
func (a *addition) end() error {
	slices.SortFunc(a.members, func(x, y *member) int { return int(x.after.Number - y.after.Number) })
	for _, m := range a.members {
		if _, err := a.t.commit(m.before, m.after, Actor{Kind: ByAlerts}, m.at, m.what); err != nil {
			return err
		}
	}
	return nil
}
