package incident

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// edited makes an edit of an incident and returns what has changed, or what is wrong.
func edited(i *Incident, body string, by Actor) string {
	e, err := ParseEdit([]byte(body))
	if err != nil {
		return err.Error()
	}
	c := *i
	what, err := e.apply(&c, by, noon)
	if err != nil {
		var invalid *Invalid
		if !errors.As(err, &invalid) {
			return "not an Invalid: " + err.Error()
		}
		return err.Error()
	}
	*i = c
	var out []string
	for _, d := range what {
		out = append(out, fmt.Sprintf("%s: %q to %q", d.Field, d.From, d.To))
	}
	return strings.Join(out, "; ")
}

func TestEdits(t *testing.T) {
	i := &Incident{Number: 7, Name: "n", Version: 1, Status: New, Severity: "Low", Title: "Risk"}
	for _, c := range []struct{ body, want string }{
		{`{}`, ``},
		{`{"title": " "}`, `title: is empty`},
		{`{"title": "Risk"}`, ``},
		{`{"severity": "high"}`, `severity: "Low" to "High"; severitySet: "" to "true"`},
		{`{"severity": "huge"}`, `severity: "huge": want High, Medium, Low or Informational`},
		{`{"severity": ""}`, `severity: "": want High, Medium, Low or Informational`},
		{`{"status": "active", "owner": {"assignedTo": "Ada", "email": "ada@contoso.com"}}`, `status: "New" to "Active"; owner: "" to "Ada"`},
		{`{"owner": null}`, `owner: "Ada" to ""`},
		{`{"owner": null}`, ``},
		{`{"status": "Closed"}`, `classification: is missing: a closed incident is TruePositive, BenignPositive, FalsePositive or Undetermined`},
		{`{"status": "Closed", "classification": "Huh"}`, `classification: "Huh": want TruePositive, BenignPositive, FalsePositive or Undetermined`},
		{`{"status": "Closed", "classification": "FalsePositive"}`, `classificationReason: is missing: FalsePositive wants IncorrectAlertLogic or InaccurateData`},
		{`{"status": "Closed", "classification": "TruePositive", "classificationReason": "InaccurateData"}`, `classificationReason: "InaccurateData": TruePositive wants SuspiciousActivity`},
		{`{"status": "Closed", "classification": "Undetermined", "classificationReason": "InaccurateData"}`, `classificationReason: "InaccurateData": Undetermined has none`},
		{`{"classification": "TruePositive"}`, `classification: is of closed incidents: want status Closed`},
		{`{"status": "closed", "classification": "falsepositive", "classificationReason": "inaccuratedata", "classificationComment": "old"}`,
			`classification: "" to "FalsePositive"; classificationReason: "" to "InaccurateData"; classificationComment: "" to "old"; status: "Active" to "Closed"`},
		{`{"classification": "TruePositive"}`, `classification: "FalsePositive" to "TruePositive"; classificationReason: "InaccurateData" to "SuspiciousActivity"`},
		{`{"comment": " late "}`, `comments: "" to "late"`},
		{`{"status": "New"}`, `classification: "TruePositive" to ""; classificationReason: "SuspiciousActivity" to ""; classificationComment: "old" to ""; status: "Closed" to "New"`},
		{`{"addLabels": ["vip", "VIP", "travel"]}`, `labels: "" to "vip"; labels: "" to "travel"`},
		{`{"removeLabels": ["Vip", "none"], "addLabels": ["seen"]}`, `labels: "vip" to ""; labels: "" to "seen"`},
		{`{"addLabels": [""]}`, `labels: one is empty`},
		{`{"addTasks": [{"title": "Call Ada"}]}`, `tasks: "" to "Call Ada"`},
		{`{"tasks": {"x": "Completed"}}`, `tasks: incident 7 has no task x`},
		{`{"Nothing": 1}`, `body: there is no field "Nothing"`},
		{`{"title": 1}`, `body: title: a number does not fit`},
		{`[]`, `body: want a JSON object, not array`},
		{`{} {}`, `body: want one JSON object`},
	} {
		if got := edited(i, c.body, User("eve")); got != c.want {
			t.Errorf("%s: %s\nwant %s", c.body, got, c.want)
		}
	}
	if got := edited(i, fmt.Sprintf(`{"tasks": {%q: "Completed"}}`, i.Tasks[0].ID), User("eve")); got != `tasks: "Call Ada: New" to "Call Ada: Completed"` {
		t.Error("a completed task:", got)
	}
	if !i.SeveritySet || i.Closed != noon || i.Comments[0].Author != "eve" || i.Labels[0].Type != UserLabel {
		t.Errorf("it is %+v", i)
	}
	for len(i.Comments) < 100 {
		edited(i, `{"comment": "again"}`, User("eve"))
	}
	if got := edited(i, `{"comment": "once more"}`, User("eve")); got != "comment: incident 7 has 100 comments, which is the most" {
		t.Error("a comment too many:", got)
	}
}
