package tenant

import (
	"cmp"
	"fmt"
	"slices"
)

// AlertTable is the Log Analytics table that alerts arrive in.
const AlertTable = "SecurityAlert"

// An Alert is one row of the alert table. An alert is written again, under the
// same VendorOriginalID, whenever it changes. Times are Unix nanoseconds.
type Alert struct {
	Time     int64 // of this row: TimeGenerated
	Received int64 // _TimeReceived
	Started  int64

	VendorOriginalID, SystemID, ItemID string
	Status, State                      string // State is a part of ExtendedProperties
	Link                               string

	tenant *Tenant
	kind   *alertKind
	upn    string
	ip     string
}

// An alertKind is what alerts of one product and rule have in common.
type alertKind struct {
	provider, product, component, alertType string
	name, severity, description             string
	tactics, techniques                     string
	share                                   int
}

// apiAlert is the kind that the detection looks for.
func apiAlert() *alertKind {
	return &alertKind{"IPC", "Azure Active Directory Identity Protection", "", "SuspiciousAPITraffic",
		"Suspicious API Traffic", "Medium", "This user made an unusual number of directory calls. It may be an attempt at reconnaissance.",
		"Discovery", `["T1087","T1069"]`, 0}
}

func otherAlerts() []alertKind {
	const ipc = "Azure Active Directory Identity Protection"
	return []alertKind{
		{"IPC", ipc, "", "UnfamiliarLocation", "Unfamiliar sign-in properties", "Low", "Sign-in with properties not seen recently for this user.", "InitialAccess", `["T1078"]`, 30},
		{"IPC", ipc, "", "AnonymousLogin", "Anonymous IP address", "Medium", "Sign-in from an anonymous IP address.", "InitialAccess", `["T1078"]`, 14},
		{"IPC", ipc, "", "PasswordSpray", "Password Spray", "High", "Several accounts were tried with common passwords.", "CredentialAccess", `["T1110"]`, 5},
		{"MCAS", "Microsoft Cloud App Security", "", "MCAS_ALERT_ANUBIS_DETECTION_VELOCITY", "Impossible travel activity", "Medium", "The user was active from distant places within too short a time.", "InitialAccess", `["T1078"]`, 16},
		{"MDATP", "Microsoft Defender Advanced Threat Protection", "Microsoft Defender for Endpoint", "WindowsDefenderAv", "'Wacatac' malware was prevented", "Informational", "Malware was found and stopped on a device.", "Execution", `["T1204"]`, 18},
		{"OATP", "Office 365 Advanced Threat Protection", "Microsoft Defender for Office 365", "8e6ba277-ef39-404e-aaf1-294f6d9a2b88", "Email messages containing malicious URL removed after delivery", "Informational", "Messages were removed from mailboxes after delivery.", "InitialAccess", `["T1566"]`, 22},
		{"ASI Scheduled Alerts", "Azure Sentinel", "Scheduled Alerts", "6d7214d9-4a28-44df-aafb-0910b9e6ae3e", "Rare administrative operation", "Medium", "An operation that this account had not made in 14 days.", "PrivilegeEscalation", `["T1098"]`, 12},
	}
}

// inventAlerts fills up the alert rows around the planted ones. Detections of
// suspicious API traffic that were invented get their alerts here, but for
// one in ten.
func (t *Tenant) inventAlerts() {
	kinds, api := otherAlerts(), apiAlert()
	seen := map[string]bool{}
	for _, c := range t.cases {
		seen[c.ID] = true
	}
	for i := range t.risk {
		e := &t.risk[i]
		if e.Kind != apiTraffic || seen[e.ID] {
			continue
		}
		seen[e.ID] = true
		r := newRNG(t.opt.Seed, streamAlert, -1-int64(i))
		if !r.chance(0.1) && len(t.alerts) < t.opt.Alerts {
			t.updates(&r, alertOf(e, api, &r))
		}
	}
	for k := int64(0); len(t.alerts) < t.opt.Alerts; k++ {
		r := newRNG(t.opt.Seed, streamAlert, k)
		t.updates(&r, t.newAlert(&r, kinds))
	}
	slices.SortStableFunc(t.alerts, func(a, b Alert) int { return cmp.Compare(a.Time, b.Time) })
}

// alertOf is the alert that goes with a detection, as it is first written.
func alertOf(e *RiskEvent, kind *alertKind, r *rng) Alert {
	a := Alert{tenant: e.tenant, kind: kind, VendorOriginalID: e.ID, Time: e.tenant.day.clamp(e.Time - 30e9), Started: e.Activity,
		Status: "New", State: "Open", upn: e.user.upn, ip: e.ip, SystemID: r.guid()}
	a.Link = "https://security.microsoft.com/alerts/ia" + e.ID
	a.stamp(r)
	return a
}

