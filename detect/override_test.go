package detect

import (
	"strconv"
	"strings"
	"testing"
)

// A value that is too long, or none of those that a property may have, is dropped: the alert has
// the rule's, or nothing.
func TestOverridesThatDoNotFit(t *testing.T) {
	long := strings.Repeat("x", maxList+1)
	r := rule(func(r *Rule) {
		r.Remediation = "Look."
		r.Override = AlertOverride{NameFormat: "{{Name}}", DescriptionFormat: "{{Text}}", Properties: map[string]string{
			"AlertLink": "Link", "RemediationSteps": "Steps", "ConfidenceLevel": "Level", "ConfidenceScore": "Score"}}
	})
	columns := []string{"Name", "Text", "Link", "Steps", "Level", "Score"}
	for _, c := range []struct {
		cells                     []string
		name, text                string
		link, steps, level, score string
	}{
		{[]string{long[:256], long[:5120], long[:256], long[:5120], "High", "0.5"}, long[:256], long[:5120], long[:256], long[:5120], "High", "0.5"},
		{[]string{long[:257], long, long[:257], long, "Medium", "1.5"}, "Rule", "It happened.", "", "Look.", "", ""},
		{[]string{"n", "d", "", "", "", "NaN"}, "n", "d", "", "Look.", "", ""},
	} {
		a := evaluate(t, r, &table{names: columns, rows: [][]string{c.cells}}).Alerts[0]
		p := a.Properties
		if a.Name != c.name || a.Description != c.text || p["AlertLink"] != c.link || p["RemediationSteps"] != c.steps || p["ConfidenceLevel"] != c.level || p["ConfidenceScore"] != c.score {
			t.Errorf("%.20v: got %d %d %v", c.cells, len(a.Name), len(a.Description), p)
		}
	}
}

// If the alerts of a run would have more than 50 values of a property, all have the rule's. What
// has fewer values is not concerned.
func TestTooManyOverrides(t *testing.T) {
	for _, n := range []int{50, 51, 120} {
		q := &table{names: []string{"User", "Sev"}}
		for i := range n {
			q.rows = append(q.rows, []string{"u" + strconv.Itoa(i), "High"})
		}
		e := evaluate(t, rule(func(r *Rule) {
			r.Override = AlertOverride{NameFormat: "By {{User}}", SeverityColumn: "Sev", Properties: map[string]string{"AlertLink": "User"}}
		}), q)
		name, link := "By u7", "u7"
		if n > 50 {
			name, link = "Rule", ""
		}
		if told := len(e.Dropped()); (told != 0) != (n > 50) {
			t.Errorf("%d rows: told is %q", n, e.Dropped())
		}
		if a := e.Alerts[7]; a.Name != name || a.Properties["AlertLink"] != link || a.Severity != High {
			t.Errorf("%d rows: %+v", n, a)
		}
	}
}
