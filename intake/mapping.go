package intake

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/calypso-kql/calypso/external"
	"github.com/calypso-kql/calypso/store"
)

// A Mapping says which field of a record each column of a table takes. It is kept
// in the store, with its table or, where Table is empty, for all tables.
//
// Source: the Kusto documentation, "Data mappings".
type Mapping struct {
	Table string `json:"-"`
	// Kind is that of the formats that it is for: csv for all delimited ones and
	// lines, json.
	Kind string `json:"kind"`
	Name string `json:"name"`
	// Text is the mapping as it was given, a JSON array without needless blanks.
	Text    string    `json:"text"`
	Changed time.Time `json:"changed"`
}

// mappingNotes begins the keys of the notes that are mappings.
const mappingNotes = "mapping/"

func (m Mapping) key() string { return mappingNotes + m.Kind + "/" + m.Name }

// MappingKind returns the kind of mapping that a format takes.
func MappingKind(format string) string {
	switch strings.ToLower(format) {
	case "json", "multijson", "singlejson":
		return "json"
	case "parquet", "avro", "apacheavro", "orc", "w3clogfile", "azmonstream":
		return strings.ToLower(format)
	}
	return "csv"
}

// SaveMapping keeps a mapping, in the place of one of its table, kind and name.
func SaveMapping(s *store.Store, m Mapping) error {
	if m.Kind != "csv" && m.Kind != "json" {
		return fmt.Errorf("mappings of kind %s are not supported: there are csv, for all delimited formats, and json", m.Kind)
	}
	if err := external.CheckMapping(m.Text, m.Kind == "csv"); err != nil {
		return err
	}
	note, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return s.SetNotes(m.Table, store.Notes{m.key(): note})
}

// DropMapping removes a mapping.
func DropMapping(s *store.Store, m Mapping) error {
	return s.SetNotes(m.Table, store.Notes{m.key(): nil})
}

// Mappings returns the mappings of a table, or those for all tables if it is
// empty, by kind and name.
func Mappings(s *store.Store, table string) ([]Mapping, error) {
	var out []Mapping
	for key, note := range s.Notes(table, mappingNotes) {
		m := Mapping{Table: table}
		if err := json.Unmarshal(note, &m); err != nil {
			return nil, fmt.Errorf("the store's note %s: %w", key, err)
		}
		out = append(out, m)
	}
	slices.SortFunc(out, func(a, b Mapping) int { return strings.Compare(a.key(), b.key()) })
	return out, nil
}

// FindMapping returns the mapping of a name that records of a format take on their
// way to a table: the table's own comes before one for all tables.
func FindMapping(s *store.Store, table, format, name string) (Mapping, error) {
	kind := MappingKind(format)
	for _, of := range []string{table, ""} {
		all, err := Mappings(s, of)
		if err != nil {
			return Mapping{}, err
		}
		for _, m := range all {
			if m.Kind == kind && m.Name == name {
				return m, nil
			}
		}
	}
	return Mapping{}, fmt.Errorf("table %s has no %s mapping called %q: make one with .create table %s ingestion %s mapping", table, kind, name, table, kind)
}
