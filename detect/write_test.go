package detect

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// fullRule has every field.
func fullRule() *Rule {
	return rule(func(r *Rule) {
		r.ID, r.Version, r.Techniques, r.SubTechniques = "0c0ffee0-0000-4000-8000-000000000001", "1.2.3", []string{"T1110"}, []string{"T1110.001"}
		r.Description = "[Failures] of a user:\n  - many\n"
		r.Query = "T\n| where A == \"b\\\\c\" // ü\n| take 3"
		r.Suppression = 90 * time.Minute
		r.Entities = []EntityMapping{{"Account", []FieldMapping{{"Name", "User"}, {"UPNSuffix", "Suffix"}}}}
		r.EntityColumns = []string{"Found"}
		r.CustomDetails = map[string]string{"App": "AppName"}
		r.Override = AlertOverride{NameFormat: "Failures of {{User}}", SeverityColumn: "Sev", Properties: map[string]string{"AlertLink": "Link", "ProductName": "P"}}
		r.Incident = IncidentConfiguration{Create: true, Grouping: IncidentGrouping{Enabled: true, Reopen: true, LookBack: 36 * time.Hour, Matching: Selected,
			Entities: []string{"Account"}, Details: []string{"DisplayName"}, CustomDetails: []string{"App"}}}
	})
}

// TestWrittenRulesAreRead writes rules and reads them again: they are the same.
func TestWrittenRulesAreRead(t *testing.T) {
	for name, change := range map[string]func(*Rule){
		"full":            func(*Rule) {},
		"near real time":  func(r *Rule) { r.Kind, r.Frequency, r.Period, r.Trigger = NRT, 0, 0, Trigger{Operator: GreaterThan} },
		"no incidents":    func(r *Rule) { r.Incident = IncidentConfiguration{} },
		"disabled":        func(r *Rule) { r.Disabled = true },
		"indented query":  func(r *Rule) { r.Query = "  T\n | take 1\n\t| count" },
		"empty line":      func(r *Rule) { r.Query = "\n\nT\n\n| count  \n\n" },
		"carriage return": func(r *Rule) { r.Query = "T\r\n| count\r\n" },
		"odd characters":  func(r *Rule) { r.Query = "print '\u2028 \u0001 \ufeff'" },
		"an expression":   func(r *Rule) { r.Query = "['My Table']\n| count" },
		"one line":        func(r *Rule) { r.Query, r.Description = "| T: #x", "'quoted'" },
	} {
		want := fullRule()
		change(want)
		text, err := want.YAML()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got, err := ParseYAML("r.yaml", text)
		if err != nil {
			t.Errorf("%s: %v in\n%s", name, err, text)
			continue
		}
		same(t, name+" as YAML", got, want, func(r *Rule) { r.Disabled = false })

		if text, err = ARM([]*Rule{want, want}); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		all, err := ParseARM("r.json", text)
		if err != nil || len(all) != 2 {
			t.Errorf("%s: %d rules, %v in\n%s", name, len(all), err, text)
			continue
		}
		same(t, name+" as ARM", all[1], want, func(r *Rule) { r.Version = "" })
	}
}

// TestEveryFieldIsWritten writes a rule to which every field says something, so that a new
// field is not forgotten, and reads it again.
func TestEveryFieldIsWritten(t *testing.T) {
	r, delay := fullRule(), 3*time.Minute
	r.Disabled, r.Once, r.Delay, r.First = true, true, &delay, 9*time.Hour
	r.Start = time.Date(2026, 3, 1, 6, 0, 0, 0, time.UTC)
	r.Origin, r.Remediation = CustomDetection, "Ask the user."
	r.Connectors = []map[string]any{{"connectorId": "AzureActiveDirectory"}}
	ofFile := []string{"File", "Lines", "QueryPlace", "LeftOut", "Warnings"}
	for _, window := range []string{"ByArrival", "ByGenerated"} { // there is one of the two
		w := *r
		w.ByArrival, w.ByGenerated = window == "ByArrival", window == "ByGenerated"
		v := reflect.ValueOf(w)
		for i := range v.NumField() {
			name := v.Type().Field(i).Name
			if v.Field(i).IsZero() && !slices.Contains(ofFile, name) && !strings.HasPrefix(name, "By") {
				t.Errorf("%s is zero: give it a value here", name)
			}
		}
		text, err := w.YAML()
		if err != nil {
			t.Fatal(err)
		}
		got, err := ParseYAML("r.yaml", text)
		if err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
		same(t, window, got, &w, func(*Rule) {})
	}
}

// TestSubTechniquesInARM writes techniques as the service takes them: T1078.004 is none.
func TestSubTechniquesInARM(t *testing.T) {
	r := rule(func(r *Rule) { r.Techniques = []string{"T1078.004", "T1110", "T1078"} })
	text, err := ARM([]*Rule{r})
	if err != nil {
		t.Fatal(err)
	}
	rules, err := ParseARM("r.json", text)
	if err != nil || !slices.Equal(rules[0].Techniques, []string{"T1078", "T1110"}) || !slices.Equal(rules[0].SubTechniques, []string{"T1078.004"}) {
		t.Errorf("%+v, %v", rules, err)
	}
	if !strings.Contains(string(text), `"apiVersion": "2023-12-01-preview"`) {
		t.Errorf("a version of the API without sub-techniques:\n%s", text)
	}
}

// same compares rules but for their files, for what the format does not have, and
// for white space that means nothing.
func same(t *testing.T, name string, got, want *Rule, lost func(*Rule)) {
	t.Helper()
	clean := func(r *Rule) Rule {
		c := *r
		lost(&c)
		c.File, c.Warnings, c.QueryPlace, c.Lines = "", nil, QueryPlace{}, nil
		c.Query = strings.TrimRight(strings.ReplaceAll(c.Query, "\r\n", "\n"), " \n")
		c.Description = strings.TrimSpace(c.Description)
		return c
	}
	if g, w := clean(got), clean(want); !reflect.DeepEqual(g, w) {
		t.Errorf("%s:\ngot  %+v\nwant %+v", name, g, w)
	}
}

func TestDurationsAreWritten(t *testing.T) {
	for d, want := range map[time.Duration][2]string{
		5 * time.Minute:         {"5m", "PT5M"},
		48 * time.Hour:          {"2d", "P2D"},
		36 * time.Hour:          {"36h", "P1DT12H"},
		90*time.Second + 0:      {"90s", "PT1M30S"},
		1500 * time.Millisecond: {"1500ms", "PT1S"},
		0:                       {"0d", "PT0S"},
	} {
		if kql, iso := KQLDuration(d), ISODuration(d); kql != want[0] || iso != want[1] {
			t.Errorf("%v is %s and %s, want %s and %s", d, kql, iso, want[0], want[1])
		}
	}
}

// TestQueriesInARM stand there as people write them.
func TestQueriesInARM(t *testing.T) {
	text, err := ARM([]*Rule{rule(func(r *Rule) { r.Query = `T | where a < 1 and b > 2 // & c` })})
	if err != nil || !strings.Contains(string(text), `T | where a < 1 and b > 2 // & c`) {
		t.Errorf("%v:\n%s", err, text)
	}
}
