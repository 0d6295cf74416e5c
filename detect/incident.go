package detect

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// An IncidentConfiguration says which incidents the alerts of a rule make.
type IncidentConfiguration struct {
	// Create says whether alerts make incidents at all.
	Create bool
	// Grouping says whether alerts of different runs share an incident.
	Grouping IncidentGrouping
}

// An IncidentGrouping says which alerts of a rule belong to one incident. The zero
// IncidentGrouping makes an incident of each.
type IncidentGrouping struct {
	Enabled bool
	// Reopen says that an alert that belongs to a closed incident opens it again,
	// and does not make another one.
	Reopen bool
	// LookBack is how old an incident may be that alerts are added to.
	LookBack time.Duration
	Matching MatchingMethod
	// Entities, Details and CustomDetails are what alerts must have in common, if
	// they are matched by Selected: types of entities, DisplayName or Severity, and
	// keys of custom details.
	Entities, Details, CustomDetails []string
}

// A MatchingMethod says what alerts must have in common to share an incident.
type MatchingMethod string

// The matching methods.
const (
	AllEntities MatchingMethod = "AllEntities"
	AnyAlert    MatchingMethod = "AnyAlert"
	Selected    MatchingMethod = "Selected"
)

// defaultLookBack is how far grouping looks back if the rule does not say.
const defaultLookBack = 5 * time.Hour

// incidentField is the configuration as files have it.
type incidentField struct {
	CreateIncident        *bool          `yaml:"createIncident,omitempty" json:"createIncident,omitempty"`
	GroupingConfiguration *groupingField `yaml:"groupingConfiguration,omitempty" json:"groupingConfiguration,omitempty"`
}

type groupingField struct {
	Enabled              bool     `yaml:"enabled" json:"enabled"`
	ReopenClosedIncident bool     `yaml:"reopenClosedIncident" json:"reopenClosedIncident"`
	LookbackDuration     string   `yaml:"lookbackDuration,omitempty" json:"lookbackDuration,omitempty"`
	MatchingMethod       string   `yaml:"matchingMethod,omitempty" json:"matchingMethod,omitempty"`
	GroupByEntities      []string `yaml:"groupByEntities,omitempty" json:"groupByEntities,omitempty"`
	GroupByAlertDetails  []string `yaml:"groupByAlertDetails,omitempty" json:"groupByAlertDetails,omitempty"`
	GroupByCustomDetails []string `yaml:"groupByCustomDetails,omitempty" json:"groupByCustomDetails,omitempty"`
}

func (f *incidentField) fill(r *Rule, p *problems) {
	r.Incident = IncidentConfiguration{Create: true}
	if f == nil {
		return
	}
	if f.CreateIncident != nil {
		r.Incident.Create = *f.CreateIncident
	}
	g := f.GroupingConfiguration
	if g == nil {
		return
	}
	const at = "incidentConfiguration.groupingConfiguration"
	out := IncidentGrouping{Enabled: g.Enabled, Reopen: g.ReopenClosedIncident, LookBack: defaultLookBack, Matching: AllEntities}
	if g.LookbackDuration != "" {
		out.LookBack = p.duration(at+".lookbackDuration", g.LookbackDuration)
		p.warn(out.LookBack >= 5*time.Minute && out.LookBack <= 7*24*time.Hour, at+".lookbackDuration", "is not within the 5 minutes to 7 days that Sentinel takes")
	}
	if g.MatchingMethod != "" {
		name, ok := named([]string{string(AllEntities), string(AnyAlert), string(Selected)}, g.MatchingMethod)
		p.Want(ok, at+".matchingMethod", fmt.Sprintf("%q: want AllEntities, AnyAlert or Selected", g.MatchingMethod))
		out.Matching = MatchingMethod(name)
	}
	if g.Enabled && out.Matching == Selected {
		g.selected(r, p, at)
	}
	out.Entities, out.Details, out.CustomDetails = g.GroupByEntities, g.GroupByAlertDetails, g.GroupByCustomDetails
	some := len(out.Entities)+len(out.Details)+len(out.CustomDetails) > 0
	if g.Enabled && out.Matching == Selected {
		p.Want(some, at+".matchingMethod", "Selected: want groupByEntities, groupByAlertDetails or groupByCustomDetails")
	}
	p.warn(!g.Enabled || !some || out.Matching == Selected, at+".matchingMethod", "is not Selected: groupByEntities, groupByAlertDetails and groupByCustomDetails change nothing")
	p.warn(!g.Enabled || r.Incident.Create, at+".enabled", "changes nothing, since createIncident is false")
	r.Incident.Grouping = out
}

// selected looks whether alerts of the rule can have what they are to have in common. Where
// they need not have it, exports list types that the rule does not map.
func (g *groupingField) selected(r *Rule, p *problems, at string) {
	for i, e := range g.GroupByEntities {
		mapped := slices.ContainsFunc(r.Entities, func(m EntityMapping) bool { return strings.EqualFold(m.Type, e) })
		p.Want(mapped, fmt.Sprintf("%s.groupByEntities[%d]", at, i), fmt.Sprintf("%q: entityMappings have no such type", e))
	}
	for i, d := range g.GroupByAlertDetails {
		_, ok := named([]string{"DisplayName", "Severity"}, d)
		p.Want(ok, fmt.Sprintf("%s.groupByAlertDetails[%d]", at, i), fmt.Sprintf("%q: want DisplayName or Severity", d))
	}
	for i, d := range g.GroupByCustomDetails {
		_, ok := r.CustomDetails[d]
		p.Want(ok, fmt.Sprintf("%s.groupByCustomDetails[%d]", at, i), fmt.Sprintf("%q: customDetails have no such key", d))
	}
}
