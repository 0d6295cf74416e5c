package detect

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
)

// YAML writes the rule in Sentinel's YAML, as the public rule repository has it.
// ParseYAML reads the same rule from it.
func (r *Rule) YAML() ([]byte, error) {
	f := ruleFile{ID: r.ID, Kind: string(r.Kind), Name: r.Name, Description: r.Description, Version: r.Version,
		RequiredDataConnectors: r.Connectors, RelevantTechniques: r.Techniques, Content: r.content(KQLDuration), Calypso: r.settings()}
	f.Content.TriggerOperator = string(r.Trigger.Operator)
	if on := false; r.Disabled {
		f.Enabled = &on
	}
	if r.Kind == NRT {
		f.Content.TriggerOperator, f.Content.TriggerThreshold = "", nil
	}
	f.Description = strings.ReplaceAll(f.Description, "\r\n", "\n")
	f.Content.Query = queryMark
	text, err := yaml.MarshalWithOptions(f, yaml.UseLiteralStyleIfMultiline(true), yaml.IndentSequence(true))
	if err != nil {
		return nil, err
	}
	return bytes.Replace(text, []byte("query: "+queryMark+"\n"), []byte("query: "+yamlText(r.Query)), 1), nil
}

// queryMark stands for the query while the rest is written: the library writes
// texts wrongly whose first line is indented.
const queryMark = "calypso-query"

// yamlText writes a text as a block of lines, indented by two, or, where it has
// characters that such a block can't have, between quotes. Lines end in LF, and
// white space at the end of the text, which means nothing in KQL, in one of them.
func yamlText(s string) string {
	s = strings.TrimRight(strings.ReplaceAll(s, "\r\n", "\n"), " \t\n") + "\n"
	odd := func(r rune) bool {
		return r != '\n' && r != '\t' && (unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || r == '\ufeff')
	}
	if strings.ContainsFunc(s, odd) || !utf8.ValidString(s) {
		quoted, _ := json.Marshal(s) // which is YAML, too
		return string(quoted) + "\n"
	}
	var b strings.Builder
	b.WriteString("|")
	if first := strings.TrimLeft(s, "\n"); s[0] == '\n' || first[0] == ' ' || first[0] == '\t' {
		b.WriteString("2") // the first line does not tell how far lines are indented
	}
	for line := range strings.SplitSeq(strings.TrimSuffix(s, "\n"), "\n") {
		b.WriteByte('\n')
		if line != "" {
			b.WriteString("  " + line)
		}
	}
	b.WriteByte('\n')
	return b.String()
}

// ARM writes rules as an ARM template with a parameter for the workspace, as
// Sentinel exports and imports them. ParseARM reads the same rules from it, but
// for their connectors.
func ARM(rules []*Rule) ([]byte, error) {
	template := armTemplate{
		Schema:  "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
		Version: "1.0.0.0", Parameters: map[string]any{"workspace": map[string]string{"type": "String"}}, Resources: []armRule{},
	}
	for _, r := range rules {
		template.Resources = append(template.Resources, r.resource())
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false) // people review it: a query's > is no \u003e
	enc.SetIndent("", "  ")
	err := enc.Encode(template)
	return b.Bytes(), err
}

type armTemplate struct {
	Schema     string         `json:"$schema"`
	Version    string         `json:"contentVersion"`
	Parameters map[string]any `json:"parameters"`
	Resources  []armRule      `json:"resources"`
}

type armRule struct {
	ID         string        `json:"id"`
	Name       string        `json:"name"`
	Type       string        `json:"type"`
	Kind       Kind          `json:"kind"`
	APIVersion string        `json:"apiVersion"`
	Properties armProperties `json:"properties"`
}

func (r *Rule) resource() armRule {
	enabled, suppressed := !r.Disabled, r.Suppression > 0
	props := armProperties{content: r.content(ISODuration), DisplayName: armText(r.Name), Description: armText(r.Description), Enabled: &enabled}
	props.Query = armText(props.Query)
	props.Techniques, props.SubTechniques = r.armTechniques()
	props.EntityMappings = armEntities(props.EntityMappings)
	props.SuppressionEnabled = &suppressed
	if !suppressed {
		props.SuppressionDuration = "PT5H" // the service wants one all the same
	}
	if r.Kind == Scheduled {
		props.TriggerOperator = map[TriggerOperator]string{GreaterThan: "GreaterThan", LessThan: "LessThan", Equal: "Equal", NotEqual: "NotEqual"}[r.Trigger.Operator]
	} else {
		props.TriggerThreshold = nil
	}
	id := strings.ReplaceAll(r.ID, "'", "''")
	return armRule{
		ID:   fmt.Sprintf("[concat(resourceId('Microsoft.OperationalInsights/workspaces/providers', parameters('workspace'), 'Microsoft.SecurityInsights'),'/alertRules/%s')]", id),
		Name: fmt.Sprintf("[concat(parameters('workspace'),'/Microsoft.SecurityInsights/%s')]", id),
		Type: "Microsoft.OperationalInsights/workspaces/providers/alertRules", Kind: r.Kind, APIVersion: armVersion(len(props.SubTechniques) > 0), Properties: props,
	}
}

