package ledger_test

import (
	"database/sql"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/database"
	"github.com/calypso-kql/calypso/internal/postgres"
	"github.com/calypso-kql/calypso/ledger"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func window(rule string, to time.Time) ledger.Run {
	return ledger.Run{Rule: rule, Name: "Rule", Version: "v", From: to.Add(-time.Hour), To: to, State: ledger.Pending, NotBefore: to, Entered: to}
}

func open(t *testing.T, source, node string) *ledger.Ledger {
	t.Helper()
	db, err := database.Open(source)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	l, err := ledger.New(db, node)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestSQLite(t *testing.T) {
	t.Run("a window from entry to end", func(t *testing.T) { aWindow(t, filepath.Join(t.TempDir(), "ledger.db")) })
	t.Run("two nodes", func(t *testing.T) { twoNodes(t, filepath.Join(t.TempDir(), "ledger.db")) })
}

func TestPostgreSQL(t *testing.T) {
	s := postgres.Start(t)
	t.Run("a window from entry to end", func(t *testing.T) { aWindow(t, s.URL()) })
	t.Run("two nodes", func(t *testing.T) { twoNodes(t, s.URL()) })
}

func aWindow(t *testing.T, source string) {
	l := open(t, source, "")
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, ok, err := l.Cursor("r"); ok || err != nil {
		t.Errorf("a rule that nobody knows has a cursor: %v", err)
	}
	must(l.Enter([]ledger.Run{window("r", noon), window("r", noon.Add(time.Minute))}))
	if err := l.Enter([]ledger.Run{window("r", noon.Add(2*time.Minute)), window("r", noon)}); err == nil {
		t.Error("a window was entered twice")
	}
	must(l.Enter([]ledger.Run{window("r", noon), window("r", noon.Add(time.Minute)), window("r", noon.Add(2*time.Minute))})) // as another node did before
	if c, ok, err := l.Cursor("r"); !ok || err != nil || !c.To.Equal(noon.Add(time.Minute)) || !c.LastAlert.IsZero() {
		t.Errorf("the cursor is %+v, %v: nothing of a refused entry may be there", c, err)
	}
	open, err := l.Due(noon)
	must(err)
	if len(open) != 1 || open[0].To != noon || open[0].From != noon.Add(-time.Hour) {
		t.Fatalf("open at noon are %+v", open)
	}
	r := open[0]
	must(l.Start(&r, "v2", noon))
	must(l.Again(&r, r.Attempt, "no", noon.Add(time.Hour)))
	if open, err = l.Due(noon); err != nil || len(open) > 0 {
		t.Errorf("open before the next attempt are %+v, %v", open, err)
	}
	must(l.Start(&r, "v2", noon))
	r.Rows, r.Alerts = 7, 2
	must(l.Evaluated(&r, ledger.Outcome{Records: [][]byte{[]byte("a"), []byte("b")}, Events: []string{"e"}, Until: noon.Add(time.Hour)}))
	if c, _, err := l.Cursor("r"); err != nil || !c.LastAlert.Equal(noon) {
		t.Errorf("the last alert is of %v, %v", c.LastAlert, err)
	}
	for at, want := range map[time.Time]bool{noon: false, noon.Add(time.Minute): true} {
		if events, err := l.Raised("r", at); err != nil || events["e"] != want {
			t.Errorf("for the window of %s, events are %v, %v", at, events, err)
		}
	}
	must(l.ForgetEvents(noon.Add(2 * time.Hour)))
	if events, err := l.Raised("r", noon.Add(time.Minute)); err != nil || len(events) > 0 {
		t.Errorf("events that are forgotten are %v, %v", events, err)
	}
	// Another process reads meanwhile.
	db, err := database.OpenReader(source)
	must(err)
	defer db.Close()
	other, err := ledger.New(db, "")
	must(err)
	if rec, err := other.Records(&r); err != nil || len(rec) != 2 || string(rec[1]) != "b" {
		t.Errorf("to be delivered are %q, %v", rec, err)
	}
	if err := other.End(&r, ledger.Done, "", noon); err == nil {
		t.Error("a reader wrote")
	}
	must(l.End(&r, ledger.Done, "", noon.Add(time.Second)))
	runs, err := other.Runs(ledger.Filter{Rule: "r", States: []ledger.State{ledger.Done, ledger.Failed}, Until: noon})
	must(err)
	want := window("r", noon)
	want.Version, want.State, want.Attempt, want.NotBefore = "v2", ledger.Done, 2, noon.Add(time.Hour)
	want.Rows, want.Alerts, want.Started, want.Ended = 7, 2, noon, noon.Add(time.Second)
	if len(runs) != 1 || runs[0] != want {
		t.Errorf("runs are %+v\nwant %+v", runs, want)
	}
	if rec, err := l.Records(&r); err != nil || len(rec) > 0 {
		t.Errorf("what is delivered is still there: %q, %v", rec, err)
	}
}

func twoNodes(t *testing.T, source string) {
	a, b := open(t, source, "a"), open(t, source, "b")
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	lease := func(l *ledger.Ledger, now time.Time, want bool) {
		t.Helper()
		got, err := l.Lease("r", now, now.Add(time.Minute))
		if err != nil || got != want {
			t.Errorf("a lease was given: %v, %v; want %v", got, err, want)
		}
	}
	must(a.Enter([]ledger.Run{window("r", noon)}))
	lease(a, noon, true)
	lease(b, noon, false)
	lease(a, noon.Add(30*time.Second), true)
	lease(b, noon.Add(61*time.Second), false)
	if open, err := b.Due(noon.Add(time.Minute)); err != nil || len(open) > 0 {
		t.Errorf("b is offered what a works on: %+v, %v", open, err)
	}
	open, err := a.Due(noon)
	must(err)
	ofA := open[0]
	must(a.Start(&ofA, "v", noon))
	// a is silent: b takes over.
	later := noon.Add(2 * time.Minute)
	if open, err = b.Due(later); err != nil || len(open) != 1 || open[0].State != ledger.Running || open[0].Node != "a" {
		t.Fatalf("of a dead node are offered %+v, %v", open, err)
	}
	lease(b, later, true)
	ofB := open[0]
	must(b.Start(&ofB, "v", later))
	// a was not dead, and is too late.
	if err := a.Evaluated(&ofA, ledger.Outcome{Records: [][]byte{[]byte("of a")}}); !errors.Is(err, ledger.ErrLost) {
		t.Errorf("a wrote what b works on: %v", err)
	}
	if err := a.End(&ofA, ledger.Failed, "", later); !errors.Is(err, ledger.ErrLost) {
		t.Errorf("a closed what b works on: %v", err)
	}
	lease(a, later, false)
	must(b.Evaluated(&ofB, ledger.Outcome{Records: [][]byte{[]byte("of b")}}))
	must(a.Release("r")) // which is b's
	lease(a, later, false)
	must(b.End(&ofB, ledger.Done, "", later))
	lease(a, later, true)
	lease(b, later, false)
	must(a.Release("r"))
	lease(b, later, true)
	runs, err := a.Runs(ledger.Filter{})
	must(err)
	if len(runs) != 1 || runs[0].State != ledger.Done || runs[0].Attempt != 2 || runs[0].Node != "b" {
		t.Errorf("runs are %+v", runs)
	}
}

// TestLedgerOfAnEarlierVersion opens a file as it was before there were components.
func TestLedgerOfAnEarlierVersion(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.Exec(`CREATE TABLE runs (rule TEXT NOT NULL, window_end INTEGER NOT NULL, window_start INTEGER NOT NULL, name TEXT NOT NULL, version TEXT NOT NULL,
			state TEXT NOT NULL, attempt INTEGER NOT NULL DEFAULT 0, not_before INTEGER NOT NULL, rows INTEGER NOT NULL DEFAULT 0, alerts INTEGER NOT NULL DEFAULT 0,
			entered INTEGER NOT NULL, started INTEGER NOT NULL DEFAULT 0, ended INTEGER NOT NULL DEFAULT 0, error TEXT NOT NULL DEFAULT '',
			PRIMARY KEY (rule, window_end)) WITHOUT ROWID;
		CREATE INDEX open_runs ON runs (not_before) WHERE state IN ('pending', 'running', 'evaluated');
		CREATE TABLE outbox (rule TEXT NOT NULL, window_end INTEGER NOT NULL, seq INTEGER NOT NULL, record BLOB NOT NULL, PRIMARY KEY (rule, window_end, seq)) WITHOUT ROWID;
		CREATE TABLE cursors (rule TEXT PRIMARY KEY, window_end INTEGER NOT NULL, last_alert INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
		INSERT INTO runs (rule, window_end, window_start, name, version, state, not_before, entered) VALUES ('r', 1000000, 0, 'R', 'v', 'pending', 0, 0);
		INSERT INTO cursors VALUES ('r', 1000000, 0);
		PRAGMA user_version = 1`)
	if err != nil {
		t.Fatal(err)
	}
	db.Close()
	reader, err := database.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	if _, err := ledger.New(reader, ""); err == nil || !strings.Contains(err.Error(), "earlier version") {
		t.Errorf("a reader of an earlier version: %v", err)
	}
	l := open(t, path, "")
	if runs, err := l.Due(noon); err != nil || len(runs) != 1 || runs[0].Name != "R" {
		t.Errorf("windows are %+v, %v", runs, err)
	}
}
