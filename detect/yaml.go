package detect

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
)

// ruleFile is Sentinel's YAML. Every field that the public repository uses is
// here, so that any other is a mistake.
type ruleFile struct {
	ID                     string           `yaml:"id"`
	Kind                   string           `yaml:"kind"`
	Name                   string           `yaml:"name"`
	Description            string           `yaml:"description"`
	Version                string           `yaml:"version"`
	Status                 string           `yaml:"status"`
	Severity               string           `yaml:"severity"`
	RequiredDataConnectors []map[string]any `yaml:"requiredDataConnectors"`
	QueryFrequency         string           `yaml:"queryFrequency"`
	QueryPeriod            string           `yaml:"queryPeriod"`
	TriggerOperator        string           `yaml:"triggerOperator"`
	TriggerThreshold       *int             `yaml:"triggerThreshold"`
	Tactics                []string         `yaml:"tactics"`
	RelevantTechniques     []string         `yaml:"relevantTechniques"`
	Techniques             []string         `yaml:"techniques"`
	SubTechniques          []string         `yaml:"subTechniques"`
	Query                  string           `yaml:"query"`
	Tags                   []any            `yaml:"tags"`
	Metadata               map[string]any   `yaml:"metadata"`
	EntityMappings         []struct {
		EntityType    string `yaml:"entityType"`
		FieldMappings []struct {
			Identifier string `yaml:"identifier"`
			ColumnName string `yaml:"columnName"`
		} `yaml:"fieldMappings"`
	} `yaml:"entityMappings"`
	SentinelEntitiesMappings []struct {
		ColumnName string `yaml:"columnName"`
	} `yaml:"sentinelEntitiesMappings"`
	CustomDetails       map[string]string `yaml:"customDetails"`
	EventGroupingConfig *struct {
		AggregationKind string `yaml:"aggregationKind"`
	} `yaml:"eventGroupingSettings"`
	AlertDetailsOverride *struct {
		DisplayNameFormat string `yaml:"alertDisplayNameFormat"`
		DescriptionFormat string `yaml:"alertDescriptionFormat"`
		SeverityColumn    string `yaml:"alertSeverityColumnName"`
		TacticsColumn     string `yaml:"alertTacticsColumnName"`
		DynamicProperties []struct {
			Property string `yaml:"alertProperty"`
			Value    string `yaml:"value"`
		} `yaml:"alertDynamicProperties"`
	} `yaml:"alertDetailsOverride"`
	SuppressionEnabled    *bool          `yaml:"suppressionEnabled"`
	SuppressionDuration   string         `yaml:"suppressionDuration"`
	IncidentConfiguration map[string]any `yaml:"incidentConfiguration"`
}

// ParseYAML reads a rule in Sentinel's YAML. A field that does not exist, a value
// that makes no sense and a field that is missing are errors, with the line where
// there is one; all of the latter two are reported at once. file is its name, for
// the errors. A rule without an id goes by its name.
func ParseYAML(file string, text []byte) (*Rule, error) {
	var f ruleFile
	if err := yaml.UnmarshalWithOptions(text, &f, yaml.Strict()); err != nil {
		return nil, yamlError(file, err)
	}
	p := newProblems(file, text)
	r := &Rule{
		File: file, ID: cmp.Or(f.ID, f.Name), Name: f.Name, Description: strings.TrimSpace(f.Description), Version: f.Version,
		Tactics: f.Tactics, Techniques: append(f.RelevantTechniques, f.Techniques...), Query: f.Query,
		CustomDetails: f.CustomDetails, Grouping: SingleAlert, Kind: Kind(f.Kind),
	}
	p.want(r.Name != "", "name", "is missing")
	p.want(strings.TrimSpace(r.Query) != "", "query", "is missing")
	f.fillSchedule(r, p)
	f.fillAlert(r, p)
	if err := p.err(); err != nil {
		return nil, err
	}
	return r, nil
}

func (f *ruleFile) fillSchedule(r *Rule, p *problems) {
	switch r.Kind {
	case "":
		r.Kind = Scheduled
	case Scheduled, NRT:
	default:
		p.add("kind", "%q: want Scheduled or NRT", f.Kind)
	}
	if r.Kind == NRT {
		p.want(f.QueryFrequency == "", "queryFrequency", "is not for near-real-time rules")
		p.want(f.QueryPeriod == "", "queryPeriod", "is not for near-real-time rules")
		r.Trigger = Trigger{Operator: GreaterThan}
		return
	}
	r.Frequency = p.duration("queryFrequency", f.QueryFrequency)
	r.Period = p.duration("queryPeriod", f.QueryPeriod)
	if r.Frequency > 0 && r.Period > 0 && r.Period < r.Frequency {
		p.add("queryPeriod", "%s is shorter than queryFrequency %s: what happens between two windows would be missed", f.QueryPeriod, f.QueryFrequency)
	}
	f.fillTrigger(r, p)
}

func (f *ruleFile) fillTrigger(r *Rule, p *problems) {
	switch strings.ToLower(f.TriggerOperator) {
	case "gt", "greaterthan":
		r.Trigger.Operator = GreaterThan
	case "lt", "lessthan":
		r.Trigger.Operator = LessThan
	case "eq", "equal":
		r.Trigger.Operator = Equal
	case "ne", "notequal":
		r.Trigger.Operator = NotEqual
	case "":
		p.add("triggerOperator", "is missing")
	default:
		p.add("triggerOperator", "%q: want gt, lt, eq or ne", f.TriggerOperator)
	}
	if f.TriggerThreshold == nil {
		p.add("triggerThreshold", "is missing")
		return
	}
	r.Trigger.Threshold = *f.TriggerThreshold
	p.want(r.Trigger.Threshold >= 0 && r.Trigger.Threshold <= 10000, "triggerThreshold", "want 0 to 10000")
}

func (f *ruleFile) fillAlert(r *Rule, p *problems) {
	r.Severity = Severity(f.Severity)
	p.want(r.Severity.known(), "severity", fmt.Sprintf("%q: want High, Medium, Low or Informational", f.Severity))
	if f.EventGroupingConfig != nil {
		r.Grouping = Grouping(f.EventGroupingConfig.AggregationKind)
		p.want(r.Grouping == SingleAlert || r.Grouping == AlertPerResult, "eventGroupingSettings.aggregationKind",
			fmt.Sprintf("%q: want SingleAlert or AlertPerResult", r.Grouping))
	}
	for i, m := range f.EntityMappings {
		e := EntityMapping{Type: m.EntityType}
		path := fmt.Sprintf("entityMappings[%d]", i)
		p.want(m.EntityType != "", path+".entityType", "is missing")
		p.want(len(m.FieldMappings) > 0, path+".fieldMappings", "is missing")
		for j, fm := range m.FieldMappings {
			p.want(fm.Identifier != "", fmt.Sprintf("%s.fieldMappings[%d].identifier", path, j), "is missing")
			p.want(fm.ColumnName != "", fmt.Sprintf("%s.fieldMappings[%d].columnName", path, j), "is missing")
			e.Fields = append(e.Fields, FieldMapping{fm.Identifier, fm.ColumnName})
		}
		r.Entities = append(r.Entities, e)
	}
	if o := f.AlertDetailsOverride; o != nil {
		r.Override = AlertOverride{NameFormat: o.DisplayNameFormat, DescriptionFormat: o.DescriptionFormat,
			SeverityColumn: o.SeverityColumn, TacticsColumn: o.TacticsColumn, Properties: map[string]string{}}
		for _, d := range o.DynamicProperties {
			r.Override.Properties[d.Property] = d.Value
		}
	}
}
