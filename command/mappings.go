package command

import (
	"strings"

	"github.com/calypso-kql/calypso/config"
	"github.com/calypso-kql/calypso/intake"
)

const (
	tableMappingColumns    = "(Name: string, Kind: string, Mapping: string, LastUpdatedOn: datetime, Database: string, Table: string)"
	databaseMappingColumns = "(Name: string, Kind: string, Mapping: string, LastUpdatedOn: datetime, Database: string)"
)

func mappingCommands() []Declaration {
	return []Declaration{
		{Syntax: "(create | create-or-alter | alter) table <table> ingestion <kind:name> mapping <string> <mapping:texts>", Role: config.Admin, Columns: tableMappingColumns, Run: saveMapping,
			Doc: "Keeps a mapping with a table; ingestion names it as ingestionMappingReference or mappingName."},
		{Syntax: "(create | create-or-alter | alter) database <database> ingestion <kind:name> mapping <string> <mapping:texts>", Role: config.Admin, Columns: databaseMappingColumns, Run: saveMapping,
			Doc: "Keeps a mapping for all tables; one of the table's own comes before it."},
		{Syntax: "show table <table> ingestion [<kind:name>] mappings", Role: config.Reader, Columns: tableMappingColumns, Run: showMappings,
			Doc: "Lists the mappings of a table."},
		{Syntax: "show table <table> ingestion <kind:name> mapping <string>", Role: config.Reader, Columns: tableMappingColumns, Run: showMappings,
			Doc: "Shows a mapping of a table."},
		{Syntax: "show database [<database>] ingestion [<kind:name>] mappings", Role: config.Reader, Columns: databaseMappingColumns, Run: showMappings,
			Doc: "Lists the mappings for all tables."},
		{Syntax: "show database [<database>] ingestion <kind:name> mapping <string>", Role: config.Reader, Columns: databaseMappingColumns, Run: showMappings,
			Doc: "Shows a mapping for all tables."},
		{Syntax: "drop table <table> ingestion <kind:name> mapping <string>", Role: config.Admin, Columns: tableMappingColumns, Run: dropMapping,
			Doc: "Deletes a mapping of a table."},
		{Syntax: "drop database <database> ingestion <kind:name> mapping <string>", Role: config.Admin, Columns: databaseMappingColumns, Run: dropMapping,
			Doc: "Deletes a mapping for all tables."},
	}
}

// mapping returns the mapping that a command names, and whether there is one.
func (c *call) mapping() (m intake.Mapping, ok bool, err error) {
	m = intake.Mapping{Table: c.args.text("table"), Kind: strings.ToLower(c.args.text("kind")), Name: c.args.text("string")}
	if m.Table != "" {
		if _, err := c.exists(m.Table); err != nil {
			return m, false, err
		}
	}
	all, err := intake.Mappings(c.o.Store, m.Table)
	for _, have := range all {
		if have.Kind == m.Kind && have.Name == m.Name {
			return have, true, nil
		}
	}
	return m, false, err
}

func (c *call) mappingRow(m intake.Mapping) {
	cells := []any{m.Name, strings.ToUpper(m.Kind[:1]) + m.Kind[1:], m.Text, ticksOf(m.Changed), Database}
	if c.out.schema.Len() > len(cells) {
		cells = append(cells, m.Table)
	}
	c.out.add(cells...)
}

func saveMapping(_ ctx, c *call) error {
	m, there, err := c.mapping()
	switch {
	case err != nil:
		return err
	case there && c.args.has("create"):
		return c.mistake("the mapping %s is there already: .create-or-alter replaces it", quoted(m.Name))
	case !there && c.args.has("alter"):
		return c.mistake("there is no %s mapping %s", m.Kind, quoted(m.Name))
	}
	m.Text, m.Changed = strings.TrimSpace(c.args.text("mapping")), c.o.Now().UTC()
	if err := intake.SaveMapping(c.o.Store, m); err != nil {
		return c.mistake("%v", err)
	}
	c.mappingRow(m)
	return nil
}

func showMappings(_ ctx, c *call) error {
	if c.args.has("mapping") {
		m, ok, err := c.mapping()
		switch {
		case err != nil:
			return err
		case !ok:
			return c.mistake("there is no %s mapping %s", m.Kind, quoted(m.Name))
		}
		c.mappingRow(m)
		return nil
	}
	table := c.args.text("table")
	if table != "" {
		if _, err := c.exists(table); err != nil {
			return err
		}
	}
	all, err := intake.Mappings(c.o.Store, table)
	for _, m := range all {
		if kind := c.args.text("kind"); kind == "" || strings.EqualFold(kind, m.Kind) {
			c.mappingRow(m)
		}
	}
	return err
}

func dropMapping(_ ctx, c *call) error {
	m, ok, err := c.mapping()
	switch {
	case err != nil:
		return err
	case !ok:
		return c.mistake("there is no %s mapping %s", m.Kind, quoted(m.Name))
	}
	if err := intake.DropMapping(c.o.Store, m); err != nil {
		return err
	}
	c.mappingRow(m)
	return nil
}
