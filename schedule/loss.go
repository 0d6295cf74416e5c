package schedule

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/calypso-kql/calypso/detect"
	"github.com/calypso-kql/calypso/ledger"
)

// lossRule is the AlertType of alerts about windows that were given up.
const lossRule = "calypso-lost-windows"

// lossIncidents lets the windows that a rule loses in a day be one incident.
func lossIncidents() detect.IncidentConfiguration {
	return detect.IncidentConfiguration{Create: true, Grouping: detect.IncidentGrouping{
		Enabled: true, LookBack: 24 * time.Hour, Matching: detect.Selected, Details: []string{"DisplayName"},
	}}
}

// lossRecord writes a row of SecurityAlert about a window that is given up.
func lossRecord(run *ledger.Run, state ledger.State, why string, now time.Time) ([]byte, error) {
	properties, err := json.Marshal(map[string]string{
		"Analytic Rule Ids": list([]string{run.Rule}), "Analytic Rule Name": run.Name, "State": string(state), "Attempts": strconv.Itoa(run.Attempt),
		"Query Start Time UTC": stamp(run.From), "Query End Time UTC": stamp(run.To), "Reason": why,
	})
	if err != nil {
		return nil, err
	}
	alert := detect.GUID(lossRule, run.Rule, strconv.FormatInt(run.To.UnixMicro(), 10))
	name := "A detection rule was not evaluated: " + run.Name
	return json.Marshal(map[string]any{
		"TimeGenerated": stamp(now), "Type": "SecurityAlert", "SourceSystem": "Detection",
		"SystemAlertId": alert, "VendorOriginalId": alert, "AlertType": lossRule, "AlertName": name, "DisplayName": name,
		"Description":   fmt.Sprintf("What happened from %s to %s was not looked at, and will not be: %s", stamp(run.From), stamp(run.To), why),
		"AlertSeverity": string(detect.Medium), "Status": "New", "IsIncident": false, "StartTime": stamp(run.From), "EndTime": stamp(run.To),
		"ProcessingEndTime": stamp(now), "VendorName": "Calypso", "ProviderName": "Calypso", "ProductName": "Calypso", "ProductComponentName": "Schedule",
		"Entities": "", "Tactics": detect.NoTactics, "ExtendedProperties": string(properties), "RemediationSteps": "Mend the rule or its sources, and evaluate the time again: calypso backtest.",
	})
}
