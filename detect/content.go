package detect

import (
	"fmt"
	"strings"
	"time"
)

// content is what rules have in common in Sentinel's YAML and in its JSON.
type content struct {
	Severity                 string               `yaml:"severity,omitempty" json:"severity,omitempty"`
	QueryFrequency           string               `yaml:"queryFrequency,omitempty" json:"queryFrequency,omitempty"`
	QueryPeriod              string               `yaml:"queryPeriod,omitempty" json:"queryPeriod,omitempty"`
	TriggerOperator          string               `yaml:"triggerOperator,omitempty" json:"triggerOperator,omitempty"`
	TriggerThreshold         *int                 `yaml:"triggerThreshold,omitempty" json:"triggerThreshold,omitempty"`
	Tactics                  []string             `yaml:"tactics,omitempty" json:"tactics,omitempty"`
	Techniques               []string             `yaml:"techniques,omitempty" json:"techniques,omitempty"`
	SubTechniques            []string             `yaml:"subTechniques,omitempty" json:"subTechniques,omitempty"`
	Query                    string               `yaml:"query,omitempty" json:"query,omitempty"`
	EntityMappings           []entityMappingField `yaml:"entityMappings,omitempty" json:"entityMappings,omitempty"`
	SentinelEntitiesMappings []columnField        `yaml:"sentinelEntitiesMappings,omitempty" json:"sentinelEntitiesMappings,omitempty"`
	CustomDetails            map[string]string    `yaml:"customDetails,omitempty" json:"customDetails,omitempty"`
	EventGroupingSettings    *eventGroupingField  `yaml:"eventGroupingSettings,omitempty" json:"eventGroupingSettings,omitempty"`
	AlertDetailsOverride     *overrideField       `yaml:"alertDetailsOverride,omitempty" json:"alertDetailsOverride,omitempty"`
	SuppressionEnabled       *bool                `yaml:"suppressionEnabled,omitempty" json:"suppressionEnabled,omitempty"`
	SuppressionDuration      string               `yaml:"suppressionDuration,omitempty" json:"suppressionDuration,omitempty"`
	IncidentConfiguration    *incidentField       `yaml:"incidentConfiguration,omitempty" json:"incidentConfiguration,omitempty"`
}

type entityMappingField struct {
	EntityType    string              `yaml:"entityType" json:"entityType"`
	FieldMappings []fieldMappingField `yaml:"fieldMappings" json:"fieldMappings"`
}

type fieldMappingField struct {
	Identifier string `yaml:"identifier" json:"identifier"`
	ColumnName string `yaml:"columnName" json:"columnName"`
}

type columnField struct {
	ColumnName string `yaml:"columnName" json:"columnName"`
}

type eventGroupingField struct {
	AggregationKind string `yaml:"aggregationKind" json:"aggregationKind"`
}

type overrideField struct {
	DisplayNameFormat string          `yaml:"alertDisplayNameFormat,omitempty" json:"alertDisplayNameFormat,omitempty"`
	DescriptionFormat string          `yaml:"alertDescriptionFormat,omitempty" json:"alertDescriptionFormat,omitempty"`
	SeverityColumn    string          `yaml:"alertSeverityColumnName,omitempty" json:"alertSeverityColumnName,omitempty"`
	TacticsColumn     string          `yaml:"alertTacticsColumnName,omitempty" json:"alertTacticsColumnName,omitempty"`
	DynamicProperties []propertyField `yaml:"alertDynamicProperties,omitempty" json:"alertDynamicProperties,omitempty"`
}

type propertyField struct {
	Property string `yaml:"alertProperty" json:"alertProperty"`
	Value    string `yaml:"value" json:"value"`
}

// fill reads the content into r and notes what is wrong with it.
func (c *content) fill(r *Rule, kind string, p *problems) {
	r.Query, r.Tactics, r.CustomDetails = c.Query, c.Tactics, c.CustomDetails
	for i, t := range r.Tactics { // in any case, as Sentinel takes them, and kept as it writes them
		if name, ok := named(tactics(), t); ok {
			r.Tactics[i] = name
		}
	}
	r.Techniques = append(r.Techniques, c.Techniques...)
	r.SubTechniques = c.SubTechniques
	r.Kind = Kind(kind)
	p.Want(r.Name != "", p.names.name, "is missing")
	p.Want(strings.TrimSpace(r.Query) != "", "query", "is missing")
	c.fillSchedule(r, kind, p)
	c.fillSuppression(r, p)
	c.fillAlert(r, p)
	c.fillEntities(r, p)
	c.fillOverride(r, p)
	c.IncidentConfiguration.fill(r, p)
	r.limits(p)
}

