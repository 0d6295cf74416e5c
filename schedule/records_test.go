package schedule_test

import (
	"strings"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/detect"
)

// TestAlertRecord looks at a whole row of SecurityAlert.
func TestAlertRecord(t *testing.T) {
	x := open(t, t.TempDir(), newRule(func(r *detect.Rule) {
		r.Description, r.Severity, r.Tactics, r.Techniques = "It happened.", detect.High, []string{"Impact"}, []string{"T1485", "T1565.001"}
		r.Entities = []detect.EntityMapping{{Type: "Account", Fields: []detect.FieldMapping{{Identifier: "Name", Column: "Name_s"}}}}
		r.CustomDetails = map[string]string{"Which": "Name_s"}
		r.Override.Properties = map[string]string{"AlertLink": "Name_s"}
	}))
	x.events(7, noon.Add(-6*time.Minute))
	x.drain()
	got := x.ask(`SecurityAlert | project AlertSeverity, Status, Tactics, Techniques, SubTechniques, CompromisedEntity, AlertLink, Entities,
		tostring(StartTime), tostring(parse_json(ExtendedProperties)["Custom Details"]), tostring(parse_json(ExtendedProperties)["Query Period"]), AlertType, ProductComponentName`)
	want(t, "the alert", got, `High New Impact ["T1485"] ["T1565.001"] e7 e7 [{"$id":"2","Name":"e7","Type":"account"}] 2026-03-01T11:54:00.0000000Z {"Which":["e7"]} 01:00:00 new-events Scheduled Alerts`)
}

// TestExtendedProperties has them in the names, the order and the forms of a workspace, with Events beside them.
func TestExtendedProperties(t *testing.T) {
	x := open(t, t.TempDir(), newRule(func(r *detect.Rule) { r.Grouping, r.Query = detect.SingleAlert, "Events_CL" }))
	x.events(7, noon.Add(-7*time.Minute))
	x.drain()
	got := x.ask(`SecurityAlert | project substring(tostring(parse_json(ExtendedProperties)["Correlation Id"]), 8, 1), ExtendedProperties = replace_regex(ExtendedProperties, '[0-9a-f-]{36}', 'GUID')`)
	want(t, "the properties", got, `- {"Query Period":"01:00:00","Trigger Operator":"GreaterThan","Trigger Threshold":"0","Correlation Id":"GUID","Search Query Results Overall Count":"1","Events":"1","Data Sources":"[\"logs\"]",`+
		`"Query":"// The rule ran as of query_now.\nset query_now = datetime(2026-03-01T11:55:00.0000000Z);\nEvents_CL","Query Start Time UTC":"2026-03-01 10:55:00Z","Query End Time UTC":"2026-03-01 11:55:00Z",`+
		`"Analytic Rule Ids":"[\"new-events\"]","Event Grouping":"SingleAlert","Analytic Rule Name":"New events","ProcessedBySentinel":"True","Alert generation status":"Full alert created"}`)
}

// TestCorrelation is one for all alerts of a window.
func TestCorrelation(t *testing.T) {
	x := open(t, t.TempDir(), newRule(func(r *detect.Rule) { r.Query = "Events_CL" }))
	for i := range 3 {
		x.events(i, noon.Add(-7*time.Minute))
	}
	x.drain()
	x.set(noon.Add(10 * time.Minute))
	x.drain()
	want(t, "alerts, windows, correlations", x.ask(`SecurityAlert | extend p = parse_json(ExtendedProperties) | summarize count(), dcount(tostring(p["Query End Time UTC"])), dcount(tostring(p["Correlation Id"]))`), "9 3 3")
}

// TestAlertOfNothing has no tactics and no entities, as a workspace writes that.
func TestAlertOfNothing(t *testing.T) {
	x := open(t, t.TempDir(), newRule(func(r *detect.Rule) { r.Tactics, r.Entities = nil, nil }))
	x.events(7, noon.Add(-6*time.Minute))
	x.drain()
	want(t, "the alert", x.ask(`SecurityAlert | project strcat(Tactics, "|", Techniques, "|", Entities, "|", isnotnull(toguid(SystemAlertId)))`), "Unknown|||True")
}

