package syntax

import (
	"strings"
	"testing"
)

// benchText is a query as detections are: a few statements, some operators each.
const benchText = `
let window = 14d; // how far back
let admins = dynamic(["root", "administrator"]);
let known = materialize(
    SigninLogs
    | where TimeGenerated between (ago(window) .. ago(1d)) and ResultType == "0"
    | summarize by UserPrincipalName, IPAddress);
SigninLogs
| where TimeGenerated > ago(1d)
| where ResultType in ("50126", "50053") or AppDisplayName has_any ("Azure Portal", "Graph")
| extend City = tostring(LocationDetails.city), Device = tolower(tostring(DeviceDetail["displayName"]))
| join kind=leftanti (known) on UserPrincipalName, $left.IPAddress == $right.IPAddress
| summarize Failures = countif(ResultType != "0"), Apps = make_set(AppDisplayName, 100), arg_max(TimeGenerated, *)
    by UserPrincipalName, bin(TimeGenerated, 1h)
| where Failures > 10 and not(UserPrincipalName in~ (admins))
| project-away ResultDescription, Correlation*
| order by Failures desc
`

func BenchmarkLex(b *testing.B) {
	b.SetBytes(int64(len(benchText)))
	for b.Loop() {
		lex(benchText)
	}
}

func BenchmarkParse(b *testing.B) {
	b.SetBytes(int64(len(benchText)))
	b.ReportAllocs()
	for b.Loop() {
		if _, diags := Parse(benchText); len(diags) > 0 {
			b.Fatal(Render(benchText, diags))
		}
	}
}

func BenchmarkParseLongList(b *testing.B) {
	text := "T | where x in (" + strings.Repeat("'192.0.2.1', ", 10_000) + "'192.0.2.2')"
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Parse(text)
	}
}

func BenchmarkFormat(b *testing.B) {
	q, _ := Parse(benchText)
	b.SetBytes(int64(len(benchText)))
	for b.Loop() {
		Format(q)
	}
}
