package automation

import (
	"errors"
	"log/slog"
	"slices"
	"time"

	"github.com/calypso-kql/calypso/database"
	"github.com/calypso-kql/calypso/incident"
)

// A Notifier tells channels of incidents and alerts, in the transaction in which
// something has happened to them.
type Notifier interface {
	TellIncident(tx *database.Tx, channel string, before, after *incident.Incident, c incident.Change) error
	TellAlert(tx *database.Tx, channel string, a *incident.Alert) error
}

// An Engine applies automation rules. It is an incident.Automator and an
// incident.AlertObserver. What rules change triggers no rules: there is no end to
// what two of them could do to each other.
type Engine struct {
	// Rules returns the rules in their order.
	Rules func() []*Rule
	// Notifier may be nil if no rule notifies.
	Notifier Notifier
	Now      func() time.Time
	Log      *slog.Logger
	// Applied, if not nil, is told of every rule that was applied; it may be told of
	// one whose transaction was not kept.
	Applied func(*Rule)
}

// Automate implements incident.Automator.
func (e *Engine) Automate(tx *database.Tx, before, after *incident.Incident, c incident.Change, edit func(incident.Edit, incident.Actor) (*incident.Incident, error)) error {
	trigger := IncidentUpdated
	if before == nil {
		trigger = IncidentCreated
	}
	s := &subject{before: before, became: after, after: after, change: c}
	var channels []string
	for _, r := range e.Rules() {
		if !r.runs(trigger, e.Now()) || !r.conditions.holds(s) {
			continue
		}
		if r.Actions.Changes {
			changed, err := edit(r.Actions.Edit, incident.AutomationRule(r.Name))
			var invalid *incident.Invalid
			switch {
			case errors.As(err, &invalid):
				e.Log.Warn("an automation rule can't be applied", "rule", r.Name, "incident", after.Number, "error", err)
			case err != nil:
				return err
			default:
				s.after = changed
			}
		}
		channels = append(channels, r.Actions.Channels...)
		e.applied(r)
	}
	return each(channels, func(channel string) error { return e.Notifier.TellIncident(tx, channel, before, s.after, c) })
}

// Added implements incident.AlertObserver.
func (e *Engine) Added(tx *database.Tx, a *incident.Alert) error {
	var channels []string
	for _, r := range e.Rules() {
		if r.runs(AlertCreated, e.Now()) && r.conditions.holds(&subject{alert: a}) {
			channels = append(channels, r.Actions.Channels...)
			e.applied(r)
		}
	}
	return each(channels, func(channel string) error { return e.Notifier.TellAlert(tx, channel, a) })
}

func (e *Engine) applied(r *Rule) {
	e.Log.Debug("automation", "rule", r.Name)
	if e.Applied != nil {
		e.Applied(r)
	}
}

// each calls f with each of the names, once.
func each(names []string, f func(string) error) error {
	slices.Sort(names)
	for _, n := range slices.Compact(names) {
		if err := f(n); err != nil {
			return err
		}
	}
	return nil
}
