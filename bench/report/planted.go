package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/calypso-kql/calypso/internal/tenant"
)

// planted checks an answer of the mission's query against the cases that the
// generator planted. It returns a sentence for each that is not as it must be,
// and one that counts.
func planted(set dataSet, a *answer, engine string) []string {
	var cases []tenant.Case
	raw, err := os.ReadFile(filepath.Join(set.dir, "cases.json"))
	if err == nil {
		err = json.Unmarshal(raw, &cases)
	}
	s, err2 := readStamp(set)
	now, err3 := time.Parse(time.RFC3339, s.Now)
	for _, err := range []error{err, err2, err3} {
		if err != nil {
			return []string{err.Error()}
		}
	}
	var out []string
	fired, quiet := 0, 0
	for i := range cases {
		c := &cases[i]
		rows := a.find("Id", c.ID)
		switch {
		case !c.FiresAt(now) && len(rows) == 0:
			quiet++
		case !c.FiresAt(now):
			out = append(out, fmt.Sprintf("%s reports the planted case %s, which must not fire", engine, c.Name))
		case len(rows) != 1:
			out = append(out, fmt.Sprintf("%s reports the planted case %s %d times, want once", engine, c.Name, len(rows)))
		default:
			fired++
			out = append(out, a.wrong(engine, c, rows[0])...)
		}
	}
	return append(out, fmt.Sprintf("%s: of %d planted cases %d fire and %d stay quiet", engine, len(cases), fired, quiet))
}

// find returns the rows with the value in the column.
func (a *answer) find(column, value string) [][]string {
	i := slices.Index(a.names, column)
	if i < 0 {
		return nil
	}
	var out [][]string
	for _, r := range a.rows {
		if r[i] == value {
			out = append(out, r)
		}
	}
	return out
}

func (a *answer) wrong(engine string, c *tenant.Case, row []string) []string {
	var out []string
	for _, f := range c.Want {
		i := slices.Index(a.names, f.Column)
		if f.Column == "OriginalRequestId" {
			continue // the key of the lookup, which the rule does not show
		}
		if i < 0 || row[i] != f.Value {
			got := "no such column"
			if i >= 0 {
				got = row[i]
			}
			out = append(out, fmt.Sprintf("%s, planted case %s: %s is %q, want %q", engine, c.Name, f.Column, got, f.Value))
		}
	}
	return out
}
