package command

import (
	"fmt"
	"slices"
	"strings"

	"github.com/calypso-kql/calypso/config"
	"github.com/calypso-kql/calypso/functions"
	"github.com/calypso-kql/calypso/intake"
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

type databaseJSON struct {
	Name               string                  `json:"Name"`
	Tables             map[string]schemaJSON   `json:"Tables"`
	ExternalTables     map[string]any          `json:"ExternalTables"`
	MaterializedViews  map[string]any          `json:"MaterializedViews"`
	EntityGroups       map[string]any          `json:"EntityGroups"`
	MajorVersion       int                     `json:"MajorVersion"`
	MinorVersion       int                     `json:"MinorVersion"`
	Functions          map[string]functionJSON `json:"Functions"`
	DatabaseAccessMode string                  `json:"DatabaseAccessMode"`
}

type functionJSON struct {
	Name            string          `json:"Name"`
	InputParameters []parameterJSON `json:"InputParameters"`
	Body            string          `json:"Body"`
	Folder          string          `json:"Folder"`
	DocString       string          `json:"DocString"`
	FunctionKind    string          `json:"FunctionKind"`
}

type parameterJSON struct {
	Name            string       `json:"Name"`
	Type            string       `json:"Type,omitempty"`
	CslType         string       `json:"CslType,omitempty"`
	CslDefaultValue string       `json:"CslDefaultValue,omitempty"`
	Columns         []columnJSON `json:"Columns,omitempty"`
}

func showDatabaseSchemaJSON(_ ctx, c *call) error {
	databases := map[string]databaseJSON{}
	if c.isHere() {
		d := databaseJSON{
			Name: Database, MajorVersion: 1, DatabaseAccessMode: "ReadWrite", Tables: map[string]schemaJSON{}, ExternalTables: map[string]any{},
			MaterializedViews: map[string]any{}, EntityGroups: map[string]any{}, Functions: map[string]functionJSON{},
		}
		for key := range c.args.props("properties") {
			if !slices.Contains([]string{"tables", "functions", "externaltables", "materializedviews", "entitygroups", "showobfuscatedstrings"}, key) {
				return c.mistake("the property %s is not known: there are Tables and Functions", quoted(key))
			}
		}
		names, err := c.named()
		if err != nil {
			return err
		}
		for _, name := range names {
			if s, ok := c.o.Store.Schema(name); ok && c.wants("tables") {
				d.Tables[name] = c.schemaJSON(name, s)
			}
		}
		saved, err := SavedFunctions(c.o.Store)
		if err != nil {
			return err
		}
		for _, f := range saved {
			if c.wants("functions") {
				d.Functions[f.Name] = functionSchema(f)
			}
		}
		databases[Database] = d
	}
	c.out.add(jsonText(map[string]any{"Databases": databases}))
	return nil
}

// wants reports whether a schema is to have things of a kind: all kinds unless the
// properties name some.
func (c *call) wants(kind string) bool {
	props := c.args.props("properties")
	p, named := props[kind]
	if named {
		return strings.EqualFold(p.value, "true")
	}
	for key, p := range props {
		if key != "showobfuscatedstrings" && strings.EqualFold(p.value, "true") {
			return false
		}
	}
	return true
}

func functionSchema(f Function) functionJSON {
	out := functionJSON{Name: f.Name, Body: "{" + f.Body + "}", Folder: f.Folder, DocString: f.DocString, FunctionKind: "Unknown", InputParameters: []parameterJSON{}}
	for _, p := range functions.Function(f.Function).Parameters() {
		in := parameterJSON{Name: p.Name, CslDefaultValue: p.Default}
		if p.Table {
			for _, col := range p.Columns {
				t, _ := types.Lookup(col.Type)
				in.Columns = append(in.Columns, columnJSON{Name: col.Name, Type: systemType(t), CslType: t.String()})
			}
		} else if t, ok := types.Lookup(p.Type); ok {
			in.Type, in.CslType = systemType(t), t.String()
		}
		out.InputParameters = append(out.InputParameters, in)
	}
	return out
}

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
