package incident_test

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/database"
	"github.com/calypso-kql/calypso/detect"
	"github.com/calypso-kql/calypso/incident"
	"github.com/calypso-kql/calypso/internal/script"
)

var update = script.UpdateFlag()

var day = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

// TestScripts runs alerts and edits, one a line, and shows what incidents come of it.
//
//	grouping AllEntities lookback=5h reopen entities=account details=Severity custom=App
//	12:00 NAME SEVERITY account=ada ip=10.0.0.1 detail.App=mail rule=other times=3
//	edit 1 {"status": "Active"}
//	status a1 Resolved
//	create {"title": "Phone"}
//	forget
//	at-once
//
// Lines of alerts with the same time are of one run, which ends five minutes later. An
// edit is made a minute after what was before it, or at the same time after at-once.
func TestScripts(t *testing.T) {
	views := map[string]script.View{}
	for name, view := range map[string]func(*world) string{"incidents": (*world).incidents, "rows": (*world).rows, "timeline": (*world).timeline, "alerts": (*world).alerts} {
		views[name] = func(t *testing.T, text string) string {
			w := newWorld(t, filepath.Join(t.TempDir(), "state.db"))
			said := w.run(text)
			return said + view(w)
		}
	}
	script.Run(t, "testdata/*.test", *update, views)
}

// world is incidents with a clock that is set by hand.
type world struct {
	t     testing.TB
	now   time.Time
	db    *database.DB
	store *incident.Store
	c     detect.IncidentConfiguration
	n     int // of alerts
	sink  rowSink
}

func newWorld(t testing.TB, source string, with ...func(*incident.Options)) *world {
	t.Helper()
	w := &world{t: t, now: day, c: detect.IncidentConfiguration{Create: true}, sink: rowSink{}}
	var err error
	if w.db, err = database.Open(source); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.db.Close() })
	o := incident.Options{Now: func() time.Time { return w.now }}
	for _, f := range with {
		f(&o)
	}
	if w.store, err = incident.Open(w.db, o); err != nil {
		t.Fatal(err)
	}
	return w
}

// rowSink keeps what is delivered, by table, each batch once.
type rowSink map[string][]string

func (s rowSink) Deliver(_ context.Context, id, table string, records [][]byte) error {
	if slices.Contains(s["ids"], id) {
		return nil
	}
	s["ids"] = append(s["ids"], id)
	for _, r := range records {
		s[table] = append(s[table], string(r))
	}
	return nil
}

// run does what the lines say, and returns what went wrong.
func (w *world) run(text string) (said string) {
	w.t.Helper()
	var at time.Time
	var rows [][]byte
	add := func() {
		if len(rows) > 0 {
			w.now = at.Add(5 * time.Minute)
			if err := w.store.Add(context.Background(), at, w.c, rows); err != nil {
				w.t.Fatal(err)
			}
		}
		rows = nil
	}
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		when, err := time.Parse("15:04", words[0])
		if err == nil {
			when = day.Add(when.Sub(when.Truncate(24 * time.Hour)))
		}
		if err != nil || !when.Equal(at) {
			add()
		}
		switch {
		case err == nil:
			at = when
			rows = append(rows, w.alertRows(at, words[1:])...)
		case words[0] == "grouping":
			w.c = grouping(w.t, words[1:])
		case words[0] == "at-once":
			w.now = w.now.Add(-time.Minute)
		case words[0] == "edit":
			said += w.edit(words[1], strings.TrimSpace(strings.SplitN(line, words[1], 2)[1]))
		case words[0] == "create":
			e, err := incident.ParseEdit([]byte(strings.TrimSpace(strings.TrimPrefix(line, "create"))))
			if err == nil {
				_, err = w.store.Create(e, incident.User("eve"))
			}
			if err != nil {
				said += err.Error() + "\n"
			}
		case words[0] == "forget":
			n, err := w.store.Forget(context.Background(), w.now)
			said += fmt.Sprintf("%d forgotten, %v\n", n, err)
		case words[0] == "status":
			w.now = w.now.Add(time.Minute)
			if _, err := w.store.SetStatus(words[1], incident.AlertStatus(words[2])); err != nil {
				said += err.Error() + "\n"
			}
		default:
			w.t.Fatalf("line %q", line)
		}
	}
	add()
	return said
}

func (w *world) edit(number, body string) string {
	w.now = w.now.Add(time.Minute)
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		w.t.Fatal(err)
	}
	e, err := incident.ParseEdit([]byte(body))
	if err == nil {
		_, err = w.store.Update(n, e, incident.User("eve"))
	}
	if err != nil {
		return err.Error() + "\n"
	}
	return ""
}

