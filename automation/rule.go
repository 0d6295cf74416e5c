// Package automation does what rules say when incidents are opened or change: close
// known noise, change a severity, assign, label, add tasks, notify.
//
// The rules are Sentinel's automation rules, as its REST API and ARM templates have
// them, in JSON or, with the same fields, in YAML. They are evaluated in the
// transaction of the change that triggers them.
//
// Source: Microsoft's documentation of automation rules and their reference, and
// AutomationRules.json of the REST API of Microsoft.SecurityInsights.
package automation

import (
	"time"

	"github.com/calypso-kql/calypso/incident"
)

// A Rule is an automation rule.
type Rule struct {
	// File is where the rule was read from, Line the line that it begins on.
	File string
	Line int
	// ID is a GUID, or the name of a rule without one.
	ID   string
	Name string
	// Order is when the rule's turn is: those with lower numbers come first.
	Order    int
	Disabled bool
	// Expires is when the rule ends; zero for never.
	Expires time.Time
	Trigger Trigger
	Actions Actions
	// Tests say what the rule must do.
	Tests []Test

	conditions all
}

// A Trigger is what makes a rule look whether its conditions hold.
type Trigger string

// The triggers.
const (
	IncidentCreated Trigger = "incident created"
	IncidentUpdated Trigger = "incident updated"
	AlertCreated    Trigger = "alert created"
)

// Actions are what a rule does, in the order of its actions: later values replace
// earlier ones.
type Actions struct {
	Edit incident.Edit
	// Changes says whether Edit has anything.
	Changes bool
	// Channels are those of the configuration that are told.
	Channels []string
}

// runs reports whether a rule is to be looked at.
func (r *Rule) runs(t Trigger, now time.Time) bool {
	return !r.Disabled && r.Trigger == t && (r.Expires.IsZero() || now.Before(r.Expires))
}
