package demo

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/catalog"
	"github.com/calypso-kql/calypso/detect"
	"github.com/calypso-kql/calypso/files"
	"github.com/calypso-kql/calypso/internal/tenant"
	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/workspace"
)

// Logs that are not as one would wish: what the detection makes of them follows
// from Kusto's rules. Strings are never null and are equal if empty; == and in
// tell upper from lower case; null is neither before nor after any time;
// arg_max passes over rows without a time if there is another, and of equally
// late rows it takes one.

// noon is now() here; soon is a time within its last five minutes.
var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

const soon = "2026-03-01T11:58:00Z"

// rows are records as columns with their values: "Id=a RequestId=b"; "-" takes a
// column away.
type rows []string

// lines are the records of a table, with what all of them have.
func (r rows) lines(t *testing.T, table string, base record) string {
	t.Helper()
	var b strings.Builder
	for _, line := range r {
		rec := record{"Type": table}
		for k, v := range base {
			rec[k] = v
		}
		for _, f := range strings.Fields(line) {
			k, v, ok := strings.Cut(f, "=")
			if !ok {
				t.Fatalf("%q is no field", f)
			}
			rec[k] = v
			if v == "-" {
				delete(rec, k)
			}
		}
		raw, err := json.Marshal(rec)
		if err != nil {
			t.Fatal(err)
		}
		b.Write(append(raw, '\n'))
	}
	return b.String()
}

