package tenant

import (
	"maps"
	"slices"
	"testing"
	"time"
)

// The rule, written once more over all rows: what it reports at a time.
func reported(ten *Tenant, now int64) map[string]map[string]string {
	const lookBack = int64(48 * time.Hour)
	first, last := map[string]int64{}, map[string]*RiskEvent{}
	for i := range ten.RiskEvents() {
		e := &ten.RiskEvents()[i]
		if e.Time <= now-lookBack || e.Time > now || e.Source != "IdentityProtection" || e.Kind != "suspiciousAPITraffic" {
			continue
		}
		if t, ok := first[e.ID]; !ok || e.Time < t {
			first[e.ID] = e.Time
		}
		if l := last[e.ID]; l == nil || e.Time > l.Time {
			last[e.ID] = e
		}
	}
	alerts := map[string]*Alert{}
	for i := range ten.Alerts() {
		a := &ten.Alerts()[i]
		ours := a.kind.provider == "IPC" && a.kind.product == "Azure Active Directory Identity Protection" && a.kind.alertType == "SuspiciousAPITraffic"
		if ours && a.Time <= now && (alerts[a.VendorOriginalID] == nil || a.Time > alerts[a.VendorOriginalID].Time) {
			alerts[a.VendorOriginalID] = a
		}
	}
	out := map[string]map[string]string{}
	for id, at := range first {
		if at > now-int64(Tick) {
			out[id] = row(ten, last[id], alerts[id], now)
		}
	}
	return out
}

func row(ten *Tenant, e *RiskEvent, a *Alert, now int64) map[string]string {
	out := map[string]string{"Type": "", "IPAddress": "", "UserAgent": "", "OriginalRequestId": "", "UniqueTokenIdentifier": "",
		"AlertStatus": "", "SystemAlertId": "", "AlertLink": ""}
	fields(out, RiskColumns(), e, "Id", "UserPrincipalName", "RiskState", "RiskDetail", "RiskLevel", "UserId")
	if a != nil {
		fields(out, AlertColumns(), a, "SystemAlertId", "AlertLink")
		out["AlertStatus"] = a.Status
	}
	if out["AlertLink"] == "" {
		out["AlertLink"] = "https://entra.microsoft.com/#blade/Microsoft_AAD_IAM/RiskDetectionsBlade/riskState~/[]/userId/" + out["UserId"] + "/riskLevel/[]/daysBack/90"
	}
	var s, best SignIn
	for i := range ten.SignIns() {
		ten.SignIn(i, &s)
		if s.OriginalRequestID == e.RequestID && s.Time <= now && s.Received > best.Received {
			best = s
		}
	}
	if best.tenant != nil {
		fields(out, SignInColumns(), &best, "Type", "IPAddress", "UserAgent", "OriginalRequestId", "UniqueTokenIdentifier")
	}
	return out
}

func fields[R any](out map[string]string, columns []Column[R], r *R, names ...string) {
	for _, c := range columns {
		if slices.Contains(names, c.Name) {
			out[c.Name] = c.Text(r)
		}
	}
}

// At every tick of the last hours, and at the window of yesterday's case, the
// rule reports the planted cases of that window as declared and nothing else.
func TestCasesComeTrue(t *testing.T) {
	for name, span := range map[string]time.Duration{"spread": 3 * time.Hour, "in the last window": Tick} {
		t.Run(name, func(t *testing.T) {
			ten := small(t, func(o *Options) { o.CaseSpan = span })
			ticks := map[int64]bool{}
			for at := ten.to - int64(4*time.Hour); at <= ten.to; at += int64(Tick) {
				ticks[at] = true
			}
			for _, c := range ten.Cases() {
				if !c.Window.IsZero() {
					ticks[c.Window.UnixNano()] = true
				}
			}
			for _, at := range slices.Sorted(maps.Keys(ticks)) {
				checkWindow(t, ten, time.Unix(0, at).UTC())
			}
		})
	}
}

func checkWindow(t *testing.T, ten *Tenant, at time.Time) {
	t.Helper()
	got := reported(ten, at.UnixNano())
	for _, c := range ten.Cases() {
		row, fired := got[c.ID]
		delete(got, c.ID)
		if fired != c.FiresAt(at) {
			t.Errorf("%s at %s: fired %t, want %t", c.Name, at, fired, c.FiresAt(at))
			continue
		}
		for _, f := range c.Want {
			if fired && row[f.Column] != f.Value {
				t.Errorf("%s: %s is %q, declared %q", c.Name, f.Column, row[f.Column], f.Value)
			}
		}
	}
	for id := range got {
		t.Errorf("%s: %s fired and was not planted", at, id)
	}
}

// Some facts by hand, so that declaration and check cannot be wrong together.
func TestCasesByHand(t *testing.T) {
	ten := small(t, nil)
	want := map[string][2]string{
		"restated":      {"RiskState", "atRisk"},
		"dismissed":     {"RiskDetail", "aiConfirmedSigninSafe"},
		"alert-updated": {"AlertStatus", "Resolved"},
		"no-sign-in":    {"Type", ""},
		"no-alert":      {"SystemAlertId", ""},
		"other-alerts":  {"AlertStatus", ""},
	}
	names := map[string]bool{}
	for _, c := range ten.Cases() {
		if names[c.Name] {
			t.Errorf("two cases are named %s", c.Name)
		}
		names[c.Name] = true
		w, ok := want[c.Name]
		if !ok {
			continue
		}
		i := slices.IndexFunc(c.Want, func(f Field) bool { return f.Column == w[0] })
		if i < 0 || c.Want[i].Value != w[1] {
			t.Errorf("%s: %v, want %v", c.Name, c.Want, w)
		}
		delete(want, c.Name)
	}
	for name := range want {
		t.Errorf("no case %s", name)
	}
}
