package intake_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/ingest"
	"github.com/calypso-kql/calypso/intake"
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/store"
)

var now = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)

// open returns an intake over a new store whose tables are all custom ones.
func open(t *testing.T, o intake.Options) *intake.Intake {
	t.Helper()
	s, err := store.Open(t.TempDir(), store.Options{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	o.Store, o.Tables, o.Now = s, s, func() time.Time { return now }
	o.Grows = func(string) bool { return true }
	return intake.New(o)
}

func take(t *testing.T, in *intake.Intake, text string) intake.Decoded {
	t.Helper()
	d, err := in.Decode(context.Background(), ingest.Input{Name: "text", Into: "T_CL", Lines: true, Reader: strings.NewReader(text)}, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := in.Append(context.Background(), store.Batch{Rows: d.Rows}, nil); err != nil {
		t.Fatal(err)
	}
	return d
}

// cell prints the value of a column in the first row.
func cell(t *testing.T, r store.Rows, name string) string {
	t.Helper()
	i := r.Schema.Index(name)
	if i < 0 {
		return "no column"
	}
	c := r.Rows.Raw(i)
	switch c.Type() {
	case types.DateTime:
		view := column.ViewOf[int64](c)
		return types.TimeOf(view.At(0)).Format(time.RFC3339)
	case types.Dynamic:
		view := column.ViewOf[dynamic.Value](c)
		return view.At(0).JSON()
	}
	t.Fatalf("%s is %s", name, c.Type())
	return ""
}

func TestTimes(t *testing.T) {
	for _, c := range []struct {
		rule                   intake.OldTimes
		record, generated, bag string
	}{
		{intake.KeepOldTimes, `{"a":1}`, "2026-03-10T12:00:00Z", "no column"},
		{intake.KeepOldTimes, `{"TimeGenerated":"2020-01-01T00:00:00Z"}`, "2020-01-01T00:00:00Z", "no column"},
		{intake.KeepOldTimes, `{"TimeGenerated":"no time"}`, "2026-03-10T12:00:00Z", "no column"},
		{intake.LogAnalytics, `{"TimeGenerated":"2026-03-08T12:00:00Z"}`, "2026-03-08T12:00:00Z", "no column"},
		{intake.LogAnalytics, `{"TimeGenerated":"2026-03-08T11:59:59Z"}`, "2026-03-10T12:00:00Z", `{"TimeGenerated":"2026-03-08T11:59:59.0000000Z"}`},
		{intake.LogAnalytics, `{"TimeGenerated":"2026-03-11T12:00:00Z"}`, "2026-03-11T12:00:00Z", "no column"},
		{intake.LogAnalytics, `{"TimeGenerated":"2026-03-11T12:00:01Z"}`, "2026-03-10T12:00:00Z", `{"TimeGenerated":"2026-03-11T12:00:01.0000000Z"}`},
		{intake.LogAnalytics, `{"a":1}`, "2026-03-10T12:00:00Z", "no column"},
	} {
		d := take(t, open(t, intake.Options{OldTimes: c.rule}), c.record)
		if len(d.Rows) != 1 {
			t.Errorf("%s: %+v", c.record, d)
			continue
		}
		got := cell(t, d.Rows[0], "TimeGenerated") + " " + cell(t, d.Rows[0], "_TimeReceived") + " " + cell(t, d.Rows[0], "_Unmapped")
		if want := c.generated + " 2026-03-10T12:00:00Z " + c.bag; got != want {
			t.Errorf("%s: %s, want %s", c.record, got, want)
		}
	}
}

// A custom table takes the columns that come, each in the type of its first
// values, up to as many as Log Analytics allows.
func TestATableGrows(t *testing.T) {
	in := open(t, intake.Options{})
	take(t, in, `{"a":1}`)
	take(t, in, `{"a":2,"b":true,"c":null}`)
	d := take(t, in, `{"a":"x","b":"false","c":1.5}`)
	if d.Nulls != 1 {
		t.Errorf("%d values became null, want 1", d.Nulls)
	}
	s, _ := in.Store().Schema("T_CL")
	got := ""
	for _, c := range s.Columns {
		got += fmt.Sprintf(" %s:%s", c.Name, c.Type)
	}
	if want := " a:long TimeGenerated:datetime b:bool c:real _TimeReceived:datetime"; got != want {
		t.Errorf("columns are%s, want%s", got, want)
	}

	var b strings.Builder
	for i := range 600 {
		fmt.Fprintf(&b, `%s"n%d":%d`, map[bool]string{true: "{", false: ","}[i == 0], i, i)
	}
	d = take(t, in, b.String()+"}")
	if n := d.Rows[0].Schema.Len(); n > 510 || !strings.Contains(cell(t, d.Rows[0], "_Unmapped"), `"n599":599`) {
		t.Errorf("%d columns", n)
	}
}
