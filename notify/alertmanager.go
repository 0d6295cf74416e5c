package notify

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/calypso-kql/calypso/config"
)

// alertmanager sends to Prometheus' Alertmanager. An incident is an alert that fires
// until the incident is closed.
//
// Source: Alertmanager's API, version 2, and its documentation for clients.
type alertmanager struct {
	poster *poster
	texts  texts
	labels map[string]string
	now    func() time.Time
}

func newAlertmanager(c config.Channel, t *tls.Config) (*alertmanager, error) {
	a := c.Alertmanager
	address := strings.TrimSuffix(a.URL, "/") + "/api/v2/alerts"
	out := &alertmanager{
		poster: newPoster(func() (string, error) { return address, nil }, secretOf(a.TokenFile, a.TokenEnv), c.Plaintext, t),
		labels: map[string]string{}, now: time.Now,
	}
	for _, l := range a.Labels {
		name, value, _ := strings.Cut(l, "=")
		out.labels[name] = value
	}
	var err error
	out.texts, err = newTexts(c.Templates, nil)
	return out, err
}

// fires is for how long an alert fires that nothing resolves. Alertmanager resolves
// alerts that are not sent again within minutes, unless they say when they end.
const fires = 30 * 24 * time.Hour

// firesOnce is for how long an alert fires that has no end: one that is no
// incident, or trouble with a rule.
const firesOnce = time.Hour

type promAlert struct {
	Labels       map[string]string `json:"labels"`
	Annotations  map[string]string `json:"annotations"`
	StartsAt     time.Time         `json:"startsAt"`
	EndsAt       time.Time         `json:"endsAt"`
	GeneratorURL string            `json:"generatorURL,omitempty"`
}

// send implements sender.
func (a *alertmanager) send(ctx context.Context, m *Message) error {
	alerts, err := a.alerts(m)
	if err != nil {
		return err
	}
	body, err := json.Marshal(alerts)
	if err != nil {
		return err
	}
	return a.poster.post(ctx, http.Header{}, body)
}

func (a *alertmanager) alerts(m *Message) ([]promAlert, error) {
	e := m.Event
	title, text, err := a.texts.render(e)
	if err != nil {
		return nil, err
	}
	x := promAlert{
		Labels: a.labelsOf(e), Annotations: map[string]string{"summary": title, "notification_id": m.ID},
		StartsAt: e.Time.UTC(), EndsAt: a.now().UTC().Add(firesOnce), GeneratorURL: e.Link,
	}
	if text != "" {
		x.Annotations["description"] = text
	}
	for _, f := range facts(e) {
		if name := labelName(f.Name); name != "" && x.Annotations[name] == "" {
			x.Annotations[name] = f.Value
		}
	}
	i := e.Incident
	if i == nil {
		return []promAlert{x}, nil
	}
	x.StartsAt, x.EndsAt = i.Created.UTC(), a.now().UTC().Add(fires)
	if e.Type == config.IncidentClosed {
		x.EndsAt = e.Time.UTC()
	}
	// Alertmanager tells alerts apart by their labels: what fired under another
	// severity is over.
	for _, c := range e.Changes {
		if c.Property == "Severity" && c.From != "" && c.From != e.Severity {
			old := x
			old.Labels = a.labelsOf(e)
			old.Labels["severity"] = strings.ToLower(c.From)
			old.EndsAt = e.Time.UTC()
			return []promAlert{old, x}, nil
		}
	}
	return []promAlert{x}, nil
}

// labelsOf returns labels that are the same for all events of an incident, but for
// its severity.
func (a *alertmanager) labelsOf(e *Event) map[string]string {
	l := map[string]string{"alertname": "CalypsoAlert", "severity": "warning", "source": "calypso"}
	if e.Severity != "" {
		l["severity"] = strings.ToLower(e.Severity)
	}
	switch {
	case e.Incident != nil:
		l["alertname"], l["incident"] = "CalypsoIncident", strconv.FormatInt(e.Incident.Number, 10)
	case e.Window != nil:
		l["alertname"] = "CalypsoRule"
		l["event"] = string(e.Type)
	default:
		l["id"] = e.ID
	}
	if e.Incident == nil && len(e.Rules) > 0 {
		l["rule"] = e.Rules[0].Name
	}
	if e.Type == config.RuleKept && len(e.Rules) > 1 {
		l["rule"] = e.Title
	}
	for name, value := range a.labels {
		l[name] = value
	}
	return l
}

// labelName makes a name of an annotation.
func labelName(s string) string {
	out := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '_':
			return r
		case r >= 'A' && r <= 'Z':
			return r - 'A' + 'a'
		}
		return '_'
	}, s)
	if out == "" || out[0] >= '0' && out[0] <= '9' {
		return fmt.Sprintf("_%s", out)
	}
	return out
}
