package ingest_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/calypso-kql/calypso/catalog"
	"github.com/calypso-kql/calypso/ingest"
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/types"
)

type tables struct{ c *catalog.Catalog }

func (t tables) Schema(name string) (types.Schema, bool) {
	table, ok := t.c.Table(name)
	return table.Schema, ok
}

func load(t *testing.T, in ...ingest.Input) (map[string]ingest.Table, *ingest.Report) {
	t.Helper()
	c, err := catalog.Open(catalog.Sentinel)
	if err != nil {
		t.Fatal(err)
	}
	l := ingest.NewLoader(ingest.Options{Tables: tables{c}, Workers: 2})
	for _, i := range in {
		if err := l.Read(context.Background(), i); err != nil {
			t.Fatal(err)
		}
	}
	out := map[string]ingest.Table{}
	for _, x := range l.Finish() {
		out[x.Name] = x
	}
	return out, l.Report()
}

func text(s string) ingest.Input {
	return ingest.Input{Name: "in.json", Base: "in", Reader: strings.NewReader(s)}
}

// cell prints one value of a table's rows, counted over all batches.
func cell(t *testing.T, table ingest.Table, row int, name string) string {
	t.Helper()
	i := table.Schema.Index(name)
	if i < 0 {
		t.Fatalf("%s has no column %s", table.Name, name)
	}
	for _, b := range table.Batches {
		if row >= b.Len() {
			row -= b.Len()
			continue
		}
		c, err := b.Column(i)
		if err != nil {
			t.Fatal(err)
		}
		if c.Null(row) {
			return "null"
		}
		switch c.Type() {
		case types.String:
			v := column.ViewOf[string](c)
			return v.At(row)
		case types.DateTime:
			v := column.ViewOf[int64](c)
			return string(types.AppendDateTimeCell(nil, v.At(row)))
		case types.Dynamic:
			v := column.ViewOf[dynamic.Value](c)
			return v.At(row).JSON()
		case types.Bool:
			v := column.ViewOf[bool](c)
			return fmt.Sprint(v.At(row))
		case types.Real:
			v := column.ViewOf[float64](c)
			return fmt.Sprint(v.At(row))
		case types.Decimal:
			v := column.ViewOf[types.Decimal128](c)
			return fmt.Sprint(v.At(row))
		case types.GUID:
			v := column.ViewOf[types.GUID128](c)
			return fmt.Sprint(v.At(row))
		}
		v := column.ViewOf[int64](c)
		return fmt.Sprint(v.At(row))
	}
	t.Fatalf("%s has no row %d", table.Name, row)
	return ""
}

func want(t *testing.T, table ingest.Table, row int, cells map[string]string) {
	t.Helper()
	for name, w := range cells {
		if got := cell(t, table, row, name); got != w {
			t.Errorf("%s row %d: %s is %q, want %q", table.Name, row, name, got, w)
		}
	}
}

const signIn = `{"time":"2026-03-01T05:10:14.1875602Z","resourceId":"/tenants/t1/providers/Microsoft.aadiam","operationName":"Sign-in activity","category":"NonInteractiveUserSignInLogs","tenantId":"t1","resultType":"50126","resultSignature":"None","durationMs":"17","callerIpAddress":"192.0.2.1","correlationId":"env","identity":"Ada","Level":4,"location":"DE","":"","properties":{"id":"r1","createdDateTime":"2026-03-01T5:10:13.1+00:00","userPrincipalName":"ada@example.com","ipAddress":"192.0.2.7","status":{"errorCode": 50126, "failureReason":"Invalid \"password\""},"location":{"city":"Kiel"},"appliedConditionalAccessPolicies":[],"originalRequestId":"o1","isInteractive":false,"processingTimeInMilliseconds":722,"riskEventTypes_v2":["a"],"resourceId":"res","autonomousSystemNumber":3320,"signInTokenProtectionStatus":{"signInSessionStatus":"unbound"},"uniqueTokenIdentifier":"u","correlationId":"c1","appliedEventListeners":[{"e":1}],"brandNew":{"x":[1,2]}}}`

