// Package incident keeps alerts and what people make of them: which incident an alert
// belongs to, who works on it, and what became of it.
//
// Alerts are added as rows of SecurityAlert, each once, and join or open an incident
// as the grouping of their rule says. Whatever changes an incident (further alerts,
// people, automation) is one Change: in one transaction the incident, its timeline
// and a row for the table SecurityIncident are written, and the row is delivered
// from there, once. A crash between any two steps loses nothing and doubles nothing.
//
// Source: Microsoft's documentation of incidents and of how alerts are grouped, its
// reference of SecurityIncident, and Incidents.json of its REST API (2024-03-01),
// from which fields and values have their names.
package incident

import (
	"encoding/json"
	"time"

	"github.com/calypso-kql/calypso/detect"
)

// An Incident is alerts that someone is to look at together. It is a value: what is
// handed out is not changed later. Its JSON form is that of the API and of whatever
// is told of incidents; times are in UTC, and absent if there is none.
type Incident struct {
	// Number counts incidents, from 1, without gaps. Name is a GUID.
	Number int64  `json:"incidentNumber"`
	Name   string `json:"name"`
	// Version counts the changes of the incident, from 1.
	Version     int64           `json:"version"`
	Title       string          `json:"title"`
	Description string          `json:"description"`
	Severity    detect.Severity `json:"severity"`
	// SeveritySet says that someone has set the severity. Else it is the highest of
	// the alerts.
	SeveritySet           bool           `json:"severitySet,omitempty"`
	Status                Status         `json:"status"`
	Classification        Classification `json:"classification,omitempty"`
	ClassificationReason  Reason         `json:"classificationReason,omitempty"`
	ClassificationComment string         `json:"classificationComment,omitempty"`
	// Owner is who works on it; the zero Owner is nobody.
	Owner    Owner     `json:"owner,omitzero"`
	Labels   []Label   `json:"labels"`
	Comments []Comment `json:"comments"`
	Tasks    []Task    `json:"tasks"`

	// FirstActivity and LastActivity are the times of the first and the last event.
	FirstActivity time.Time `json:"firstActivityTimeUtc,omitzero"`
	LastActivity  time.Time `json:"lastActivityTimeUtc,omitzero"`
	Created       time.Time `json:"createdTimeUtc"`
	// FirstModified is when someone first did something about it, LastModified when
	// it last changed, Closed when it was last closed.
	FirstModified time.Time `json:"firstModifiedTimeUtc,omitzero"`
	LastModified  time.Time `json:"lastModifiedTimeUtc"`
	Closed        time.Time `json:"closedTimeUtc,omitzero"`
	// ModifiedBy is who or what made the last change.
	ModifiedBy string `json:"modifiedBy"`

	// Rules are the IDs of the rules that raised the alerts, RuleNames their names.
	Rules     []string `json:"relatedAnalyticRuleIds"`
	RuleNames []string `json:"relatedAnalyticRuleNames"`
	// Alerts are the IDs of the alerts, in the order in which they came.
	Alerts     []string `json:"alertIds"`
	Products   []string `json:"alertProductNames"`
	Tactics    []string `json:"tactics"`
	Techniques []string `json:"techniques"`
	// Entities are those of the alerts, each once, up to 1,000. MoreEntities is how
	// often alerts had others after that.
	Entities     []Entity `json:"entities"`
	MoreEntities int      `json:"moreEntities,omitempty"`
	// Details are the custom details of the alerts: by key, values that differ.
	Details map[string][]string `json:"customDetails,omitempty"`
	// URL is where the incident is to be seen, if the configuration says.
	URL string `json:"incidentUrl,omitempty"`
}

// A Status is how far work on an incident has come.
type Status string

// The statuses.
const (
	New    Status = "New"    // nobody works on it
	Active Status = "Active" // someone works on it
	Closed Status = "Closed"
)

