package command

import (
	"encoding/json"
	"slices"

	"github.com/calypso-kql/calypso/config"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/store"
)

func changeColumns() []Declaration {
	return []Declaration{
		{Syntax: "alter column <column> type = <type:name>", Role: config.Admin, Columns: "(EntityName: string, DataType: string, Policy: string)", Run: alterColumn,
			Doc: "Gives a column another type. The values that it has become null, for good."},
		{Syntax: "drop column <column> [ifexists]", Role: config.Admin, Columns: schemaColumns, Run: dropColumn,
			Doc: "Drops a column with its values, for good."},
		{Syntax: "drop table <table> columns <names>", Role: config.Admin, Columns: schemaColumns, Run: dropColumns,
			Doc: "Drops columns with their values, for good."},
		{Syntax: "(alter | alter-merge) table <table> column-docstrings <docstrings>", Role: config.Admin, Columns: schemaColumns, Run: columnDocStrings,
			Doc: "Says what columns are for; alter forgets what was said of others."},
	}
}

func alterColumn(_ ctx, c *call) error {
	at := c.args.values["column"].(columnName)
	if _, err := c.exists(at.table); err != nil {
		return err
	}
	t, ok := types.Lookup(c.args.text("type"))
	if !ok {
		return c.mistake("%s is no type: there are bool, datetime, decimal, dynamic, guid, int, long, real, string and timespan", quoted(c.args.text("type")))
	}
	err := c.o.Store.Alter(at.table, func(have types.Schema) (types.Schema, error) {
		out := types.Schema{Columns: slices.Clone(have.Columns)}
		i := out.Index(at.column)
		if i < 0 {
			return have, c.unknownColumn(at.table, at.column)
		}
		out.Columns[i].Type = t
		return out, nil
	}, nil)
	if err != nil {
		return err
	}
	c.out.add(entity(at.table, at.column), systemType(t), "")
	return nil
}

func (c *call) unknownColumn(table, column string) error {
	return c.mistake("the table %s has no column %s", table, quoted(column))
}

func dropColumn(_ ctx, c *call) error {
	at := c.args.values["column"].(columnName)
	return c.dropColumns(at.table, []string{at.column}, c.args.has("ifexists"))
}

func dropColumns(_ ctx, c *call) error {
	return c.dropColumns(c.args.text("table"), c.args.list("names"), false)
}

func (c *call) dropColumns(table string, names []string, ifExists bool) error {
	if _, err := c.exists(table); err != nil {
		return err
	}
	docs := c.columnDocs(table)
	for _, name := range names {
		delete(docs, name)
	}
	err := c.o.Store.Alter(table, func(have types.Schema) (types.Schema, error) {
		left := types.Schema{Columns: slices.Clone(have.Columns)}
		for _, name := range names {
			i := left.Index(name)
			switch {
			case i >= 0:
				left.Columns = slices.Delete(left.Columns, i, i+1)
			case !ifExists:
				return left, c.unknownColumn(table, name)
			}
		}
		if left.Len() == 0 {
			return left, c.mistake("a table needs a column: .drop table %s drops all", table)
		}
		return left, nil
	}, store.Notes{noteColumns: json.RawMessage(jsonText(docs))})
	if err != nil {
		return err
	}
	return c.schemaRow(table, jsonSchema)
}

// columnDocs returns what is said of the columns of a table.
func (r *Runner) columnDocs(table string) map[string]string {
	docs := map[string]string{}
	if v, ok := r.o.Store.Notes(table, noteColumns)[noteColumns]; ok && json.Unmarshal(v, &docs) != nil {
		return map[string]string{}
	}
	return docs
}

func columnDocStrings(_ ctx, c *call) error {
	table := c.args.text("table")
	have, err := c.exists(table)
	if err != nil {
		return err
	}
	docs := map[string]string{}
	if c.args.has("alter-merge") {
		docs = c.columnDocs(table)
	}
	for name, text := range c.args.values["docstrings"].(map[string]string) {
		if have.Index(name) < 0 {
			return c.unknownColumn(table, name)
		}
		docs[name] = text
	}
	if err := c.o.Store.SetNotes(table, store.Notes{noteColumns: json.RawMessage(jsonText(docs))}); err != nil {
		return err
	}
	return c.schemaRow(table, jsonSchema)
}