func TestNonInteractiveSignIn(t *testing.T) {
	got, report := load(t, text(signIn+"\n"))
	if !report.Clean() {
		t.Errorf("problems: %v", report.Problems())
	}
	want(t, got["AADNonInteractiveUserSignInLogs"], 0, map[string]string{
		"TimeGenerated": "2026-03-01T05:10:14.1875602Z", "CreatedDateTime": "2026-03-01T05:10:13.1Z",
		"IPAddress": "192.0.2.7", "Location": "DE", "LocationDetails": `{"city":"Kiel"}`, "AADTenantId": "t1",
		"Status": `{"errorCode":50126,"failureReason":"Invalid \"password\""}`, "ResultDescription": `Invalid "password"`,
		"ResultType": "50126", "DurationMs": "17", "Level": "4", "Identity": "Ada", "ConditionalAccessPolicies": "[]",
		"OriginalRequestId": "o1", "ProcessingTimeInMs": "722", "RiskEventTypes_V2": `["a"]`, "ResourceIdentity": "res",
		"AutonomousSystemNumber": "3320", "TokenProtectionStatusDetails": `{"signInSessionStatus":"unbound"}`,
		"CorrelationId": "c1", "AppliedEventListeners": `[{"e":1}]`, "IsInteractive": "false", "Category": "NonInteractiveUserSignInLogs",
		"Type": "AADNonInteractiveUserSignInLogs", "_TimeReceived": "2026-03-01T05:10:14.1875602Z", "_Unmapped": `{"resourceId":"/tenants/t1/providers/Microsoft.aadiam","brandNew":{"x":[1,2]}}`,
		"UserId": "", "IsRisky": "null", "MfaDetail": "", "ResourceGroup": "Microsoft.aadiam",
	})
}

func TestSignInLogsAreDynamic(t *testing.T) {
	got, _ := load(t, text(strings.Replace(signIn, "NonInteractiveUserSignInLogs", "SignInLogs", 1)))
	want(t, got["SigninLogs"], 0, map[string]string{
		"Status": `{"errorCode":50126,"failureReason":"Invalid \"password\""}`, "ProcessingTimeInMilliseconds": "722",
		"ConditionalAccessPolicies": "[]", "ResourceId": "/tenants/t1/providers/Microsoft.aadiam",
	})
	if c := got["SigninLogs"].Schema.Columns[got["SigninLogs"].Schema.Index("Status")]; c.Type != types.Dynamic {
		t.Errorf("SigninLogs.Status is %s", c.Type)
	}
}

// TenantId is the workspace's in Log Analytics; no record has it.
func TestTenantId(t *testing.T) {
	got, _ := load(t, text(`{"time":"2026-03-01T00:00:01Z","category":"RiskyServicePrincipals","tenantId":"t1","properties":{"id":"i","isEnabled":true}}
{"time":"2026-03-01T00:00:01Z","category":"MicrosoftGraphActivityLogs","properties":{"tenantId":"t1"}}`))
	want(t, got["AADRiskyServicePrincipals"], 0, map[string]string{"TenantId": "", "AccountEnabled": "true", "_Unmapped": `{"tenantId":"t1"}`})
	want(t, got["MicrosoftGraphActivityLogs"], 0, map[string]string{"TenantId": "", "AadTenantId": "t1"})
}

func TestUserRiskEvent(t *testing.T) {
	got, report := load(t, text(`{"records":[
	  {"time":"8/22/2026 6:07:16 PM","resourceId":"/tenants/t1/providers/microsoft.aadiam","category":"UserRiskEvents","correlationId":"d1","location":"de","durationMs":0,
	   "properties":{"id":"d1","correlationId":"c1","location":{"city":"Dresden"},"detectedDateTime":"2026-08-22T8:48:50.361Z","ipAddress":"192.0.2.9","additionalInfo":"[{\"Key\":\"userAgent\",\"Value\":\"x\"}]","riskType":"y"}}]}`))
	if !report.Clean() {
		t.Errorf("problems: %v", report.Problems())
	}
	want(t, got["AADUserRiskEvents"], 0, map[string]string{
		"TimeGenerated": "2026-08-22T18:07:16Z", "DetectedDateTime": "2026-08-22T08:48:50.361Z", "IpAddress": "192.0.2.9",
		"CorrelationId": "c1", "Location": `{"city":"Dresden"}`, "AdditionalInfo": `[{"Key":"userAgent","Value":"x"}]`, "SourceSystem": "Azure AD", "Id": "d1",
	})
}

