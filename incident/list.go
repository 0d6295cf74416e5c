package incident

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/calypso-kql/calypso/detect"
)

// A Filter says which incidents are wanted. What is left zero wants all.
type Filter struct {
	Statuses   []Status
	Severities []detect.Severity
	// Owner is a name, an address or an ID of the owner, in any case; "none" is for
	// those that have none. Label is a label, in any case.
	Owner, Label string
	// Rule is the ID or the name of the rule.
	Rule string
	// Entity is the value of an identifier of an entity, in any case: an address, a
	// name.
	Entity string
	// Created and Modified are the least times that incidents were created and last
	// changed at.
	Created, Modified time.Time
	// Before wants incidents with lesser numbers.
	Before int64
	// Limit is the most that are returned; 0 is no limit.
	Limit int
}

// NoOwner is the Owner of a Filter that wants incidents without.
const NoOwner = "none"

// conditions are what rows must meet.
type conditions struct {
	text []string
	args []any
}

func (c *conditions) add(text string, args ...any) {
	c.text, c.args = append(c.text, text), append(c.args, args...)
}

// oneOfColumn wants a column to be one of some values; none is no condition.
func oneOfColumn[T ~string](c *conditions, column string, values []T) {
	if len(values) == 0 {
		return
	}
	args := make([]any, len(values))
	for i, v := range values {
		args[i] = string(v)
	}
	c.add(column+" IN (?"+strings.Repeat(", ?", len(values)-1)+")", args...)
}

// rest writes the conditions, an order, and a limit; 0 is none.
func (c *conditions) rest(order string, limit int) (string, []any) {
	text, args := "", c.args
	if len(c.text) > 0 {
		text = " WHERE " + strings.Join(c.text, " AND ")
	}
	text += " ORDER BY " + order
	if limit > 0 {
		text += " LIMIT ?"
		args = append(args, limit)
	}
	return text, args
}

var likely = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// named wants a column to have a name, as between writes it.
func (c *conditions) named(column, name string) {
	c.add(column+` LIKE ? ESCAPE '\'`, "%\n"+likely.Replace(strings.ToLower(name))+"\n%")
}

// Incidents returns incidents, the latest first.
func (s *Store) Incidents(f Filter) ([]*Incident, error) {
	var c conditions
	oneOfColumn(&c, "status", f.Statuses)
	oneOfColumn(&c, "severity", f.Severities)
	switch {
	case strings.EqualFold(f.Owner, NoOwner):
		c.add("owner = ''")
	case f.Owner != "":
		c.named("owner", f.Owner)
	}
	if f.Label != "" {
		c.named("labels", f.Label)
	}
	if f.Rule != "" {
		c.add("(rule = ? OR rule_name = ?)", f.Rule, f.Rule)
	}
	if f.Entity != "" {
		c.add("number IN (SELECT incident FROM incident_entities WHERE value = ?)", indexed(f.Entity))
	}
	if !f.Created.IsZero() {
		c.add("created >= ?", micros(f.Created))
	}
	if !f.Modified.IsZero() {
		c.add("modified >= ?", micros(f.Modified))
	}
	if f.Before > 0 {
		c.add("number < ?", f.Before)
	}
	rest, args := c.rest("number DESC", f.Limit)
	rows, err := s.db.Query("SELECT body FROM incidents"+rest, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := []*Incident{}
	for rows.Next() {
		var body []byte
		if err := rows.Scan(&body); err != nil {
			return nil, err
		}
		i, err := decode(body)
		if err != nil {
			return nil, err
		}
		out = append(out, i)
	}
	return out, rows.Err()
}

// Incident returns an incident; the error is a *NotFound if there is none.
func (s *Store) Incident(number int64) (*Incident, error) { return load(s.db, number) }

// Update edits an incident, and returns it as it is then. Errors are *NotFound,
// *Conflict, *Invalid, or the database's.
func (s *Store) Update(number int64, e Edit, by Actor) (*Incident, error) {
	var after *Incident
	err := s.within(func(t *transaction) error {
		before, err := t.load(number)
		if err != nil {
			return err
		}
		after, err = t.edit(before, e, by)
		return err
	})
	return after, err
}

// Timeline returns the changes of an incident, the first one first.
func (s *Store) Timeline(number int64) ([]Change, error) {
	if _, err := s.Incident(number); err != nil {
		return nil, err
	}
	rows, err := s.db.Query("SELECT body FROM incident_changes WHERE incident = ? ORDER BY version", number)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := []Change{}
	for rows.Next() {
		var body []byte
		if err := rows.Scan(&body); err != nil {
			return nil, err
		}
		var c Change
		if err := json.Unmarshal(body, &c); err != nil {
			return nil, fmt.Errorf("a change of incident %d: %w", number, err)
		}
		out = append(out, c)
	}
	return out, rows.Err()
}

// url returns where people see an incident, empty if nowhere.
func (s *Store) url(number int64) string {
	return strings.ReplaceAll(s.o.URL, "{number}", strconv.FormatInt(number, 10))
}