func (c *content) fillSchedule(r *Rule, kind string, p *problems) {
	switch r.Kind {
	case "":
		r.Kind = Scheduled
	case Scheduled, NRT:
	default:
		p.Add("kind", "%q: want Scheduled or NRT", kind)
	}
	if r.Kind == NRT {
		p.Want(c.QueryFrequency == "", "queryFrequency", "is not for near-real-time rules")
		p.Want(c.QueryPeriod == "", "queryPeriod", "is not for near-real-time rules")
		p.Want(c.TriggerOperator == "" && c.TriggerThreshold == nil, "triggerOperator", "is not for near-real-time rules: they fire for any row")
		r.Trigger = Trigger{Operator: GreaterThan}
		return
	}
	r.Frequency = p.duration("queryFrequency", c.QueryFrequency)
	r.Period = p.duration("queryPeriod", c.QueryPeriod)
	if r.Frequency > 0 && r.Period > 0 && r.Period < r.Frequency {
		p.Add("queryPeriod", "%s is shorter than queryFrequency %s: what happens between two windows would be missed", c.QueryPeriod, c.QueryFrequency)
	}
	c.fillTrigger(r, p)
}

func (c *content) fillTrigger(r *Rule, p *problems) {
	switch strings.ToLower(c.TriggerOperator) {
	case "gt", "greaterthan":
		r.Trigger.Operator = GreaterThan
	case "lt", "lessthan":
		r.Trigger.Operator = LessThan
	case "eq", "equal":
		r.Trigger.Operator = Equal
	case "ne", "notequal":
		r.Trigger.Operator = NotEqual
	case "":
		p.Add("triggerOperator", "is missing: want gt, lt, eq or ne")
	default:
		p.Add("triggerOperator", "%q: want gt, lt, eq or ne", c.TriggerOperator)
	}
	if c.TriggerThreshold == nil {
		p.Add("triggerThreshold", "is missing")
		return
	}
	r.Trigger.Threshold = *c.TriggerThreshold
	if n := r.Trigger.Threshold; n < 0 || n > 10000 {
		p.Add("triggerThreshold", "%d: want 0 to 10000", n)
	}
}

func (c *content) fillSuppression(r *Rule, p *problems) {
	on := c.SuppressionEnabled != nil && *c.SuppressionEnabled
	if !on && c.SuppressionDuration == "" {
		return
	}
	d := p.duration("suppressionDuration", c.SuppressionDuration)
	p.warn(d >= 5*time.Minute && d <= 24*time.Hour, "suppressionDuration", "is not within the 5 minutes to 24 hours that Sentinel takes")
	if on {
		r.Suppression = d
	}
}

func (c *content) fillAlert(r *Rule, p *problems) {
	r.Severity = Severity(c.Severity)
	p.Want(r.Severity.known(), "severity", fmt.Sprintf("%q: want High, Medium, Low or Informational", c.Severity))
	r.Grouping = SingleAlert
	if c.EventGroupingSettings != nil {
		r.Grouping = Grouping(c.EventGroupingSettings.AggregationKind)
		p.Want(r.Grouping == SingleAlert || r.Grouping == AlertPerResult, "eventGroupingSettings.aggregationKind",
			fmt.Sprintf("%q: want SingleAlert or AlertPerResult", r.Grouping))
	}
}

// dynamicProperties are the properties of an alert that columns may fill.
//
// Source: Microsoft's documentation of customized alert details.
func dynamicProperties() []string {
	return []string{"AlertLink", "ConfidenceLevel", "ConfidenceScore", "ExtendedLinks", "ProductComponentName", "ProductName", "ProviderName",
		"RemediationSteps", "Techniques", "SubTechniques"}
}

func (c *content) fillOverride(r *Rule, p *problems) {
	o := c.AlertDetailsOverride
	if o == nil {
		return
	}
	r.Override = AlertOverride{NameFormat: o.DisplayNameFormat, DescriptionFormat: o.DescriptionFormat,
		SeverityColumn: o.SeverityColumn, TacticsColumn: o.TacticsColumn, Properties: map[string]string{}}
	for i, d := range o.DynamicProperties {
		at := fmt.Sprintf("alertDetailsOverride.alertDynamicProperties[%d]", i)
		name, ok := named(dynamicProperties(), d.Property)
		p.Want(ok, at+".alertProperty", fmt.Sprintf("%q: want one of %s", d.Property, strings.Join(dynamicProperties(), ", ")))
		p.Want(d.Value != "", at+".value", "is missing: the column that has the value")
		if _, twice := r.Override.Properties[name]; ok && twice {
			p.Add(at+".alertProperty", "%s is there twice", name)
		}
		r.Override.Properties[name] = d.Value
	}
}
