package automation

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/internal/script"
)

var update = script.UpdateFlag()

// What is read of rules, and what is wrong with them, is written down.
func TestParse(t *testing.T) {
	script.Run(t, "testdata/parse.test", *update, map[string]script.View{
		"rules": func(_ *testing.T, text string) string {
			rules, err := Parse("rule.yaml", []byte(text))
			var b strings.Builder
			for _, r := range rules {
				fmt.Fprintf(&b, "%d %s (%s) on %s, %d conditions", r.Order, r.Name, r.ID, r.Trigger, len(r.conditions))
				if r.Disabled {
					b.WriteString(", disabled")
				}
				if !r.Expires.IsZero() {
					b.WriteString(", until " + r.Expires.Format(time.RFC3339))
				}
				e := r.Actions.Edit
				for _, v := range []any{e.Status, e.Severity, e.Classification, e.ClassificationReason} {
					if s := deref(v); s != "" {
						b.WriteString("; " + s)
					}
				}
				if e.Owner != nil {
					fmt.Fprintf(&b, "; owner %s", e.Owner)
				}
				for _, l := range e.AddLabels {
					b.WriteString("; label " + l)
				}
				for _, t := range e.AddTasks {
					b.WriteString("; task " + t.Title)
				}
				for _, c := range r.Actions.Channels {
					b.WriteString("; notify " + c)
				}
				b.WriteString("\n")
			}
			if err != nil {
				b.WriteString(err.Error())
			}
			return b.String()
		},
	})
}

func TestReadFolders(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	rule := func(name string, order int) string {
		return fmt.Sprintf("displayName: %s\norder: %d\ntriggeringLogic: {isEnabled: true, triggersOn: Incidents, triggersWhen: Created}\nactions: [{order: 1, actionType: ModifyProperties, actionConfiguration: {severity: Low}}]\n", name, order)
	}
	write("late.yaml", rule("Late", 7))
	write("early.yml", rule("Early", 2))
	write("twin.yaml", rule("Early", 3))
	write("detection.yaml", "id: 1\nqueryFrequency: 5m\nquery: T\n")
	write("notes.txt", "triggeringLogic:")
	write("late.test.yaml", "triggeringLogic: of a test")
	write("broken.json", `{"displayName": "Broken", "triggeringLogic": {}, "actions": []}`)
	read := Read([]string{dir})
	if len(read.Rules) != 2 || read.Rules[0].Name != "Early" || read.Rules[1].Name != "Late" {
		t.Errorf("rules are %+v", read.Rules)
	}
	var all []string
	for _, e := range read.Errors {
		all = append(all, e.Error())
	}
	if !read.Broken[filepath.Join(dir, "broken.json")] || !strings.Contains(strings.Join(all, "\n"), "is also that of") {
		t.Errorf("errors are %v", all)
	}

	// One that becomes wrong runs as it was.
	has := func(name string) bool { return name == "soc" }
	s := NewSet([]string{filepath.Join(dir, "late.yaml")}, has, discard())
	write("late.yaml", "displayName: Late\ntriggeringLogic: no\n")
	s.Look()
	s.Look() // which finds the file as the look before has found it
	if rules := s.Rules(); len(rules) != 1 || rules[0].Order != 7 || len(s.Wrong()) == 0 {
		t.Errorf("rules are %+v, wrong %v", rules, s.Wrong())
	}
	write("late.yaml", strings.Replace(rule("Late", 9), "actionType: ModifyProperties, actionConfiguration: {severity: Low}", "actionType: Notify, actionConfiguration: {channel: pager}", 1))
	s.Look()
	s.Look() // which finds the file as the look before has found it
	if rules := s.Rules(); len(rules) != 1 || rules[0].Order != 7 || !strings.Contains(fmt.Sprint(s.Wrong()), `there is no channel "pager"`) {
		t.Errorf("rules are %+v, wrong %v", rules, s.Wrong())
	}
}
