package detect

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

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
// that makes no sense and a field that is missing are errors; all of the latter
// two are reported at once. file is its name, for the errors.
func ParseYAML(file string, text []byte) (*Rule, error) {
	var f ruleFile
	if err := yaml.UnmarshalWithOptions(text, &f, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	p := &problems{file: file}
	r := &Rule{
		File: file, ID: f.ID, Name: f.Name, Description: strings.TrimSpace(f.Description), Version: f.Version,
		Tactics: f.Tactics, Techniques: append(f.RelevantTechniques, f.Techniques...), Query: f.Query,
		CustomDetails: f.CustomDetails, Grouping: SingleAlert, Kind: Kind(f.Kind),
	}
	p.want(r.Name != "", "name is missing")
	p.want(strings.TrimSpace(r.Query) != "", "query is missing")
	f.fillSchedule(r, p)
	f.fillAlert(r, p)
	return r, p.err()
}

func (f *ruleFile) fillSchedule(r *Rule, p *problems) {
	switch r.Kind {
	case "":
		r.Kind = Scheduled
	case Scheduled, NRT:
	default:
		p.add("kind %q: want Scheduled or NRT", f.Kind)
	}
	if r.Kind == NRT {
		p.want(f.QueryFrequency == "" && f.QueryPeriod == "", "a near-real-time rule has no queryFrequency and no queryPeriod")
		r.Trigger = Trigger{Operator: GreaterThan}
		return
	}
	r.Frequency = p.duration("queryFrequency", f.QueryFrequency)
	r.Period = p.duration("queryPeriod", f.QueryPeriod)
	if r.Frequency > 0 && r.Period > 0 {
		p.want(r.Period >= r.Frequency, fmt.Sprintf("queryPeriod %s is shorter than queryFrequency %s: what happens between two windows would be missed", f.QueryPeriod, f.QueryFrequency))
	}
	r.Trigger = Trigger{Operator: TriggerOperator(strings.ToLower(f.TriggerOperator))}
	switch r.Trigger.Operator {
	case GreaterThan, LessThan, Equal, NotEqual:
	case "greaterthan", "lessthan", "equal", "notequal":
		r.Trigger.Operator = map[TriggerOperator]TriggerOperator{
			"greaterthan": GreaterThan, "lessthan": LessThan, "equal": Equal, "notequal": NotEqual}[r.Trigger.Operator]
	default:
		p.add("triggerOperator %q: want gt, lt, eq or ne", f.TriggerOperator)
	}
	if f.TriggerThreshold == nil {
		p.add("triggerThreshold is missing")
		return
	}
	r.Trigger.Threshold = *f.TriggerThreshold
	p.want(r.Trigger.Threshold >= 0 && r.Trigger.Threshold <= 10000, "triggerThreshold: want 0 to 10000")
}

func (f *ruleFile) fillAlert(r *Rule, p *problems) {
	r.Severity = Severity(f.Severity)
	p.want(slices.Contains([]Severity{High, Medium, Low, Informational}, r.Severity),
		fmt.Sprintf("severity %q: want High, Medium, Low or Informational", f.Severity))
	if f.EventGroupingConfig != nil {
		r.Grouping = Grouping(f.EventGroupingConfig.AggregationKind)
		p.want(r.Grouping == SingleAlert || r.Grouping == AlertPerResult,
			fmt.Sprintf("eventGroupingSettings.aggregationKind %q: want SingleAlert or AlertPerResult", r.Grouping))
	}
	for _, m := range f.EntityMappings {
		e := EntityMapping{Type: m.EntityType}
		p.want(m.EntityType != "" && len(m.FieldMappings) > 0, "entityMappings: want an entityType and at least one of fieldMappings")
		for _, fm := range m.FieldMappings {
			p.want(fm.Identifier != "" && fm.ColumnName != "", "entityMappings.fieldMappings: want an identifier and a columnName")
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

// problems collects all that is wrong with a rule.
type problems struct {
	file string
	errs []error
}

func (p *problems) add(format string, args ...any) {
	p.errs = append(p.errs, fmt.Errorf(p.file+": "+format, args...))
}

func (p *problems) want(ok bool, otherwise string) {
	if !ok {
		p.errs = append(p.errs, errors.New(p.file+": "+otherwise))
	}
}

func (p *problems) err() error { return errors.Join(p.errs...) }

func (p *problems) duration(field, text string) time.Duration {
	if text == "" {
		p.add("%s is missing", field)
		return 0
	}
	d, err := ParseDuration(text)
	if err != nil {
		p.add("%s: %v", field, err)
	} else if d <= 0 {
		p.add("%s %q: want more than nothing", field, text)
	}
	return d
}
