package detect

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

const goodRule = `id: 0c0ffee0-0000-4000-8000-000000000001
kind: Scheduled
name: Many failures
severity: High
description: |
  Too many failures.
queryFrequency: 1h
queryPeriod: 1d
triggerOperator: gt
triggerThreshold: 3
tactics: [CredentialAccess]
relevantTechniques: [T1110]
query: |
  T | where x
entityMappings:
  - entityType: Account
    fieldMappings:
      - identifier: FullName
        columnName: User
customDetails:
  App: AppName
eventGroupingSettings:
  aggregationKind: AlertPerResult
alertDetailsOverride:
  alertDisplayNameFormat: Failures of {{User}}
  alertDynamicProperties:
    - alertProperty: AlertLink
      value: Link
`

func TestParseYAML(t *testing.T) {
	got, err := ParseYAML("rules/x.yaml", []byte(goodRule))
	if err != nil {
		t.Fatal(err)
	}
	want := &Rule{
		File: "rules/x.yaml", ID: "0c0ffee0-0000-4000-8000-000000000001", Name: "Many failures", Kind: Scheduled,
		Description: "Too many failures.", Severity: High, Frequency: time.Hour, Period: 24 * time.Hour,
		Trigger: Trigger{GreaterThan, 3}, Tactics: []string{"CredentialAccess"}, Techniques: []string{"T1110"},
		Query: "T | where x\n", QueryPlace: QueryPlace{Line: 14, Block: true, Indent: 2}, Grouping: AlertPerResult,
		Entities:      []EntityMapping{{"Account", []FieldMapping{{"FullName", "User"}}}},
		CustomDetails: map[string]string{"App": "AppName"},
		Override:      AlertOverride{NameFormat: "Failures of {{User}}", Properties: map[string]string{"AlertLink": "Link"}},
		Incident:      IncidentConfiguration{Create: true},
	}
	if got.Lines["techniques"] != 12 || got.Lines["entityMappings[0]"] != 16 {
		t.Errorf("the lines of fields are %v", got.Lines)
	}
	got.Lines = nil
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

// Every mistake is told with its line; all mistakes of a file at once.
func TestMistakesInYAML(t *testing.T) {
	for name, tc := range map[string]struct {
		old, new string
		want     []string
	}{
		"unknown field":      {"severity: High", "severity: High\ncolour: red", []string{"x.yaml:5: colour is an unknown field"}},
		"unknown inner":      {"columnName: User", "columnName: User\n        weight: 3", []string{"x.yaml:20: entityMappings[0].fieldMappings[0].weight is an unknown field"}},
		"twice":              {"severity: High", "severity: High\nseverity: Low", []string{`x.yaml:5:`, "severity"}},
		"wrong type":         {"triggerThreshold: 3", "triggerThreshold: many", []string{"x.yaml:10:"}},
		"a list for a text":  {"name: Many failures", "name: [a, b]", []string{"x.yaml:3:"}},
		"an object, no list": {"severity: High", "severity: High\nrequiredDataConnectors:\n  dataTypes:\n  - T", []string{"x.yaml:6: requiredDataConnectors: want a sequence, not a mapping"}},
		"no YAML":            {"kind: Scheduled", "kind: [", []string{"x.yaml:"}},
		"kind":               {"kind: Scheduled", "kind: Hourly", []string{`x.yaml:2: kind "Hourly": want Scheduled or NRT`}},
		"severity":           {"severity: High", "severity: high", []string{`x.yaml:4: severity "high": want High, Medium, Low or Informational`}},
		"no threshold":       {"triggerThreshold: 3\n", "", []string{"x.yaml:1: triggerThreshold is missing"}},
		"threshold":          {"triggerThreshold: 3", "triggerThreshold: 10001", []string{"x.yaml:10: triggerThreshold 10001: want 0 to 10000"}},
		"operator":           {"triggerOperator: gt", "triggerOperator: above", []string{`x.yaml:9: triggerOperator "above": want gt, lt, eq or ne`}},
		"period":             {"queryPeriod: 1d", "queryPeriod: 30m", []string{"x.yaml:8: queryPeriod 30m is shorter than queryFrequency 1h"}},
		"no period":          {"queryPeriod: 1d\n", "", []string{"queryPeriod is missing"}},
		"half a row":         {"triggerThreshold: 3", "triggerThreshold: 1.5", []string{"x.yaml:10: triggerThreshold 1.5: want a whole number"}},
		"no unit":            {"queryPeriod: 1d", "queryPeriod: 60", []string{`x.yaml:8: queryPeriod "60" has no unit: want 60m, 60h or 60d`}},
		"a tab":              {"severity: High", "severity: High\n\tstatus: x", []string{"x.yaml:5: a tab stands at the beginning of the line"}},
		"a colon":            {"name: Many failures", "name: Many: failures", []string{"x.yaml:3: a value with a colon in it wants quotes"}},
		"indented":           {"  - entityType: Account", "  - entityType: Account\n     status: x", []string{"a field must not stand here"}},
		"a merge":            {"severity: High", "<<<<<<< HEAD\nseverity: High\n=======", []string{"a merge was not finished"}},
		"frequency":          {"queryFrequency: 1h", "queryFrequency: hourly", []string{`x.yaml:7: queryFrequency "hourly" is no period`}},
		"negative":           {"queryFrequency: 1h", "queryFrequency: -1h", []string{`x.yaml:7: queryFrequency "-1h": want more than nothing`}},
		"no query":           {"query: |\n  T | where x\n", "", []string{"query is missing"}},
		"empty query":        {"  T | where x", "  ", []string{"query is missing"}},
		"grouping":           {"aggregationKind: AlertPerResult", "aggregationKind: PerUser", []string{`x.yaml:23: eventGroupingSettings.aggregationKind "PerUser"`}},
		"entity":             {"        columnName: User\n", "", []string{"entityMappings[0].fieldMappings[0].columnName is missing"}},
		"entity type":        {"entityType: Account", "entityType: Acount", []string{`x.yaml:16: entityMappings[0].entityType "Acount": want one of Account, AzureResource`}},
		"identifier":         {"identifier: FullName", "identifier: Fullest", []string{`x.yaml:18: entityMappings[0].fieldMappings[0].identifier "Fullest": want one of Name, FullName`}},
		"not identified":     {"identifier: FullName", "identifier: NTDomain", []string{"entityMappings[0].fieldMappings do not identify the Account: want FullName or Sid"}},
		"property":           {"alertProperty: AlertLink", "alertProperty: Link", []string{`alertDynamicProperties[0].alertProperty "Link": want one of AlertLink`}},
		"suppression":        {"severity: High", "severity: High\nsuppressionEnabled: true", []string{"suppressionDuration is missing"}},
		"matching": {"severity: High", "severity: High\nincidentConfiguration:\n  groupingConfiguration:\n    enabled: true\n    matchingMethod: Selected\n    groupByEntities: [IP]",
			[]string{`x.yaml:9: incidentConfiguration.groupingConfiguration.groupByEntities[0] "IP": entityMappings have no such type`}},
		"nothing selected": {"severity: High", "severity: High\nincidentConfiguration:\n  groupingConfiguration:\n    enabled: true\n    matchingMethod: Selected",
			[]string{"x.yaml:8: incidentConfiguration.groupingConfiguration.matchingMethod Selected: want groupByEntities"}},
		"two things at once": {"severity: High", "severity: Urgent\nstatus: Available\nquerryPeriod: 1d\nalertDisplayNameFormat: x", []string{
			`x.yaml:4: severity "Urgent"`, "x.yaml:6: querryPeriod is an unknown field: did you mean queryPeriod?",
			"x.yaml:7: alertDisplayNameFormat is an unknown field: it belongs in alertDetailsOverride"}},
		"near real time": {"kind: Scheduled", "kind: NRT", []string{"x.yaml:7: queryFrequency is not for", "x.yaml:8: queryPeriod is not for"}},
	} {
		t.Run(name, func(t *testing.T) {
			text := strings.Replace(goodRule, tc.old, tc.new, 1)
			if text == goodRule {
				t.Fatal("nothing was changed")
			}
			r, err := ParseYAML("x.yaml", []byte(text))
			if err == nil || r != nil {
				t.Fatalf("the rule was read: %+v, %v", r, err)
			}
			for _, want := range tc.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error is %q, want %q in it", err, want)
				}
			}
		})
	}
}

