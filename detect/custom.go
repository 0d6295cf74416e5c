package detect

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
)

// customDetection is a custom detection rule of Defender XDR, as Microsoft Graph
// (security/rules/detectionRules, beta and v1.0) has it. Any other field is a mistake.
//
// Source: Microsoft Graph's reference of detectionRule and the types in it, and
// Microsoft's documentation of custom detection rules.
type customDetection struct {
	ID             text            `json:"id"`
	DisplayName    string          `json:"displayName"`
	Description    string          `json:"description"`
	IsEnabled      *bool           `json:"isEnabled"`
	Status         string          `json:"status"`
	QueryCondition customQuery     `json:"queryCondition"`
	Schedule       customSchedule  `json:"schedule"`
	Action         detectionAction `json:"detectionAction"`

	// What the service says about a rule.
	DetectorID           any `json:"detectorId"`
	CreatedBy            any `json:"createdBy"`
	CreatedDateTime      any `json:"createdDateTime"`
	LastModifiedBy       any `json:"lastModifiedBy"`
	LastModifiedDateTime any `json:"lastModifiedDateTime"`
	LastRunDetails       any `json:"lastRunDetails"`
}

type customQuery struct {
	QueryText            string `json:"queryText"`
	LastModifiedDateTime any    `json:"lastModifiedDateTime"`
}

type customSchedule struct {
	Period          text   `json:"period"`
	Frequency       text   `json:"frequency"`
	Lookback        string `json:"lookback"`
	NextRunDateTime any    `json:"nextRunDateTime"`
}

type detectionAction struct {
	AlertTemplate       alertTemplate    `json:"alertTemplate"`
	OrganizationalScope any              `json:"organizationalScope"`
	ResponseActions     []map[string]any `json:"responseActions"`
	AutomatedActions    map[string]any   `json:"automatedActions"`
}

type alertTemplate struct {
	Title              string              `json:"title"`
	Description        string              `json:"description"`
	Severity           string              `json:"severity"`
	Category           string              `json:"category"`
	RecommendedActions string              `json:"recommendedActions"`
	MitreTechniques    []string            `json:"mitreTechniques"`
	Tactics            []mitreTactic       `json:"tactics"`
	ImpactedAssets     []impactedAsset     `json:"impactedAssets"`
	EntityMappings     map[string][]fields `json:"entityMappings"`
	CustomDetails      json.RawMessage     `json:"customDetails"`
	EventGroupingKind  string              `json:"eventGroupingKind"`
}

type mitreTactic struct {
	Tactic     string `json:"tactic"`
	Techniques []struct {
		Technique     string   `json:"technique"`
		SubTechniques []string `json:"subTechniques"`
	} `json:"techniques"`
}

// text is a text or a number: YAML files write a period of 0 without quotes.
type text string

// UnmarshalJSON implements json.Unmarshaler.
func (t *text) UnmarshalJSON(raw []byte) error {
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		return err
	}
	switch v := v.(type) {
	case nil:
	case string:
		*t = text(v)
	case float64:
		*t = text(raw)
	default:
		return fmt.Errorf("%s: want a text", raw)
	}
	return nil
}

// customSigns tell a file with custom detections from one with other rules; armSigns
// that a template has those, too.
var (
	armSigns    = regexp.MustCompile(`(?i)/alertRules"`)
	customSigns = regexp.MustCompile(`"queryCondition"\s*:|(?m)^\s*queryCondition\s*:`)
)

