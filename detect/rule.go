// Package detect holds detection rules: how the field writes them (Sentinel's
// YAML, or a .kql file that says its own frequency and period), what they mean at
// a scheduled time, and the alerts that an evaluation raises.
//
// Evaluation is a pure function of a rule, a time and a way to run queries; the
// package has no clock and reads no logs.
//
// Source: Microsoft's documentation of Sentinel's scheduled analytics rules, and
// the public rule repository's YAML.
package detect

import (
	"fmt"
	"time"
)

// A Rule is a detection.
type Rule struct {
	// File is where the rule was read from. Origin is empty for rules of Sentinel and
	// for queries.
	File   string
	Origin Origin

	ID          string
	Name        string
	Kind        Kind
	Description string
	Version     string
	Severity    Severity
	// Frequency is how often the rule runs, Period how far back it looks. Both
	// are zero for near-real-time rules.
	Frequency, Period time.Duration
	Trigger           Trigger
	// Suppression is for how long the rule does not run after an alert; 0 if it
	// always does.
	Suppression time.Duration
	Tactics     []string
	Techniques  []string
	// SubTechniques are those that are not written as a technique's (T1234.001).
	SubTechniques []string
	Query         string
	// QueryPlace is where the query's text is in the file.
	QueryPlace QueryPlace
	// Lines has, by its path, the line of each field that names columns of the query or
	// techniques: techniques, customDetails, alertDetailsOverride, entityMappings[0] …
	Lines    map[string]int
	Grouping Grouping
	Entities []EntityMapping
	// CustomDetails names columns whose values an alert carries, by key.
	CustomDetails map[string]string
	Override      AlertOverride
	// EntityColumns hold further entities, as lists of Sentinel's JSON objects.
	EntityColumns []string
	Incident      IncidentConfiguration
	// Disabled says that the rule's own text switches it off.
	Disabled bool
	// ByArrival says that the windows of a scheduled rule have the rows that arrived in
	// them, (T − Period, T] on ingestion_time(), rather than those that were generated in
	// them. Near-real-time rules always go by arrival.
	ByArrival bool
	// ByGenerated says that they have the rows that were generated in them, even where a
	// setting of the scheduler has the tables that the rule reads go by arrival.
	ByGenerated bool
	// Delay, if not nil, is how long after its end a window is due.
	Delay *time.Duration
	// Start, if not zero, is when the rule's first window ends; the others end at
	// whole numbers of Frequency after it.
	Start time.Time
	// First is how far the first window of a new rule looks back, if further than
	// Period.
	First time.Duration
	// Once says that an event raises one alert, also if several windows have it:
	// rows are told apart by their time, DeviceId and ReportId, or by all of them if
	// they have no ReportId.
	Once bool
	// Remediation says what to do about an alert.
	Remediation string
	// LeftOut names what of the file the rule has no place for.
	LeftOut []string
	// Connectors are the data connectors that the rule's YAML asks for.
	Connectors []map[string]any

	// Warnings are about what Sentinel would refuse.
	Warnings []Warning
}

// A QueryPlace is where the text of a query is in a file.
type QueryPlace struct {
	// Line is the line of the query's first line.
	Line int
	// Block says that the query's lines are lines of the file, each after Indent
	// columns; else all of the query is on one line.
	Block  bool
	Indent int
}

// An Origin is a product whose rules are written otherwise than Sentinel's.
type Origin string

// CustomDetection is a custom detection of Defender XDR.
const CustomDetection Origin = "CustomDetection"

// A Kind is how a rule is run.
type Kind string

// The kinds of rule.
const (
	Scheduled Kind = "Scheduled"
	NRT       Kind = "NRT"
)

// A Severity is how bad an alert is.
type Severity string

// The severities, as Sentinel writes them.
const (
	High          Severity = "High"
	Medium        Severity = "Medium"
	Low           Severity = "Low"
	Informational Severity = "Informational"
)

func (s Severity) known() bool {
	switch s {
	case High, Medium, Low, Informational:
		return true
	}
	return false
}

// A Trigger says which numbers of rows raise an alert.
type Trigger struct {
	Operator  TriggerOperator
	Threshold int
}

// A TriggerOperator compares the number of rows with the threshold.
type TriggerOperator string

// The operators, as the public rule repository writes them.
const (
	GreaterThan TriggerOperator = "gt"
	LessThan    TriggerOperator = "lt"
	Equal       TriggerOperator = "eq"
	NotEqual    TriggerOperator = "ne"
)

// Fires reports whether a result of n rows raises an alert.
func (t Trigger) Fires(n int) bool {
	switch t.Operator {
	case LessThan:
		return n < t.Threshold
	case Equal:
		return n == t.Threshold
	case NotEqual:
		return n != t.Threshold
	}
	return n > t.Threshold
}

// String writes the trigger in words.
func (t Trigger) String() string {
	words := map[TriggerOperator]string{GreaterThan: "more than", LessThan: "fewer than", Equal: "exactly", NotEqual: "other than"}
	return fmt.Sprintf("%s %d rows", words[t.Operator], t.Threshold)
}

// A Grouping says how the rows of a result become alerts.
type Grouping string

const (
	// SingleAlert makes one alert of all rows.
	SingleAlert Grouping = "SingleAlert"
	// AlertPerResult makes one alert of each row, up to 150 a run, 30 of a
	// near-real-time rule. Where there are more rows, the last alert is about all
	// of them.
	AlertPerResult Grouping = "AlertPerResult"
)

// An EntityMapping says which columns identify an entity of an alert.
type EntityMapping struct {
	Type   string
	Fields []FieldMapping
}

// A FieldMapping takes one identifier of an entity from a column.
type FieldMapping struct {
	Identifier string
	Column     string
}

// An AlertOverride replaces parts of an alert by values of its first row.
// Formats hold columns as {{Column}}.
type AlertOverride struct {
	NameFormat, DescriptionFormat string
	SeverityColumn, TacticsColumn string
	// Properties are further properties of the alert, by name, each a column.
	Properties map[string]string
}
