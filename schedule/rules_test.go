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
		if _, err := s.Rules(); err != nil { // which sees that a file has changed
			t.Fatal(err)
		}
		now = now.Add(time.Second)
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
	if len(told) != 1 || told[0].Kind != schedule.Kept || told[0].Kept[0].Name != "A" || !strings.Contains(told[0].Error, "Enormous") {
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

	// A copy does not take the place of what runs, nor does a file that is being written.
	write("_.yaml", fmt.Sprintf(ruleText, "a", "Copy", "High"))
	looks("a copy of a", "A Informational;")
	s = open()
	looks("a copy of a, after a restart", "A Informational;")
	if w := fmt.Sprint(s.Wrong()); !strings.Contains(w, "_.yaml:9: id a is also that of \"A\"") {
		t.Errorf("wrong are %v", w)
	}
	write("_.yaml", fmt.Sprintf(ruleText, "c", "C", "High"))
	looks("the copy with an ID of its own", "C High;A Informational;")
	write("_.yaml", fmt.Sprintf(ruleText, "a", "Copy", "High"))
	looks("the copy with that of a again", "A Informational;C High;")
	for n := range 4 {
		write("_.yaml", fmt.Sprintf(ruleText, "c", "C"+strings.Repeat("c", n), "Low"))
		now = now.Add(5 * time.Second)
		if all, err := s.Rules(); err != nil || len(all) != 2 || all[1].Severity != "High" {
			t.Errorf("while a file is written, rules are %v, %v", all, err)
		}
	}
	looks("the file at rest", "Cccc Low;A Informational;")

	// A folder that is not there, as one of another machine's, has its rules run on.
	if err := os.Rename(rules, rules+".away"); err != nil {
		t.Fatal(err)
	}
	before := len(told)
	looks("the folder away", "Cccc Low;A Informational;")
	if t2 := told[before:]; len(t2) != 1 || t2[0].Path != rules || fmt.Sprint(t2[0].Kept) != "[{c Cccc} {a A}]" || !strings.Contains(t2[0].Error, "no such file") {
		t.Errorf("of the folder is told %+v", t2)
	}
	s = open()
	looks("the folder away, after a restart", "Cccc Low;A Informational;")
	if err := os.Symlink(rules+".away", rules); err != nil {
		t.Fatal(err)
	}
	looks("the folder as a link", "Cccc Low;A Informational;")
	if w := fmt.Sprint(s.Wrong()); strings.Contains(w, "no such file") {
		t.Errorf("wrong are %v", w)
	}
	more := filepath.Join(dir, "more")
	if err := os.Mkdir(more, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(more, "d.yaml"), []byte(fmt.Sprintf(ruleText, "d", "D", "Low")), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, link := range []string{more, rules} { // the latter is a loop
		if err := os.Symlink(link, filepath.Join(rules, "x"+filepath.Base(link))); err != nil {
			t.Fatal(err)
		}
	}
	looks("links to folders in it", "Cccc Low;A Informational;D Low;")
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
