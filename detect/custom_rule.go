package detect

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// rule reads the fields into a rule.
func (f *customDetection) rule(file string, p *problems) *Rule {
	t := &f.Action.AlertTemplate
	r := &Rule{
		File: file, Origin: CustomDetection, ID: cmp.Or(string(f.ID), f.DisplayName), Name: cmp.Or(f.DisplayName, t.Title),
		Description: strings.TrimSpace(cmp.Or(t.Description, f.Description)), Query: f.QueryCondition.QueryText, Once: true,
		Disabled: f.IsEnabled != nil && !*f.IsEnabled || strings.Contains(strings.ToLower(f.Status), "disabled"),
		Trigger:  Trigger{Operator: GreaterThan}, Grouping: AlertPerResult, Remediation: t.RecommendedActions, Techniques: t.MitreTechniques,
		Incident: IncidentConfiguration{Create: true},
	}
	p.Want(r.Name != "", "displayName", "is missing")
	p.Want(strings.TrimSpace(r.Query) != "", "queryCondition.queryText", "is missing")
	f.Schedule.fill(r, p)
	const at = "detectionAction.alertTemplate."
	severity, ok := named([]string{string(High), string(Medium), string(Low), string(Informational)}, t.Severity)
	p.Want(ok, at+"severity", fmt.Sprintf("%q: want high, medium, low or informational", t.Severity))
	r.Severity = Severity(severity)
	switch strings.ToLower(t.EventGroupingKind) {
	case "", "alertperevent":
	case "singlealert":
		r.Grouping = SingleAlert
	default:
		p.Add(at+"eventGroupingKind", "%q: want alertPerEvent or singleAlert", t.EventGroupingKind)
	}
	if t.Title != "" && t.Title != r.Name {
		r.Override.NameFormat = t.Title
	}
	if strings.Contains(r.Description, "{{") {
		r.Override.DescriptionFormat = r.Description
	}
	t.fillTactics(r)
	t.fillDetails(r, p)
	t.fillAssets(r, p)
	t.fillMappings(r, p)
	p.warn(len(r.Entities) > 0, at+"entityMappings", "is missing, and so is impactedAssets: alerts are about no entity")
	f.Action.refuse(r, p)
	r.limits(p)
	return r
}

// fill reads how often a rule runs and how far back it looks.
func (s *customSchedule) fill(r *Rule, p *problems) {
	field, often := "schedule.period", strings.ToUpper(string(s.Period))
	if s.Frequency != "" {
		field, often = "schedule.frequency", strings.ToUpper(string(s.Frequency))
	}
	switch often {
	case "":
		p.Add("schedule", "has no period: want 0 (continuous), 1H, 3H, 12H or 24H, or frequency: PT1H")
		return
	case "0", "PT0S", "P0D":
		r.Kind, r.First = NRT, 0
		return
	}
	r.Kind = Scheduled
	d, err := ParseDuration(often)
	if err != nil {
		d, err = ParseDuration(strings.ToLower(often))
	}
	if err != nil || d <= 0 {
		p.Add(field, "%q: want 0 (continuous), 1H, 3H, 12H or 24H, or a period such as PT1H", often)
		return
	}
	const day = 24 * time.Hour
	fixed := []time.Duration{time.Hour, 3 * time.Hour, 12 * time.Hour, day}
	p.warn(s.Frequency != "" || slices.Contains(fixed, d), field, "is none that the service takes: 0, 1H, 3H, 12H or 24H; others are a frequency, as PT2H")
	r.Frequency, r.Period, r.First = d, 4*d, 30*day
	if d >= day {
		r.Period = 30 * day
	}
	if s.Lookback != "" {
		r.Period = p.duration("schedule.lookback", s.Lookback)
		p.Want(r.Period >= d, "schedule.lookback", "is shorter than the frequency: what happens between two windows would be missed")
	}
}

func (t *alertTemplate) fillTactics(r *Rule) {
	add := func(list *[]string, x string) {
		if x != "" && !slices.Contains(*list, x) {
			*list = append(*list, x)
		}
	}
	for _, m := range t.Tactics {
		add(&r.Tactics, m.Tactic)
		for _, x := range m.Techniques {
			add(&r.Techniques, x.Technique)
			for _, sub := range x.SubTechniques {
				add(&r.Techniques, sub)
			}
		}
	}
	if name, ok := named(tactics(), strings.ReplaceAll(t.Category, " ", "")); ok {
		add(&r.Tactics, name)
	} else if t.Category != "" {
		r.LeftOut = append(r.LeftOut, fmt.Sprintf("category %s, which is no tactic", t.Category))
	}
}

// fillDetails reads custom details: an object of columns by name, or a list of pairs.
func (t *alertTemplate) fillDetails(r *Rule, p *problems) {
	const at = "detectionAction.alertTemplate.customDetails"
	if len(t.CustomDetails) == 0 {
		return
	}
	var object map[string]string
	if json.Unmarshal(t.CustomDetails, &object) == nil {
		delete(object, "@odata.type")
		r.CustomDetails = object
		return
	}
	var pairs []struct {
		Name  string `json:"name"`
		Key   string `json:"key"`
		Value string `json:"value"`
	}
	if err := json.Unmarshal(t.CustomDetails, &pairs); err != nil {
		p.Add(at, "want names with columns")
		return
	}
	r.CustomDetails = map[string]string{}
	for _, x := range pairs {
		r.CustomDetails[cmp.Or(x.Key, x.Name)] = x.Value
	}
}

// refuse says what the service would do and Calypso does not.
func (a *detectionAction) refuse(r *Rule, p *problems) {
	refused := func(field, name string) {
		p.note(field, "%s: is not done here, where rules raise alerts and change nothing in devices, accounts or mail: let a notification of the incident start it", name)
		r.LeftOut = append(r.LeftOut, "action "+name)
	}
	for i, x := range a.ResponseActions {
		refused(indexed("detectionAction.responseActions", i), strings.TrimPrefix(fmt.Sprint(x["@odata.type"]), "#microsoft.graph.security."))
	}
	var names []string
	for name := range a.AutomatedActions {
		if name != "@odata.type" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		refused("detectionAction.automatedActions."+name, name)
	}
	if a.OrganizationalScope != nil {
		p.note("detectionAction.organizationalScope", "is not known here: the rule looks at all devices")
		r.LeftOut = append(r.LeftOut, "organizationalScope")
	}
}
