package incident

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/calypso-kql/calypso/internal/spelling"
)

// apply makes the edit of an incident, which is a copy that may be changed, and says
// what has changed. An edit that can't be made is an *Invalid.
func (e *Edit) apply(i *Incident, by Actor, now time.Time) ([]Difference, error) {
	a := &application{Incident: i, by: by, now: now}
	steps := []func(*Edit) error{a.texts, a.severity, a.status, a.owner, a.labels, a.comment, a.newTasks, a.tasks}
	for _, step := range steps {
		if err := step(e); err != nil {
			return nil, err
		}
	}
	return a.what, nil
}

// application is an edit that is being made.
type application struct {
	*Incident
	by   Actor
	now  time.Time
	what []Difference
}

func (a *application) differs(field, from, to string) {
	if from != to {
		a.what = append(a.what, Difference{field, from, to})
	}
}

// set puts a new value in a field, if there is one.
func set[T ~string](a *application, name string, field *T, to *T) {
	if to != nil {
		a.differs(name, string(*field), string(*to))
		*field = *to
	}
}

func (a *application) texts(e *Edit) error {
	if e.Title != nil && strings.TrimSpace(*e.Title) == "" {
		return &Invalid{"title", "is empty"}
	}
	for _, t := range []struct {
		name string
		text *string
		most int
	}{{"title", e.Title, maxTitle}, {"description", e.Description, maxDescription}, {"classificationComment", e.ClassificationComment, maxMessage}, {"comment", &e.Comment, maxMessage}} {
		if t.text != nil && len(*t.text) > t.most {
			return &Invalid{t.name, fmt.Sprintf("has %d bytes, more than %d", len(*t.text), t.most)}
		}
	}
	set(a, "title", &a.Title, e.Title)
	set(a, "description", &a.Description, e.Description)
	return nil
}

func (a *application) severity(e *Edit) error {
	if e.Severity == nil {
		return nil
	}
	if rank(*e.Severity) == 0 {
		_, err := ParseSeverity(string(*e.Severity))
		return err
	}
	set(a, "severity", &a.Severity, e.Severity)
	if !a.SeveritySet {
		a.differs("severitySet", "", "true")
		a.SeveritySet = true
	}
	return nil
}

// status closes an incident with a classification, or opens it again without.
func (a *application) status(e *Edit) error {
	to := a.Status
	if e.Status != nil {
		to = *e.Status
	}
	switch {
	case !slices.Contains([]Status{New, Active, Closed}, to):
		_, err := ParseStatus(string(to))
		return err
	case to != Closed && (e.Classification != nil || e.ClassificationReason != nil || e.ClassificationComment != nil):
		return &Invalid{"classification", "is of closed incidents: want status Closed"}
	case to != Closed && a.Status == Closed:
		a.classify("", "", "")
	case to == Closed:
		if err := a.close(e); err != nil {
			return err
		}
	}
	a.differs("status", string(a.Status), string(to))
	a.Status = to
	return nil
}

func (a *application) close(e *Edit) error {
	if a.Status != Closed {
		a.Closed = a.now
	}
	c, r, comment := a.Classification, a.ClassificationReason, a.ClassificationComment
	if e.Classification != nil && *e.Classification != c {
		c, r = *e.Classification, ""
	}
	if e.ClassificationReason != nil {
		r = *e.ClassificationReason
	}
	if e.ClassificationComment != nil {
		comment = *e.ClassificationComment
	}
	may, ok := reasons(c)
	switch {
	case c == "":
		return &Invalid{"classification", "is missing: a closed incident is TruePositive, BenignPositive, FalsePositive or Undetermined"}
	case !ok:
		_, err := ParseClassification(string(c))
		return err
	case r == "" && len(may) == 1:
		r = may[0]
	case r == "" && len(may) == 0:
	case !slices.Contains(may, r):
		var names []string
		for _, m := range may {
			names = append(names, string(m))
		}
		if len(names) == 0 {
			return &Invalid{"classificationReason", fmt.Sprintf("%q: %s has none", r, c)}
		}
		if r == "" {
			return &Invalid{"classificationReason", fmt.Sprintf("is missing: %s wants %s", c, spelling.Or(names))}
		}
		return &Invalid{"classificationReason", fmt.Sprintf("%q: %s wants %s", r, c, spelling.Or(names))}
	}
	a.classify(c, r, comment)
	return nil
}

func (a *application) classify(c Classification, r Reason, comment string) {
	set(a, "classification", &a.Classification, &c)
	set(a, "classificationReason", &a.ClassificationReason, &r)
	set(a, "classificationComment", &a.ClassificationComment, &comment)
}