// What Sentinel would refuse is told, and the rule runs.
func TestWarnings(t *testing.T) {
	text := strings.NewReplacer("queryFrequency: 1h", "queryFrequency: 2m", "queryPeriod: 1d", "queryPeriod: 30d", "[CredentialAccess]", "[Credentials]",
		"[T1110]", "[T1110, X1]", "  App: AppName", "  App: AppName\n  1st: X", "Failures of {{User}}", "of {{a}} {{b}} {{c}} {{d}}").Replace(goodRule)
	r, err := ParseYAML("x.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, w := range r.Warnings {
		got = append(got, w.String())
	}
	all := strings.Join(got, "\n")
	for _, want := range []string{
		"x.yaml:7: warning: queryFrequency is not within the 5 minutes", "x.yaml:8: warning: queryPeriod is not within", "x.yaml:8: warning: queryPeriod is two days or more",
		`x.yaml:11: warning: tactics[0] "Credentials" is no tactic`, "x.yaml:12: warning: relevantTechniques[1] \"X1\" is no technique",
		"x.yaml:22: warning: customDetails.1st is a key that Sentinel refuses", "alertDisplayNameFormat has more than the 3 columns",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is not in\n%s", want, all)
		}
	}
	if len(got) != 7 {
		t.Errorf("%d warnings, want 7:\n%s", len(got), all)
	}
}

