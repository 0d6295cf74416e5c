package remote

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/calypso-kql/calypso/incident"
)

// parameters are those of a list that are given.
type parameters struct{ url.Values }

func (p parameters) text(name, value string) {
	if value != "" {
		p.Set(name, value)
	}
}

func (p parameters) number(name string, n int64) {
	if n > 0 {
		p.Set(name, strconv.FormatInt(n, 10))
	}
}

func (p parameters) time(name string, t time.Time) {
	if !t.IsZero() {
		p.Set(name, t.UTC().Format(time.RFC3339Nano))
	}
}

func list[T ~string](p parameters, name string, values []T) {
	var texts []string
	for _, v := range values {
		texts = append(texts, string(v))
	}
	p.text(name, strings.Join(texts, ","))
}

// Incidents returns incidents, the latest first.
func (c *Client) Incidents(f incident.Filter) ([]*incident.Incident, error) {
	p := parameters{url.Values{}}
	list(p, "status", f.Statuses)
	list(p, "severity", f.Severities)
	p.text("owner", f.Owner)
	p.text("label", f.Label)
	p.text("rule", f.Rule)
	p.text("entity", f.Entity)
	p.time("createdSince", f.Created)
	p.time("modifiedSince", f.Modified)
	p.number("before", f.Before)
	out, _, err := all[*incident.Incident](c, "incidents", p.Values, f.Limit)
	return out, err
}

// Incident returns an incident; the error is a *NotFound if there is none.
func (c *Client) Incident(number int64) (*incident.Incident, error) {
	var i incident.Incident
	return &i, c.ask(http.MethodGet, path(number, ""), nil, nil, &i)
}

// Timeline returns the changes of an incident, the first one first.
func (c *Client) Timeline(number int64) ([]incident.Change, error) {
	var out struct{ Value []incident.Change }
	err := c.ask(http.MethodGet, path(number, "timeline"), nil, nil, &out)
	return out.Value, err
}

// Similar returns the incidents that have most in common with one, up to a number,
// and to what the server answers with.
func (c *Client) Similar(number int64, limit int) ([]incident.Similar, error) {
	var out struct{ Value []incident.Similar }
	err := c.ask(http.MethodGet, path(number, "similar"), nil, nil, &out)
	return out.Value[:min(limit, len(out.Value))], err
}

// Update edits an incident, whatever its version, and returns it as it is then.
func (c *Client) Update(number int64, e incident.Edit, _ incident.Actor) (*incident.Incident, error) {
	var i incident.Incident
	return &i, c.ask(http.MethodPatch, path(number, ""), nil, e, &i)
}

// Create opens an incident by hand.
func (c *Client) Create(e incident.Edit, _ incident.Actor) (*incident.Incident, error) {
	var i incident.Incident
	return &i, c.ask(http.MethodPost, "incidents", nil, e, &i)
}

func path(number int64, part string) string {
	return strings.TrimSuffix(fmt.Sprintf("incidents/%d/%s", number, part), "/")
}

// Alerts returns alerts, the latest first, and what AlertFilter.After is to be for
// those after them.
func (c *Client) Alerts(f incident.AlertFilter) ([]*incident.Alert, string, error) {
	p := parameters{url.Values{}}
	list(p, "status", f.Statuses)
	list(p, "severity", f.Severities)
	p.text("rule", f.Rule)
	p.number("incident", f.Incident)
	p.time("since", f.Generated)
	p.text("after", f.After)
	out, more, err := all[*incident.Alert](c, "alerts", p.Values, f.Limit)
	return out, more.Get("after"), err
}

// answered is an alert with its row of SecurityAlert.
type answered struct {
	*incident.Alert
	Row json.RawMessage `json:"row"`
}

func (a answered) alert() *incident.Alert {
	a.Alert.Row = a.Row
	return a.Alert
}

// Alert returns an alert; the error is a *NotFound if there is none.
func (c *Client) Alert(id string) (*incident.Alert, error) {
	a := answered{Alert: &incident.Alert{}}
	err := c.ask(http.MethodGet, "alerts/"+url.PathEscape(id), nil, nil, &a)
	return a.alert(), err
}

// SetStatus says how far work on an alert has come, and returns the alert as it is
// then.
func (c *Client) SetStatus(id string, status incident.AlertStatus) (*incident.Alert, error) {
	a := answered{Alert: &incident.Alert{}}
	err := c.ask(http.MethodPatch, "alerts/"+url.PathEscape(id), nil, map[string]incident.AlertStatus{"status": status}, &a)
	return a.alert(), err
}