func TestTimeSpellings(t *testing.T) {
	for spelling, w := range map[string]string{
		"02/09/2026 09:41:00":            "2026-02-09T09:41:00Z",
		"2/9/2026 09:41:00":              "2026-02-09T09:41:00Z",
		"02/09/2026 09:41:00 AM":         "2026-02-09T09:41:00Z",
		"2/9/2026 9:41:00 PM":            "2026-02-09T21:41:00Z",
		"2/9/2026 10:41:00 AM +01:00":    "2026-02-09T09:41:00Z",
		"2026-02-09T09:41:00":            "2026-02-09T09:41:00Z",
		"2026-02-09T09:41:00.22Z":        "2026-02-09T09:41:00.22Z",
		"2026-02-09T09:41:00.6816663Z":   "2026-02-09T09:41:00.6816663Z",
		"2026-02-09T09:41:00.535404056Z": "2026-02-09T09:41:00.535404Z",
		"2026-02-09T09:41:00.99+00:00":   "2026-02-09T09:41:00.99Z",
		"2026-02-09T11:41:00+02:00":      "2026-02-09T09:41:00Z",
		"2026-02-09T9:41:00Z":            "2026-02-09T09:41:00Z",
		"2/9/2026, 9:41:00.559 AM":       "2026-02-09T09:41:00.559Z",
		"2026-02-09 09:41:00.123":        "2026-02-09T09:41:00.123Z",
	} {
		ticks, ok := ingest.ParseTime(spelling)
		if got := string(types.AppendDateTimeCell(nil, ticks)); !ok || got != w {
			t.Errorf("%s reads as %s %v, want %s", spelling, got, ok, w)
		}
	}
}

func TestDefenderStreaming(t *testing.T) {
	got, _ := load(t, text(`{"records":[{"time":"2026-03-01T00:00:01Z","tenantId":"t","category":"AdvancedHunting-DeviceEvents","operationName":"Publish","properties":{"Timestamp":"2026-03-01T00:00:00Z","DeviceName":"pc","ActionType":"X","AdditionalFields":"{\"a\":1}","MachineGroup":"g"}}]}`))
	want(t, got["DeviceEvents"], 0, map[string]string{
		"DeviceName": "pc", "TimeGenerated": "2026-03-01T00:00:00Z", "_TimeReceived": "2026-03-01T00:00:01Z", "AdditionalFields": `{"a":1}`, "_Unmapped": "null"})
	got, _ = load(t, text(`{"time":"2026-03-01T00:00:01Z","category":"AdvancedHunting-DeviceInfo","properties":{"DeviceName":"pc"}}`))
	want(t, got["DeviceInfo"], 0, map[string]string{"TimeGenerated": "2026-03-01T00:00:01Z"})
}

// Collectors change the case of categories; the standard columns of a table that the
// catalog lacks are hidden as those of others are.
func TestNamesAsTheyCome(t *testing.T) {
	got, _ := load(t, text(`{"time":"2026-03-01T00:00:01Z","category":"signinlogs","properties":{"location":{"city":"x"}}}
{"Type":"Own_CL","_ItemId":"i","_TimeReceived":"2026-03-01T00:00:01Z","_own":1}`))
	want(t, got["SigninLogs"], 0, map[string]string{"LocationDetails": `{"city":"x"}`})
	hidden := ""
	for _, c := range got["Own_CL"].Schema.Columns {
		if c.Hidden {
			hidden += c.Name + " "
		}
	}
	if hidden != "_ItemId _TimeReceived " {
		t.Errorf("hidden are %s", hidden)
	}
}

