package command

import (
	"fmt"
	"slices"
	"strings"

	"github.com/calypso-kql/calypso/intake"
)

func showDatabaseScript(_ ctx, c *call) error {
	names, err := c.named()
	if err != nil {
		return err
	}
	for _, name := range names {
		s, ok := c.o.Store.Schema(name)
		if !ok {
			continue
		}
		c.out.add(".create-merge table " + bracketed(name) + " (" + cslSchema(s) + ")" + withTexts(c.note(name, noteFolder), c.note(name, noteDoc)))
		mappings, err := intake.Mappings(c.o.Store, name)
		if err != nil {
			return err
		}
		for _, m := range mappings {
			c.out.add(fmt.Sprintf(".create-or-alter table %s ingestion %s mapping %s %s", bracketed(name), m.Kind, textLiteral(m.Name), textLiteral(m.Text)))
		}
	}
	for _, st := range c.o.Store.Snapshot().Stats() {
		if slices.Contains(names, st.Table) && retentionText(st.Retention) != "null" {
			c.out.add(".alter table " + bracketed(st.Table) + " policy retention " + textLiteral(retentionText(st.Retention)))
		}
	}
	saved, err := SavedFunctions(c.o.Store)
	if err != nil {
		return err
	}
	for _, f := range saved {
		c.out.add(".create-or-alter function" + withTexts(f.Folder, f.DocString, "skipvalidation = true") + " " + bracketed(f.Name) + f.Params + " {" + f.Body + "}")
	}
	return nil
}

// withTexts returns the with (…) of a command.
func withTexts(folder, doc string, more ...string) string {
	var parts []string
	if folder != "" {
		parts = append(parts, "folder = "+textLiteral(folder))
	}
	if doc != "" {
		parts = append(parts, "docstring = "+textLiteral(doc))
	}
	if parts = append(parts, more...); len(parts) == 0 {
		return ""
	}
	return " with (" + strings.Join(parts, ", ") + ")"
}

// textLiteral returns a text as the language writes it.
func textLiteral(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`, "\t", `\t`).Replace(text) + `"`
}

func showDatabaseCSL(_ ctx, c *call) error {
	names, err := c.named()
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := c.schemaRow(name, textSchema); err != nil {
			return err
		}
	}
	return nil
}
