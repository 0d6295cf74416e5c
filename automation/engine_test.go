package automation

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/database"
	"github.com/calypso-kql/calypso/detect"
	"github.com/calypso-kql/calypso/incident"
)

func discard() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

// deref returns the text that a pointer of one of incident's types points to.
func deref(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	if string(text) == "null" {
		return ""
	}
	return strings.Trim(string(text), `"`)
}

// told are the channels that were told, and of what.
type told struct{ lines []string }

// TellIncident implements Notifier.
func (n *told) TellIncident(_ *database.Tx, channel string, _, after *incident.Incident, _ incident.Change) error {
	n.lines = append(n.lines, fmt.Sprintf("%s: incident %d is %s", channel, after.Number, after.Status))
	return nil
}

// TellAlert implements Notifier.
func (n *told) TellAlert(_ *database.Tx, channel string, a *incident.Alert) error {
	n.lines = append(n.lines, channel+": alert "+a.Name)
	return nil
}

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// A world has incidents, with rules that change them.
type world struct {
	t     *testing.T
	store *incident.Store
	told  *told
	now   time.Time
	n     int
}

func newWorld(t *testing.T, rules string) *world {
	t.Helper()
	w := &world{t: t, told: &told{}, now: noon}
	var all Reading
	for i, text := range strings.Split(rules, "\n---\n") {
		r, err := Parse(fmt.Sprint("rule", i), []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		all.Rules = append(all.Rules, r...)
	}
	all.sort()
	db, err := database.Open(filepath.Join(t.TempDir(), "db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	clock := func() time.Time { return w.now }
	e := &Engine{Rules: func() []*Rule { return all.Rules }, Notifier: w.told, Now: clock, Log: discard()}
	w.store, err = incident.Open(db, incident.Options{Now: clock, Automators: []incident.Automator{e}, AlertObservers: []incident.AlertObserver{e}})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// raise raises an alert of a rule, with entities and custom details, and returns its
// incident.
func (w *world) raise(name, severity, entities, details string) *incident.Incident {
	w.t.Helper()
	w.n++
	properties, err := json.Marshal(map[string]string{"Analytic Rule Name": "Rule of " + name, "Custom Details": details})
	if err != nil {
		w.t.Fatal(err)
	}
	row, err := json.Marshal(map[string]any{
		"SystemAlertId": fmt.Sprint("a", w.n), "DisplayName": name, "AlertSeverity": severity, "AlertType": "b1c0a6a4-6c7b-4a3c-9e0f-0d6c1b6f7a11", "ProductName": "Azure Sentinel",
		"TimeGenerated": w.now, "Entities": entities, "ExtendedProperties": string(properties), "Tactics": "InitialAccess",
	})
	if err != nil {
		w.t.Fatal(err)
	}
	if err := w.store.Add(w.t.Context(), w.now, detect.IncidentConfiguration{Create: true}, [][]byte{row}); err != nil {
		w.t.Fatal(err)
	}
	return w.incident(int64(w.n))
}

func (w *world) incident(n int64) *incident.Incident {
	w.t.Helper()
	i, err := w.store.Incident(n)
	if err != nil {
		w.t.Fatal(err)
	}
	return i
}

func (w *world) edit(n int64, e incident.Edit) *incident.Incident {
	w.t.Helper()
	i, err := w.store.Update(n, e, incident.User("eve"))
	if err != nil {
		w.t.Fatal(err)
	}
	return i
}

const noise = `
displayName: Close the scanner
order: 10
triggeringLogic:
  isEnabled: true
  expirationTimeUtc: 2026-03-02T00:00:00Z
  triggersOn: Incidents
  triggersWhen: Created
  conditions:
    - conditionType: Property
      conditionProperties: {propertyName: IPAddress, operator: StartsWith, propertyValues: ["192.0.2."]}
actions:
  - order: 2
    actionType: ModifyProperties
    actionConfiguration: {status: Closed, classification: BenignPositive, classificationReason: SuspiciousButExpected, classificationComment: The scanner}
  - order: 1
    actionType: ModifyProperties
    actionConfiguration: {severity: Informational, labels: [{labelName: scanner}]}
---
displayName: Tell of what is open
order: 20
triggeringLogic:
  triggersOn: Incidents
  triggersWhen: Created
  conditions:
    - {conditionType: Property, conditionProperties: {propertyName: IncidentStatus, operator: NotEquals, propertyValues: [Closed]}}
actions:
  - {order: 1, actionType: Notify, actionConfiguration: {channel: soc}}
  - {order: 2, actionType: AddIncidentTask, actionConfiguration: {title: Call the user}}
---
displayName: Ada takes what gets severe
order: 5
triggeringLogic:
  triggersOn: Incidents
  triggersWhen: Updated
  conditions:
    - {conditionType: PropertyChanged, conditionProperties: {propertyName: IncidentSeverity, changeType: ChangedTo, operator: Equals, propertyValues: [High]}}
actions:
  - {order: 1, actionType: ModifyProperties, actionConfiguration: {severity: Low, owner: {assignedTo: Ada, userPrincipalName: ada@contoso.com}}}
---
displayName: Every alert
order: 1
triggeringLogic: {triggersOn: Alerts, triggersWhen: Created}
actions: [{order: 1, actionType: Notify, actionConfiguration: {channel: log}}]
`

// Rules are applied in their order, each sees what those before have done, each
// application is in the timeline, and none triggers another.
func TestEngine(t *testing.T) {
	w := newWorld(t, noise)
	scanner := w.raise("Scan", "High", `[{"Type": "ip", "Address": "192.0.2.7"}]`, "")
	if scanner.Status != incident.Closed || scanner.Severity != "Informational" || scanner.ClassificationComment != "The scanner" || scanner.Labels[0] != (incident.Label{Name: "scanner", Type: incident.AutoLabel}) || len(scanner.Tasks) != 0 {
		t.Errorf("the scanner's is %+v", scanner)
	}
	timeline, err := w.store.Timeline(1)
	if err != nil || len(timeline) != 2 || timeline[1].By != incident.AutomationRule("Close the scanner") || !timeline[1].Changed("status") {
		t.Errorf("the timeline is %+v, %v", timeline, err)
	}
	other := w.raise("Risk", "Medium", `[{"Type": "ip", "Address": "198.51.100.7"}]`, "")
	if other.Status != incident.New || other.Tasks[0].Title != "Call the user" {
		t.Errorf("another's is %+v", other)
	}
	high := detect.High
	if i := w.edit(2, incident.Edit{Severity: &high}); i.Severity != detect.Low || i.Owner.AssignedTo != "Ada" {
		t.Errorf("it is %+v", i)
	}
	w.now = noon.AddDate(0, 0, 2) // the first rule has expired
	if i := w.raise("Scan", "High", `[{"Type": "ip", "Address": "192.0.2.7"}]`, ""); i.Status != incident.New {
		t.Errorf("a rule that has expired was applied: %+v", i)
	}
	want := []string{"log: alert Scan", "log: alert Risk", "soc: incident 2 is New", "log: alert Scan", "soc: incident 3 is New"}
	if !slices.Equal(w.told.lines, want) {
		t.Errorf("told were %v, want %v", w.told.lines, want)
	}
}

// What conditions hold for is a table: of an incident, and of a change.
func TestConditions(t *testing.T) {
	const entities = `[{"Type": "account", "FullName": "Ada@Contoso.com"}, {"Type": "account", "Name": "bob", "NTDomain": "CONTOSO"}, {"Type": "host", "FullName": "pc7.contoso.com"},
		{"Type": "azureresource", "ResourceId": "/subscriptions/s1/resourceGroups/g"}]`
	for _, c := range []struct {
		condition string
		want      bool
	}{
		{`{conditionType: Property, conditionProperties: {propertyName: IncidentTitle, operator: Contains, propertyValues: [x, RISK]}}`, true},
		{`{conditionType: Property, conditionProperties: {propertyName: IncidentTitle, operator: NotContains, propertyValues: [x, RISK]}}`, false},
		{`{conditionType: Property, conditionProperties: {propertyName: IncidentTactics, operator: Equals, propertyValues: [initialaccess]}}`, true},
		{`{conditionType: Property, conditionProperties: {propertyName: AccountName, operator: Equals, propertyValues: [ada]}}`, true},
		{`{conditionType: Property, conditionProperties: {propertyName: AccountName, operator: Equals, propertyValues: [ada@contoso.com]}}`, false},
		{`{conditionType: Property, conditionProperties: {propertyName: AccountName, operator: NotEquals, propertyValues: [ada]}}`, false},
		{`{conditionType: Property, conditionProperties: {propertyName: AccountUPNSuffix, operator: EndsWith, propertyValues: [toso.com]}}`, true},
		{`{conditionType: Property, conditionProperties: {propertyName: AccountNTDomain, operator: Equals, propertyValues: [contoso]}}`, true},
		{`{conditionType: Property, conditionProperties: {propertyName: HostName, operator: Equals, propertyValues: [PC7]}}`, true},
		{`{conditionType: Property, conditionProperties: {propertyName: AzureResourceSubscriptionId, operator: Equals, propertyValues: [s1]}}`, true},
		{`{conditionType: Property, conditionProperties: {propertyName: FileName, operator: Equals, propertyValues: [a]}}`, false},
		{`{conditionType: Property, conditionProperties: {propertyName: FileName, operator: NotEquals, propertyValues: [a]}}`, true},
		{`{conditionType: Property, conditionProperties: {propertyName: IncidentRelatedAnalyticRuleIds, operator: Contains, propertyValues: [/subscriptions/b1c0a6a4-0000-0000-0000-000000000000/x/alertRules/b1c0a6a4-6c7b-4a3c-9e0f-0d6c1b6f7a11]}}`, true},
		{`{conditionType: Property, conditionProperties: {propertyName: IncidentRelatedAnalyticRuleIds, operator: Equals, propertyValues: [Rule of Risk]}}`, true},
		{`{conditionType: Property, conditionProperties: {propertyName: IncidentUpdatedBySource, operator: Equals, propertyValues: [Alert grouping, Playbook]}}`, true},
		{`{conditionType: Property, conditionProperties: {propertyName: IncidentCustomDetailsValue, operator: Equals, propertyValues: [NL]}}`, true},
		{`{conditionType: PropertyArray, conditionProperties: {arrayType: CustomDetails, arrayConditionType: AnyItem, itemConditions: [
			{conditionType: Property, conditionProperties: {propertyName: IncidentCustomDetailsKey, operator: Equals, propertyValues: [Country]}},
			{conditionType: PropertyArray, conditionProperties: {arrayType: CustomDetailValues, arrayConditionType: AnyItem, itemConditions: [
				{conditionType: Property, conditionProperties: {propertyName: IncidentCustomDetailsValue, operator: Equals, propertyValues: [NL]}}]}}]}}`, true},
		{`{conditionType: PropertyArray, conditionProperties: {arrayType: CustomDetails, arrayConditionType: AnyItem, itemConditions: [
			{conditionType: Property, conditionProperties: {propertyName: IncidentCustomDetailsKey, operator: Equals, propertyValues: [City]}},
			{conditionType: PropertyArray, conditionProperties: {arrayType: CustomDetailValues, arrayConditionType: AnyItem, itemConditions: [
				{conditionType: Property, conditionProperties: {propertyName: IncidentCustomDetailsValue, operator: Equals, propertyValues: [NL]}}]}}]}}`, false},
		{`{conditionType: Boolean, conditionProperties: {operator: Or, innerConditions: [
			{conditionType: Property, conditionProperties: {propertyName: IncidentTitle, operator: Equals, propertyValues: [other]}},
			{conditionType: Boolean, conditionProperties: {operator: And, innerConditions: [
				{conditionType: Property, conditionProperties: {propertyName: IncidentSeverity, operator: Equals, propertyValues: [Low]}},
				{conditionType: Property, conditionProperties: {propertyName: IncidentStatus, operator: Equals, propertyValues: [New]}}]}}]}}`, true},
	} {
		w := newWorld(t, "displayName: R\norder: 1\ntriggeringLogic:\n  triggersOn: Incidents\n  triggersWhen: Created\n  conditions: ["+c.condition+"]\nactions: [{order: 1, actionType: Notify, actionConfiguration: {channel: c}}]\n")
		w.raise("Risk", "Low", entities, `{"Country": ["SE", "NL"], "City": ["Lund"]}`)
		if got := len(w.told.lines) == 1; got != c.want {
			t.Errorf("%s: %v, want %v", c.condition, got, c.want)
		}
	}
}

func TestChanges(t *testing.T) {
	active, high := incident.Active, detect.High
	for _, c := range []struct {
		condition string
		edit      incident.Edit
		want      bool
	}{
		{`{conditionType: PropertyChanged, conditionProperties: {propertyName: IncidentStatus}}`, incident.Edit{Status: &active}, true},
		{`{conditionType: PropertyChanged, conditionProperties: {propertyName: IncidentStatus}}`, incident.Edit{Severity: &high}, false},
		{`{conditionType: PropertyChanged, conditionProperties: {propertyName: IncidentStatus, changeType: ChangedFrom, operator: Equals, propertyValues: [New]}}`, incident.Edit{Status: &active}, true},
		{`{conditionType: PropertyChanged, conditionProperties: {propertyName: IncidentStatus, changeType: ChangedTo, operator: Equals, propertyValues: [New]}}`, incident.Edit{Status: &active}, false},
		{`{conditionType: PropertyChanged, conditionProperties: {propertyName: IncidentOwner, changeType: ChangedTo, operator: Equals, propertyValues: [ada@contoso.com]}}`, incident.Edit{Owner: &incident.Owner{Email: "ada@contoso.com"}}, true},
		{`{conditionType: PropertyArrayChanged, conditionProperties: {arrayType: Labels, changeType: Added}}`, incident.Edit{AddLabels: []string{"vip"}}, true},
		{`{conditionType: PropertyArrayChanged, conditionProperties: {arrayType: Comments, changeType: Added}}`, incident.Edit{AddLabels: []string{"vip"}}, false},
		{`{conditionType: PropertyArrayChanged, conditionProperties: {arrayType: Comments, changeType: Added}}`, incident.Edit{Comment: "hm"}, true},
		{`{conditionType: Property, conditionProperties: {propertyName: IncidentUpdatedBySource, operator: Equals, propertyValues: [User]}}`, incident.Edit{Comment: "hm"}, true},
		{`{conditionType: Property, conditionProperties: {propertyName: IncidentLabel, operator: Equals, propertyValues: [vip]}}`, incident.Edit{AddLabels: []string{"VIP"}}, true},
		{`{conditionType: PropertyArray, conditionProperties: {arrayType: Labels, arrayConditionType: AnyItem, itemConditions: [{conditionType: Property, conditionProperties: {propertyName: IncidentLabel, operator: NotContains, propertyValues: ["2024"]}}]}}`, incident.Edit{AddLabels: []string{"2024", "2023"}}, true},
		{`{conditionType: Property, conditionProperties: {propertyName: IncidentLabel, operator: NotContains, propertyValues: ["2024"]}}`, incident.Edit{AddLabels: []string{"2024", "2023"}}, false},
	} {
		w := newWorld(t, "displayName: R\norder: 1\ntriggeringLogic:\n  triggersOn: Incidents\n  triggersWhen: Updated\n  conditions: ["+c.condition+"]\nactions: [{order: 1, actionType: Notify, actionConfiguration: {channel: c}}]\n")
		w.raise("Risk", "Low", "", "")
		w.edit(1, c.edit)
		if got := len(w.told.lines) == 1; got != c.want {
			t.Errorf("%s: %v, want %v", c.condition, got, c.want)
		}
	}
}
