package incident_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/calypso-kql/calypso/database"
	"github.com/calypso-kql/calypso/detect"
	"github.com/calypso-kql/calypso/incident"
)

// tells writes every change in a table of its own.
type tells struct{ fail string }

func (o *tells) Changed(tx *database.Tx, before, after *incident.Incident, c incident.Change) error {
	what := fmt.Sprintf("%d.%d %s", c.Incident, c.Version, c.By)
	if before == nil {
		what += " opens"
	} else if before.Version != c.Version-1 || after.Version != c.Version {
		what += fmt.Sprintf(" from %d to %d", before.Version, after.Version)
	}
	if o.fail != "" && strings.Contains(after.Title, o.fail) {
		return errors.New("the queue is away")
	}
	_, err := tx.Exec("INSERT INTO told (what) VALUES (?)", what)
	return err
}

// closes closes what is of low severity, and labels what is then still open.
type closes struct{}

func (closes) Automate(_ *database.Tx, _, after *incident.Incident, c incident.Change, edit func(incident.Edit, incident.Actor) (*incident.Incident, error)) error {
	if c.Version > 1 {
		return nil
	}
	if after.Severity == detect.Low {
		status, class := incident.Closed, incident.BenignPositive
		var err error
		if after, err = edit(incident.Edit{Status: &status, Classification: &class}, incident.AutomationRule("close low")); err != nil {
			return err
		}
	}
	if after.Status != incident.Closed {
		_, err := edit(incident.Edit{AddLabels: []string{"open"}}, incident.AutomationRule("label"))
		return err
	}
	var invalid *incident.Invalid
	if _, err := edit(incident.Edit{AddLabels: []string{""}}, incident.AutomationRule("wrong")); !errors.As(err, &invalid) {
		return fmt.Errorf("a wrong edit: %v", err)
	}
	return nil
}

// TestHooks lets an observer write in the transaction of a change, and automation
// change what is new.
func TestHooks(t *testing.T) {
	o := &tells{}
	w := newWorld(t, filepath.Join(t.TempDir(), "state.db"), func(with *incident.Options) {
		with.Observers, with.Automators = []incident.Observer{o}, []incident.Automator{closes{}}
	})
	if err := w.db.Migrate("told", "CREATE TABLE told (what TEXT NOT NULL)"); err != nil {
		t.Fatal(err)
	}
	w.run("12:00 risk Low\n12:00 risk High\nedit 2 {\"severity\": \"Medium\"}")
	// An observer that fails undoes everything of its transaction.
	o.fail = "bad"
	rows := w.alertRows(day, []string{"good", "High"})
	rows = append(rows, w.alertRows(day, []string{"bad", "High"})...)
	if err := w.store.Add(context.Background(), day, w.c, rows); err == nil || err.Error() != "the queue is away" {
		t.Error(err)
	}
	told, err := w.db.Query("SELECT what FROM told")
	if err != nil {
		t.Fatal(err)
	}
	defer told.Close()
	var got []string
	for told.Next() {
		var s string
		if err := told.Scan(&s); err != nil {
			t.Fatal(err)
		}
		got = append(got, s)
	}
	want := []string{
		"1.1 Alert updated opens", "1.2 Automation rule - close low", "2.1 Alert updated opens", "2.2 Automation rule - label", "2.3 eve",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("told is\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if all := w.incidents(); all != "1 Closed Low \"risk\" v2 a1\n2 New Medium \"risk\" v3 a2\n" {
		t.Errorf("incidents are\n%s", all)
	}
}
