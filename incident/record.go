package incident

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/calypso-kql/calypso/kql/types"
)

// The tables that changes are rows of.
const (
	incidentTable = "SecurityIncident"
	alertTable    = "SecurityAlert"
)

// incidentRow writes an incident as a row of SecurityIncident.
//
// Source: Microsoft's reference of the table, and rows of workspaces. Fields of
// Comments, Labels and Owner are those of the REST API.
func incidentRow(i *Incident) ([]byte, error) {
	row := map[string]any{
		"TimeGenerated": stamp(i.LastModified), "Type": incidentTable, "SourceSystem": "Azure",
		"IncidentName": i.Name, "IncidentNumber": i.Number, "IncidentUrl": i.URL, "Title": i.Title, "Description": i.Description,
		"Severity": i.Severity, "Status": i.Status, "Owner": ownerField(i.Owner), "ModifiedBy": i.ModifiedBy,
		"Classification": i.Classification, "ClassificationReason": i.ClassificationReason, "ClassificationComment": i.ClassificationComment,
		"ProviderName": "Azure Sentinel", "ProviderIncidentId": strconv.FormatInt(i.Number, 10),
		"CreatedTime": stamp(i.Created), "LastModifiedTime": stamp(i.LastModified),
		"RelatedAnalyticRuleIds": i.Rules, "AlertIds": i.Alerts, "BookmarkIds": []string{},
		"Labels": i.Labels, "Comments": commentFields(i.Comments), "Tasks": i.Tasks,
		"AdditionalData": map[string]any{
			"alertsCount": len(i.Alerts), "bookmarksCount": 0, "commentsCount": len(i.Comments),
			"alertProductNames": i.Products, "tactics": i.Tactics, "techniques": i.Techniques,
		},
	}
	for name, t := range map[string]time.Time{
		"FirstActivityTime": i.FirstActivity, "LastActivityTime": i.LastActivity, "FirstModifiedTime": i.FirstModified, "ClosedTime": i.Closed,
	} {
		if !t.IsZero() {
			row[name] = stamp(t)
		}
	}
	return json.Marshal(row)
}

// ownerField writes an owner as rows have it: with null for what is not known.
func ownerField(o Owner) map[string]any {
	orNull := func(s string) any {
		if s == "" {
			return nil
		}
		return s
	}
	return map[string]any{"objectId": orNull(o.ObjectID), "email": orNull(o.Email), "assignedTo": orNull(o.AssignedTo), "userPrincipalName": orNull(o.UserPrincipalName)}
}

func commentFields(comments []Comment) []map[string]any {
	out := []map[string]any{}
	for _, c := range comments {
		at := stamp(c.Created)
		out = append(out, map[string]any{
			"id": c.ID, "message": c.Message, "createdTimeUtc": at, "lastModifiedTimeUtc": at,
			"author": map[string]any{"objectId": nil, "email": nil, "name": c.Author, "userPrincipalName": nil},
		})
	}
	return out
}

// stamp writes a time as Kusto does; empty if it is none that Kusto has.
func stamp(t time.Time) string {
	ticks, ok := types.TicksOf(t)
	if !ok {
		return ""
	}
	return string(types.AppendDateTime(nil, ticks))
}
