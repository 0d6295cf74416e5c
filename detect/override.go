package detect

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// The properties of an alert that a rule overrides otherwise than by naming them, and the
// dynamic ones that are lists of techniques.
const (
	nameProperty          = "AlertName"
	descriptionProperty   = "Description"
	severityProperty      = "AlertSeverity"
	tacticsProperty       = "Tactics"
	techniquesProperty    = "Techniques"
	subTechniquesProperty = "SubTechniques"
)

const (
	// maxOverrides is how many values the alerts of a run may have of a property. If they would
	// have more, all have the rule's.
	maxOverrides = 50
	// maxValue and maxList are how long, in bytes, a value is at most of a property, and of one
	// that is a list or the description. A longer one counts for none.
	//
	// Source: Microsoft's page on alert details.
	maxValue = 256
	maxList  = 5 << 10
)

// override returns what an alert has of a property in place of what its rule says; empty
// if that holds: the columns are empty, or what they say does not fit.
//
// Source: Microsoft's page on alert details.
func (e *Evaluation) override(property string, row int) string {
	if e.tooMany[property] {
		return ""
	}
	o, v := &e.Rule.Override, ""
	switch property {
	case nameProperty:
		v = e.format(o.NameFormat, row)
	case descriptionProperty:
		v = e.format(o.DescriptionFormat, row)
	case severityProperty:
		v = e.cell(o.SeverityColumn, row)
	case tacticsProperty:
		v = e.cell(o.TacticsColumn, row)
	default:
		v = e.cell(o.Properties[property], row)
	}
	if v != "" && !fits(property, v) {
		if e.unfit == nil {
			e.unfit = map[string]bool{}
		}
		e.unfit[property] = true
		return ""
	}
	return v
}

// Dropped says which properties of alerts the rule would have otherwise than they are, and
// why they are not.
func (e *Evaluation) Dropped() (out []string) {
	for _, p := range slices.Sorted(maps.Keys(e.tooMany)) {
		out = append(out, fmt.Sprintf("the alerts of the window would have more than %d values of %s: they are as the rule says", maxOverrides, p))
	}
	for _, p := range slices.Sorted(maps.Keys(e.unfit)) {
		out = append(out, fmt.Sprintf("what a column has for %s of an alert is too long, or none of its values: it is as the rule says", p))
	}
	return out
}

// fits reports whether a property may have a value.
func fits(property, v string) bool {
	switch property {
	case severityProperty:
		return Severity(v).known()
	case "ConfidenceLevel":
		return v == "Low" || v == "High" || v == "Unknown"
	case "ConfidenceScore":
		score, err := strconv.ParseFloat(v, 64)
		return err == nil && score >= 0 && score <= 1
	case descriptionProperty, tacticsProperty, techniquesProperty, subTechniquesProperty, "ExtendedLinks", "RemediationSteps":
		return len(v) <= maxList
	}
	return len(v) <= maxValue
}

// overcrowded returns the properties of which the alerts about groups of rows would have
// too many values.
func (e *Evaluation) overcrowded(groups [][]int) map[string]bool {
	if len(groups) <= maxOverrides {
		return nil
	}
	out := map[string]bool{}
	properties := slices.AppendSeq([]string{nameProperty, descriptionProperty, severityProperty, tacticsProperty}, maps.Keys(e.Rule.Override.Properties))
	for _, p := range properties {
		values := map[string]bool{}
		for _, rows := range groups {
			if v := e.override(p, firstOf(rows)); v != "" {
				values[v] = true
			}
		}
		if len(values) > maxOverrides {
			out[p] = true
		}
	}
	return out
}

// firstOf returns the first of rows, or 0: columns of no rows are empty.
func firstOf(rows []int) int {
	if len(rows) == 0 {
		return 0
	}
	return rows[0]
}

// techniques returns the techniques and sub-techniques of an alert: the rule's, or those that
// columns have instead. What is no technique does not count.
func (e *Evaluation) techniques(row int) []string {
	r := e.Rule
	isSub := func(t string) bool { return strings.Contains(t, ".") }
	list := func(property string) []string {
		return slices.DeleteFunc(splitList(e.override(property, row)), func(t string) bool { return !techniqueID.MatchString(t) })
	}
	out := slices.Concat(r.Techniques, r.SubTechniques)
	if all := list(techniquesProperty); len(all) > 0 {
		out = all
	}
	if subs := list(subTechniquesProperty); len(subs) > 0 {
		out = append(slices.DeleteFunc(out, isSub), subs...)
	}
	return out
}

// knownTactics returns those of a list that Sentinel knows, as it writes them: a column may
// have Credential Access.
func knownTactics(list []string) (out []string) {
	for _, t := range list {
		if name, ok := named(tactics(), strings.ReplaceAll(t, " ", "")); ok {
			out = append(out, name)
		}
	}
	return out
}

// splitList reads a list as columns hold it: `A, B` or `["A","B"]`.
func splitList(s string) []string {
	var out []string
	for _, item := range strings.Split(strings.Trim(s, "[] \n"), ",") {
		if item = strings.Trim(item, `" `); item != "" {
			out = append(out, item)
		}
	}
	return out
}

var placeholder = regexp.MustCompile(`\{\{\s*([^{}]*?)\s*\}\}`)

// format fills the columns into a format; it is empty if it names a column that the result
// does not have or that is empty here.
func (e *Evaluation) format(format string, row int) string {
	known := true
	s := placeholder.ReplaceAllStringFunc(format, func(m string) string {
		cell := e.cell(placeholder.FindStringSubmatch(m)[1], row)
		known = known && cell != ""
		return cell
	})
	if !known {
		return ""
	}
	return strings.TrimSpace(s)
}

// Placeholders returns the columns that the formats name, as often as they do.
func (o *AlertOverride) Placeholders() []string {
	var out []string
	for _, m := range placeholder.FindAllStringSubmatch(o.NameFormat+o.DescriptionFormat, -1) {
		out = append(out, m[1])
	}
	return out
}
