package automation

import (
	"strings"
	"testing"
	"time"
)

const tested = `
displayName: Close the scanner
order: 10
triggeringLogic:
  isEnabled: false
  triggersOn: Incidents
  triggersWhen: Created
  conditions:
    - {conditionType: Property, conditionProperties: {propertyName: IPAddress, operator: StartsWith, propertyValues: ["192.0.2."]}}
actions:
  - {order: 1, actionType: ModifyProperties, actionConfiguration: {status: Closed, classification: Undetermined, labels: [{labelName: scanner}]}}
  - {order: 2, actionType: Notify, actionConfiguration: {channel: soc}}
calypso:
  tests:
    - name: the scanner
      incident: {title: Scan, severity: High, entities: [{type: ip, fields: {Address: 192.0.2.7}}]}
      expect: {status: Closed, classification: Undetermined, labels: [scanner], notify: [soc]}
    - name: another
      incident: {title: Scan, entities: [{type: ip, fields: {Address: 198.51.100.7}}]}
      expect: none
    - name: wrong
      incident: {title: Scan, entities: [{type: ip, fields: {Address: 192.0.2.7}}]}
      expect: {status: Active, labels: [vip], notify: [mail], owner: ada}
    - name: wrong, too
      incident: {title: Scan, entities: [{type: ip, fields: {Address: 192.0.2.7}}]}
      expect: none
    - name: not applied
      incident: {title: Scan}
      expect: {status: Closed}
`

func TestTests(t *testing.T) {
	rules, err := Parse("rule.yaml", []byte(tested))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"", "", `status is "Closed", want "Active"; owner is "", want "ada"; labels are scanner, want vip; notify are soc, want mail`,
		"the rule is applied, want that it is not", "the rule is not applied: its conditions do not hold",
	}
	for i, test := range rules[0].Tests {
		if got := strings.Join(test.Run(rules[0], time.Unix(0, 0)), "; "); got != want[i] {
			t.Errorf("%s (line %d): %s\nwant %s", test.Name, test.Line, got, want[i])
		}
	}
	for _, c := range []struct{ from, to, want string }{
		{"incident: {title: Scan}", "incident: {tittle: Scan}", `calypso.tests[4].incident.tittle is an unknown field: did you mean title?`},
		{"incident: {title: Scan}", "alert: {alertDisplayName: Scan}", "want incident: the rule is about incidents that are created"},
		{"expect: {status: Closed}", "by: eve", "calypso.tests[4].expect is missing"},
	} {
		_, err := Parse("rule.yaml", []byte(strings.Replace(tested, c.from, c.to, 1)))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error is %v, want %q", c.to, err, c.want)
		}
	}
}
