package command

import (
	"slices"
	"strings"

	"github.com/calypso-kql/calypso/config"
	"github.com/calypso-kql/calypso/kql/types"
)

const databaseSchemaColumns = "(DatabaseName: string, TableName: string, ColumnName: string, ColumnType: string, IsDefaultTable: bool, IsDefaultColumn: bool, PrettyName: string, Version: string, Folder: string, DocString: string)"

func showSchemas() []Declaration {
	return []Declaration{
		{Syntax: "show table <table> (cslschema | kqlschema)", Role: config.Reader, Columns: schemaColumns, Run: showTableSchema,
			Doc: "Says the columns of a table as .create table takes them."},
		{Syntax: "show table <table> schema as json", Role: config.Reader, Columns: schemaColumns, Run: showTableSchema,
			Doc: "Says the columns of a table as JSON."},
		{Syntax: "show (database [<database>] | databases [<databases>]) schema [details]", Role: config.Reader, Columns: databaseSchemaColumns, Run: showDatabaseSchema,
			Doc: "Lists all tables and their columns."},
		{Syntax: "show schema", Role: config.Reader, Columns: databaseSchemaColumns, Run: showDatabaseSchema,
			Doc: "Lists all tables and their columns."},
		{Syntax: "show (database [<database>] | databases [<databases>]) schema [details] as json [with <properties>]", Role: config.Reader, Columns: "(DatabaseSchema: string)", Run: showDatabaseSchemaJSON,
			Doc: "Says all tables, columns and functions as JSON."},
		{Syntax: "show schema as json", Role: config.Reader, Columns: "(DatabaseSchema: string)", Run: showDatabaseSchemaJSON,
			Doc: "Says all tables, columns and functions as JSON."},
		{Syntax: "show database [<database>] schema as (csl | kql) [script] [with <properties>]", Role: config.Reader, Columns: "(DatabaseSchemaScript: string)", Run: showDatabaseScript,
			Doc: "Says all tables, mappings and functions as the commands that make them, a row each."},
		{Syntax: "show database [<database>] (cslschema | kqlschema) [script]", Role: config.Reader, Columns: schemaColumns, Run: showDatabaseCSL,
			Doc: "Says the columns of all tables as .create table takes them."},
	}
}

// systemType returns the name that Kusto's schemas have for a type.
func systemType(t types.Type) string {
	if t == types.Decimal {
		return "System.Data.SqlTypes.SqlDecimal"
	}
	return "System." + t.DotNet()
}

// bracketed returns a name as the language takes it.
func bracketed(name string) string {
	plain := name != ""
	for i, r := range name {
		letter := r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		plain = plain && (letter || i > 0 && r >= '0' && r <= '9')
	}
	if plain {
		return name
	}
	return "['" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(name) + "']"
}

// entity returns the full name of a thing in the database.
func entity(parts ...string) string {
	return "[" + Database + "].[" + strings.Join(parts, "].[") + "]"
}

// cslSchema returns columns as a:string, b:long.
func cslSchema(s types.Schema) string {
	var out []string
	for _, c := range s.Visible().Columns {
		out = append(out, bracketed(c.Name)+":"+c.Type.String())
	}
	return strings.Join(out, ", ")
}

type schemaJSON struct {
	Name           string       `json:"Name"`
	Folder         string       `json:"Folder,omitempty"`
	DocString      string       `json:"DocString,omitempty"`
	OrderedColumns []columnJSON `json:"OrderedColumns"`
}

type columnJSON struct {
	Name      string `json:"Name"`
	Type      string `json:"Type"`
	CslType   string `json:"CslType"`
	DocString string `json:"DocString,omitempty"`
}

func (c *call) schemaJSON(name string, s types.Schema) schemaJSON {
	out := schemaJSON{Name: name, Folder: c.note(name, noteFolder), DocString: c.note(name, noteDoc), OrderedColumns: []columnJSON{}}
	docs := c.columnDocs(name)
	for _, col := range s.Visible().Columns {
		out.OrderedColumns = append(out.OrderedColumns, columnJSON{col.Name, systemType(col.Type), col.Type.String(), docs[col.Name]})
	}
	return out
}

// The forms of a table's schema.
const (
	jsonSchema = true
	textSchema = false
)

func (c *call) schemaRow(name string, asJSON bool) error {
	s, err := c.exists(name)
	if err != nil {
		return err
	}
	text := cslSchema(s)
	if asJSON {
		text = jsonText(c.schemaJSON(name, s))
	}
	c.out.add(name, text, Database, c.note(name, noteFolder), c.note(name, noteDoc))
	return nil
}

func showTableSchema(_ ctx, c *call) error {
	return c.schemaRow(c.args.text("table"), c.args.has("json"))
}

// isHere reports whether the one database is among those that a command names.
func (c *call) isHere() bool {
	names := c.args.list("databases")
	return names == nil || slices.ContainsFunc(names, func(n string) bool {
		// A name may be a pattern.
		return strings.EqualFold(n, Database) || strings.HasSuffix(n, "*") && strings.HasPrefix(Database, strings.TrimSuffix(n, "*"))
	})
}

func showDatabaseSchema(_ ctx, c *call) error {
	if !c.isHere() {
		return nil
	}
	c.out.add(Database, nil, nil, nil, false, false, "", databaseVersion, nil, nil)
	names, err := c.named()
	if err != nil {
		return err
	}
	for _, name := range names {
		s, ok := c.o.Store.Schema(name)
		if !ok {
			continue
		}
		c.out.add(Database, name, nil, nil, false, false, "", nil, c.note(name, noteFolder), c.note(name, noteDoc))
		docs := c.columnDocs(name)
		for _, col := range s.Visible().Columns {
			c.out.add(Database, name, col.Name, systemType(col.Type), false, false, "", nil, nil, docs[col.Name])
		}
	}
	return nil
}

// databaseVersion is what clients are told: versions of the schema are not counted.
const databaseVersion = "v1.0"
