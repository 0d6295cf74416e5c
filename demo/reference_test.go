package demo

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/detect"
	"github.com/calypso-kql/calypso/internal/tenant"
)

// A record is a row of a table as text by column.
type record map[string]string

// records are all rows of a table, by columns, without the engine.
func records[R any](columns []tenant.Column[R], n int64, row func(int64) *R) []record {
	out := make([]record, n)
	for i := range n {
		r := row(i)
		out[i] = record{}
		for _, c := range columns {
			if c.Text != nil {
				out[i][c.Name] = c.Text(r)
			} else if x, ok := c.Number(r); ok && c.Kind == tenant.DateTime {
				out[i][c.Name] = time.Unix(0, x).UTC().Format("2006-01-02T15:04:05.0000000Z")
			}
		}
	}
	return out
}

// newest replaces the row of each key by later ones: texts of times are in the
// order of time.
func newest(rows []record, key, by string) map[string]record {
	out := map[string]record{}
	for _, r := range rows {
		if old, ok := out[r[key]]; !ok || r[by] > old[by] {
			out[r[key]] = r
		}
	}
	return out
}

// logs are the three tables.
type logs struct{ risk, alerts, signIns []record }

func logsOf(d *Demo) logs {
	t := d.tenant
	return logs{
		risk:   records(tenant.RiskColumns(), int64(len(t.RiskEvents())), func(i int64) *tenant.RiskEvent { return &t.RiskEvents()[i] }),
		alerts: records(tenant.AlertColumns(), int64(len(t.Alerts())), func(i int64) *tenant.Alert { return &t.Alerts()[i] }),
		signIns: records(tenant.SignInColumns(), t.SignIns(), func(i int64) *tenant.SignIn {
			s := new(tenant.SignIn)
			t.SignIn(i, s)
			return s
		}),
	}
}

// detected is the detection written plainly: the wanted columns of each row that
// it reports at a time, in the order of their Ids.
func (l logs) detected(now time.Time, columns []string) []string {
	text := func(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.0000000Z") }
	from, fresh, to := text(now.Add(-48*time.Hour)), text(now.Add(-5*time.Minute)), text(now)
	window := func(rows []record, more func(record) bool) []record {
		return slices.DeleteFunc(slices.Clone(rows), func(r record) bool {
			return r["TimeGenerated"] <= from || r["TimeGenerated"] > to || !more(r)
		})
	}
	risk := window(l.risk, func(r record) bool {
		return r["Source"] == "IdentityProtection" && r["RiskEventType"] == "suspiciousAPITraffic"
	})
	first := map[string]string{}
	for _, r := range risk {
		if t, ok := first[r["Id"]]; !ok || r["TimeGenerated"] < t {
			first[r["Id"]] = r["TimeGenerated"]
		}
	}
	alerts := newest(window(l.alerts, func(r record) bool {
		return r["ProviderName"] == "IPC" && r["ProductName"] == "Azure Active Directory Identity Protection" && r["AlertType"] == "SuspiciousAPITraffic"
	}), "VendorOriginalId", "TimeGenerated")
	signIns := newest(window(l.signIns, func(record) bool { return true }), "OriginalRequestId", "_TimeReceived")
	var out []string
	for id, r := range newest(risk, "Id", "TimeGenerated") {
		if first[id] > fresh {
			out = append(out, joined(r, alerts[id], signIns[r["RequestId"]], columns))
		}
	}
	slices.Sort(out)
	return out
}

// joined writes the columns of one row of the result.
func joined(risk, alert, signIn record, columns []string) string {
	fromRisk := strings.Fields(`ActivityDateTime DetectedDateTime Source Activity DetectionTimingType UserDisplayName UserPrincipalName UserId IpAddress
		RequestId CorrelationId TokenIssuerType RiskEventType RiskDetail RiskLevel RiskState AdditionalInfo Id`)
	fromAlert := strings.Fields(`AlertName AlertSeverity Description Entities ExtendedProperties VendorName ProviderName ProductName ProductComponentName
		RemediationSteps Tactics Techniques SubTechniques VendorOriginalId SystemAlertId CompromisedEntity AlertLink`)
	link := "https://entra.microsoft.com/#blade/Microsoft_AAD_IAM/RiskDetectionsBlade/riskState~/[]/userId/" + risk["UserId"] + "/riskLevel/[]/daysBack/90"
	var cells []string
	for _, c := range columns {
		v := signIn[c]
		switch {
		case slices.Contains(fromRisk, c):
			v = risk[c]
		case c == "AltAlertLink", c == "AlertLink" && alert[c] == "":
			v = link
		case c == "AlertStatus":
			v = alert["Status"]
		case slices.Contains(fromAlert, c):
			v = alert[c]
		}
		cells = append(cells, v)
	}
	return strings.Join(cells, "\x1f")
}

// At every tick, all columns of what the rule and the mission's query report are
// those that plain Go finds in the tenant's rows, which never were files.
func TestAgainstPlainGo(t *testing.T) {
	d := loaded(t, nil)
	l := logsOf(d)
	for name, rule := range map[string]*detect.Rule{"shipped": d.rule, "mission": nil} {
		t.Run(name, func(t *testing.T) {
			if rule == nil {
				rule = mission(t)
			}
			rows := 0
			for at := end().Add(-Span); !at.After(end()); at = at.Add(tenant.Tick) {
				e, err := detect.Evaluate(context.Background(), rule, at, d.querier)
				if err != nil {
					t.Fatal(err)
				}
				var columns []string
				for _, c := range e.Schema.Columns {
					columns = append(columns, c.Name)
				}
				got, want := cells(e, columns), l.detected(at, columns)
				if !slices.Equal(got, want) {
					t.Errorf("%s:\ngot  %q\nwant %q", at, got, want)
				}
				rows += len(want)
			}
			if rows != 13 {
				t.Errorf("%d rows were compared", rows)
			}
		})
	}
}

func cells(e *detect.Evaluation, columns []string) []string {
	var out []string
	for i := range e.Rows {
		var row []string
		for _, c := range columns {
			text, _ := e.Text(c)
			row = append(row, text(i))
		}
		out = append(out, strings.Join(row, "\x1f"))
	}
	slices.Sort(out)
	return out
}

func sortedLines(s string) string {
	lines := strings.Split(s, "\n")
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}
