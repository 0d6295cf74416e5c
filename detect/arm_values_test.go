package detect

import (
	"strings"
	"testing"
	"time"
)

// TestTemplateOfParameters reads a template whose rule is made of parameters and
// variables, and says which has no value.
func TestTemplateOfParameters(t *testing.T) {
	text := `{
  "parameters": {
    "name": {"type": "string", "defaultValue": "[variables('title')]"}, "off": {"type": "bool", "defaultValue": false},
    "every": {"type": "string", "defaultValue": "PT1H"}, "tactics": {"type": "array", "defaultValue": ["Impact"]}
  },
  "variables": {"title": "Many failures"},
  "resources": [{
    "type": "Microsoft.OperationalInsights/workspaces/providers/alertRules", "kind": "Scheduled",
    "name": "[concat(parameters('workspace'),'/Microsoft.SecurityInsights/22222222-2222-2222-2222-222222222222')]",
    "properties": {
      "displayName": "[parameters('name')]", "severity": "High", "enabled": true, "query": "T | count",
      "queryFrequency": "[parameters('every')]", "queryPeriod": "[parameters('every')]",
      "triggerOperator": "GreaterThan", "triggerThreshold": 0, "suppressionDuration": "PT5H",
      "suppressionEnabled": "[parameters('off')]", "tactics": "[parameters('tactics')]"
    }
  }]
}`
	rules, err := ParseARM("t.json", []byte(text))
	if err != nil || len(rules) != 1 {
		t.Fatal(rules, err)
	}
	if r := rules[0]; r.Name != "Many failures" || r.Frequency != time.Hour || len(r.Tactics) != 1 || r.Suppression != 0 {
		t.Errorf("the rule is %+v", r)
	}
	_, err = ParseARM("t.json", []byte(strings.NewReplacer(`, "defaultValue": false`, "", `"title": "Many`, `"titel": "Many`).Replace(text)))
	for _, want := range []string{
		"t.json:11: displayName is [variables('title')], for which the template has no value",
		"t.json:14: suppressionEnabled is [parameters('off')], for which the template has no value",
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error is %v, want %s", err, want)
		}
	}
	loop := strings.Replace(text, `"title": "Many failures"`, `"title": "[parameters('name')]"`, 1)
	if _, err := ParseARM("t.json", []byte(loop)); err == nil {
		t.Error("a parameter that is itself has a value")
	}
}
