package incident

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/calypso-kql/calypso/internal/oneline"
)

// WriteCard draws an incident for people, with its alerts, its changes, and those that
// are similar.
func (i *Incident) WriteCard(w io.Writer, alerts []*Alert, changes []Change, similar []Similar) error {
	c := card{}
	c.printf("┌ #%d · %s · %s\n", i.Number, strings.ToUpper(string(i.Severity)), oneline.Of(i.Title))
	c.facts(i)
	c.section(fmt.Sprintf("alerts (%d)", len(i.Alerts)))
	for _, a := range alerts {
		c.printf("│ %s  %-13s %-10s %s  %s\n", clock(a.Generated), a.Severity, a.Status, oneline.Of(a.Name), a.ID)
	}
	if len(similar) > 0 {
		c.section("similar incidents, by identifiers in common")
	}
	for _, x := range similar {
		c.printf("│ #%d  %s  %s  %d in common\n", x.Number, x.Status, oneline.Of(x.Title), x.Shared)
	}
	if len(i.Comments) > 0 {
		c.section(fmt.Sprintf("comments (%d)", len(i.Comments)))
	}
	for _, m := range i.Comments {
		c.printf("│ %s  %s: %s\n", clock(m.Created), oneline.Of(m.Author), oneline.Of(m.Message))
	}
	c.section("timeline")
	for _, ch := range changes {
		c.printf("│ %s  %s\n", clock(ch.Time), oneline.Of(ch.String()))
	}
	c.printf("└ %s, version %d\n", i.Name, i.Version)
	_, err := io.WriteString(w, c.String())
	return err
}

// facts draws what an incident itself says, a line each.
func (c *card) facts(i *Incident) {
	status := string(i.Status)
	if i.Classification != "" {
		status += " · " + string(i.Classification)
	}
	if i.ClassificationReason != "" {
		status += " · " + string(i.ClassificationReason)
	}
	c.line("", i.Description)
	c.line("status", status)
	c.line("because", i.ClassificationComment)
	c.line("owner", i.Owner.String())
	c.line("labels", strings.Join(i.LabelNames(), ", "))
	c.line("rule", strings.Join(i.RuleNames, ", "))
	c.line("events", span(i.FirstActivity, i.LastActivity))
	c.line("created", clock(i.Created))
	c.line("modified", clock(i.LastModified)+", "+i.ModifiedBy)
	c.line("closed", clock(i.Closed))
	for _, e := range i.Entities {
		c.line(e.Type, e.fields())
	}
	if i.MoreEntities > 0 {
		c.line("", fmt.Sprintf("and %d more entities", i.MoreEntities))
	}
	for _, key := range slices.Sorted(maps.Keys(i.Details)) {
		c.line(key, strings.Join(i.Details[key], ", "))
	}
	c.line("tactics", strings.Join(i.Tactics, ", "))
	c.line("techniques", strings.Join(i.Techniques, ", "))
	c.line("url", i.URL)
	for _, t := range i.Tasks {
		done := "☐ "
		if t.Status == TaskCompleted {
			done = "☑ "
		}
		c.line("task", done+t.Title+"  "+t.ID)
	}
}

// String says in a line who has changed what.
func (c Change) String() string {
	who := c.By.String()
	if c.By.Kind == ByAlerts {
		who = "alerts"
	}
	var parts []string
	alerts := 0
	for _, d := range c.What {
		switch {
		case d.Field == "alertIds":
			alerts++
		case d.Field == "severitySet":
		case d.From == "":
			parts = append(parts, fmt.Sprintf("%s: %s", d.Field, d.To))
		case d.To == "":
			parts = append(parts, fmt.Sprintf("%s: no longer %s", d.Field, d.From))
		default:
			parts = append(parts, fmt.Sprintf("%s: %s → %s", d.Field, d.From, d.To))
		}
	}
	switch {
	case c.Version == 1 && alerts == 0:
		parts = slices.Insert(parts, 0, "opened")
	case c.Version == 1:
		parts = slices.Insert(parts, 0, "opened with "+counted(alerts))
	case alerts > 0:
		parts = slices.Insert(parts, 0, counted(alerts)+" added")
	}
	if len(parts) == 0 {
		parts = append(parts, "severity: set by hand")
	}
	return who + ": " + strings.Join(parts, "; ")
}

func counted(alerts int) string {
	if alerts == 1 {
		return "1 alert"
	}
	return fmt.Sprintf("%d alerts", alerts)
}

// WriteCard draws an alert for people.
func (a *Alert) WriteCard(w io.Writer) error {
	c := card{}
	c.printf("┌ %s · %s\n", strings.ToUpper(string(a.Severity)), oneline.Of(a.Name))
	c.line("", a.Description)
	c.line("status", string(a.Status))
	if a.Incident > 0 {
		c.line("incident", fmt.Sprintf("#%d", a.Incident))
	}
	c.line("rule", a.RuleName+" "+a.Rule)
	c.line("raised", clock(a.Generated))
	c.line("window ends", clock(a.Time))
	c.line("events", span(a.Start, a.End))
	for _, e := range a.Entities {
		c.line(e.Type, e.fields())
	}
	for _, key := range slices.Sorted(maps.Keys(a.Details)) {
		c.line(key, strings.Join(a.Details[key], ", "))
	}
	c.line("tactics", strings.Join(a.Tactics, ", "))
	c.line("techniques", strings.Join(a.Techniques, ", "))
	c.printf("└ %s\n", a.ID)
	_, err := io.WriteString(w, c.String())
	return err
}

// Line says in a line how an incident is.
func (i *Incident) Line() string {
	parts := []string{string(i.Status)}
	if i.Classification != "" {
		parts[0] += " as " + string(i.Classification)
	}
	parts = append(parts, string(i.Severity))
	if o := i.Owner.String(); o != "" {
		parts = append(parts, "owner "+o)
	}
	return oneline.Of(fmt.Sprintf("#%d %s: %s", i.Number, i.Title, strings.Join(parts, ", ")))
}

type card struct{ strings.Builder }

func (c *card) printf(format string, args ...any) { fmt.Fprintf(c, format, args...) }

// line writes a named value; an empty one is left out.
func (c *card) line(name, value string) {
	if value = oneline.Of(value); value != "" && name == "" {
		c.printf("│ %s\n", value)
	} else if value != "" {
		c.printf("│ %-16s %s\n", oneline.Of(name), value)
	}
}

func (c *card) section(name string) { c.printf("├ %s\n", name) }

func clock(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04:05")
}

// span writes the time from one event to another.
func span(from, to time.Time) string {
	if from.IsZero() || from.Equal(to) {
		return clock(to)
	}
	return clock(from) + " to " + clock(to)
}
