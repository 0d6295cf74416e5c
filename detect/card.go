package detect

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/calypso-kql/calypso/internal/oneline"
)

// WriteCard draws the alert for people: a card of lines as long as its values.
func (a *Alert) WriteCard(w io.Writer) error {
	c := card{}
	c.printf("┌ %s · %s\n", strings.ToUpper(string(a.Severity)), oneline.Of(a.Name))
	c.line("", a.Description)
	for _, e := range a.Entities {
		var parts []string
		for _, f := range e.Fields {
			parts = append(parts, f.Identifier+" "+f.Value)
		}
		c.line(e.Type, strings.Join(parts, ", "))
	}
	c.line("row", a.Row)
	for _, key := range slices.Sorted(maps.Keys(a.Details)) {
		c.line(key, strings.Join(a.Details[key], ", "))
	}
	for _, key := range slices.Sorted(maps.Keys(a.Properties)) {
		c.line(key, a.Properties[key])
	}
	c.line("tactics", strings.Join(a.Tactics, ", "))
	c.line("techniques", strings.Join(a.Techniques, ", "))
	rows := "1 row"
	if len(a.Rows) != 1 {
		rows = fmt.Sprintf("%d rows", len(a.Rows))
	}
	c.printf("└ %s, %s\n", a.ID, rows)
	_, err := io.WriteString(w, c.String())
	return err
}

type card struct{ strings.Builder }

func (c *card) printf(format string, args ...any) { fmt.Fprintf(c, format, args...) }

// line writes a named value; an empty one is left out.
func (c *card) line(name, value string) {
	if value = oneline.Of(value); value != "" && name == "" {
		c.printf("│ %s\n", value)
	} else if value != "" {
		c.printf("│ %-16s %s\n", name, value)
	}
}
