package detect

import (
	"context"
	"errors"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
)

var at = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// table is a querier with one answer, of columns of text. It notes what it was
// asked.
type table struct {
	names []string
	rows  [][]string

	text     string
	from, to time.Time
	err      error
}

func (q *table) Query(_ context.Context, text string, from, to time.Time) (types.Schema, []*column.Batch, error) {
	q.text, q.from, q.to = text, from, to
	var s types.Schema
	for _, n := range q.names {
		s.Columns = append(s.Columns, types.Column{Name: n, Type: types.String})
	}
	// A batch a row, so that rows are counted over batches.
	var batches []*column.Batch
	for _, row := range q.rows {
		var cols []column.Column
		for _, cell := range row {
			cols = append(cols, column.NewVec(types.String, []string{cell}, nil))
		}
		batches = append(batches, column.NewBatch(1, cols))
	}
	return s, batches, q.err
}

func rule(change func(*Rule)) *Rule {
	r := &Rule{ID: "r1", Name: "Rule", Description: "It happened.", Kind: Scheduled, Severity: Low, Frequency: time.Hour, Period: 24 * time.Hour,
		Trigger: Trigger{Operator: GreaterThan}, Tactics: []string{"Impact"}, Query: "T", Grouping: AlertPerResult}
	if change != nil {
		change(r)
	}
	return r
}