func TestFormats(t *testing.T) {
	row := `{"Type":"SecurityAlert","TimeGenerated":"2026-01-01T00:00:00Z","AlertName":"A, \"b\"","IsIncident":0,"Entities":"[]"}`
	gz := func(s string) string {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		w.Write([]byte(s))
		w.Close()
		return b.String()
	}
	zst := func(s string) string {
		w, err := zstd.NewWriter(nil)
		if err != nil {
			t.Fatal(err)
		}
		defer w.Close()
		return string(w.EncodeAll([]byte(s), nil))
	}
	utf16 := "\xff\xfe"
	for _, c := range row {
		utf16 += string([]byte{byte(c), 0})
	}
	for name, in := range map[string]string{
		"one line":  row,
		"lines":     row + "\n" + "\n",
		"array":     "[" + row + "]",
		"pretty":    "[\n  {\n  " + row[1:len(row)-1] + "\n  }\n]\n",
		"records":   `{"records":[` + row + `]}`,
		"of AWS":    `{"Records":[` + row + `]}`,
		"gzip":      gz(row + "\n"),
		"zstd":      zst(row + "\n"),
		"pzstd":     "\x50\x2a\x4d\x18\x04\x00\x00\x00size" + zst(row+"\n"),
		"utf-16":    utf16,
		"bom":       "\ufeff" + row,
		"csv":       "Type,TimeGenerated [UTC],AlertName,IsIncident,Entities\nSecurityAlert,\"1/1/2026, 12:00:00.000 AM\",\"A, \"\"b\"\"\",false,[]\n",
		"excel":     "sep=;\r\nType;TimeGenerated;AlertName;IsIncident;Entities\r\nSecurityAlert;2026-01-01;\"A, \"\"b\"\"\";0;[]\r\n",
		"excel bom": "\ufeff\"sep=|\"\nType|TimeGenerated|AlertName|IsIncident|Entities\nSecurityAlert|2026-01-01|\"A, \"\"b\"\"\"|0|[]\n",
		"old csv":   "Type,TimeGenerated,AlertName,IsIncident,Entities\rSecurityAlert,2026-01-01,\"A, \"\"b\"\"\",0,[]\r",
		"tsv":       "Type\tTimeGenerated\tAlertName\tIsIncident\tEntities\r\nSecurityAlert\t2026-01-01\t\"A, \"\"b\"\"\"\t0\t[]\r\n",
		"la answer": `{"tables":[{"name":"PrimaryResult","columns":[{"name":"Type","type":"string"},{"name":"TimeGenerated","type":"datetime"},{"name":"AlertName","type":"string"},{"name":"IsIncident","type":"bool"},{"name":"Entities","type":"string"}],"rows":[["SecurityAlert","2026-01-01T00:00:00Z","A, \"b\"",false,"[]"]]}]}`,
		"frames":    `[{"FrameType":"DataSetHeader","Version":"v2.0"},{"FrameType":"DataTable","TableKind":"QueryProperties","Columns":[{"ColumnName":"Key"}],"Rows":[["x"]]},{"FrameType":"DataTable","TableKind":"PrimaryResult","Columns":[{"ColumnName":"Type"},{"ColumnName":"TimeGenerated"},{"ColumnName":"AlertName"},{"ColumnName":"IsIncident"},{"ColumnName":"Entities"}],"Rows":[["SecurityAlert","2026-01-01T00:00:00Z","A, \"b\"",false,"[]"]]},{"FrameType":"DataSetCompletion","HasErrors":false}]`,
		"hunting":   `{"@odata.context":"c","schema":[{"name":"Type","type":"String"}],"results":[` + row + `]}`,
		"of MDE":    `{"Stats":{},"Schema":[{"Name":"Type","Type":"String"}],"Results":[` + row + `]}`,
	} {
		t.Run(name, func(t *testing.T) {
			got, report := load(t, text(in))
			if len(got) != 1 {
				t.Errorf("%d tables", len(got))
			}
			if !report.Clean() {
				t.Errorf("problems: %v", report.Problems())
			}
			want(t, got["SecurityAlert"], 0, map[string]string{
				"AlertName": `A, "b"`, "IsIncident": "false", "Entities": "[]", "TimeGenerated": "2026-01-01T00:00:00Z", "Type": "SecurityAlert"})
		})
	}
}

func TestUnknownTable(t *testing.T) {
	got, _ := load(t, text(`{"a":1,"b":"x","t":"2026-01-01T00:00:00Z","m":1,"n":null}
{"a":2.5,"b":"","t":"2026-01-02T00:00:00Z","m":"x","d":{"k":[]},"f":true}`))
	if s, w := got["in"].Schema.String(), "a:real, b:string, t:datetime, m:string, n:string, d:dynamic, f:bool"; s != w {
		t.Errorf("schema is %s, want %s", s, w)
	}
	want(t, got["in"], 0, map[string]string{"a": "1", "d": "null", "f": "null", "m": "1"})
	want(t, got["in"], 1, map[string]string{"a": "2.5", "d": `{"k":[]}`, "f": "true", "m": "x"})
}

