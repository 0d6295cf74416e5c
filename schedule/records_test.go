package schedule_test

import (
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