func (a *application) owner(e *Edit) error {
	if e.Owner == nil || *e.Owner == a.Owner {
		return nil
	}
	for _, s := range []string{e.Owner.ObjectID, e.Owner.Email, e.Owner.AssignedTo, e.Owner.UserPrincipalName} {
		if len(s) > maxName {
			return &Invalid{"owner", fmt.Sprintf("has a name of %d bytes, more than %d", len(s), maxName)}
		}
	}
	a.what = append(a.what, Difference{"owner", a.Owner.String(), e.Owner.String()})
	a.Owner = *e.Owner
	return nil
}

func (a *application) labels(e *Edit) error {
	index := func(name string) int {
		return slices.IndexFunc(a.Labels, func(l Label) bool { return strings.EqualFold(l.Name, name) })
	}
	for _, name := range e.RemoveLabels {
		if n := index(strings.TrimSpace(name)); n >= 0 {
			a.differs("labels", a.Labels[n].Name, "")
			a.Labels = slices.Delete(slices.Clone(a.Labels), n, n+1)
		}
	}
	kind := UserLabel
	if a.by.Kind == ByAutomation {
		kind = AutoLabel
	}
	for _, name := range e.AddLabels {
		name = strings.TrimSpace(name)
		switch {
		case name == "":
			return &Invalid{"labels", "one is empty"}
		case len(name) > maxName:
			return &Invalid{"labels", fmt.Sprintf("one has %d bytes, more than %d", len(name), maxName)}
		case index(name) < 0:
			a.differs("labels", "", name)
			a.Labels = append(slices.Clone(a.Labels), Label{name, kind})
		}
	}
	return nil
}

func (a *application) comment(e *Edit) error {
	text := strings.TrimSpace(e.Comment)
	switch {
	case e.Comment == "":
		return nil
	case text == "":
		return &Invalid{"comment", "is empty"}
	case len(a.Comments) >= maxComments:
		return &Invalid{"comment", fmt.Sprintf("incident %d has %d comments, which is the most", a.Number, maxComments)}
	}
	c := Comment{ID: a.id("comment", len(a.Comments)), Message: text, Author: a.by.String(), Created: a.now}
	a.differs("comments", "", text)
	a.Comments = append(slices.Clone(a.Comments), c)
	return nil
}

// id makes the ID of the n-th thing of a kind that the incident gets.
func (a *application) id(kind string, n int) string {
	return guid(sha256.Sum256(fmt.Appendf(nil, "%s\x00%s\x00%d\x00%d", a.Name, kind, a.Version, n)))
}

func (a *application) newTasks(e *Edit) error {
	for _, t := range e.AddTasks {
		title := strings.TrimSpace(t.Title)
		switch {
		case title == "":
			return &Invalid{"tasks", "one has no title"}
		case len(title) > maxTitle || len(t.Description) > maxDescription:
			return &Invalid{"tasks", "one is too long"}
		case len(a.Tasks) >= maxTasks:
			return &Invalid{"tasks", fmt.Sprintf("incident %d has %d tasks, which is the most", a.Number, maxTasks)}
		}
		by := a.by.String()
		a.Tasks = append(slices.Clone(a.Tasks), Task{
			ID: a.id("task", len(a.Tasks)), Title: title, Description: t.Description, Status: TaskNew,
			CreatedBy: by, Created: a.now, ModifiedBy: by, Modified: a.now,
		})
		a.differs("tasks", "", title)
	}
	return nil
}

func (a *application) tasks(e *Edit) error {
	for _, id := range slices.Sorted(maps.Keys(e.Tasks)) {
		status := e.Tasks[id]
		n := slices.IndexFunc(a.Tasks, func(t Task) bool { return t.ID == id })
		if n < 0 {
			return &Invalid{"tasks", fmt.Sprintf("incident %d has no task %s", a.Number, id)}
		}
		if status != TaskNew && status != TaskCompleted {
			return &Invalid{"tasks", fmt.Sprintf("%q: want New or Completed", status)}
		}
		if t := a.Tasks[n]; t.Status != status {
			a.what = append(a.what, Difference{"tasks", t.Title + ": " + string(t.Status), t.Title + ": " + string(status)})
			a.Tasks = slices.Clone(a.Tasks)
			t.Status, t.ModifiedBy, t.Modified = status, a.by.String(), a.now
			a.Tasks[n] = t
		}
	}
	return nil
}

// guid writes a digest as a GUID.
func guid(sum [32]byte) string {
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}
