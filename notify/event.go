// Package notify tells people and systems of alerts, incidents and rules that do not
// run: by webhook, Slack, Teams, mail, Alertmanager, syslog or a file.
//
// What is to be told is in the database, as one message for each event and channel,
// from the transaction that makes the event until its channel has taken it: a crash
// loses nothing. A message may arrive twice, and has the same ID both times.
package notify

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/calypso-kql/calypso/config"
	"github.com/calypso-kql/calypso/incident"
	"github.com/calypso-kql/calypso/internal/oneline"
)

// Digest is the type of a message about several events.
const Digest config.EventType = "digest"

// Test is the type of the message that calypso notifications test sends.
const Test config.EventType = "test"

// An Event is something that happened. It is what templates see, and what webhooks
// and files get as JSON.
type Event struct {
	// ID is the same whenever the same event is told.
	ID   string           `json:"id"`
	Type config.EventType `json:"type"`
	Time time.Time        `json:"time"`
	// Subject is what the event is about: an incident, an alert, a rule. A channel
	// gets the events of one subject in their order.
	Subject string `json:"-"`
	// Title is the name of the incident or alert, or of the rule.
	Title       string `json:"title"`
	Description string `json:"description,omitempty"`
	// Severity is High, Medium, Low or Informational, and empty for rules.
	Severity   string   `json:"severity,omitempty"`
	Rules      []Rule   `json:"rules,omitempty"`
	Tactics    []string `json:"tactics,omitempty"`
	Techniques []string `json:"techniques,omitempty"`
	// Tags are the labels of an incident.
	Tags     []string `json:"tags,omitempty"`
	Entities []Entity `json:"entities,omitempty"`
	// Details are custom details.
	Details map[string][]string `json:"details,omitempty"`
	// Link is where a person can look at it, empty if that is nowhere.
	Link     string    `json:"link,omitempty"`
	Incident *Incident `json:"incident,omitempty"`
	// Changes are those of an incident that was updated.
	Changes []Change `json:"changes,omitempty"`
	// Window is that of a rule which has trouble.
	Window *Window `json:"window,omitempty"`
	// Folded are the events that this message stands for.
	Folded *Folded `json:"folded,omitempty"`
}

// A Rule is one that an event is about.
type Rule struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// An Entity is someone or something that an alert is about.
type Entity struct {
	Type   string            `json:"type"`
	Fields map[string]string `json:"fields"`
}

// An Incident is the state of an incident after an event.
type Incident struct {
	Number         int64     `json:"number"`
	Status         string    `json:"status"`
	Owner          string    `json:"owner,omitempty"`
	Classification string    `json:"classification,omitempty"`
	Reason         string    `json:"classificationReason,omitempty"`
	Comment        string    `json:"classificationComment,omitempty"`
	Alerts         int       `json:"alerts"`
	Created        time.Time `json:"created"`
	Closed         time.Time `json:"closed,omitzero"`
	By             string    `json:"modifiedBy,omitempty"`
}

// A Change is one of a property.
type Change struct {
	Property string `json:"property"`
	From     string `json:"from,omitempty"`
	To       string `json:"to,omitempty"`
}

// A Window is the window of a rule, (From, To], and what went wrong with it.
type Window struct {
	From    time.Time `json:"from,omitzero"`
	To      time.Time `json:"to,omitzero"`
	Attempt int       `json:"attempt,omitempty"`
	Error   string    `json:"error"`
}

// Folded are events that one message stands for.
type Folded struct {
	Count int       `json:"count"`
	Since time.Time `json:"since"`
	// Types and Severities are how many events there are of each.
	Types      map[string]int `json:"types"`
	Severities map[string]int `json:"severities,omitempty"`
	// First are headlines of some, the most severe first.
	First []string `json:"first"`
}

// Headline says in a line what has happened, for a title.
func (e *Event) Headline() string {
	number := ""
	if e.Incident != nil {
		number = fmt.Sprintf(" %d", e.Incident.Number)
	}
	switch e.Type {
	case config.AlertRaised:
		return "Alert: " + e.Title
	case config.IncidentCreated:
		return "New incident" + number + ": " + e.Title
	case config.IncidentUpdated:
		return "Incident" + number + " changed: " + e.Title
	case config.IncidentClosed:
		return "Incident" + number + " closed: " + e.Title
	case config.IncidentReopened:
		return "Incident" + number + " reopened: " + e.Title
	case config.RuleFailing:
		return "Rule fails: " + e.Title
	case config.RuleKept:
		if len(e.Rules) > 1 {
			return "Rules can't be read, they run as they were: " + e.Title
		}
		return "Rule's file is wrong, it runs as it was: " + e.Title
	case config.WindowsGivenUp:
		return "Rule has missed windows: " + e.Title
	case Digest:
		return fmt.Sprintf("%d more events since %s", e.Folded.Count, e.Folded.Since.UTC().Format("15:04 MST"))
	}
	return e.Title
}

// Value is what identifies an entity for people: the first of its identifiers that
// names it.
func (e Entity) Value() string {
	if full := (incident.Entity{Type: e.Type, Fields: e.Fields}).FullName(); full != "" {
		return full
	}
	for _, id := range []string{"Address", "HostName", "Url", "Value", "DomainName", "Name", "MailboxPrimaryAddress", "ResourceId", "CommandLine"} {
		if v := e.Fields[id]; v != "" {
			return v
		}
	}
	for _, id := range sortedKeys(e.Fields) {
		return e.Fields[id]
	}
	return ""
}

// messageID is the ID of the message about an event in a channel: the same
// whenever it is told.
func messageID(event, channel string) string {
	sum := sha256.Sum256([]byte(event + "\x00" + channel))
	return "msg_" + hex.EncodeToString(sum[:16])
}

// rank orders severities, the most severe first.
func rank(severity string) int {
	switch severity {
	case "High":
		return 0
	case "Medium":
		return 1
	case "Low":
		return 2
	case "Informational":
		return 3
	}
	return 1 // trouble with rules is not less than that
}

// folded makes a text fit for a line, with one blank where there are several.
func folded(s string) string { return strings.Join(strings.Fields(oneline.Blanked(s)), " ") }

// cut shortens a text to n characters.
func cut(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:max(n-1, 0)]) + "…"
}
