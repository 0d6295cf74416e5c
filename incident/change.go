package incident

import "time"

// A Change is one entry of an incident's timeline: who has changed what, and when.
type Change struct {
	// Incident is the number of the incident, Version the version that the change
	// has made: 1 has opened it.
	Incident int64     `json:"incidentNumber"`
	Version  int64     `json:"version"`
	Time     time.Time `json:"timeUtc"`
	By       Actor     `json:"by"`
	// What has changed, at least one thing.
	What []Difference `json:"changes"`
}

// A Difference is a field that has changed, by its name in the JSON form of an
// incident. Of lists (labels, comments, tasks, alertIds) there is one Difference for
// each item, with From empty if it was added, and To empty if it was taken away.
type Difference struct {
	Field string `json:"field"`
	From  string `json:"from,omitempty"`
	To    string `json:"to,omitempty"`
}

// Changed reports whether a field has changed.
func (c Change) Changed(field string) bool {
	for _, d := range c.What {
		if d.Field == field {
			return true
		}
	}
	return false
}

// An Actor is who or what changes an incident.
type Actor struct {
	Kind ActorKind `json:"kind"`
	// Name is that of the user, or of the automation rule; empty for alerts.
	Name string `json:"name,omitempty"`
}

// An ActorKind says what kind of actor one is.
type ActorKind string

// The kinds of actors.
const (
	ByAlerts     ActorKind = "Alerts"
	ByUser       ActorKind = "User"
	ByAutomation ActorKind = "AutomationRule"
)

// User is someone who changes an incident.
func User(name string) Actor { return Actor{ByUser, name} }

// AutomationRule is an automation rule that changes an incident.
func AutomationRule(name string) Actor { return Actor{ByAutomation, name} }

// String names the actor as ModifiedBy of SecurityIncident does.
func (a Actor) String() string {
	switch a.Kind {
	case ByAlerts:
		return "Alert updated"
	case ByAutomation:
		return "Automation rule - " + a.Name
	}
	return a.Name
}
