package notify

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"github.com/calypso-kql/calypso/config"
	"github.com/calypso-kql/calypso/database"
	"github.com/calypso-kql/calypso/incident"
)

// Incidents tells of alerts and incidents. It is an incident.AlertObserver, and an
// incident.Automator that changes nothing: after the others, it tells what all of
// them have come to. So known noise that is closed as it comes is no new incident.
type Incidents struct{ Queue *Queue }

// Automate implements incident.Automator.
func (n Incidents) Automate(tx *database.Tx, before, after *incident.Incident, c incident.Change, _ func(incident.Edit, incident.Actor) (*incident.Incident, error)) error {
	return n.Queue.Tell(tx, incidentEvent(before, after, c))
}

// Added implements incident.AlertObserver.
func (n Incidents) Added(tx *database.Tx, a *incident.Alert) error {
	return n.Queue.Tell(tx, alertEvent(a))
}

// TellIncident tells a channel what has happened to an incident.
func (n Incidents) TellIncident(tx *database.Tx, channel string, before, after *incident.Incident, c incident.Change) error {
	return n.Queue.TellTo(tx, channel, incidentEvent(before, after, c))
}

// TellAlert tells a channel of an alert.
func (n Incidents) TellAlert(tx *database.Tx, channel string, a *incident.Alert) error {
	return n.Queue.TellTo(tx, channel, alertEvent(a))
}

// maxEventEntities bounds the entities of an event: a message is no database.
const maxEventEntities = 50

func entitiesOf(all []incident.Entity) (out []Entity) {
	for _, e := range all[:min(len(all), maxEventEntities)] {
		out = append(out, Entity{typeName(e), e.Fields})
	}
	return out
}

// typeName writes the type of an entity as people know it; alerts have it in lower case,
// and some with a hyphen.
func typeName(e incident.Entity) string {
	for _, name := range []string{"Account", "Host", "IP", "Malware", "File", "Process", "CloudApplication", "DNS", "AzureResource", "FileHash", "RegistryKey",
		"RegistryValue", "SecurityGroup", "URL", "IoTDevice", "Mailbox", "MailCluster", "MailMessage", "SubmissionMail"} {
		if e.Is(name) {
			return name
		}
	}
	return e.Type
}

func alertEvent(a *incident.Alert) Event {
	var row struct{ AlertLink string }
	_ = json.Unmarshal(a.Row, &row) // it was read before
	return Event{
		ID: "alert:" + a.ID, Type: config.AlertRaised, Time: a.Generated, Subject: "alert:" + a.ID, Title: a.Name, Description: a.Description,
		Severity: string(a.Severity), Rules: []Rule{{a.Rule, a.RuleName}}, Tactics: a.Tactics, Techniques: a.Techniques,
		Entities: entitiesOf(a.Entities), Details: a.Details, Link: row.AlertLink,
	}
}

func incidentEvent(before, after *incident.Incident, c incident.Change) Event {
	e := Event{
		ID: fmt.Sprintf("incident:%s:%d", after.Name, after.Version), Type: incidentType(before, after), Time: c.Time, Subject: "incident:" + after.Name,
		Title: after.Title, Description: after.Description, Severity: string(after.Severity), Tactics: after.Tactics, Techniques: after.Techniques,
		Tags: after.LabelNames(), Entities: entitiesOf(after.Entities), Details: after.Details, Link: after.URL,
		Incident: &Incident{
			Number: after.Number, Status: string(after.Status), Owner: after.Owner.String(), Classification: string(after.Classification),
			Reason: string(after.ClassificationReason), Comment: after.ClassificationComment, Alerts: len(after.Alerts),
			Created: after.Created, By: after.ModifiedBy,
		},
	}
	if after.Status == incident.Closed {
		e.Incident.Closed = after.Closed
	}
	for i, id := range after.Rules {
		name := id
		if i < len(after.RuleNames) {
			name = after.RuleNames[i]
		}
		e.Rules = append(e.Rules, Rule{id, name})
	}
	if before != nil {
		e.Changes = changes(before, after)
	}
	return e
}

// incidentType says what has happened to an incident, all in all.
func incidentType(before, after *incident.Incident) config.EventType {
	was := before != nil && before.Status == incident.Closed
	switch is := after.Status == incident.Closed; {
	case is && !was:
		return config.IncidentClosed
	case before == nil:
		return config.IncidentCreated
	case was && !is:
		return config.IncidentReopened
	}
	return config.IncidentUpdated
}

// changes are what people want to know of what has changed.
func changes(before, after *incident.Incident) (out []Change) {
	differ := func(property, from, to string) {
		if from != to {
			out = append(out, Change{property, from, to})
		}
	}
	differ("Status", string(before.Status), string(after.Status))
	differ("Severity", string(before.Severity), string(after.Severity))
	differ("Owner", before.Owner.String(), after.Owner.String())
	differ("Title", before.Title, after.Title)
	was, is := before.LabelNames(), after.LabelNames()
	for _, l := range was {
		if !slices.Contains(is, l) {
			differ("Label", l, "")
		}
	}
	for _, l := range is {
		if !slices.Contains(was, l) {
			differ("Label", "", l)
		}
	}
	differ("Alerts", strconv.Itoa(len(before.Alerts)), strconv.Itoa(len(after.Alerts)))
	for _, c := range after.Comments[min(len(before.Comments), len(after.Comments)):] {
		differ("Comment", "", c.Author+": "+c.Message)
	}
	for _, t := range after.Tasks[min(len(before.Tasks), len(after.Tasks)):] {
		differ("Task", "", t.Title)
	}
	return out
}