// TestEntityTypes writes the types of entities as Microsoft's reference has them.
func TestEntityTypes(t *testing.T) {
	x := open(t, t.TempDir(), newRule(func(r *detect.Rule) {
		for _, m := range [][2]string{{"AzureResource", "ResourceId"}, {"CloudApplication", "Name"}, {"DNS", "DomainName"}, {"RegistryKey", "Key"}, {"RegistryValue", "Name"},
			{"SecurityGroup", "SID"}, {"MailCluster", "Query"}, {"MailMessage", "Recipient"}, {"SubmissionMail", "Recipient"}, {"URL", "Url"}} {
			r.Entities = append(r.Entities, detect.EntityMapping{Type: m[0], Fields: []detect.FieldMapping{{Identifier: m[1], Column: "Name_s"}}})
		}
	}))
	x.events(7, noon.Add(-6*time.Minute))
	x.drain()
	got := x.ask(`SecurityAlert | mv-expand e = parse_json(Entities) | project tostring(e.Type)`)
	want(t, "the types", got, "azure-resource", "cloud-application", "dns", "registry-key", "registry-value", "security-group", "mail-cluster", "mail-message", "SubmissionMail", "url")
}

// TestAlertsInQueries looks into alerts as published queries do.
func TestAlertsInQueries(t *testing.T) {
	x := open(t, t.TempDir(), newRule(func(r *detect.Rule) {
		r.Query = `Events_CL | where TimeGenerated > ago(5m) | extend Upn = strcat(Name_s, "@contoso.com"), Cmd = "a < b & c > d", N = 7, Bag = dynamic({"x": [1, "y"]}), No = long(null)`
		r.Entities = []detect.EntityMapping{
			{Type: "Account", Fields: []detect.FieldMapping{{Identifier: "FullName", Column: "Upn"}}},
			{Type: "Process", Fields: []detect.FieldMapping{{Identifier: "CommandLine", Column: "Cmd"}}},
		}
		r.CustomDetails = map[string]string{"DedupEntity": "Upn"}
	}))
	x.events(7, noon.Add(-6*time.Minute))
	x.drain()
	for _, c := range []struct{ query, want string }{
		{`SecurityAlert | extend x = todynamic(Entities) | mv-expand x | where tostring(x.Type) == "account" | project strcat(x.Name, "@", x.UPNSuffix)`, "e7@contoso.com"},
		{`SecurityAlert | where Entities has "a < b & c > d" | parse Entities with * '"CommandLine":"' cmd '"' * | project cmd`, "a < b & c > d"},
		{`SecurityAlert | project tostring(parse_json(tostring(parse_json(ExtendedProperties)["Custom Details"])).DedupEntity[0])`, "e7@contoso.com"},
		{`SecurityAlert | where ExtendedProperties has "TimeGenerated > ago(5m)" | project tostring(tostring(parse_json(ExtendedProperties).OriginalQuery) has "Events_CL")`, "True"},
		{`SecurityAlert | extend p = parse_json(ExtendedProperties) | project tostring(todatetime(p["Query End Time UTC"]) - todatetime(p["Query Start Time UTC"]) == totimespan(p["Query Period"]))`, "True"},
		{`SecurityAlert | extend p = parse_json(ExtendedProperties) | project strcat(p["Trigger Operator"], " ", p["Trigger Threshold"], " ", p["Event Grouping"], " ", ProviderName)`,
			"GreaterThan 0 AlertPerEvent ASI Scheduled Alerts"},
		{`SecurityAlert | project row = extract(@"\['(.*)'\]", 1, tostring(parse_json(ExtendedProperties).Query))
			| extend e = parse_json(zlib_decompress_from_base64_string(row)) | project strcat(e.Name_s, " ", e.Cmd, " ", e.N, " ", e.Bag.x[1], " ", isnull(e.No), " ", gettype(e.Bag))`, "e7 a < b & c > d 7 y True dictionary"},
	} {
		want(t, c.query, x.ask(c.query), c.want)
	}
	query := x.ask("SecurityAlert | project tostring(parse_json(ExtendedProperties).Query)")
	want(t, "the query of the event", x.ask(query[0]+" | project Name_s, N, Cmd, tostring(Bag)"), `e7 7 a < b & c > d {"x":[1,"y"]}`)
}

// TestQueryOfAllRows runs the query that an alert about several rows has, later.
func TestQueryOfAllRows(t *testing.T) {
	x := open(t, t.TempDir(), newRule(func(r *detect.Rule) { r.Grouping = detect.SingleAlert }))
	x.events(7, noon.Add(-7*time.Minute))
	x.events(8, noon.Add(-6*time.Minute))
	x.drain()
	got := x.ask("SecurityAlert | extend p = parse_json(ExtendedProperties) | project tostring(p.Query), strcat('|', p.OriginalQuery, '|', p['Event Grouping'])")
	query, rest, _ := strings.Cut(got[0], " ||")
	if rest != "SingleAlert" {
		t.Errorf("got %q", got)
	}
	x.set(noon.Add(24 * time.Hour))
	want(t, "the rows of then", x.ask(query+" | project Name_s | sort by Name_s asc"), "e7", "e8")
}
