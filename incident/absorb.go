package incident

import (
	"crypto/sha256"
	"maps"
	"slices"
	"time"
)

// blank returns an incident that nothing is known of yet.
func blank(number int64, name string, now time.Time) *Incident {
	return &Incident{
		Number: number, Name: name, Status: New, Created: now,
		Labels: []Label{}, Comments: []Comment{}, Tasks: []Task{}, Rules: []string{}, RuleNames: []string{}, Alerts: []string{},
		Products: []string{}, Tactics: []string{}, Techniques: []string{}, Entities: []Entity{},
	}
}

// open returns the incident that an alert opens, with no alert yet. Where it takes
// over from one that is full, it has that one's title and description.
func open(number int64, a *Alert, full *Incident, now time.Time) *Incident {
	i := blank(number, guid(sha256.Sum256([]byte("incident\x00"+a.ID))), now)
	i.Title, i.Description = a.Name, a.Description
	if full != nil {
		i.Title, i.Description = full.Title, full.Description
	}
	return i
}

// absorb adds an alert to an incident, which is a copy that may be changed.
func (i *Incident) absorb(a *Alert) (what []Difference) {
	i.Alerts = append(slices.Clone(i.Alerts), a.ID)
	what = append(what, Difference{"alertIds", "", a.ID})
	if !i.SeveritySet && rank(a.Severity) > rank(i.Severity) {
		if i.Severity != "" {
			what = append(what, Difference{"severity", string(i.Severity), string(a.Severity)})
		}
		i.Severity = a.Severity
	}
	if !a.Start.IsZero() && (i.FirstActivity.IsZero() || a.Start.Before(i.FirstActivity)) {
		i.FirstActivity = a.Start
	}
	if a.End.After(i.LastActivity) {
		i.LastActivity = a.End
	}
	i.Rules = with(i.Rules, a.Rule)
	i.RuleNames = with(i.RuleNames, a.RuleName)
	i.Products = with(i.Products, a.Product)
	i.Tactics = with(i.Tactics, a.Tactics...)
	i.Techniques = with(i.Techniques, a.Techniques...)
	i.addEntities(a.Entities)
	i.addDetails(a.Details)
	return what
}

// with returns a list with the items that it lacks and that are not empty.
func with(list []string, items ...string) []string {
	for _, s := range items {
		if s != "" && !slices.Contains(list, s) {
			list = append(slices.Clip(list), s)
		}
	}
	return list
}

func (i *Incident) addEntities(more []Entity) {
	have := make(map[string]bool, len(i.Entities))
	for _, e := range i.Entities {
		have[e.key()] = true
	}
	i.Entities = slices.Clip(i.Entities)
	for _, e := range more {
		switch {
		case have[e.key()]:
		case len(i.Entities) < maxEntities:
			have[e.key()] = true
			i.Entities = append(i.Entities, e)
		default:
			i.MoreEntities++
		}
	}
}

// maxDetails is how many values of a custom detail an incident lists.
const maxDetails = 50

func (i *Incident) addDetails(more map[string][]string) {
	if len(more) == 0 {
		return
	}
	all := maps.Clone(i.Details)
	if all == nil {
		all = map[string][]string{}
	}
	for key, values := range more {
		list := with(all[key], values...)
		all[key] = list[:min(len(list), maxDetails)]
	}
	i.Details = all
}
