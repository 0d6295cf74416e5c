package automation

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/calypso-kql/calypso/database"
	"github.com/calypso-kql/calypso/incident"
)

// A Test says what a rule does to an incident, or for an alert.
type Test struct {
	Name string
	// Line is where the test is in the rule's file.
	Line int

	before, incident *incident.Incident
	alert            *incident.Alert
	by               incident.Actor
	// expect is nil if the rule is not to be applied.
	expect *expectation
}

// An expectation is what an incident is after a rule; what is left out may be
// anything.
type expectation struct {
	Status                incident.Status         `json:"status"`
	Severity              string                  `json:"severity"`
	Classification        incident.Classification `json:"classification"`
	ClassificationReason  incident.Reason         `json:"classificationReason"`
	ClassificationComment string                  `json:"classificationComment"`
	// Owner is any of the owner's names.
	Owner  string   `json:"owner"`
	Labels []string `json:"labels"`
	Tasks  []string `json:"tasks"`
	Notify []string `json:"notify"`
}

// fill reads a test.
func (f *testFields) fill(r *Rule, p *problems, at string) {
	t := Test{Name: f.Name, Line: p.Line(at), by: incident.User("someone")}
	p.Want(f.Name != "", at+".name", "is missing")
	decode := func(field string, from any, into any) {
		if from == nil {
			return
		}
		p.Unknown(at+"."+field, from, into, "json")
		if err := byJSON(from, into); err != nil {
			p.Add(at+"."+field, "can't be read: %v", err)
		}
	}
	decode("before", f.Before, &t.before)
	decode("incident", f.Incident, &t.incident)
	decode("alert", f.Alert, &t.alert)
	switch text, _ := f.Expect.(string); {
	case text == "none":
	case f.Expect == nil:
		p.Add(at+".expect", "is missing: what the incident is then, or none if the rule is not to be applied")
	default:
		decode("expect", f.Expect, &t.expect)
	}
	switch r.Trigger {
	case AlertCreated:
		p.Want(f.Alert != nil && f.Incident == nil && f.Before == nil, at+".alert", "want alert: the rule is about alerts")
	case IncidentUpdated:
		p.Want(f.Before != nil && f.Incident != nil && f.Alert == nil, at+".incident", "want before and incident: the rule is about incidents that are updated")
	case IncidentCreated:
		p.Want(f.Incident != nil && f.Before == nil && f.Alert == nil, at+".incident", "want incident: the rule is about incidents that are created")
	}
	switch f.By {
	case "", "User":
	case "AlertGrouping":
		t.by = incident.Actor{Kind: incident.ByAlerts}
	default:
		p.Add(at+".by", "%q: want User or AlertGrouping", f.By)
	}
	r.Tests = append(r.Tests, t)
}

// byJSON reads a value by its JSON form.
func byJSON(from, into any) error {
	text, err := json.Marshal(from)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, into)
}

// Run applies a rule as a test says, and returns what is not as expected.
func (t *Test) Run(r *Rule, now time.Time) (wrong []string) {
	enabled := *r
	enabled.Disabled, enabled.Expires = false, time.Time{}
	applied := false
	channels := &collected{}
	e := &Engine{
		Rules: func() []*Rule { return []*Rule{&enabled} }, Notifier: channels, Now: func() time.Time { return now },
		Log: slog.New(slog.DiscardHandler), Applied: func(*Rule) { applied = true },
	}
	after := t.incident
	var err error
	if t.alert != nil {
		err = e.Added(nil, t.alert)
	} else {
		start := *t.incident
		if start.Status == "" {
			start.Status = incident.New
		}
		after = &start
		err = e.Automate(nil, t.before, &start, incident.Change{By: t.by}, func(edit incident.Edit, by incident.Actor) (*incident.Incident, error) {
			changed, err := edit.Apply(after, by, now)
			if err != nil {
				wrong = append(wrong, "it can't be applied: "+err.Error())
				return after, err
			}
			after = changed
			return after, nil
		})
	}
	switch {
	case err != nil:
		return append(wrong, err.Error())
	case t.expect == nil && applied:
		return append(wrong, "the rule is applied, want that it is not")
	case t.expect == nil:
		return wrong
	case !applied:
		return append(wrong, "the rule is not applied: its conditions do not hold")
	}
	return append(wrong, t.expect.differs(after, channels.names)...)
}

// differs says what is not as expected.
func (x *expectation) differs(i *incident.Incident, channels []string) (wrong []string) {
	if i == nil {
		i = &incident.Incident{}
	}
	one := func(name, have, want string) {
		if want != "" && have != want {
			wrong = append(wrong, fmt.Sprintf("%s is %q, want %q", name, have, want))
		}
	}
	one("status", string(i.Status), string(x.Status))
	one("severity", string(i.Severity), x.Severity)
	one("classification", string(i.Classification), string(x.Classification))
	one("classificationReason", string(i.ClassificationReason), string(x.ClassificationReason))
	one("classificationComment", i.ClassificationComment, x.ClassificationComment)
	if x.Owner != "" && !slices.Contains(ownerOf(i), x.Owner) {
		wrong = append(wrong, fmt.Sprintf("owner is %q, want %q", i.Owner, x.Owner))
	}
	var tasks []string
	for _, t := range i.Tasks {
		tasks = append(tasks, t.Title)
	}
	for _, l := range []struct {
		name       string
		have, want []string
	}{{"labels", i.LabelNames(), x.Labels}, {"tasks", tasks, x.Tasks}, {"notify", channels, x.Notify}} {
		for _, w := range l.want {
			if !slices.Contains(l.have, w) {
				wrong = append(wrong, fmt.Sprintf("%s are %s, want %s", l.name, strings.Join(l.have, ", "), w))
			}
		}
	}
	return wrong
}

// collected are the channels that would be told.
type collected struct{ names []string }

// TellIncident implements Notifier.
func (c *collected) TellIncident(_ *database.Tx, channel string, _, _ *incident.Incident, _ incident.Change) error {
	c.names = append(c.names, channel)
	return nil
}

// TellAlert implements Notifier.
func (c *collected) TellAlert(_ *database.Tx, channel string, _ *incident.Alert) error {
	c.names = append(c.names, channel)
	return nil
}
