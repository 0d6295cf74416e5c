package command

import (
	"encoding/json"
	"strings"

	"github.com/calypso-kql/calypso/config"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/store"
)

const (
	tablesColumns  = "(TableName: string, DatabaseName: string, Folder: string, DocString: string)"
	schemaColumns  = "(TableName: string, Schema: string, DatabaseName: string, Folder: string, DocString: string)"
	droppedColumns = "(TableName: string, DatabaseName: string)"
)

// The notes of a table that commands keep.
const (
	noteFolder  = "folder"
	noteDoc     = "docstring"
	noteColumns = "column-docstrings"
)

func changeTables() []Declaration {
	return []Declaration{
		{Syntax: "create table <table:name> <columns> [with <properties>]", Role: config.Admin, Columns: schemaColumns, Run: createTable, Makes: namedTable,
			Doc: "Makes a table, unless there is one of that name, which then stays as it is."},
		{Syntax: "create table <table:name> based-on <from:table> [ifnotexists] [with <properties>]", Role: config.Admin, Columns: schemaColumns, Run: createBasedOn,
			Doc: "Makes a table with the columns of another."},
		{Syntax: "create tables <schemas> [with <properties>]", Role: config.Admin, Columns: tablesColumns, Run: createTables, Makes: namedTables,
			Doc: "Makes tables, but for those that are there."},
		{Syntax: "create-merge table <table:name> <columns> [with <properties>]", Role: config.Admin, Columns: schemaColumns, Run: createMergeTable, Makes: namedTable,
			Doc: "Makes a table, or adds columns to the one of that name."},
		{Syntax: "create-merge tables <schemas> [with <properties>]", Role: config.Admin, Columns: tablesColumns, Run: createTables, Makes: namedTables,
			Doc: "Makes tables, or adds columns to those that are there."},
		{Syntax: "alter table <table> <columns> [with <properties>]", Role: config.Admin, Columns: schemaColumns, Run: alterTable,
			Doc: "Gives a table columns in the order given: those left out are dropped with their values, those without a value are null."},
		{Syntax: "alter-merge table <table> <columns> [with <properties>]", Role: config.Admin, Columns: schemaColumns, Run: alterMergeTable,
			Doc: "Adds columns to a table."},
		{Syntax: "alter table <table> (docstring | folder) <string>", Role: config.Admin, Columns: schemaColumns, Run: alterTableText,
			Doc: "Says what a table is for, or in which folder it is shown."},
		{Syntax: "rename table <table> to <to:name>", Role: config.Admin, Columns: tablesColumns, Run: renameTable,
			Doc: "Gives a table another name."},
		{Syntax: "rename tables <renames>", Role: config.Admin, Columns: tablesColumns, Run: renameTables,
			Doc: "Gives tables other names, at once: they may take each other's."},
		{Syntax: "drop table <table> [ifexists]", Role: config.Admin, Columns: droppedColumns, Run: dropTables,
			Doc: "Deletes a table with all its rows, for good. Answers with the tables that are left."},
		{Syntax: "drop tables <tables> [ifexists]", Role: config.Admin, Columns: droppedColumns, Run: dropTables,
			Doc: "Deletes tables with all their rows, for good. Answers with the tables that are left."},
	}
}

// textNote returns a text as a note.
func textNote(text string) json.RawMessage { return json.RawMessage(jsonText(text)) }

// note returns a text that is kept with a table.
func (r *Runner) note(table, key string) string {
	var text string
	if v, ok := r.o.Store.Notes(table, key)[key]; ok && json.Unmarshal(v, &text) != nil {
		return ""
	}
	return text
}

// tableNotes returns the notes that the properties of a command set.
func (c *call) tableNotes() (store.Notes, error) {
	notes := store.Notes{}
	for key, p := range c.args.props("properties") {
		switch key {
		case "docstring":
			notes[noteDoc] = textNote(p.value)
		case "folder":
			notes[noteFolder] = textNote(p.value)
		default:
			return nil, c.mistake("the property %s is not one of tables: there are docstring and folder", p.name)
		}
	}
	return notes, nil
}

