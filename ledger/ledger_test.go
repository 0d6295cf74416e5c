package ledger_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/ledger"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func window(rule string, to time.Time) ledger.Run {
	return ledger.Run{Rule: rule, Name: "Rule", Version: "v", From: to.Add(-time.Hour), To: to, State: ledger.Pending, NotBefore: to, Entered: to}
}

func TestAWindowFromEntryToEnd(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a folder?#%", "ledger.db")
	if err := os.Mkdir(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	l, err := ledger.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
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
	if c, ok, err := l.Cursor("r"); !ok || err != nil || !c.To.Equal(noon.Add(time.Minute)) || !c.LastAlert.IsZero() {
		t.Errorf("the cursor is %+v, %v: nothing of a refused entry may be there", c, err)
	}
	open, err := l.Open(noon)
	must(err)
	if len(open) != 1 || open[0].To != noon || open[0].From != noon.Add(-time.Hour) {
		t.Fatalf("open at noon are %+v", open)
	}
	r := open[0]
	must(l.Start(&r, "v2", noon))
	must(l.Again(&r, "no", noon.Add(time.Hour)))
	if open, err = l.Open(noon); err != nil || len(open) > 0 {
		t.Errorf("open before the next attempt are %+v, %v", open, err)
	}
	must(l.Start(&r, "v2", noon))
	r.Rows, r.Alerts = 7, 2
	must(l.Evaluated(&r, [][]byte{[]byte("a"), []byte("b")}))
	if c, _, err := l.Cursor("r"); err != nil || !c.LastAlert.Equal(noon) {
		t.Errorf("the last alert is of %v, %v", c.LastAlert, err)
	}
	// Another process reads meanwhile.
	other, err := ledger.OpenReader(path)
	must(err)
	defer other.Close()
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

func TestFilesThatAreNoLedger(t *testing.T) {
	dir := t.TempDir()
	if _, err := ledger.OpenReader(filepath.Join(dir, "none.db")); err == nil {
		t.Error("a file that is not there was opened")
	}
	path := filepath.Join(dir, "text.db")
	if err := os.WriteFile(path, []byte(strings.Repeat("no database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ledger.Open(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("a text was opened: %v", err)
	}
}
