package detect_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/detect"
)

const graphAnswer = `{
  "@odata.context": "https://graph.microsoft.com/beta/$metadata#security/rules/detectionRules",
  "value": [
    {
      "@odata.type": "#microsoft.graph.security.detectionRule",
      "id": "7506",
      "displayName": "Office starts encoded PowerShell",
      "isEnabled": true,
      "createdBy": "ada@contoso.com",
      "createdDateTime": "2026-01-02T09:37:28.6149005Z",
      "lastModifiedBy": "ada@contoso.com",
      "detectorId": "67aa92a1-b04b-4f2a-a223-236968a3da96",
      "queryCondition": {"queryText": "DeviceProcessEvents | where ProcessCommandLine has '-enc'", "lastModifiedDateTime": null},
      "schedule": {"period": "3H", "nextRunDateTime": "2026-01-02T12:37:28Z"},
      "lastRunDetails": {"status": null},
      "detectionAction": {
        "alertTemplate": {
          "title": "Encoded PowerShell on {{DeviceName}}",
          "description": "By {{AccountUpn}}.",
          "severity": "high",
          "category": "Execution",
          "recommendedActions": "Isolate the device.",
          "mitreTechniques": ["T1059.001"],
          "impactedAssets": [
            {"@odata.type": "#microsoft.graph.security.impactedDeviceAsset", "identifier": "deviceId"},
            {"@odata.type": "#microsoft.graph.security.impactedUserAsset", "identifier": "accountName"},
            {"@odata.type": "#microsoft.graph.security.impactedUserAsset", "identifier": "accountDomain"},
            {"@odata.type": "#microsoft.graph.security.impactedMailboxAsset", "identifier": "accountUpn"}
          ]
        },
        "organizationalScope": null,
        "responseActions": [{"@odata.type": "#microsoft.graph.security.isolateDeviceResponseAction", "identifier": "deviceId", "isolationType": "full"}]
      }
    },
    {
      "displayName": "Wrong", "queryCondition": {"queryText": ""},
      "schedule": {"period": "2X"},
      "detectionAction": {"alertTemplate": {"title": "t", "severity": "awful", "impactedAssets": [
        {"@odata.type": "#microsoft.graph.security.impactedUserAsset", "identifier": "shoeSize"}]}}
    }
  ]
}`

func describe(r *detect.Rule) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %q %s every %s over %s first %s %s once=%v disabled=%v\n", r.ID, r.Name, r.Kind, r.Frequency, r.Period, r.First, r.Severity, r.Once, r.Disabled)
	for _, e := range r.Entities {
		fmt.Fprintln(&b, e.Type, e.Fields)
	}
	fmt.Fprintln(&b, r.Tactics, r.Techniques, r.Grouping, r.CustomDetails, r.Override.NameFormat, "|", r.Override.DescriptionFormat, "|", r.Remediation)
	for _, w := range r.Warnings {
		fmt.Fprintln(&b, w)
	}
	fmt.Fprintln(&b, "left out:", strings.Join(r.LeftOut, "; "))
	return b.String()
}

func TestCustomDetections(t *testing.T) {
	rules, err := detect.ParseAll("graph.json", []byte(graphAnswer))
	if len(rules) != 1 {
		t.Fatalf("%d rules, %v", len(rules), err)
	}
	const want = `7506 "Office starts encoded PowerShell" Scheduled every 3h0m0s over 12h0m0s first 720h0m0s High once=true disabled=false
Host [{MdatpDeviceId DeviceId}]
Account [{Name AccountName} {NTDomain AccountDomain}]
Mailbox [{MailboxPrimaryAddress AccountUpn}]
[Execution] [T1059.001] AlertPerResult map[] Encoded PowerShell on {{DeviceName}} | By {{AccountUpn}}. | Isolate the device.
graph.json:32: warning: detectionAction.responseActions[0] isolateDeviceResponseAction: is not done here, where rules raise alerts and change nothing in devices, accounts or mail: let a notification of the incident start it
left out: action isolateDeviceResponseAction
`
	if got := describe(rules[0]); got != want {
		t.Errorf("the rule is\n%s\nwant\n%s", got, want)
	}
	for _, part := range []string{
		`graph.json:36: queryCondition.queryText is missing`, `graph.json:37: schedule.period "2X": want 0 (continuous), 1H, 3H, 12H or 24H`,
		`severity "awful": want high, medium, low or informational`, `graph.json:39: detectionAction.alertTemplate.impactedAssets[0].identifier "shoeSize": want one of accountDomain,`,
	} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("the errors lack %q:\n%v", part, err)
		}
	}
	// What is written as YAML is the same rule.
	text, err := rules[0].YAML()
	if err != nil {
		t.Fatal(err)
	}
	again, err := detect.ParseYAML("a.yaml", text)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if again.First != rules[0].First || !again.Once || again.Remediation != rules[0].Remediation || again.Entities[0].Fields[0].Identifier != "MdatpDeviceId" {
		t.Errorf("read again it is %+v", again)
	}
}

