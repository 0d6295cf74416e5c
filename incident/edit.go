package incident

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/calypso-kql/calypso/detect"
)

// An Edit is what is to be changed of an incident; what it leaves nil or empty stays
// as it is. Its JSON form is the body of the API's PATCH.
type Edit struct {
	// Version is the version that is to be changed; 0 is any. Another one is a
	// *Conflict.
	Version     int64            `json:"-"`
	Title       *string          `json:"title,omitempty"`
	Description *string          `json:"description,omitempty"`
	Severity    *detect.Severity `json:"severity,omitempty"`
	// Status Closed wants a Classification, with a reason if it has several. Another
	// status opens a closed incident again, and takes its classification away.
	Status                *Status         `json:"status,omitempty"`
	Classification        *Classification `json:"classification,omitempty"`
	ClassificationReason  *Reason         `json:"classificationReason,omitempty"`
	ClassificationComment *string         `json:"classificationComment,omitempty"`
	// Owner is the new owner; the zero Owner, null in JSON, is nobody.
	Owner *Owner `json:"owner,omitempty"`
	// AddLabels and RemoveLabels are names, which are the same in any case.
	AddLabels    []string `json:"addLabels,omitempty"`
	RemoveLabels []string `json:"removeLabels,omitempty"`
	// Comment is added as it is.
	Comment  string    `json:"comment,omitempty"`
	AddTasks []NewTask `json:"addTasks,omitempty"`
	// Tasks are the statuses of tasks, by their IDs.
	Tasks map[string]TaskStatus `json:"tasks,omitempty"`
}

// Check returns an *Invalid if no incident could be edited so.
func (e Edit) Check() error {
	_, err := e.Apply(&Incident{Status: New}, AutomationRule(""), time.Time{})
	return err
}

// Apply returns an incident as it would be after the edit, which is not kept: for a
// look at what an automation rule does.
func (e Edit) Apply(i *Incident, by Actor, now time.Time) (*Incident, error) {
	after := *i
	_, err := e.apply(&after, by, now)
	return &after, err
}

// A NewTask is a task that is to be added.
type NewTask struct {
	Title       string `json:"title"`
	Description string `json:"description,omitempty"`
}

// ParseEdit reads the JSON form. Values are taken in any case, and what is unknown
// is an *Invalid.
func ParseEdit(text []byte) (Edit, error) {
	var e Edit
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&e); err != nil {
		return e, &Invalid{"body", mistake(err)}
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return e, &Invalid{"body", "want one JSON object"}
	}
	var owner struct {
		Owner json.RawMessage `json:"owner,omitempty"`
	}
	if json.Unmarshal(text, &owner) == nil && string(owner.Owner) == "null" {
		e.Owner = &Owner{} // which nil says nothing of
	}
	return e, e.normalize()
}

// mistake says what is wrong with a JSON text.
func mistake(err error) string {
	var typed *json.UnmarshalTypeError
	switch {
	case errors.As(err, &typed) && typed.Field != "":
		return fmt.Sprintf("%s: a %s does not fit", typed.Field, typed.Value)
	case errors.As(err, &typed):
		return "want a JSON object, not " + typed.Value
	case errors.Is(err, io.EOF):
		return "want a JSON object: it is empty"
	}
	if name, unknown := strings.CutPrefix(err.Error(), "json: unknown field "); unknown {
		return "there is no field " + name
	}
	return "want a JSON object: " + strings.TrimPrefix(err.Error(), "json: ")
}

// normalize writes values as Microsoft does.
func (e *Edit) normalize() error {
	return cmp.Or(
		named(e.Severity, ParseSeverity), named(e.Status, ParseStatus),
		named(e.Classification, ParseClassification), named(e.ClassificationReason, ParseReason),
	)
}

func named[T ~string](v *T, parse func(string) (T, error)) error {
	if v == nil || *v == "" {
		return nil
	}
	known, err := parse(string(*v))
	*v = known
	return err
}
