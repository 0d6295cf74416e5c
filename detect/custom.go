package detect

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/calypso-kql/calypso/internal/rulefiles"
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
	place := func(line int) QueryPlace { return QueryPlace{Line: line} }
	if trimmed := bytes.TrimSpace(raw); len(trimmed) > 0 && (trimmed[0] == '{' || trimmed[0] == '[') {
		lines = jsonLines(raw)
	} else {
		at = rulefiles.YAMLLines(raw)
		text := raw
		place = func(line int) QueryPlace { return yamlQueryPlace(text, line) }
		var err error
		if raw, err = yaml.YAMLToJSON(raw); err != nil {
			return nil, rulefiles.YAMLError(file, text, err)
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
		r, err := parseCustom(file, found, at, place)
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

func parseCustom(file string, found customFound, at func(string) int, place func(line int) QueryPlace) (*Rule, error) {
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
	p.Unknown("", value, f, "json")
	r := f.rule(file, p)
	if err := p.Err(); err != nil {
		return nil, err
	}
	r.Warnings, r.QueryPlace = p.told(), place(p.Line("queryCondition.queryText"))
	r.Lines = map[string]int{"techniques": p.Line(p.names.techniques)}
	return r, nil
}
