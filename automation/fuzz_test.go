package automation

import "testing"

// No text makes Parse do more than say what is wrong with it.
func FuzzParse(f *testing.F) {
	f.Add([]byte(tested))
	f.Add([]byte(`{"value": [{"name": "6f3b1c62-51f5-4a3d-9f0b-0a6a0f0e7a55", "properties": {"displayName": "A", "order": 3, "triggeringLogic": {"triggersOn": "Alerts", "triggersWhen": "Created"}}}]}`))
	f.Add([]byte("resources:\n- type: x/automationRules\n  properties: [a]\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		rules, err := Parse("rule.yaml", text)
		if len(rules) == 0 && err == nil {
			t.Error("there is no rule, and nothing is wrong")
		}
		for _, r := range rules {
			for _, test := range r.Tests {
				test.Run(r, noon)
			}
		}
	})
}