func evaluate(t *testing.T, r *Rule, q *table) *Evaluation {
	t.Helper()
	e, err := Evaluate(context.Background(), r, at, q)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestWindow(t *testing.T) {
	q := &table{names: []string{"x"}}
	e := evaluate(t, rule(nil), q)
	if q.text != "T" || !q.to.Equal(at) || !q.from.Equal(at.Add(-24*time.Hour)) || !e.From.Equal(q.from) || !e.To.Equal(q.to) {
		t.Errorf("asked %q over %s to %s", q.text, q.from, q.to)
	}
	if e.Fired || len(e.Alerts) > 0 {
		t.Error("no rows raised an alert")
	}
}

func TestQueryFails(t *testing.T) {
	broken := errors.New("broken")
	_, err := Evaluate(context.Background(), rule(nil), at, &table{err: broken})
	if !errors.Is(err, broken) || !strings.Contains(err.Error(), "Rule at 2026-03-01T12:00:00Z") {
		t.Errorf("error %v", err)
	}
}

// A trigger on too few rows raises an alert about none.
func TestNoRowsFire(t *testing.T) {
	r := rule(func(r *Rule) {
		r.Trigger = Trigger{LessThan, 1}
		r.Entities = []EntityMapping{{"Account", []FieldMapping{{"FullName", "User"}}}}
		r.Override.NameFormat = "No {{User}}"
	})
	e := evaluate(t, r, &table{names: []string{"User"}})
	if len(e.Alerts) != 1 || len(e.Alerts[0].Rows) != 0 || len(e.Alerts[0].Entities) != 0 || e.Alerts[0].Name != "Rule" {
		t.Errorf("got %+v", e.Alerts)
	}
}

func numbered(n int) *table {
	q := &table{names: []string{"User", "Same"}}
	for i := range n {
		q.rows = append(q.rows, []string{strconv.Itoa(i), "same"})
	}
	return q
}

// Up to the cap every row has an alert; beyond it the last one is about all.
func TestGrouping(t *testing.T) {
	for _, tc := range []struct {
		grouping     Grouping
		kind         Kind
		rows, alerts int
		last         int // rows of the last alert
	}{
		{SingleAlert, Scheduled, 7, 1, 7},
		{AlertPerResult, Scheduled, 1, 1, 1},
		{AlertPerResult, Scheduled, 150, 150, 1},
		{AlertPerResult, Scheduled, 151, 150, 151},
		{AlertPerResult, Scheduled, 400, 150, 400},
		{AlertPerResult, NRT, 30, 30, 1},
		{AlertPerResult, NRT, 31, 30, 31},
	} {
		e := evaluate(t, rule(func(r *Rule) { r.Grouping, r.Kind = tc.grouping, tc.kind }), numbered(tc.rows))
		if len(e.Alerts) != tc.alerts {
			t.Errorf("%+v: %d alerts", tc, len(e.Alerts))
			continue
		}
		if got := len(e.Alerts[tc.alerts-1].Rows); got != tc.last {
			t.Errorf("%+v: the last alert is about %d rows", tc, got)
		}
		for i, a := range e.Alerts[:tc.alerts-1] {
			if !reflect.DeepEqual(a.Rows, []int{i}) {
				t.Errorf("%+v: alert %d is about rows %v", tc, i, a.Rows)
			}
		}
	}
}

func TestFormats(t *testing.T) {
	q := &table{names: []string{"User", "Empty"}, rows: [][]string{{"ana", ""}}}
	for format, want := range map[string]string{
		"":                        "Rule",
		"plain":                   "plain",
		"by {{User}}":             "by ana",
		"by {{ User }}, {{User}}": "by ana, ana",
		"by {{Empty}}.":           "Rule", // a column without a value gives the rule's name
		"by {{Nobody}}":           "Rule", // names no column
		"by {User}":               "by {User}",
		strings.Repeat("é", 128):  strings.Repeat("é", 128),
		strings.Repeat("é", 129):  "Rule", // is longer than 256 bytes
	} {
		e := evaluate(t, rule(func(r *Rule) { r.Override.NameFormat = format }), q)
		if got := e.Alerts[0].Name; got != want {
			t.Errorf("%q: got %q, want %q", format, got, want)
		}
	}
}

func TestOverrides(t *testing.T) {
	q := &table{names: []string{"Sev", "Tac", "Link", "Text", "Tech", "Sub"}, rows: [][]string{
		{"High", `["Impact","Discovery"]`, "https://x.example", "a", `["T1078","T1087.001"]`, ""},
		{"urgent", "credentialaccess, Credential Access, Mischief", "", "b", "T1, T1078", "T1110.003"},
		{"", "Mischief", "", "b", "none", ""},
	}}
	e := evaluate(t, rule(func(r *Rule) {
		r.Techniques, r.SubTechniques = []string{"T1485"}, []string{"T1565.001"}
		r.Override = AlertOverride{SeverityColumn: "Sev", TacticsColumn: "Tac", DescriptionFormat: "{{Text}}",
			Properties: map[string]string{"AlertLink": "Link", "None": "Absent", "Techniques": "Tech", "SubTechniques": "Sub"}}
	}), q)
	want := []struct {
		severity   Severity
		tactics    []string
		techniques string
		links      map[string]string
		text       string
	}{
		{High, []string{"Impact", "Discovery"}, "T1078 T1087.001", map[string]string{"AlertLink": "https://x.example"}, "a"},
		{Low, []string{"CredentialAccess", "CredentialAccess"}, "T1078 T1110.003", map[string]string{}, "b"},
		{Low, []string{"Impact"}, "T1485 T1565.001", map[string]string{}, "b"},
	}
	for i, w := range want {
		a := e.Alerts[i]
		if a.Severity != w.severity || !reflect.DeepEqual(a.Tactics, w.tactics) || !reflect.DeepEqual(a.Properties, w.links) || a.Description != w.text || strings.Join(a.Techniques, " ") != w.techniques {
			t.Errorf("alert %d: %+v, want %+v", i, a, w)
		}
	}
}

func TestEntitiesAndDetails(t *testing.T) {
	q := &table{names: []string{"User", "Id", "IP"}, rows: [][]string{
		{"ana", "1", "192.0.2.1"}, {"ben", "", "192.0.2.1"}, {"ana", "1", ""}, {"", "", ""},
	}}
	r := rule(func(r *Rule) {
		r.Grouping = SingleAlert
		r.Entities = []EntityMapping{
			{"Account", []FieldMapping{{"FullName", "User"}, {"AadUserId", "Id"}}},
			{"IP", []FieldMapping{{"Address", "IP"}}},
			{"Host", []FieldMapping{{"HostName", "Absent"}}},
		}
		r.CustomDetails = map[string]string{"Users": "User", "None": "Absent"}
	})
	a := evaluate(t, r, q).Alerts[0]
	want := []Entity{
		{"Account", []EntityField{{"FullName", "ana"}, {"AadUserId", "1"}}},
		{"Account", []EntityField{{"FullName", "ben"}}},
		{"IP", []EntityField{{"Address", "192.0.2.1"}}},
	}
	if !reflect.DeepEqual(a.Entities, want) {
		t.Errorf("entities %+v", a.Entities)
	}
	if want := map[string][]string{"Users": {"ana", "ben"}, "None": nil}; !reflect.DeepEqual(a.Details, want) {
		t.Errorf("details %v", a.Details)
	}
}

// The mappings share 500 entities, and a detail has 50 values.
func TestCaps(t *testing.T) {
	r := rule(func(r *Rule) {
		r.Grouping = SingleAlert
		r.Entities = []EntityMapping{{"Account", []FieldMapping{{"FullName", "User"}}}, {"Host", []FieldMapping{{"HostName", "User"}}}}
		r.CustomDetails = map[string]string{"Users": "User"}
	})
	a := evaluate(t, r, numbered(700)).Alerts[0]
	if len(a.Entities) != 500 || a.Entities[250].Type != "Host" || len(a.Details["Users"]) != 50 {
		t.Errorf("%d entities, %d values", len(a.Entities), len(a.Details["Users"]))
	}
}

// The identity of an alert is that of its rule, window and rows, and of nothing
// else.
func TestIdentity(t *testing.T) {
	ids := func(r *Rule, when time.Time, rows ...[]string) []string {
		e, err := Evaluate(context.Background(), r, when, &table{names: []string{"a", "b"}, rows: rows})
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, a := range e.Alerts {
			out = append(out, a.ID)
		}
		return out
	}
	x, y := []string{"1", "23"}, []string{"12", "3"}
	first := ids(rule(nil), at, x, y)
	if first[0] == first[1] {
		t.Error("two rows with the same letters have one identity")
	}
	if got := ids(rule(func(r *Rule) { r.Severity, r.Name = High, "Renamed" }), at, y, x); got[0] != first[1] || got[1] != first[0] {
		t.Error("the identity depends on the order of rows or on the rule's words")
	}
	for name, other := range map[string][]string{
		"another window": ids(rule(nil), at.Add(time.Minute), x),
		"another rule":   ids(rule(func(r *Rule) { r.ID = "r2" }), at, x),
		"another row":    ids(rule(nil), at, []string{"1", "24"}),
	} {
		if other[0] == first[0] {
			t.Errorf("%s has the same identity", name)
		}
	}
	twice := ids(rule(nil), at, x, x)
	if twice[0] != first[0] || twice[1] == twice[0] {
		t.Errorf("equal rows: %v", twice)
	}
	if again := ids(rule(nil), at, x, x); !reflect.DeepEqual(again, twice) {
		t.Error("the identities of equal rows differ from run to run")
	}
}

func TestTextOfTypes(t *testing.T) {
	for want, c := range map[string]column.Column{
		"7":                            column.NewVec(types.Long, []int64{7}, nil),
		"True":                         column.NewVec(types.Bool, []bool{true}, nil),
		"1.5":                          column.NewVec(types.Real, []float64{1.5}, nil),
		"2026-03-01T00:00:00.0000000Z": column.NewVec(types.DateTime, []int64{types.DaysOfDate(2026, 3, 1) * types.TicksPerDay}, nil),
		"01:00:00":                     column.NewVec(types.TimeSpan, []int64{types.TicksPerHour}, nil),
		"":                             column.NullConst(types.Long, 1),
	} {
		if got := cellText(c)(0); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestCard(t *testing.T) {
	a := Alert{ID: "id1", Name: "Name\x1b[2J", Description: "Two\nlines.", Severity: High, Rows: []int{3},
		Entities: []Entity{{"Account", []EntityField{{"FullName", "ana"}, {"AadUserId", "1"}}}},
		Details:  map[string][]string{"B": {"x", "y"}, "A": {"z"}, "None": nil}, Properties: map[string]string{"AlertLink": "https://x.example"}, Tactics: []string{"Impact"}}
	var b strings.Builder
	if err := a.WriteCard(&b); err != nil {
		t.Fatal(err)
	}
	want := `┌ HIGH · Name [2J
│ Two lines.
│ Account          FullName ana, AadUserId 1
│ A                z
│ B                x, y
│ AlertLink        https://x.example
│ tactics          Impact
└ id1, 1 row
`
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
}

func TestEntitiesOfColumns(t *testing.T) {
	r := rule(func(r *Rule) {
		r.Entities = []EntityMapping{{"Account", []FieldMapping{{"Name", "User"}}}}
		r.EntityColumns = []string{"Found", "Missing"}
	})
	e := evaluate(t, r, &table{names: []string{"User", "Found"}, rows: [][]string{
		{"ada", `[{"$id":"3","Type":"Account","Name":"ada"},{"Type":"IP","Address":"192.0.2.1"},{"Type":"IP"},{"Address":"x"},7]`},
		{"ada", "not JSON"},
		{"ada", `[{"Type":"IP","Address":"192.0.2.1"},{"Type":"Host","HostName":"h","IsDomainJoined":true}]`},
	}})
	want := [][]Entity{
		{{"Account", []EntityField{{"Name", "ada"}}}},
		{{"Account", []EntityField{{"Name", "ada"}}}},
		{{"Account", []EntityField{{"Name", "ada"}}}, {"IP", []EntityField{{"Address", "192.0.2.1"}}}, {"Host", []EntityField{{"HostName", "h"}}}},
	}
	for i, a := range e.Alerts {
		if !reflect.DeepEqual(a.Entities, want[i]) {
			t.Errorf("entities of alert %d are %v, want %v", i, a.Entities, want[i])
		}
	}
}

// TestRowOfAnAlert is there for people where nothing else says what an alert is about.
func TestRowOfAnAlert(t *testing.T) {
	q := &table{names: []string{"User", "Text"}, rows: [][]string{{"ana", strings.Repeat("é", 300)}, {"ben", "<b>"}}}
	for name, c := range map[string]struct {
		change func(*Rule)
		want   string
	}{
		"an alert a row": {nil, `{"User":"ben","Text":"<b>"}`},
		"one of all":     {func(r *Rule) { r.Grouping = SingleAlert }, ""},
		"with details":   {func(r *Rule) { r.CustomDetails = map[string]string{"User": "User"} }, ""},
	} {
		e := evaluate(t, rule(c.change), q)
		if got := e.Alerts[len(e.Alerts)-1].Row; got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	if got := evaluate(t, rule(nil), q).Alerts[0].Row; len(got) > maxRowText+3 || !strings.HasSuffix(got, "é…") {
		t.Errorf("a long row is %q", got)
	}
}