func TestBadRecords(t *testing.T) {
	got, report := load(t, text(signIn+"\n{\"time\":\n"+signIn[:200]+"\n42\n"+strings.Replace(signIn, `"durationMs":"17"`, `"durationMs":"soon"`, 1)+"\n"))
	_, records, rejected, values, broken := report.Counts()
	if records != 2 || rejected != 3 || values != 1 || broken != 0 {
		t.Errorf("%d records, %d rejected, %d values, %d broken; want 2, 3, 1, 0", records, rejected, values, broken)
	}
	problems := fmt.Sprint(report.Problems())
	for _, w := range []string{"in.json:2:", "in.json:3:", "in.json:4:", "DurationMs", `"soon"`} {
		if !strings.Contains(problems, w) {
			t.Errorf("no %s in %s", w, problems)
		}
	}
	want(t, got["AADNonInteractiveUserSignInLogs"], 1, map[string]string{"DurationMs": "null", "Id": "r1"})
}

// A TimeGenerated that does not read is one mistake, though it is the time of arrival, too.
func TestBadTime(t *testing.T) {
	got, report := load(t, text(`{"Type":"SigninLogs","TimeGenerated":"soon","Id":"a"}`+"\n"+`{"Type":"SigninLogs","TimeGenerated":"2026-01-01","_TimeReceived":"late","Id":"b"}`))
	if _, _, _, values, _ := report.Counts(); values != 2 || len(report.Problems()) != 2 {
		t.Errorf("%d values: %v", values, report.Problems())
	}
	want(t, got["SigninLogs"], 0, map[string]string{"TimeGenerated": "null", "_TimeReceived": "null", "Id": "a"})
}

func TestTornGzip(t *testing.T) {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	for i := range 20_000 {
		fmt.Fprintf(w, `{"Type":"SecurityAlert","AlertName":"%d","SystemAlertId":"%x"}`+"\n", i, i*2654435761)
	}
	w.Close()
	got, report := load(t, ingest.Input{Name: "torn.json.gz", Reader: bytes.NewReader(b.Bytes()[:b.Len()/2])})
	if _, records, _, _, broken := report.Counts(); broken != 1 || records < 1000 {
		t.Errorf("%d records, %d broken files, want what came before the tear", records, broken)
	}
	if p := fmt.Sprint(report.Problems()); !strings.Contains(p, "torn.json.gz") || !strings.Contains(p, "gzip") {
		t.Errorf("the problem does not name the file: %s", p)
	}
	want(t, got["SecurityAlert"], 999, map[string]string{"AlertName": "999"})
}

// TestSamples loads the public sample records that lie beside the checkout.
func TestSamples(t *testing.T) {
	root := os.Getenv("CALYPSO_SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "shared")
	}
	paths, _ := filepath.Glob(filepath.Join(root, "samples", "*.jsonl"))
	if len(paths) == 0 {
		t.Skip("no samples beside the checkout")
	}
	for _, p := range paths {
		data, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		got, report := load(t, ingest.Input{Name: p, Base: "Sample", Reader: bytes.NewReader(data)})
		if !report.Clean() {
			t.Errorf("%s: %v", filepath.Base(p), report.Problems())
		}
		for name, table := range got {
			n := 0
			for _, b := range table.Batches {
				n += b.Len()
			}
			t.Logf("%s: %s %d rows", filepath.Base(p), name, n)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(signIn))
	f.Add([]byte("a,b\n1,2\n"))
	f.Add([]byte(`{"tables":[{"columns":[{"name":"a"}],"rows":[[1]]}]}`))
	f.Add([]byte("[{},[{}],1]"))
	f.Add([]byte("a\tb\n\"\n\x01\t"))
	c, err := catalog.Open(catalog.Sentinel)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		l := ingest.NewLoader(ingest.Options{Tables: tables{c}})
		if err := l.Read(context.Background(), ingest.Input{Name: "f", Base: "T", Reader: bytes.NewReader(data)}); err != nil {
			t.Fatal(err)
		}
		_, records, _, _, _ := l.Report().Counts()
		n := 0
		for _, table := range l.Finish() {
			for _, b := range table.Batches {
				n += b.Len()
				for i := range b.Width() {
					if c, err := b.Column(i); err != nil || c.Len() != b.Len() {
						t.Fatalf("column %d of %s has %d rows, want %d: %v", i, table.Name, c.Len(), b.Len(), err)
					}
				}
			}
		}
		if n != records {
			t.Fatalf("%d rows of %d records", n, records)
		}
	})
}
