package detect

import (
	"encoding/binary"
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf16"
)

const template = `{
  "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
  "resources": [
    {
      "id": "[concat('/subscriptions/11111111-1111-1111-1111-111111111111/alertRules/22222222-2222-2222-2222-222222222222')]",
      "name": "[concat(parameters('workspace'),'/Microsoft.SecurityInsights/22222222-2222-2222-2222-222222222222')]",
      "type": "Microsoft.OperationalInsights/workspaces/providers/alertRules",
      "kind": "Scheduled",
      "apiVersion": "2022-11-01-preview",
      "properties": {
        "displayName": "Many failures", "description": "", "severity": "High", "enabled": false,
        "query": "[['T'] | count", "queryFrequency": "PT5M", "queryPeriod": "P2D",
        "triggerOperator": "GreaterThan", "triggerThreshold": 0,
        "suppressionDuration": "PT5H", "suppressionEnabled": false, "startTimeUtc": null,
        "tactics": ["Impact"], "techniques": null, "alertRuleTemplateName": null,
        "eventGroupingSettings": {"aggregationKind": "AlertPerResult"}
      }
    },
    {"type": "Microsoft.OperationalInsights/workspaces", "name": "w", "properties": {"sku": 1}}
  ]
}`

func TestParseARM(t *testing.T) {
	rules, err := ParseARM("r.json", []byte(template))
	if err != nil || len(rules) != 1 {
		t.Fatalf("%d rules, %v", len(rules), err)
	}
	r := rules[0]
	if r.ID != "22222222-2222-2222-2222-222222222222" || r.Name != "Many failures" || !r.Disabled || r.Query != "['T'] | count" ||
		r.Frequency != 5*time.Minute || r.Period != 48*time.Hour || r.Suppression != 0 || r.Grouping != AlertPerResult {
		t.Errorf("the rule is %+v", r)
	}
	if len(r.Warnings) != 1 || r.Warnings[0].Line != 12 {
		t.Errorf("warnings are %v, want one, of line 12", r.Warnings)
	}
	// What the API answers with is read, too.
	_, list, _ := strings.Cut(template, `"resources":`)
	if rules, err := ParseARM("r.json", []byte(`{"value":`+list)); len(rules) != 1 || err == nil || !strings.Contains(err.Error(), "kind is missing") {
		t.Errorf("of a list %d rules are read, %v", len(rules), err)
	}
	_, one, _ := strings.Cut(list, "[")
	one = one[:strings.Index(one, `{"type": "Microsoft.OperationalInsights/workspaces", "name"`)]
	if rules, err := ParseARM("r.json", []byte(strings.TrimRight(one, ", \n"))); err != nil || len(rules) != 1 {
		t.Errorf("of one rule %d are read, %v", len(rules), err)
	}
}

// A rule whose ID is no GUID has it in a template, too.
func TestNamesInTemplates(t *testing.T) {
	text := strings.ReplaceAll(template, "22222222-2222-2222-2222-222222222222", "My own rule (Ada''s)")
	rules, err := ParseARM("r.json", []byte(text))
	if err != nil || len(rules) != 1 || rules[0].ID != "My own rule (Ada's)" {
		t.Errorf("%+v, %v", rules, err)
	}
}

// TestNamesThatNobodyKnows has rules go by their display names, where the template makes up
// another one for each deployment.
func TestNamesThatNobodyKnows(t *testing.T) {
	text := `{"parameters": {"a": {"type": "string", "defaultValue": "[newGuid()]"}}, "resources": [{"type": "Microsoft.OperationalInsights/workspaces/providers/alertRules", "kind": "NRT",
		"name": "[concat(parameters('workspace'),'/Microsoft.SecurityInsights/',parameters('a'))]", "properties": {"displayName": "Made up", "severity": "Low", "query": "T",
		"incidentConfiguration": {"createIncident": true, "groupingConfiguration": {"enabled": false, "matchingMethod": "AllEntities", "groupByEntities": ["Account", "IP"]}}}}]}`
	rules, err := ParseAll("r.json", []byte(text))
	if err != nil || len(rules) != 1 || rules[0].ID != "Made up" {
		t.Errorf("%+v, %v", rules, err)
	}
}

func TestMistakesInARM(t *testing.T) {
	for name, tc := range map[string]struct{ old, new, want string }{
		"unknown field": {`"enabled": false,`, `"enabled": false, "descripton": 1,`, "r.json:11: descripton is an unknown field: did you mean description?"},
		"a last comma":  {`"triggerThreshold": 0`, `"triggerThreshold": [0,]`, "r.json:13: a comma stands after the last one"},
		"wrong type":    {`"triggerThreshold": 0`, `"triggerThreshold": "0"`, "r.json:13: triggerThreshold is a JSON string, want a number"},
		"severity":      {`"High"`, `"high"`, `r.json:11: severity "high": want High`},
		"no name":       {`"displayName": "Many failures"`, `"displayName": ""`, "r.json:11: displayName is missing"},
		"torn":          {`"tactics": ["Impact"]`, `"tactics": ["Impact"`, "r.json:15: invalid character"},
		"no rules":      {"providers/alertRules", "providers/automationRules", "r.json: has no alert rule"},
		"no kind":       {`"kind": "Scheduled",`, "", "r.json:4: kind is missing"},
	} {
		text := strings.Replace(template, tc.old, tc.new, 1)
		if rules, err := ParseARM("r.json", []byte(text)); len(rules) > 0 || err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %d rules, %v; want %q", name, len(rules), err, tc.want)
		}
	}
	_, err := ParseARM("r.json", []byte(strings.Replace(template, `"Scheduled"`, `"Fusion"`, 1)))
	var skipped *SkippedError
	if !errors.As(err, &skipped) || skipped.Line != 4 {
		t.Errorf("a rule of kind Fusion: %v", err)
	}
}

// TestFilesOfWindows reads what Windows' tools write: byte order marks, UTF-16, and a
// list of rules without an object around it.
func TestFilesOfWindows(t *testing.T) {
	const list = `[
 {"name": "n", "kind": "NRT", "properties": {"displayName": "suspicious", "severity": "Low", "query": "T"}},
 {"name": "m", "kind": "NRT", "properties": {"displayName": "wrong", "severity": "Lo", "query": "T"}}
]`
	wide := []byte{0xFF, 0xFE}
	for _, u := range utf16.Encode([]rune(list)) {
		wide = binary.LittleEndian.AppendUint16(wide, u)
	}
	for name, text := range map[string][]byte{"plain": []byte(list), "marked": []byte("\uFEFF" + list), "wide": wide} {
		rules, err := ParseAll("a.json", text)
		if len(rules) != 1 || rules[0].Name != "suspicious" || err == nil || err.Error() != `a.json:3: severity "Lo": want High, Medium, Low or Informational` {
			t.Errorf("%s: %v, %v", name, rules, err)
		}
	}
	if r, err := Parse("a.yaml", []byte("\uFEFFid: a\nname: b\nenabled: false\nkind: NRT\nseverity: Low\nquery: T\n")); err != nil || !r.Disabled || r.ID != "a" {
		t.Errorf("a marked YAML file is %+v, %v", r, err)
	}
}