func (t *Tenant) newAlert(r *rng, kinds []alertKind) Alert {
	n, kind := 0, &kinds[0]
	for i := range kinds {
		n += kinds[i].share
	}
	n = r.below(n)
	for i := range kinds {
		if n -= kinds[i].share; n < 0 {
			kind = &kinds[i]
			break
		}
	}
	u := &t.users[r.skewed(len(t.users))]
	a := Alert{tenant: t, kind: kind, Time: t.day.time(r.float()), Status: "New", State: "Open", upn: u.upn, ip: u.line, SystemID: r.guid()}
	a.Started = ticks(a.Time - int64(r.exp(1800e9)))
	a.VendorOriginalID = a.SystemID
	if kind.provider == "IPC" {
		a.VendorOriginalID = r.hex64()
	}
	a.Link = "https://security.microsoft.com/alerts/" + a.SystemID
	a.stamp(r)
	return a
}

// updates adds an alert and the changes an analyst makes to it.
func (t *Tenant) updates(r *rng, a Alert) {
	steps := [][2]string{{"New", "Open"}, {"InProgress", "Open"}, {"Resolved", "Closed"}}
	n := 1
	if r.chance(0.4) {
		n += 1 + r.below(2)
	}
	for i := range n {
		if i > 0 {
			a.Time += 10e9 + ticks(int64(r.exp(2*3600e9)))
		}
		if a.Time >= t.to || len(t.alerts) == t.opt.Alerts {
			return
		}
		a.Status, a.State = steps[i][0], steps[i][1]
		a.stamp(r)
		t.alerts = append(t.alerts, a)
	}
}

// stamp draws what belongs to a single row.
func (a *Alert) stamp(r *rng) {
	a.ItemID = r.guid()
	a.Received = ticks(a.Time + 2e9 + int64(r.exp(20e9)))
}

// extended is ExtendedProperties, JSON text in a string.
func (a *Alert) extended() string {
	return fmt.Sprintf(`{"User Account":%q,"Client IP Address":%q,"Detail description":%q,"Category":"RiskDetection","State":%q,"Alert generation status":"Full alert created"}`,
		a.upn, a.ip, a.kind.description, a.State)
}

// entities is Entities, JSON text in a string.
func (a *Alert) entities() string {
	return fmt.Sprintf(`[{"$id":"3","Name":%q,"UPNSuffix":"northharbour.example","Type":"account"},{"$id":"4","Address":%q,"Type":"ip"}]`, a.upn, a.ip)
}

// AlertColumns returns the table's columns in documented order, hidden ones
// last.
func AlertColumns() []Column[Alert] {
	type A = Alert
	none := func(name string) Column[A] { return constant[A](name, "") }
	return []Column[A]{
		text("AlertLink", func(a *A) string { return a.Link }),
		text("AlertName", func(a *A) string { return a.kind.name }),
		text("AlertSeverity", func(a *A) string { return a.kind.severity }),
		text("AlertType", func(a *A) string { return a.kind.alertType }),
		text("CompromisedEntity", func(a *A) string { return a.upn }),
		none("ConfidenceLevel"),
		{Name: "ConfidenceScore", Kind: Real, Number: func(*A) (int64, bool) { return 0, false }},
		text("Description", func(a *A) string { return a.kind.description }),
		text("DisplayName", func(a *A) string { return a.kind.name }),
		numeric("EndTime", DateTime, func(a *A) int64 { return a.Started }),
		text("Entities", (*A).entities),
		none("ExtendedLinks"),
		text("ExtendedProperties", (*A).extended),
		numeric("IsIncident", Bool, func(*A) int64 { return 0 }),
		numeric("ProcessingEndTime", DateTime, func(a *A) int64 { return a.Time }),
		text("ProductComponentName", func(a *A) string { return a.kind.component }),
		text("ProductName", func(a *A) string { return a.kind.product }),
		text("ProviderName", func(a *A) string { return a.kind.provider }),
		constant[A]("RemediationSteps", `["Ask the user whether they know the activity.","Reset the password if they do not."]`),
		none("ResourceId"),
		none("SourceComputerId"),
		numeric("StartTime", DateTime, func(a *A) int64 { return a.Started }),
		text("Status", func(a *A) string { return a.Status }),
		none("SubTechniques"),
		text("SystemAlertId", func(a *A) string { return a.SystemID }),
		text("Tactics", func(a *A) string { return a.kind.tactics }),
		text("Techniques", func(a *A) string { return a.kind.techniques }),
		text("TenantId", func(a *A) string { return a.tenant.workspace.id }),
		numeric("TimeGenerated", DateTime, func(a *A) int64 { return a.Time }),
		constant[A]("Type", AlertTable),
		constant[A]("VendorName", "Microsoft"),
		text("VendorOriginalId", func(a *A) string { return a.VendorOriginalID }),
		text("WorkspaceResourceGroup", func(a *A) string { return a.tenant.workspace.group }),
		text("WorkspaceSubscriptionId", func(a *A) string { return a.tenant.workspace.subscription }),
		hidden(numeric("_TimeReceived", DateTime, func(a *A) int64 { return a.Received })),
		hidden(text("_ItemId", func(a *A) string { return a.ItemID })),
	}
}