// Tactics are read in any case, and kept as Sentinel writes them.
func TestTacticsInAnyCase(t *testing.T) {
	r, err := ParseYAML("x.yaml", []byte(strings.Replace(goodRule, "[CredentialAccess]", "[CommandandControl, impact, Initial Access]", 1)))
	if err != nil || strings.Join(r.Tactics, " ") != "CommandAndControl Impact Initial Access" {
		t.Fatalf("%+v, %v", r, err)
	}
	if len(r.Warnings) != 1 || !strings.Contains(r.Warnings[0].String(), `tactics[2] "Initial Access" is no tactic that Sentinel knows: did you mean InitialAccess?`) {
		t.Errorf("warnings are %v", r.Warnings)
	}
}

func TestAllMistakesAtOnce(t *testing.T) {
	_, err := ParseYAML("x.yaml", []byte("name: a\nseverity: b\nkind: c\n"))
	if err == nil {
		t.Fatal("the rule was read")
	}
	for _, want := range []string{"query is missing", "x.yaml:2: severity", "x.yaml:3: kind", "queryFrequency is missing", "queryPeriod is missing",
		"triggerOperator is missing", "triggerThreshold is missing"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in\n%v", want, err)
		}
	}
}

func TestTriggerOperators(t *testing.T) {
	for text, want := range map[string]TriggerOperator{"gt": GreaterThan, "GreaterThan": GreaterThan, "lt": LessThan, "LessThan": LessThan,
		"eq": Equal, "Equal": Equal, "ne": NotEqual, "NotEqual": NotEqual} {
		r, err := ParseYAML("x.yaml", []byte(strings.Replace(goodRule, "triggerOperator: gt", "triggerOperator: "+text, 1)))
		if err != nil || r.Trigger.Operator != want {
			t.Errorf("%s: %v, %v", text, r, err)
		}
	}
	for _, tc := range []struct {
		op    TriggerOperator
		fires [3]bool // at 1, 2 and 3 rows, for a threshold of 2
	}{
		{GreaterThan, [3]bool{false, false, true}}, {LessThan, [3]bool{true, false, false}},
		{Equal, [3]bool{false, true, false}}, {NotEqual, [3]bool{true, false, true}},
	} {
		for n := 1; n <= 3; n++ {
			if got := (Trigger{tc.op, 2}).Fires(n); got != tc.fires[n-1] {
				t.Errorf("%s 2 at %d rows: %t", tc.op, n, got)
			}
		}
	}
}

func TestRuleWithoutID(t *testing.T) {
	_, rest, _ := strings.Cut(goodRule, "\n")
	r, err := ParseYAML("x.yaml", []byte(rest))
	if err != nil || r.ID != "Many failures" {
		t.Errorf("got %+v, %v: want the name for the missing id", r, err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("x.yaml", goodRule)
	f.Add("x.kql", "let query_frequency = 5m; let query_period = 2d; T")
	f.Add("x.yaml", "a: &x\n  - *x\n")
	f.Add("x.json", `{"resources":[{"type":"x/alertRules","kind":"NRT","name":"a","properties":{"displayName":"b","query":"T","severity":"Low"}}]}`)
	f.Fuzz(func(t *testing.T, file, text string) {
		r, err := Parse(file, []byte(text))
		if (r == nil) == (err == nil) {
			t.Errorf("rule %v, error %v", r, err)
		}
	})
}

// TestYAMLQueryPlace is where the query's columns begin, also of a field within others.
func TestYAMLQueryPlace(t *testing.T) {
	for _, c := range []struct {
		text string
		line int
		want QueryPlace
	}{
		{"query: T\n", 1, QueryPlace{Line: 1}},
		{"query: |\n\n  T\n   | take 1\nname: a\n", 1, QueryPlace{Line: 2, Block: true, Indent: 2}},
		{"query: |2-\n     T\n   | take 1\n", 1, QueryPlace{Line: 2, Block: true, Indent: 2}},
		{"query: |-4\n      T\n", 1, QueryPlace{Line: 2, Block: true, Indent: 4}},
		{"a:\n  queryText: |-\n      T\n      | take 1\n  b: 1\nc: 2\n", 2, QueryPlace{Line: 3, Block: true, Indent: 6}},
		{"a:\n  queryText: |2\n     T\n", 2, QueryPlace{Line: 3, Block: true, Indent: 4}},
	} {
		if got := yamlQueryPlace([]byte(c.text), c.line); got != c.want {
			t.Errorf("%q: %+v, want %+v", c.text, got, c.want)
		}
	}
}
