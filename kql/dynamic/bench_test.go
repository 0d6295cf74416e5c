package dynamic

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// signIn is a document of the size and shape of a sign-in log's record.
var signIn = func() string {
	var b strings.Builder
	b.WriteString(`{"id":"9c5e2b1a-6d0f-4b53-9a71-0f6f3c1d2e4b","createdDateTime":"2026-01-05T08:15:30.1234567Z","userPrincipalName":"ada@example.org",` +
		`"ipAddress":"198.51.100.23","isInteractive":true,"riskLevel":null,"status":{"errorCode":50126,"failureReason":"Invalid \"user\" name or password"},` +
		`"location":{"city":"Bergen","countryOrRegion":"NO","geoCoordinates":{"latitude":60.39299,"longitude":5.32415}},"appliedPolicies":[`)
	for i := range 12 {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"id":"policy-%04d","displayName":"Require sign-in controls for group %d","result":"notApplied","conditions":[%d,%d],"enforced":false}`, i, i, i, i*1000)
	}
	b.WriteString(`],"deviceDetail":{"browser":"Edge 120","operatingSystem":"Windows 11","isManaged":true,"trustType":"Hybrid"}}`)
	return b.String()
}()

func BenchmarkParseJSON(b *testing.B) {
	b.Run("parser", func(b *testing.B) {
		var p Parser
		b.SetBytes(int64(len(signIn)))
		b.ReportAllocs()
		for b.Loop() {
			p.Parse(signIn)
		}
	})
	b.Run("function", func(b *testing.B) {
		b.SetBytes(int64(len(signIn)))
		b.ReportAllocs()
		for b.Loop() {
			ParseJSON(signIn)
		}
	})
	b.Run("encoding-json", func(b *testing.B) {
		b.SetBytes(int64(len(signIn)))
		b.ReportAllocs()
		for b.Loop() {
			var v any
			json.Unmarshal([]byte(signIn), &v)
		}
	})
}

func BenchmarkLookupJSON(b *testing.B) {
	path := []Step{Name("deviceDetail"), Name("trustType")}
	b.Run("value", func(b *testing.B) {
		l := NewLookup(path)
		b.SetBytes(int64(len(signIn)))
		b.ReportAllocs()
		for b.Loop() {
			l.Value(signIn)
		}
	})
	b.Run("string", func(b *testing.B) {
		l := NewLookup(path)
		b.SetBytes(int64(len(signIn)))
		b.ReportAllocs()
		for b.Loop() {
			l.Text(signIn)
		}
	})
}

func BenchmarkAppendJSON(b *testing.B) {
	v, _ := ParseJSON(signIn)
	var dst []byte
	b.SetBytes(int64(len(signIn)))
	b.ReportAllocs()
	for b.Loop() {
		dst = v.AppendJSON(dst[:0])
	}
}

func BenchmarkPath(b *testing.B) {
	v, _ := ParseJSON(signIn)
	path := []Step{Name("deviceDetail"), Name("trustType")}
	b.ReportAllocs()
	for b.Loop() {
		Path(v, path...)
	}
}

func BenchmarkHash(b *testing.B) {
	v, _ := ParseJSON(signIn)
	b.ReportAllocs()
	for b.Loop() {
		v.Hash(1)
	}
}