func grouping(t testing.TB, words []string) detect.IncidentConfiguration {
	if words[0] == "none" {
		return detect.IncidentConfiguration{}
	}
	g := detect.IncidentGrouping{Enabled: words[0] != "off", Matching: detect.MatchingMethod(words[0]), LookBack: 5 * time.Hour}
	for _, w := range words[1:] {
		name, value, _ := strings.Cut(w, "=")
		list := strings.Split(value, ",")
		switch name {
		case "lookback":
			var err error
			if g.LookBack, err = time.ParseDuration(value); err != nil {
				t.Fatal(err)
			}
		case "reopen":
			g.Reopen = true
		case "entities":
			g.Entities = list
		case "details":
			g.Details = list
		case "custom":
			g.CustomDetails = list
		default:
			t.Fatal(w)
		}
	}
	return detect.IncidentConfiguration{Create: true, Grouping: g}
}

// alertRows writes the alerts of a line as rows of SecurityAlert.
func (w *world) alertRows(at time.Time, words []string) (rows [][]byte) {
	rule, times := "r", 1
	entities, details := []map[string]string{}, map[string][]string{}
	for _, word := range words[2:] {
		key, value, _ := strings.Cut(word, "=")
		switch detail, isDetail := strings.CutPrefix(key, "detail."); {
		case isDetail:
			details[detail] = append(details[detail], value)
		case key == "rule":
			rule = value
		case key == "times":
			times, _ = strconv.Atoi(value)
		default:
			entities = append(entities, map[string]string{"$id": strconv.Itoa(len(entities) + 2), "Type": key, "Name": value})
		}
	}
	for range times {
		w.n++
		row, err := json.Marshal(map[string]any{
			"SystemAlertId": fmt.Sprintf("a%d", w.n), "AlertName": words[0], "DisplayName": words[0], "AlertSeverity": words[1], "AlertType": rule, "Status": "New",
			"Description": "about " + words[0], "ProductName": "Azure Sentinel", "TimeGenerated": at.Add(5 * time.Minute), "StartTime": at.Add(-2 * time.Minute), "EndTime": at.Add(-time.Minute),
			"Tactics": "InitialAccess, Persistence", "Techniques": `["T1078"]`, "Entities": text(w.t, entities),
			"ExtendedProperties": text(w.t, map[string]string{"Analytic Rule Name": "Rule " + rule, "Custom Details": text(w.t, details)}),
		})
		if err != nil {
			w.t.Fatal(err)
		}
		rows = append(rows, row)
	}
	return rows
}

func text(t testing.TB, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func (w *world) all() []*incident.Incident {
	w.t.Helper()
	all, err := w.store.Incidents(incident.Filter{})
	if err != nil {
		w.t.Fatal(err)
	}
	slices.Reverse(all)
	return all
}

// ids writes a list of IDs, runs of them in short.
func ids(list []string) string {
	if len(list) > 5 {
		return fmt.Sprintf("%s…%s (%d)", list[0], list[len(list)-1], len(list))
	}
	return strings.Join(list, ",")
}

func (w *world) incidents() string {
	var b strings.Builder
	for _, i := range w.all() {
		fmt.Fprintf(&b, "%d %s %s %q v%d %s", i.Number, i.Status, i.Severity, i.Title, i.Version, ids(i.Alerts))
		for _, e := range i.Entities {
			fmt.Fprintf(&b, " [%s]", e)
		}
		b.WriteString("\n")
	}
	return b.String()
}

func (w *world) timeline() string {
	var b strings.Builder
	for _, i := range w.all() {
		changes, err := w.store.Timeline(i.Number)
		if err != nil {
			w.t.Fatal(err)
		}
		for _, c := range changes {
			fmt.Fprintf(&b, "%d.%d %s %s:", c.Incident, c.Version, c.Time.Format("15:04:05.000000"), c.By)
			for _, d := range c.What {
				fmt.Fprintf(&b, " %s %q→%q", d.Field, d.From, d.To)
			}
			b.WriteString("\n")
		}
	}
	return b.String()
}

func (w *world) alerts() string {
	all, next, err := w.store.Alerts(incident.AlertFilter{})
	if err != nil || next != "" {
		w.t.Fatal(next, err)
	}
	var b strings.Builder
	for _, a := range all {
		fmt.Fprintf(&b, "%s %s %s %q incident %d\n", a.ID, a.Status, a.Severity, a.Name, a.Incident)
	}
	return b.String() + w.delivered("SecurityAlert")
}

func (w *world) rows() string { return w.delivered("SecurityIncident") }

// delivered returns the rows of a table that have been delivered.
func (w *world) delivered(table string) string {
	w.t.Helper()
	if _, err := w.store.Deliver(context.Background(), w.sink); err != nil {
		w.t.Fatal(err)
	}
	out := strings.Join(w.sink[table], "\n")
	if out != "" {
		out += "\n"
	}
	return out
}
