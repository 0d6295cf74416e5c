package detect

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// armProperties are the properties of an alert rule in Sentinel's REST API and in
// the ARM templates that it exports. Any other is a mistake.
//
// Source: Azure's REST API specification of Microsoft.SecurityInsights, alert
// rules.
type armProperties struct {
	content
	DisplayName           string `json:"displayName"`
	Description           string `json:"description"`
	Enabled               *bool  `json:"enabled"`
	AlertRuleTemplateName any    `json:"alertRuleTemplateName,omitempty"`
	TemplateVersion       any    `json:"templateVersion,omitempty"`
	LastModifiedUTC       any    `json:"lastModifiedUtc,omitempty"`
	StartTimeUTC          any    `json:"startTimeUtc,omitempty"`
}

// armResource is a rule, or another resource of a template, of which the rest is
// not looked at.
type armResource struct {
	ID         string          `json:"id"`
	Name       string          `json:"name"`
	Type       string          `json:"type"`
	Kind       string          `json:"kind"`
	Properties json.RawMessage `json:"properties"`
}

// armFile is what a file may be: a template with resources, an answer of the REST
// API with a list of values, or one resource.
type armFile struct {
	armValues
	Resources []armResource `json:"resources"`
	Value     []armResource `json:"value"`
	armResource
}

// A SkippedError is about a rule that can't run here, such as one of a kind that is
// Microsoft's own.
type SkippedError struct {
	File string
	Line int
	Name string
	Why  string
}

// Error implements error.
func (e *SkippedError) Error() string {
	return fmt.Sprintf("%s:%d: %s: %s", e.File, e.Line, e.Name, e.Why)
}

// ParseARM reads the rules of an ARM template that Sentinel has exported, of an
// answer of its REST API, of a list of rules as that API has them, or of one. Rules that are right
// are returned also where others are not. A template's parameters have their default
// values; resources that are not rules are passed
// over, and rules of kinds that are Microsoft's own are a [SkippedError].
func ParseARM(file string, text []byte) ([]*Rule, error) {
	lines := jsonLines(text)
	var f armFile
	var into any = &f
	isList := bytes.HasPrefix(bytes.TrimSpace(text), []byte("["))
	if isList {
		into = &f.Value
	}
	if err := json.Unmarshal(text, into); err != nil {
		return nil, jsonError(file, text, 0, func(path string) int { return lines[path] }, err)
	}
	var rules []*Rule
	var errs []error
	read := func(path string, res armResource) {
		properties, err := f.settle(file, strings.TrimPrefix(path+".properties", "."), res.Properties, lines)
		if err != nil {
			errs = append(errs, err)
			return
		}
		res.Properties = properties
		r, err := res.rule(file, text, path, lines)
		if r != nil {
			rules = append(rules, r)
		}
		errs = append(errs, err)
	}
	switch {
	case f.Resources != nil:
		for i, res := range f.Resources {
			if strings.HasSuffix(strings.ToLower(res.Type), "/alertrules") {
				read(indexed("resources", i), res)
			}
		}
	case f.Value != nil:
		list := "value"
		if isList {
			list = ""
		}
		for i, res := range f.Value {
			read(indexed(list, i), res)
		}
	case f.Properties != nil:
		read("", f.armResource)
	}
	err := errors.Join(errs...)
	if len(rules) == 0 && err == nil {
		err = fmt.Errorf("%s: has no alert rule: want an ARM template with resources of type …/alertRules, or a rule with kind and properties", file)
	}
	return rules, err
}

var guid = regexp.MustCompile(`[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}`)

// lastGUID returns the last GUID in a name or a path, which may begin with that of
// a subscription.
func lastGUID(s string) string {
	all := guid.FindAllString(s, -1)
	if len(all) == 0 {
		return ""
	}
	return all[len(all)-1]
}

var nameInExpression = regexp.MustCompile(`^\[.*/Microsoft\.SecurityInsights/((?:[^'/]|'')+)'\)\]$`)

// nameIn returns the name of a rule that a template's expression for its resource ends
// with; nothing for what is none.
func nameIn(s string) string {
	m := nameInExpression.FindStringSubmatch(s)
	if m == nil {
		return ""
	}
	return strings.ReplaceAll(m[1], "''", "'")
}

// plain returns a name that is a text; nothing for an expression, as of newGuid(): it names
// another rule in each deployment, and in each template the first one alike.
func plain(name string) string {
	if strings.HasPrefix(name, "[") && !strings.HasPrefix(name, "[[") {
		return ""
	}
	return name
}

// rule reads one rule, which is at path in the file.
func (res *armResource) rule(file string, text []byte, path string, lines map[string]int) (*Rule, error) {
	within := strings.TrimPrefix(path+".properties", ".")
	line := max(lines[path], 1)
	switch Kind(res.Kind) {
	case Scheduled, NRT:
	case "":
		return nil, fmt.Errorf("%s:%d: kind is missing: want Scheduled or NRT", file, line)
	default:
		return nil, &SkippedError{file, line, cmp.Or(lastGUID(res.Name), res.Name, "a rule"),
			fmt.Sprintf("rules of kind %s are Microsoft's own analytics and have no query; here Scheduled and NRT run", res.Kind)}
	}
	var props armProperties
	var all any
	if err := cmp.Or(json.Unmarshal(res.Properties, &props), json.Unmarshal(res.Properties, &all)); err != nil {
		from := max(bytes.Index(text, res.Properties), 0)
		return nil, jsonError(file, text, from, func(path string) int { return lines[within+"."+path] }, err)
	}
	// In a template a text that begins with [ is an expression, and one that
	// begins with [[ a text.
	for _, s := range []*string{&props.DisplayName, &props.Description, &props.Query} {
		if strings.HasPrefix(*s, "[[") {
			*s = (*s)[1:]
		}
	}
	p := problemsOf(file, within+".", func(path string) int { return lines[path] }, fieldNames{"displayName", "techniques"})
	p.Unknown("", all, props, "json")
	r := &Rule{
		File: file, Name: props.DisplayName, Description: strings.TrimSpace(props.Description),
		ID:       cmp.Or(lastGUID(res.Name), nameIn(res.Name), lastGUID(res.ID), plain(res.Name), props.DisplayName),
		Disabled: props.Enabled != nil && !*props.Enabled,
	}
	if v, ok := props.TemplateVersion.(string); ok {
		r.Version = v
	}
	if v, ok := props.StartTimeUTC.(string); ok && v != "" {
		r.Start = p.start("startTimeUtc", v)
	}
	if props.AlertRuleTemplateName != nil {
		r.LeftOut = append(r.LeftOut, "alertRuleTemplateName")
	}
	if r.Kind = Kind(res.Kind); r.Kind == NRT {
		// Exports have these for every kind.
		props.QueryFrequency, props.QueryPeriod, props.TriggerOperator, props.TriggerThreshold = "", "", "", nil
	}
	props.fill(r, res.Kind, p)
	if err := p.Err(); err != nil {
		return nil, err
	}
	r.Warnings, r.QueryPlace, r.Lines = p.told(), QueryPlace{Line: p.Line("query")}, p.fieldLines(r)
	return r, nil
}
