package tenant

import (
	"strings"
	"time"
)

// RiskTable is the Log Analytics table that risk detections arrive in.
const RiskTable = "AADUserRiskEvents"

// AppendRiskEnvelope appends a risk detection as a diagnostic setting delivers
// it, on one line.
func AppendRiskEnvelope(dst []byte, e *RiskEvent) []byte {
	t := e.tenant
	dst = append(dst, `{"time":"`...)
	dst = e.appendTime(dst)
	if e.Stamped {
		dst = append(dst, `","_TimeReceived":"`...)
		dst = appendISO(dst, e.Received, "Z")
	}
	dst = field(dst, `","resourceId":"/tenants/`, t.id)
	dst = field(dst, `/providers/microsoft.aadiam","operationName":"User Risk Detection","operationVersion":"1.0","category":"UserRiskEvents","tenantId":"`, t.id)
	dst = field(dst, `","resultSignature":"None","durationMs":0,"callerIpAddress":"`, e.ip)
	dst = field(dst, `","correlationId":"`, e.ID)
	dst = field(dst, `","identity":"`, strings.ToLower(e.user.name))
	dst = field(dst, `","Level":4,"location":"`, strings.ToLower(e.place.country))
	dst = field(dst, `","properties":{"id":"`, e.ID)
	dst = field(dst, `","requestId":"`, e.RequestID)
	dst = field(dst, `","correlationId":"`, e.CorrelationID)
	dst = field(dst, `","riskType":"`, e.Kind)
	dst = field(dst, `","riskEventType":"`, e.Kind)
	dst = field(dst, `","riskState":"`, e.State)
	dst = field(dst, `","riskLevel":"`, e.Level)
	dst = field(dst, `","riskDetail":"`, e.Detail)
	dst = field(dst, `","source":"`, e.Source)
	dst = field(dst, `","detectionTimingType":"`, e.Timing)
	dst = field(dst, `","activity":"signin","ipAddress":"`, e.ip)
	dst = field(dst, `","location":`, e.place.json)
	dst = field(dst, `,"activityDateTime":"`, iso(e.Activity))
	dst = field(dst, `","detectedDateTime":"`, e.detected())
	dst = field(dst, `","lastUpdatedDateTime":"`, iso(e.Updated))
	dst = field(dst, `","userId":"`, e.user.id)
	dst = field(dst, `","userDisplayName":"`, e.user.name)
	dst = field(dst, `","userPrincipalName":"`, e.user.upn)
	dst = append(dst, `","additionalInfo":`...)
	dst = appendQuoted(dst, e.additional())
	dst = field(dst, `,"tokenIssuerType":"AzureAD","resourceTenantId":null,"homeTenantId":"`, e.user.home)
	return append(dst, `","userType":"member","crossTenantAccessType":"none"}}`+"\n"...)
}

func (e *RiskEvent) appendTime(dst []byte) []byte {
	switch e.spelling {
	case spellUS:
		return time.Unix(0, e.Time).UTC().AppendFormat(dst, "1/2/2006 3:04:05 PM")
	case spellOffset:
		return appendISO(dst, e.Time, "+00:00")
	default:
		return appendISO(dst, e.Time, "Z")
	}
}

// detected spells the hour without a leading zero, as Identity Protection
// does.
func (e *RiskEvent) detected() string {
	s := iso(e.Detected)
	return strings.Replace(s, "T0", "T", 1)
}

// additional is additionalInfo, a JSON text inside a JSON string.
func (e *RiskEvent) additional() string {
	b := append([]byte(nil), `[{"Key":"userAgent","Value":`...)
	b = appendQuoted(b, e.agent)
	if e.Kind == apiTraffic {
		b = append(b, `},{"Key":"riskReasons","Value":["UnusualGraphCallVolume"]`...)
	}
	return string(append(b, "}]"...))
}

// RiskColumns returns the table's columns in the order in which workspaces
// show them, hidden ones last.
func RiskColumns() []Column[RiskEvent] {
	type E = RiskEvent
	return []Column[E]{
		text("TenantId", func(e *E) string { return e.tenant.workspace.id }),
		constant[E]("Activity", "signin"),
		numeric("ActivityDateTime", DateTime, func(e *E) int64 { return e.Activity }),
		dynamic("AdditionalInfo", (*E).additional),
		text("CorrelationId", func(e *E) string { return e.CorrelationID }),
		numeric("DetectedDateTime", DateTime, func(e *E) int64 { return e.Detected }),
		text("DetectionTimingType", func(e *E) string { return e.Timing }),
		text("Id", func(e *E) string { return e.ID }),
		text("IpAddress", func(e *E) string { return e.ip }),
		numeric("LastUpdatedDateTime", DateTime, func(e *E) int64 { return e.Updated }),
		dynamic("Location", func(e *E) string { return e.place.json }),
		text("RequestId", func(e *E) string { return e.RequestID }),
		text("RiskDetail", func(e *E) string { return e.Detail }),
		text("RiskEventType", func(e *E) string { return e.Kind }),
		text("RiskLevel", func(e *E) string { return e.Level }),
		text("RiskState", func(e *E) string { return e.State }),
		text("Source", func(e *E) string { return e.Source }),
		constant[E]("TokenIssuerType", "AzureAD"),
		text("UserDisplayName", func(e *E) string { return e.user.name }),
		text("UserId", func(e *E) string { return e.user.id }),
		text("UserPrincipalName", func(e *E) string { return e.user.upn }),
		numeric("TimeGenerated", DateTime, func(e *E) int64 { return e.Time }),
		constant[E]("OperationName", "User Risk Detection"),
		constant[E]("SourceSystem", "Azure AD"),
		constant[E]("Type", RiskTable),
		hidden(numeric("_TimeReceived", DateTime, func(e *E) int64 { return e.Received })),
	}
}