// hostile opens the three tables; one without rows has no file.
func hostile(t *testing.T, risk, alerts, signIns rows) *workspace.Querier {
	t.Helper()
	dir := t.TempDir()
	for table, text := range map[string]string{
		tenant.RiskTable: risk.lines(t, tenant.RiskTable, record{"Source": "IdentityProtection", "RiskEventType": "suspiciousAPITraffic",
			"TimeGenerated": soon, "UserId": "u1"}),
		tenant.AlertTable: alerts.lines(t, tenant.AlertTable, record{"ProviderName": "IPC", "ProductName": "Azure Active Directory Identity Protection",
			"AlertType": "SuspiciousAPITraffic", "TimeGenerated": soon}),
		tenant.SignInTable: signIns.lines(t, tenant.SignInTable, record{"TimeGenerated": "2026-03-01T10:00:00Z", "_TimeReceived": "2026-03-01T10:01:00Z"}),
	} {
		if text == "" {
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, table+".json"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c, err := catalog.Open(catalog.Sentinel, catalog.WithAdditions())
	if err != nil {
		t.Fatal(err)
	}
	set, err := files.Open(context.Background(), []files.Spec{{Path: dir}}, files.Options{Tables: tables{c}, Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { set.Close() })
	if r := set.Report(); !r.Clean() {
		t.Fatal(r.Problems())
	}
	engine, err := kql.New()
	if err != nil {
		t.Fatal(err)
	}
	return workspace.NewQuerier(engine, workspace.New(c, set), kql.RunOptions{})
}

const guid = "0a1b2c3d-1111-2222-3333-abcdefabcdef"

func TestHostileLogs(t *testing.T) {
	d, err := New(Options{Users: 1, SignIns: 100})
	if err != nil {
		t.Fatal(err)
	}
	upper := strings.ToUpper(guid)
	for name, tc := range map[string]struct {
		risk, alerts, signIns rows
		want                  string // Id/RiskState/AlertStatus/UserAgent of each row
	}{
		"no alerts, no sign-ins": {risk: rows{"Id=a RequestId=r RiskState=s"}, want: "a/s//"},
		"no detections":          {alerts: rows{"VendorOriginalId=a"}, signIns: rows{"OriginalRequestId=r"}},
		"empty request matches empty request": {risk: rows{"Id=a RequestId="}, signIns: rows{"OriginalRequestId= UserAgent=x"},
			want: "a///x"},
		"missing ones are empty": {risk: rows{"Id=a"}, signIns: rows{"UserAgent=x"}, want: "a///x"},
		"empty id matches empty id": {risk: rows{"Id= RequestId=r"}, alerts: rows{"VendorOriginalId= Status=New"},
			want: "//New/"},
		"a request in upper case": {risk: rows{"Id=a RequestId=" + upper}, signIns: rows{"OriginalRequestId=" + guid + " UserAgent=x"},
			want: "a///"},
		"both cases": {risk: rows{"Id=a RequestId=" + upper, "Id=b RequestId=" + guid},
			signIns: rows{"OriginalRequestId=" + guid + " UserAgent=low", "OriginalRequestId=" + upper + " UserAgent=UP"}, want: "a///UP b///low"},
		"in braces, without dashes": {risk: rows{"Id=a RequestId={" + guid + "}", "Id=b RequestId=" + strings.ReplaceAll(guid, "-", "")},
			signIns: rows{"OriginalRequestId=" + guid + " UserAgent=x"}, want: "a/// b///"},
		"alert in upper case": {risk: rows{"Id=" + upper}, alerts: rows{"VendorOriginalId=" + guid + " Status=New"}, want: upper + "///"},
		"the start of the five minutes is outside": {risk: rows{"Id=a TimeGenerated=2026-03-01T11:55:00Z", "Id=b TimeGenerated=2026-03-01T11:55:00.0000001Z"},
			want: "b///"},
		"the end is inside, later is not": {risk: rows{"Id=a TimeGenerated=2026-03-01T12:00:00Z", "Id=b TimeGenerated=2026-03-01T12:00:00.0000001Z"},
			want: "a///"},
		"first seen two days ago to the tick": {risk: rows{"Id=a TimeGenerated=2026-02-27T12:00:00Z", "Id=a",
			"Id=b TimeGenerated=2026-02-27T12:00:00.0000001Z", "Id=b"}, want: "a///"},
		"a sign-in two days ago to the tick": {risk: rows{"Id=a RequestId=r"}, signIns: rows{
			"OriginalRequestId=r UserAgent=old TimeGenerated=2026-02-27T12:00:00Z _TimeReceived=2026-03-01T11:00:00Z",
			"OriginalRequestId=r UserAgent=in TimeGenerated=2026-02-27T12:00:00.0000001Z"}, want: "a///in"},
		"detections without a time": {risk: rows{"Id=a TimeGenerated=-", "Id=b TimeGenerated=- RiskState=none", "Id=b RiskState=s"}, want: "b/s//"},
		"a sign-in without a time":  {risk: rows{"Id=a RequestId=r"}, signIns: rows{"OriginalRequestId=r UserAgent=x TimeGenerated=-"}, want: "a///"},
		"an alert without a time":   {risk: rows{"Id=a"}, alerts: rows{"VendorOriginalId=a Status=New TimeGenerated=-"}, want: "a///"},
		"a sign-in not known when received": {risk: rows{"Id=a RequestId=r"}, signIns: rows{"OriginalRequestId=r UserAgent=x _TimeReceived=-"},
			want: "a///x"},
		"the same row twice":    {risk: rows{"Id=a RiskState=s", "Id=a RiskState=s"}, want: "a/s//"},
		"alert updated at once": {risk: rows{"Id=a"}, alerts: rows{"VendorOriginalId=a Status=New", "VendorOriginalId=a Status=New"}, want: "a//New/"},
		"sign-ins received at once": {risk: rows{"Id=a RequestId=r"}, signIns: rows{"OriginalRequestId=r UserAgent=x", "OriginalRequestId=r UserAgent=x"},
			want: "a///x"},
		"several detections of one request": {risk: rows{"Id=a RequestId=r", "Id=b RequestId=r", "Id=c RequestId=q"}, signIns: rows{"OriginalRequestId=r UserAgent=x"},
			want: "a///x b///x c///"},
	} {
		t.Run(name, func(t *testing.T) {
			q := hostile(t, tc.risk, tc.alerts, tc.signIns)
			if got := brief(t, d.rule, q); got != tc.want {
				t.Errorf("rule: got %q, want %q", got, tc.want)
			}
			if got := brief(t, mission(t), q); got != tc.want {
				t.Errorf("query: got %q, want %q", got, tc.want)
			}
		})
	}
}

// brief writes what identifies each row of the result.
func brief(t *testing.T, r *detect.Rule, q *workspace.Querier) string {
	t.Helper()
	e, err := detect.Evaluate(context.Background(), r, noon, q)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, row := range cells(e, []string{"Id", "RiskState", "AlertStatus", "UserAgent"}) {
		out = append(out, strings.ReplaceAll(row, "\x1f", "/"))
	}
	return strings.Join(out, " ")
}