// TestPeriodsOfCustomDetections are those that the service has, or a frequency.
func TestPeriodsOfCustomDetections(t *testing.T) {
	for schedule, want := range map[string]string{
		`{period: 3H}`: "", `{period: "0"}`: "", `{frequency: PT2H, lookback: PT6H}`: "",
		`{period: 2H}`: `warning: schedule.period is none that the service takes: 0, 1H, 3H, 12H or 24H`,
	} {
		text := "displayName: a\nqueryCondition: {queryText: T}\nschedule: " + schedule + "\ndetectionAction: {alertTemplate: {title: t, severity: low, category: Execution, impactedAssets: [{\"@odata.type\": \"#microsoft.graph.security.impactedDeviceAsset\", identifier: deviceId}]}}\n"
		rules, err := detect.ParseAll("c.yaml", []byte(text))
		if err != nil || len(rules) != 1 {
			t.Fatalf("%s: %v", schedule, err)
		}
		got := ""
		for _, w := range rules[0].Warnings {
			got += w.String()
		}
		if (got == "") != (want == "") || !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q", schedule, got, want)
		}
	}
}

// TestCustomDetectionInYAML reads the form of v1.0 of the API, as the properties of a
// resource, and a period that is a number.
func TestCustomDetectionInYAML(t *testing.T) {
	const resource = `kind: CustomDetection
resourceType: Microsoft.Security/detectionRules
properties:
  id: xdr-1
  displayName: Mail to many
  status: disabled
  queryCondition:
    queryText: |
      EmailEvents
      | where RecipientCount > 100
  schedule:
    frequency: P1D
    lookback: P2D
  detectionAction:
    alertTemplate:
      title: Mail to many
      severity: low
      tactics:
        - tactic: InitialAccess
          techniques: [{technique: T1566}]
      customDetails: {Subject: Subject}
      eventGroupingKind: singleAlert
      entityMappings:
        accounts: [{id: a, upnColumn: SenderFromAddress}]
        files: [{nameColumn: FileName, sha256Column: SHA256}]
        dns: [{domainNameColumn: Domain, serverIpColumn: ServerIp}]
    automatedActions:
      initiateInvestigations: [{deviceIdColumn: DeviceId}]
`
	rules, err := detect.ParseAll("x.yaml", []byte(resource))
	if err != nil || len(rules) != 1 {
		t.Fatal(len(rules), err)
	}
	const want = `xdr-1 "Mail to many" Scheduled every 24h0m0s over 48h0m0s first 720h0m0s Low once=true disabled=true
Account [{FullName SenderFromAddress}]
DNS [{DomainName Domain}]
File [{Name FileName} {SHA256 SHA256}]
[InitialAccess] [T1566] SingleAlert map[Subject:Subject]  |  | 
x.yaml:28: warning: detectionAction.automatedActions.initiateInvestigations initiateInvestigations: is not done here, where rules raise alerts and change nothing in devices, accounts or mail: let a notification of the incident start it
left out: serverIpColumn of dns; action initiateInvestigations
`
	if got := describe(rules[0]); got != want {
		t.Errorf("the rule is\n%s\nwant\n%s", got, want)
	}
	nrt := "displayName: n\nqueryCondition: {queryText: DeviceEvents}\nschedule: {period: 0}\ndetectionAction: {alertTemplate: {title: t, severity: high}}\n"
	rules, err = detect.ParseAll("n.yml", []byte(nrt))
	if err != nil || len(rules) != 1 || rules[0].Kind != detect.NRT || rules[0].Override.NameFormat != "t" {
		t.Errorf("continuous is %+v, %v", rules, err)
	}
	for period, want := range map[string]time.Duration{"1H": 4 * time.Hour, "12H": 48 * time.Hour, "24H": 30 * 24 * time.Hour, "20m": 80 * time.Minute} {
		rules, err := detect.ParseAll("n.yml", []byte(strings.Replace(nrt, "period: 0", "period: "+period, 1)))
		if err != nil || rules[0].Period != want {
			t.Errorf("%s looks back %v, %v; want %s", period, rules, err, want)
		}
	}
	_, err = detect.ParseAll("n.yml", []byte(nrt+"colour: red\n"))
	if err == nil || !strings.Contains(err.Error(), "colour is an unknown field") {
		t.Errorf("an unknown field is %v", err)
	}
}