// LostInARM names what of the rule changes what it finds, or what its alerts are about, and
// has no place in a template: what only Calypso knows, and identifiers that Sentinel does not
// take.
func (r *Rule) LostInARM() (out []string) {
	if f := r.settings(); f != nil {
		for _, setting := range []struct {
			name string
			set  bool
		}{{"window", f.Window != ""}, {"delay", f.Delay != ""}, {"start", f.Start != ""}, {"first", f.First != ""}, {"once", f.Once}, {"origin", f.Origin != ""}, {"remediation", f.Remediation != ""}} {
			if setting.set {
				out = append(out, "calypso."+setting.name)
			}
		}
	}
	types := entityTypes()
	for i, e := range r.Entities {
		for _, f := range e.Fields {
			if slices.Contains(types[e.Type].beyond, f.Identifier) {
				out = append(out, fmt.Sprintf("%s: identifier %s", indexed("entityMappings", i), f.Identifier))
			}
		}
	}
	return out
}

// armVersion is a version of the API that has all that is written: sub-techniques came with
// a preview.
func armVersion(subTechniques bool) string {
	if subTechniques {
		return "2023-12-01-preview"
	}
	return "2024-03-01"
}

// armEntities leaves out identifiers that the service refuses, and with them entities that
// nothing else identifies.
func armEntities(all []entityMappingField) (out []entityMappingField) {
	types := entityTypes()
	for _, m := range all {
		t, kept := types[m.EntityType], EntityMapping{}
		fields := []fieldMappingField{}
		for _, f := range m.FieldMappings {
			if !slices.Contains(t.beyond, f.Identifier) {
				fields = append(fields, f)
				kept.Fields = append(kept.Fields, FieldMapping{f.Identifier, f.ColumnName})
			}
		}
		if m.FieldMappings = fields; identified(kept, t.required) {
			out = append(out, m)
		}
	}
	return out
}

// armTechniques returns the techniques and the sub-techniques. The service refuses T1078.004
// as a technique: it is a sub-technique, of T1078.
func (r *Rule) armTechniques() (techniques, subs []string) {
	add := func(list *[]string, x string) {
		if !slices.Contains(*list, x) {
			*list = append(*list, x)
		}
	}
	for _, t := range append(slices.Clone(r.Techniques), r.SubTechniques...) {
		parent, _, isSub := strings.Cut(t, ".")
		add(&techniques, parent)
		if isSub {
			add(&subs, t)
		}
	}
	return techniques, subs
}

// armText keeps a text that begins with [ from being an expression.
func armText(s string) string {
	if strings.HasPrefix(s, "[") {
		return "[" + s
	}
	return s
}

// content returns what both formats have, but for the trigger's operator and the
// techniques.
func (r *Rule) content(duration func(time.Duration) string) content {
	c := content{Severity: string(r.Severity), Tactics: r.Tactics, SubTechniques: r.SubTechniques, Query: r.Query, CustomDetails: r.CustomDetails,
		TriggerThreshold: &r.Trigger.Threshold}
	if r.Kind == Scheduled {
		c.QueryFrequency, c.QueryPeriod = duration(r.Frequency), duration(r.Period)
	}
	for _, e := range r.Entities {
		m := entityMappingField{EntityType: e.Type}
		for _, f := range e.Fields {
			m.FieldMappings = append(m.FieldMappings, fieldMappingField{f.Identifier, f.Column})
		}
		c.EntityMappings = append(c.EntityMappings, m)
	}
	for _, col := range r.EntityColumns {
		c.SentinelEntitiesMappings = append(c.SentinelEntitiesMappings, columnField{col})
	}
	c.EventGroupingSettings = &eventGroupingField{string(r.Grouping)}
	if r.Suppression > 0 {
		on := true
		c.SuppressionEnabled, c.SuppressionDuration = &on, ISODuration(r.Suppression)
	}
	c.AlertDetailsOverride = r.Override.field()
	c.IncidentConfiguration = r.Incident.field()
	return c
}

func (o *AlertOverride) field() *overrideField {
	f := &overrideField{DisplayNameFormat: o.NameFormat, DescriptionFormat: o.DescriptionFormat, SeverityColumn: o.SeverityColumn, TacticsColumn: o.TacticsColumn}
	for _, p := range slices.Sorted(maps.Keys(o.Properties)) {
		f.DynamicProperties = append(f.DynamicProperties, propertyField{p, o.Properties[p]})
	}
	if f.DisplayNameFormat+f.DescriptionFormat+f.SeverityColumn+f.TacticsColumn == "" && len(f.DynamicProperties) == 0 {
		return nil
	}
	return f
}

func (c *IncidentConfiguration) field() *incidentField {
	f := &incidentField{CreateIncident: &c.Create}
	if g := c.Grouping; g.Enabled || g.LookBack > 0 {
		f.GroupingConfiguration = &groupingField{g.Enabled, g.Reopen, ISODuration(g.LookBack), string(g.Matching), g.Entities, g.Details, g.CustomDetails}
	}
	return f
}
