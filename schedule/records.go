package schedule

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/calypso-kql/calypso/detect"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/ledger"
)

// raised is an alert as it is in the ledger until it is delivered.
type raised struct {
	// Row is a row of SecurityAlert, Incident what its rule said of incidents.
	Row      json.RawMessage
	Incident detect.IncidentConfiguration
}

// unpack returns the rows of alerts, and what their rule said of incidents. Ledgers
// of versions before incidents have the rows alone.
func unpack(records [][]byte) (rows [][]byte, c detect.IncidentConfiguration, err error) {
	c.Create = true
	for _, rec := range records {
		var r raised
		if err := json.Unmarshal(rec, &r); err != nil {
			return nil, c, fmt.Errorf("an alert of the ledger: %w", err)
		}
		if r.Row == nil {
			rows = append(rows, rec)
			continue
		}
		rows, c = append(rows, r.Row), r.Incident
	}
	return rows, c, nil
}

// alertRecord writes an alert as a row of SecurityAlert, as Sentinel's scheduled
// rules do. Entities and ExtendedProperties are texts that hold JSON.
//
// Source: Microsoft's reference of the security alert schema, and an alert as it is
// in a workspace.
func alertRecord(e *detect.Evaluation, a *detect.Alert, workspace string, now time.Time) ([]byte, error) {
	r := e.Rule
	properties, err := propertiesText(e, a, workspace)
	if err != nil {
		return nil, err
	}
	first, last := times(e, a.Rows)
	entities := ""
	if len(a.Entities) > 0 {
		entities = detect.EntitiesText(a.Entities)
	}
	component := "Scheduled Alerts"
	if r.Kind == detect.NRT {
		component = "NRT Alerts"
	}
	row := map[string]any{
		"TimeGenerated": stamp(now), "Type": "SecurityAlert", "SourceSystem": "Detection",
		"SystemAlertId": a.ID, "VendorOriginalId": a.ID, "AlertType": r.ID, "AlertName": a.Name, "DisplayName": a.Name,
		"Description": a.Description, "AlertSeverity": string(a.Severity), "Status": "New", "IsIncident": false,
		"StartTime": first, "EndTime": last, "ProcessingEndTime": stamp(now),
		"VendorName": "Microsoft", "ProviderName": "ASI " + component, "ProductName": "Azure Sentinel", "ProductComponentName": component,
		"Entities": entities, "ExtendedProperties": properties, "CompromisedEntity": compromised(a.Entities),
		"Tactics": cmp.Or(strings.Join(a.Tactics, ", "), detect.NoTactics), "Techniques": list(techniques(a.Techniques, false)),
		"SubTechniques": list(techniques(a.Techniques, true)),
	}
	for name, value := range a.Properties {
		if name == "ConfidenceScore" {
			if score, err := strconv.ParseFloat(value, 64); err == nil {
				row[name] = score
			}
			continue
		}
		row[name] = value
	}
	return json.Marshal(row)
}

func stamp(t time.Time) string {
	ticks, ok := types.TicksOf(t)
	if !ok {
		return ""
	}
	return string(types.AppendDateTime(nil, ticks))
}

// times returns the TimeGenerated of the first and the last event of an alert, or
// the window's where the query does not answer with it.
func times(e *detect.Evaluation, rows []int) (first, last string) {
	first, last = stamp(e.From), stamp(e.To)
	cell, ok := e.Text("TimeGenerated")
	if !ok {
		cell, ok = e.Text("Timestamp")
	}
	if !ok {
		return first, last
	}
	least, most := "", ""
	for _, i := range rows {
		// Kusto's form of a datetime sorts as the time does.
		if t := cell(i); t != "" {
			if least == "" || t < least {
				least = t
			}
			most = max(most, t)
		}
	}
	if least == "" {
		return first, last
	}
	return least, most
}

// compromised returns the value that names the first account or host.
func compromised(entities []detect.Entity) string {
	for _, e := range entities {
		if (e.Type == "Account" || e.Type == "Host") && len(e.Fields) > 0 {
			return e.Fields[0].Value
		}
	}
	return ""
}

// techniques returns the sub-techniques (T1110.001), or the others.
func techniques(all []string, sub bool) (out []string) {
	for _, t := range all {
		if strings.Contains(t, ".") == sub {
			out = append(out, t)
		}
	}
	return out
}

// list writes a list as the columns of SecurityAlert hold it; none is empty.
func list(values []string) string {
	if len(values) == 0 {
		return ""
	}
	text, _ := json.Marshal(values) // texts always can be
	return string(text)
}

// healthRecord writes a row of SentinelHealth about a window that ends.
//
// Source: Microsoft's reference of the SentinelHealth table, analytics rules.
func healthRecord(r *detect.Rule, run *ledger.Run, state ledger.State, why string, now time.Time) ([]byte, error) {
	status, reason := "Success", "The rule ran"
	switch state {
	case ledger.Failed:
		status, reason = "Failure", "The query failed"
	case ledger.Abandoned:
		status, reason = "Failure", "The window was given up"
	case ledger.Carried:
		status, reason = "Failure", "The query failed; the next window takes this one on"
	case ledger.Suppressed:
		status, reason = "Success", "The rule is suppressed after an alert"
	}
	kind := "Scheduled"
	if r != nil {
		kind = string(r.Kind)
	}
	return json.Marshal(map[string]any{
		"TimeGenerated": stamp(now), "Type": "SentinelHealth", "OperationName": strings.ToUpper(kind[:1]) + kind[1:] + " analytics rule run",
		"SentinelResourceId": run.Rule, "SentinelResourceName": run.Name, "SentinelResourceType": "Analytics Rule", "SentinelResourceKind": kind,
		"Status": status, "Reason": reason, "Description": why, "RecordId": fmt.Sprintf("%s/%d", run.Rule, run.To.UnixMicro()),
		"ExtendedProperties": map[string]any{
			"QueryStartTimeUTC": stamp(run.From), "QueryEndTimeUTC": stamp(run.To), "executionStart": stamp(run.Started), "Attempt": run.Attempt,
			"QueryResultAmount": run.Rows, "AlertsGeneratedAmount": run.Alerts, "RuleVersion": run.Version, "State": string(state),
		},
	})
}