// exists returns the columns of a table, or an error that says that it is not there.
func (c *call) exists(table string) (types.Schema, error) {
	s, ok := c.o.Store.Schema(table)
	if !ok {
		return s, c.unknownTable(table)
	}
	return s, nil
}

func (c *call) unknownTable(table string) error {
	more := ""
	for _, name := range c.o.Store.Snapshot().Names() {
		if strings.EqualFold(name, table) && c.s.may(name) {
			more = ": did you mean " + name + "?"
		}
	}
	return c.mistake("the store has no table %s%s", quoted(table), more)
}

// namedTable returns the table of a command that names one with its columns.
func namedTable(a *args) []tableSchema {
	return []tableSchema{{a.text("table"), a.values["columns"].(types.Schema)}}
}

// namedTables returns the tables of a command that names them with their columns.
func namedTables(a *args) []tableSchema { return a.values["schemas"].([]tableSchema) }

func createTable(_ ctx, c *call) error {
	tables := namedTable(c.args)
	if err := c.create(tables...); err != nil {
		return err
	}
	return c.schemaRow(tables[0].name, jsonSchema)
}

// create makes those tables that are not there, with what the command says of them: all
// or, where it must not make one, none.
func (c *call) create(tables ...tableSchema) error {
	all, err := c.newTables(tables)
	if err != nil {
		return err
	}
	return c.o.Store.CreateAll(all)
}

// newTables returns tables as they are to be where they are not there.
func (c *call) newTables(tables []tableSchema) ([]store.NewTable, error) {
	notes, err := c.tableNotes()
	if err != nil {
		return nil, err
	}
	var all []store.NewTable
	for _, t := range tables {
		if !c.s.may(t.name) {
			return nil, &Forbidden{Table: t.name}
		}
		if err := checkName(t.name); err != nil {
			return nil, c.mistake("%v", err)
		}
		all = append(all, store.NewTable{Name: t.name, Schema: t.columns, Notes: notes})
	}
	return all, nil
}

func createBasedOn(_ ctx, c *call) error {
	name := c.args.text("table")
	columns, err := c.exists(c.args.text("from"))
	if err != nil {
		return err
	}
	if _, ok := c.o.Store.Schema(name); ok && !c.args.has("ifnotexists") {
		return c.mistake("the table %s is there already: write ifnotexists if that is fine", name)
	}
	if err := c.create(tableSchema{name, columns.Visible()}); err != nil {
		return err
	}
	return c.schemaRow(name, jsonSchema)
}

func createTables(_ ctx, c *call) error {
	schemas := namedTables(c.args)
	create := c.create
	if c.args.has("create-merge") {
		create = c.createOrWiden
	}
	if err := create(schemas...); err != nil {
		return err
	}
	for _, t := range schemas {
		c.tableRow(t.name)
	}
	return nil
}

func createMergeTable(_ ctx, c *call) error {
	tables := namedTable(c.args)
	if err := c.createOrWiden(tables...); err != nil {
		return err
	}
	return c.schemaRow(tables[0].name, jsonSchema)
}

// createOrWiden makes the tables that are not there, and gives the others the columns that
// they lack. Nothing is done if something can't be.
func (c *call) createOrWiden(tables ...tableSchema) error {
	var there []tableSchema
	for _, t := range tables {
		have, ok := c.o.Store.Schema(t.name)
		if !ok {
			continue
		}
		if !c.s.may(t.name) {
			return &Forbidden{Table: t.name}
		}
		if _, err := c.wider(t.name, have, t.columns); err != nil {
			return err
		}
		there = append(there, t)
	}
	if err := c.create(tables...); err != nil {
		return err
	}
	for _, t := range there {
		if err := c.widen(t.name, t.columns); err != nil {
			return err
		}
	}
	return nil
}
