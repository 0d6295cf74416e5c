package incident

import (
	"slices"
	"strings"
)

// maxIndexed bounds the values that incidents are found by, in bytes.
const maxIndexed = 512

// indexed returns a value as incidents are found by it: in any case.
func indexed(value string) string { return strings.ToLower(strings.TrimSpace(value)) }

// identities returns the values that tell an entity from others, its full name among them.
func (e Entity) identities() []string {
	out := []string{e.FullName()}
	for id, v := range e.Fields {
		if !isShared(id) {
			out = append(out, v)
		}
	}
	return out
}

// isShared reports whether many entities have the same value of an identifier: those of a
// tenant their domain, machines their system.
func isShared(identifier string) bool {
	switch identifier {
	case "UPNSuffix", "NTDomain", "DnsDomain", "IsDomainJoined", "AadTenantId", "OSFamily", "OSVersion", "AddressScope", "Algorithm", "Hive", "ValueType", "Category":
		return true
	}
	return false
}

// index lets an incident be found by the entities that a change has added.
func (t *transaction) index(before, after *Incident) error {
	have := 0
	if before != nil {
		have = len(before.Entities)
	}
	var values []string
	for _, e := range after.Entities[have:] {
		for _, v := range e.identities() {
			if v = indexed(v); v != "" && len(v) <= maxIndexed {
				values = append(values, v)
			}
		}
	}
	slices.Sort(values)
	for _, v := range slices.Compact(values) {
		if _, err := t.Exec("INSERT INTO incident_entities (value, incident) VALUES (?, ?) ON CONFLICT DO NOTHING", v, after.Number); err != nil {
			return err
		}
	}
	return nil
}

// A Similar incident is one with identifiers of entities that another has, too.
type Similar struct {
	Number int64  `json:"incidentNumber"`
	Title  string `json:"title"`
	Status Status `json:"status"`
	Shared int    `json:"identifiersInCommon"`
}

// Similar returns the incidents that have most in common with one, up to a number.
func (s *Store) Similar(number int64, limit int) ([]Similar, error) {
	if _, err := s.Incident(number); err != nil {
		return nil, err
	}
	rows, err := s.db.Query(`SELECT o.incident, count(*) FROM incident_entities o JOIN incident_entities m ON m.value = o.value
		WHERE m.incident = ? AND o.incident <> ? GROUP BY o.incident ORDER BY count(*) DESC, o.incident DESC LIMIT ?`, number, number, limit)
	if err != nil {
		return nil, err
	}
	out := []Similar{}
	for rows.Next() {
		var x Similar
		if err := rows.Scan(&x.Number, &x.Shared); err != nil {
			rows.Close()
			return nil, err
		}
		out = append(out, x)
	}
	rows.Close()
	if err := rows.Err(); err != nil {
		return nil, err
	}
	for i := range out {
		other, err := s.Incident(out[i].Number)
		if err != nil {
			return nil, err
		}
		out[i].Title, out[i].Status = other.Title, other.Status
	}
	return out, nil
}