// An Owner is who works on an incident. Any of its fields may be empty.
type Owner struct {
	ObjectID          string `json:"objectId,omitempty"`
	Email             string `json:"email,omitempty"`
	AssignedTo        string `json:"assignedTo,omitempty"` // a name for people
	UserPrincipalName string `json:"userPrincipalName,omitempty"`
}

// String returns what people call the owner; empty for nobody.
func (o Owner) String() string {
	for _, s := range []string{o.AssignedTo, o.UserPrincipalName, o.Email, o.ObjectID} {
		if s != "" {
			return s
		}
	}
	return ""
}

// A Label is a tag of an incident.
type Label struct {
	Name string    `json:"labelName"`
	Type LabelType `json:"labelType"`
}

// A LabelType is who has given a label.
type LabelType string

// The types of labels.
const (
	UserLabel LabelType = "User"
	AutoLabel LabelType = "AutoAssigned"
)

// A Comment is what someone has written about an incident.
type Comment struct {
	ID      string    `json:"id"`
	Message string    `json:"message"`
	Author  string    `json:"author"`
	Created time.Time `json:"createdTimeUtc"`
}

// A Task is a step that is to be done about an incident.
type Task struct {
	ID          string     `json:"id"`
	Title       string     `json:"title"`
	Description string     `json:"description,omitempty"`
	Status      TaskStatus `json:"status"`
	CreatedBy   string     `json:"createdBy"`
	Created     time.Time  `json:"createdTimeUtc"`
	ModifiedBy  string     `json:"lastModifiedBy"`
	Modified    time.Time  `json:"lastModifiedTimeUtc"`
}

// A TaskStatus says whether a task is done.
type TaskStatus string

// The statuses of tasks.
const (
	TaskNew       TaskStatus = "New"
	TaskCompleted TaskStatus = "Completed"
)

// An Entity is someone or something that alerts are about.
type Entity struct {
	// Type is as alerts have it: account, ip, host, cloud-application …
	Type string `json:"type"`
	// Fields are its identifiers, as Name and UPNSuffix, or Address.
	Fields map[string]string `json:"fields"`
}

// An Alert is what a rule has found. Its JSON form is that of the API.
type Alert struct {
	// ID is the SystemAlertId.
	ID          string          `json:"systemAlertId"`
	Name        string          `json:"alertDisplayName"`
	Description string          `json:"description"`
	Severity    detect.Severity `json:"severity"`
	Status      AlertStatus     `json:"status"`
	Rule        string          `json:"ruleId"`
	RuleName    string          `json:"ruleName"`
	Product     string          `json:"productName"`
	// Time is the end of the window that the alert was raised for; look-back counts
	// by it. Generated is when it was raised.
	Time      time.Time `json:"windowEndTimeUtc"`
	Generated time.Time `json:"timeGenerated"`
	// Start and End are the times of the first and the last event.
	Start      time.Time           `json:"startTimeUtc,omitzero"`
	End        time.Time           `json:"endTimeUtc,omitzero"`
	Tactics    []string            `json:"tactics"`
	Techniques []string            `json:"techniques"`
	Entities   []Entity            `json:"entities"`
	Details    map[string][]string `json:"customDetails,omitempty"`
	// Incident is the number of the incident that it belongs to; 0 if it has none.
	Incident int64 `json:"incidentNumber,omitempty"`
	// Row is the alert as it is in SecurityAlert.
	Row json.RawMessage `json:"-"`
}

// An AlertStatus is how far work on an alert has come.
type AlertStatus string

// The statuses of alerts.
const (
	AlertNew        AlertStatus = "New"
	AlertInProgress AlertStatus = "InProgress"
	AlertResolved   AlertStatus = "Resolved"
	AlertDismissed  AlertStatus = "Dismissed"
)

// LabelNames returns the names of the incident's labels.
func (i *Incident) LabelNames() (names []string) {
	for _, l := range i.Labels {
		names = append(names, l.Name)
	}
	return names
}
