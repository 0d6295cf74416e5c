package incident

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/calypso-kql/calypso/detect"
)

// alertRow is what an alert has from its row of SecurityAlert. Entities and
// ExtendedProperties are texts that hold JSON.
type alertRow struct {
	SystemAlertID      string `json:"SystemAlertId"`
	AlertName          string
	DisplayName        string
	Description        string
	AlertSeverity      detect.Severity
	Status             AlertStatus
	AlertType          string
	ProductName        string
	TimeGenerated      time.Time
	StartTime, EndTime time.Time
	Tactics            string
	Techniques         string
	SubTechniques      string
	Entities           string
	ExtendedProperties string
}

// ParseAlert reads a row of SecurityAlert that a rule has written for the window that
// ends at a time.
func ParseAlert(row []byte, window time.Time) (*Alert, error) {
	var r alertRow
	if err := json.Unmarshal(row, &r); err != nil {
		return nil, fmt.Errorf("a row of SecurityAlert: %w", err)
	}
	if r.SystemAlertID == "" {
		return nil, fmt.Errorf("a row of SecurityAlert has no SystemAlertId")
	}
	a := &Alert{
		ID: r.SystemAlertID, Name: r.DisplayName, Description: r.Description, Severity: r.AlertSeverity, Status: r.Status,
		Rule: r.AlertType, Product: r.ProductName, Time: window.UTC(), Generated: r.TimeGenerated.UTC(), Start: r.StartTime.UTC(), End: r.EndTime.UTC(),
		Tactics: tacticsOf(r.Tactics), Techniques: append(listOf(r.Techniques), listOf(r.SubTechniques)...), Row: row,
	}
	if a.Name == "" {
		a.Name = r.AlertName
	}
	if a.Status == "" {
		a.Status = AlertNew
	}
	var err error
	if a.Entities, err = entitiesOf(r.Entities); err != nil {
		return nil, fmt.Errorf("alert %s: Entities: %w", a.ID, err)
	}
	if err := a.properties(r.ExtendedProperties); err != nil {
		return nil, fmt.Errorf("alert %s: ExtendedProperties: %w", a.ID, err)
	}
	return a, nil
}

// properties reads what an alert has in ExtendedProperties.
func (a *Alert) properties(text string) error {
	if text == "" {
		return nil
	}
	var p map[string]any
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		return err
	}
	a.RuleName, _ = p["Analytic Rule Name"].(string)
	details, _ := p["Custom Details"].(string)
	if details == "" {
		return nil
	}
	return json.Unmarshal([]byte(details), &a.Details)
}

// tacticsOf reads the tactics of an alert, which says so if it has none.
func tacticsOf(s string) []string {
	if s == detect.NoTactics {
		s = ""
	}
	return listOf(s)
}

// listOf reads a list as the columns of SecurityAlert hold it: A, B or ["A","B"].
func listOf(s string) []string {
	out := []string{}
	var list []string
	if json.Unmarshal([]byte(s), &list) != nil {
		list = strings.Split(s, ",")
	}
	for _, item := range list {
		if item = strings.TrimSpace(item); item != "" {
			out = append(out, item)
		}
	}
	return out
}

func entitiesOf(text string) ([]Entity, error) {
	out := []Entity{}
	if text == "" {
		return out, nil
	}
	var list []map[string]any
	if err := json.Unmarshal([]byte(text), &list); err != nil {
		return nil, err
	}
	for _, object := range list {
		e := Entity{Fields: map[string]string{}}
		for key, value := range object {
			switch text, ok := value.(string); {
			case strings.HasPrefix(key, "$"):
			case key == "Type":
				e.Type = text
			case ok:
				e.Fields[key] = text
			default:
				nested, err := json.Marshal(value)
				if err != nil {
					return nil, err
				}
				e.Fields[key] = string(nested)
			}
		}
		out = append(out, e)
	}
	return out, nil
}

// String writes an entity as one text, which equal ones share.
func (e Entity) String() string {
	return e.Type + " " + e.fields()
}

// fields writes the identifiers, in an order that is always the same.
func (e Entity) fields() string {
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(e.Fields)) {
		parts = append(parts, k+" "+e.Fields[k])
	}
	return strings.Join(parts, ", ")
}

// Kind is the entity's type in one spelling: alerts call a CloudApplication
// cloud-application, and older ones of ours cloudapplication.
func (e Entity) Kind() string { return kindOf(e.Type) }

func kindOf(name string) string { return strings.ReplaceAll(strings.ToLower(name), "-", "") }

// Is reports whether the entity is of a type that rules call name.
func (e Entity) Is(name string) bool { return e.Kind() == kindOf(name) }

// FullName is how people write the name of an account or a host that has a domain, too:
// ada@contoso.com, CONTOSO\ada, pc7.contoso.com. Others have none.
func (e Entity) FullName() string {
	name, domain := e.Fields["Name"], e.Fields["NTDomain"]
	if host := e.Fields["HostName"]; host != "" {
		if dns := e.Fields["DnsDomain"]; dns != "" {
			return host + "." + dns
		}
		name = host
	} else if suffix := e.Fields["UPNSuffix"]; name != "" && suffix != "" {
		return name + "@" + suffix
	}
	if name == "" || domain == "" {
		return e.Fields["FullName"]
	}
	return domain + `\` + name
}

// key is a text that differs for entities that do.
func (e Entity) key() string {
	e.Type = e.Kind()
	text, _ := json.Marshal(e) // texts always can be; keys are sorted
	return string(text)
}
