package notify

import (
	"time"

	"github.com/calypso-kql/calypso/config"
)

// Samples returns an event of each type, with all characters that formats care for:
// templates are checked with them, and they are sent as tests.
func Samples() []Event {
	at := time.Date(2026, 3, 2, 9, 10, 0, 0, time.UTC)
	base := Event{
		Time: at, Title: `Sign-ins of "ada" <ada@contoso.com> & others \ more|less=1`, Severity: "High",
		Description: "Two lines:\nthe second, with *stars*, `ticks`, [a link](https://example.org) and <!channel>",
		Rules:       []Rule{{"b1c0a6a4-6c7b-4a3c-9e0f-0d6c1b6f7a11", "Suspicious sign-ins"}},
		Tactics:     []string{"InitialAccess"}, Techniques: []string{"T1078"}, Tags: []string{"vip"},
		Entities: []Entity{
			{"Account", map[string]string{"Name": "ada", "UPNSuffix": "contoso.com"}}, {"IP", map[string]string{"Address": "192.0.2.7"}},
			{"IP", map[string]string{"Address": "2001:db8::7"}}, {"Host", map[string]string{"HostName": "pc-7"}},
		},
		Details: map[string][]string{"Country": {"NL", "SE"}}, Link: "https://calypso.example.org/",
	}
	var out []Event
	for _, t := range config.EventTypes() {
		e := base
		e.Type, e.ID, e.Subject = t, "sample-"+string(t), "sample"
		switch t {
		case config.AlertRaised:
		case config.IncidentCreated, config.IncidentUpdated, config.IncidentReopened:
			e.Incident = &Incident{Number: 7, Status: "New", Alerts: 2, Created: at}
			if t == config.IncidentUpdated {
				e.Changes = []Change{{"Severity", "Low", "High"}, {"Labels", "", "vip"}}
			}
		case config.IncidentClosed:
			e.Incident = &Incident{Number: 7, Status: "Closed", Owner: "ada", Classification: "BenignPositive", Reason: "SuspiciousButExpected", Comment: "a test", Alerts: 2, Created: at, Closed: at.Add(time.Hour)}
		default:
			e = Event{ID: e.ID, Type: t, Time: at, Subject: "sample", Title: base.Rules[0].Name, Rules: base.Rules,
				Window: &Window{From: at.Add(-time.Hour), To: at, Attempt: 2, Error: `line 1: unknown "column"`}}
		}
		out = append(out, e)
	}
	return append(out,
		Event{ID: "sample-digest", Type: Digest, Time: at, Subject: "digest", Title: "12 more events", Severity: "High",
			Folded: &Folded{Count: 12, Since: at.Add(-time.Minute), Types: map[string]int{"alert.raised": 12}, Severities: map[string]int{"High": 2, "Low": 10}, First: []string{"Alert: one", "Alert: two"}}},
		Event{ID: "sample-test", Type: Test, Time: at, Subject: "test", Title: "A test of this channel", Description: "If you read this, it works.", Severity: "Informational"},
	)
}
