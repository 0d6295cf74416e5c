package tenant

import (
	"bytes"
	"encoding/json"
	"io"
	"testing"
	"time"
)

func small(t testing.TB, change func(*Options)) *Tenant {
	t.Helper()
	end := time.Date(2025, 6, 18, 12, 0, 0, 0, time.UTC)
	o := Options{Seed: 7, Start: end.Add(-48 * time.Hour), End: end, Users: 300, SignIns: 3000, RiskEvents: 400, Alerts: 500,
		CaseSpan: 3 * time.Hour}
	if change != nil {
		change(&o)
	}
	ten, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return ten
}

func TestSameOptionsSameBytes(t *testing.T) {
	var a, b, c bytes.Buffer
	for _, x := range []struct {
		to   *bytes.Buffer
		seed uint64
	}{{&a, 7}, {&b, 7}, {&c, 8}} {
		if err := small(t, func(o *Options) { o.Seed = x.seed }).WriteSignIns(x.to); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Error("the same seed gave two different logs")
	}
	if bytes.Equal(a.Bytes(), c.Bytes()) {
		t.Error("two seeds gave the same log")
	}
}

func BenchmarkSignInEnvelope(b *testing.B) {
	ten := small(b, func(o *Options) { o.Users, o.SignIns = 20000, 1000000 })
	var s SignIn
	var line []byte
	var n int64
	for i := 0; b.Loop(); i++ {
		ten.SignIn(int64(i)%ten.SignIns(), &s)
		line = AppendSignInEnvelope(line[:0], &s)
		n += int64(len(line))
		io.Discard.Write(line)
	}
	b.SetBytes(n / int64(b.N))
}

func TestEnvelopesAreJSON(t *testing.T) {
	ten := small(t, nil)
	var buf bytes.Buffer
	if err := ten.WriteSignIns(&buf); err != nil {
		t.Fatal(err)
	}
	for i := range ten.RiskEvents() {
		buf.Write(AppendRiskEnvelope(nil, &ten.RiskEvents()[i]))
	}
	columns := AlertColumns()
	for i := range ten.Alerts() {
		buf.Write(AppendExport(nil, columns, &ten.Alerts()[i]))
	}
	for _, line := range bytes.Split(bytes.TrimSpace(buf.Bytes()), []byte("\n")) {
		if !json.Valid(line) {
			t.Fatalf("not JSON: %s", line)
		}
	}
}