// ParseCustom reads custom detections of Defender XDR: a rule, or a list of them, as
// Microsoft Graph answers, in JSON, or a rule in YAML; also where the rule is the
// properties of a resource. Rules that are right are returned also where others of
// the file are not.
//
// A period of 0 makes a near-real-time rule. The others look back as the service
// does: four times as far as they run often, those of a day and more 30 days; and
// their first window, 30 days. A row is an event, by its time, DeviceId and ReportId,
// and raises one alert however many windows have it. What the service would do to
// devices, accounts and mails is a warning: it is not done.
func ParseCustom(file string, raw []byte) ([]*Rule, error) {
	lines := map[string]int{}
	at := func(path string) int { return lines[path] }
	if trimmed := bytes.TrimSpace(raw); len(trimmed) > 0 && (trimmed[0] == '{' || trimmed[0] == '[') {
		lines = jsonLines(raw)
	} else {
		at = yamlLines(raw)
		text := raw
		var err error
		if raw, err = yaml.YAMLToJSON(raw); err != nil {
			return nil, yamlError(file, text, err)
		}
	}
	var whole any
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	if err := dec.Decode(&whole); err != nil {
		return nil, jsonError(file, raw, 0, at, err)
	}
	var rules []*Rule
	var errs []error
	for _, found := range customRules(whole, "") {
		r, err := parseCustom(file, found, at)
		if r != nil {
			rules = append(rules, r)
		}
		errs = append(errs, err)
	}
	err := errors.Join(errs...)
	if len(rules) == 0 && err == nil {
		err = fmt.Errorf("%s: has no custom detection: want displayName, queryCondition, schedule and detectionAction", file)
	}
	return rules, err
}

// A customFound is a rule at a path of a file.
type customFound struct {
	path  string
	value map[string]any
}

// customRules finds rules: objects with a queryCondition, in lists and under value,
// resources and properties.
func customRules(v any, path string) (out []customFound) {
	switch v := v.(type) {
	case []any:
		for i, x := range v {
			out = append(out, customRules(x, indexed(path, i))...)
		}
	case map[string]any:
		if _, ok := v["queryCondition"]; ok {
			return []customFound{{path, v}}
		}
		for _, key := range []string{"value", "resources", "properties"} {
			if inner, ok := v[key]; ok {
				out = append(out, customRules(inner, strings.TrimPrefix(path+"."+key, "."))...)
			}
		}
	}
	return out
}

// withoutAnnotations takes OData's annotations away, but for types, and nulls.
func withoutAnnotations(v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = withoutAnnotations(v[i])
		}
	case map[string]any:
		for key, x := range v {
			if x == nil || strings.Contains(key, "@odata.") && key != "@odata.type" {
				delete(v, key)
				continue
			}
			v[key] = withoutAnnotations(x)
		}
	}
	return v
}

func parseCustom(file string, found customFound, at func(string) int) (*Rule, error) {
	within := found.path
	if within != "" {
		within += "."
	}
	p := problemsOf(file, within, at, fieldNames{"displayName", "detectionAction.alertTemplate.mitreTechniques"})
	value := withoutAnnotations(found.value).(map[string]any)
	for _, o := range []any{value, value["queryCondition"], value["schedule"], value["detectionAction"]} {
		if o, ok := o.(map[string]any); ok {
			delete(o, "@odata.type")
		}
	}
	if action, ok := value["detectionAction"].(map[string]any); ok {
		if t, ok := action["alertTemplate"].(map[string]any); ok {
			delete(t, "@odata.type")
		}
	}
	raw, err := json.Marshal(value)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	var f customDetection
	if err := json.Unmarshal(raw, &f); err != nil {
		var kind *json.UnmarshalTypeError
		if errors.As(err, &kind) {
			return nil, fmt.Errorf("%s:%d: %s is a JSON %s, want %s", file, p.Line(kind.Field), kind.Field, kind.Value, jsonKind(kind))
		}
		return nil, fmt.Errorf("%s:%d: %w", file, p.Line("displayName"), err)
	}
	p.Unknown(value, f, "json")
	r := f.rule(file, p)
	if err := p.Err(); err != nil {
		return nil, err
	}
	r.Warnings, r.QueryPlace = p.told(), QueryPlace{Line: p.Line("queryCondition.queryText")}
	r.Lines = map[string]int{"techniques": p.Line(p.names.techniques)}
	return r, nil
}

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
