package schedule_test

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/database"
	"github.com/calypso-kql/calypso/ledger"
	"github.com/calypso-kql/calypso/schedule"
)

const ruleText = `id: %s
kind: Scheduled
name: %s
severity: %s
queryFrequency: 1h
queryPeriod: 1h
triggerOperator: gt
triggerThreshold: 0
query: T
`

// TestRulesOfAFolder changes, breaks, restarts with, mends and removes a file, and
// switches its rule.
func TestRulesOfAFolder(t *testing.T) {
	dir := t.TempDir()
	db, err := database.Open(filepath.Join(dir, "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	l, err := ledger.New(db, "node")
	if err != nil {
		t.Fatal(err)
	}
	rules := filepath.Join(dir, "rules")
	if err := os.Mkdir(rules, 0o700); err != nil {
		t.Fatal(err)
	}
	now := noon
	var told []schedule.Trouble
	open := func() *schedule.RuleSet {
		return schedule.NewRuleSet([]string{rules}, l, func() time.Time { return now }, slog.New(slog.NewTextHandler(io.Discard, nil)), func(x schedule.Trouble) { told = append(told, x) })
	}
	s := open()
	write := func(file, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(rules, file), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	looks := func(what, want string) {
		t.Helper()
		now = now.Add(10 * time.Second)
		got := ""
		all, err := s.Rules()
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range all {
			got += fmt.Sprintf("%s %s", r.Name, r.Severity)
			if r.Disabled {
				got += " disabled"
			}
			got += ";"
		}
		if got != want {
			t.Errorf("%s: rules are %q, want %q", what, got, want)
		}
	}
	looks("nothing", "")
	write("a.yaml", fmt.Sprintf(ruleText, "a", "A", "High"))
	write("b.yaml", fmt.Sprintf(ruleText, "b", "B", "Low"))
	looks("two", "A High;B Low;")
	write("a.yaml", fmt.Sprintf(ruleText, "a", "A", "Medium"))
	looks("a changed", "A Medium;B Low;")
	write("a.yaml", fmt.Sprintf(ruleText, "a", "A", "Enormous"))
	looks("a broken", "B Low;A Medium;")
	if len(told) != 1 || told[0].Kind != schedule.Kept || told[0].Name != "A" || !strings.Contains(told[0].Error, "Enormous") {
		t.Errorf("told is %+v", told)
	}
	if w := s.Wrong(); len(w) != 1 || !strings.Contains(w[0].Error(), "Enormous") {
		t.Errorf("wrong are %v", w)
	}
	s = open()
	looks("a broken, after a restart", "B Low;A Medium;")
	if err := l.SetSwitch("a", ledger.Switch{Changed: noon}); err != nil {
		t.Fatal(err)
	}
	s = open()
	looks("a disabled, after another", "B Low;A Medium disabled;")
	write("a.yaml", fmt.Sprintf(ruleText, "a", "A", "Informational"))
	looks("a mended", "A Informational disabled;B Low;")
	if err := l.SetSwitch("a", ledger.Switch{Enabled: true, Changed: noon}); err != nil {
		t.Fatal(err)
	}
	looks("a enabled", "A Informational;B Low;")
	if err := os.Remove(filepath.Join(rules, "b.yaml")); err != nil {
		t.Fatal(err)
	}
	looks("b removed", "A Informational;")
	write("b.yaml", "kind: Scheduled")
	looks("b there again, broken", "A Informational;")
}

// TestStart has windows end at whole frequencies after a rule's start, and none before.
func TestStart(t *testing.T) {
	r := newRule(nil)
	r.Start = noon.Add(7 * time.Minute)
	none := time.Duration(0)
	r.Delay = &none
	x := open(t, t.TempDir(), r)
	x.events(1, noon.Add(-time.Hour))
	for m := range 30 {
		x.set(noon.Add(time.Duration(m) * time.Minute))
		x.drain()
	}
	runs, err := x.ledger.Runs(ledger.Filter{})
	if err != nil || len(runs) != 5 || !runs[4].To.Equal(r.Start) || !runs[0].To.Equal(noon.Add(27*time.Minute)) {
		t.Errorf("windows are %+v, %v", runs, err)
	}
}

// TestStartWhileAway has a process be away from before a rule's start until after it:
// the windows from the start on are caught up on, the first as far back as the rule says.
func TestStartWhileAway(t *testing.T) {
	r := newRule(nil)
	r.Start, r.First = noon.Add(7*time.Minute), 6*time.Hour
	x := open(t, t.TempDir(), r)
	for _, m := range []int{0, 3, 30} {
		x.set(noon.Add(time.Duration(m) * time.Minute))
		x.drain()
	}
	runs, err := x.ledger.Runs(ledger.Filter{})
	if err != nil || len(runs) != 4 || !runs[3].To.Equal(r.Start) || !runs[0].To.Equal(noon.Add(22*time.Minute)) {
		t.Fatalf("windows are %+v, %v", runs, err)
	}
	if first := runs[3].To.Sub(runs[3].From); first < 5*time.Hour || runs[2].To.Sub(runs[2].From) >= 5*time.Hour {
		t.Errorf("the first window is %s long", first)
	}
}
