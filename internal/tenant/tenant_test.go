package tenant

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
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

// everything writes all rows of a tenant, one on a line.
func everything(t testing.TB, ten *Tenant) []byte {
	t.Helper()
	var buf bytes.Buffer
	if err := ten.WriteSignIns(&buf); err != nil {
		t.Fatal(err)
	}
	out := buf.Bytes()
	for i := range ten.RiskEvents() {
		out = AppendRiskEnvelope(out, &ten.RiskEvents()[i])
	}
	columns := AlertColumns()
	for i := range ten.Alerts() {
		out = AppendExport(out, columns, &ten.Alerts()[i])
	}
	return out
}

func TestSameOptionsSameBytes(t *testing.T) {
	first := everything(t, small(t, nil))
	if !bytes.Equal(first, everything(t, small(t, nil))) {
		t.Error("the same options gave two different logs")
	}
	if bytes.Equal(first, everything(t, small(t, func(o *Options) { o.Seed++ }))) {
		t.Error("two seeds gave the same logs")
	}
}

func TestEveryLineIsJSON(t *testing.T) {
	for line := range bytes.Lines(everything(t, small(t, nil))) {
		if !json.Valid(line) {
			t.Fatalf("not JSON: %s", line)
		}
	}
}

func TestOptionsAreChecked(t *testing.T) {
	end := time.Date(2025, 6, 18, 12, 0, 0, 0, time.UTC)
	good := Options{Start: end.Add(-48 * time.Hour), End: end, Users: 1, SignIns: 100, CaseSpan: time.Hour}
	if _, err := New(good); err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string]func(*Options){
		"users":           func(o *Options) { o.Users = 0 },
		"not after start": func(o *Options) { o.End = o.Start },
		"at least 36h":    func(o *Options) { o.Start = o.End.Add(-time.Hour) },
		"not a multiple":  func(o *Options) { o.End = o.End.Add(time.Second) },
		"between 0 and 1": func(o *Options) { o.APITraffic = 2 },
		"case span":       func(o *Options) { o.CaseSpan = 24 * time.Hour },
		"planted":         func(o *Options) { o.SignIns = 3 },
	} {
		o := good
		change(&o)
		if _, err := New(o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one that says %q", err, want)
		}
	}
}

// Rows are nearly in the order of time and inside the range; every detection
// that was invented is about a sign-in that exists.
func TestRowsHangTogether(t *testing.T) {
	ten := small(t, func(o *Options) { o.APITraffic = 0.3 })
	requests := map[string]bool{}
	ids := map[string]bool{}
	shared := 0
	var s SignIn
	latest := int64(0)
	for i := range ten.SignIns() {
		ten.SignIn(i, &s)
		if s.Time < ten.from || s.Time >= ten.to || s.Time%100 != 0 {
			t.Fatalf("row %d: time %s", i, iso(s.Time))
		}
		if s.Time < latest-int64(time.Minute) {
			t.Errorf("row %d is %s behind", i, time.Duration(latest-s.Time))
		}
		latest = max(latest, s.Time)
		if ids[s.ID] {
			t.Errorf("row %d: id %s twice", i, s.ID)
		}
		ids[s.ID], requests[s.OriginalRequestID] = true, true
		if s.ID != s.OriginalRequestID {
			shared++
		}
	}
	if shared < 30 || shared > 200 {
		t.Errorf("%d of %d rows share their original request, want some 3 %%", shared, ten.SignIns())
	}
	planted := map[string]bool{}
	for _, c := range ten.Cases() {
		planted[c.ID] = true
	}
	for _, e := range ten.RiskEvents() {
		if !planted[e.ID] && !requests[e.RequestID] {
			t.Errorf("detection %s: no sign-in %s", e.ID, e.RequestID)
		}
		if e.Time < e.Activity || e.Time >= ten.to {
			t.Errorf("detection %s: time %s, activity %s", e.ID, iso(e.Time), iso(e.Activity))
		}
	}
	if n := len(ten.Alerts()); n < 500 {
		t.Errorf("%d alerts, want at least 500", n)
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
		if _, err := io.Discard.Write(line); err != nil {
			b.Fatal(err)
		}
	}
	b.SetBytes(n / int64(b.N))
}
