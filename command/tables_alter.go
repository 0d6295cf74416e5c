package command

import (
	"fmt"
	"slices"

	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/store"
)

// wider returns the columns of a table with more at the end.
func (c *call) wider(name string, have, more types.Schema) (types.Schema, error) {
	out := types.Schema{Columns: slices.Clone(have.Columns)}
	for _, m := range more.Columns {
		i := have.Index(m.Name)
		switch {
		case i < 0:
			out.Columns = append(out.Columns, m)
		case have.Columns[i].Type != m.Type:
			return out, c.mistake("the column %s of %s is %s and not %s: .alter column changes the type, and empties the column", m.Name, name, have.Columns[i].Type, m.Type)
		}
	}
	return out, nil
}

func (c *call) widen(name string, more types.Schema) error {
	notes, err := c.tableNotes()
	if err != nil {
		return err
	}
	return c.o.Store.Alter(name, func(have types.Schema) (types.Schema, error) { return c.wider(name, have, more) }, notes)
}

func alterMergeTable(_ ctx, c *call) error {
	name := c.args.text("table")
	if _, err := c.exists(name); err != nil {
		return err
	}
	if err := c.widen(name, c.args.values["columns"].(types.Schema)); err != nil {
		return err
	}
	return c.schemaRow(name, jsonSchema)
}

func alterTable(_ ctx, c *call) error {
	name := c.args.text("table")
	have, err := c.exists(name)
	if err != nil {
		return err
	}
	notes, err := c.tableNotes()
	if err != nil {
		return err
	}
	columns := c.args.values["columns"].(types.Schema)
	for _, w := range columns.Columns {
		if i := have.Index(w.Name); i >= 0 && have.Columns[i].Hidden {
			return c.mistake("the column %s of %s is one of its hidden ones, which stay as they are", w.Name, name)
		}
	}
	err = c.o.Store.Alter(name, func(have types.Schema) (types.Schema, error) {
		_, err := c.wider(name, have, columns)
		return columns, err
	}, notes)
	if err != nil {
		return err
	}
	return c.schemaRow(name, jsonSchema)
}

func alterTableText(_ ctx, c *call) error {
	name := c.args.text("table")
	if _, err := c.exists(name); err != nil {
		return err
	}
	key := noteFolder
	if c.args.has("docstring") {
		key = noteDoc
	}
	if err := c.o.Store.SetNotes(name, store.Notes{key: textNote(c.args.text("string"))}); err != nil {
		return err
	}
	return c.schemaRow(name, jsonSchema)
}

func renameTable(_ ctx, c *call) error {
	return c.rename([]renaming{{to: c.args.text("to"), from: c.args.text("table")}})
}

func renameTables(_ ctx, c *call) error {
	return c.rename(c.args.values["renames"].([]renaming))
}

func (c *call) rename(renames []renaming) error {
	names := map[string]string{}
	for _, r := range renames {
		if err := checkName(r.to); err != nil {
			return c.mistake("%v", err)
		}
		if !c.s.may(r.to) {
			return &Forbidden{Table: r.to}
		}
		if _, ok := c.o.Store.Schema(r.from); !ok {
			if r.ifExists {
				continue
			}
			return c.unknownTable(r.from)
		}
		if _, twice := names[r.from]; twice {
			return c.mistake("the table %s is to have two names", r.from)
		}
		names[r.from] = r.to
	}
	if err := c.o.Store.Rename(names); err != nil {
		return c.mistake("%v", err)
	}
	var to []string
	for _, name := range names {
		to = append(to, name)
	}
	slices.Sort(to)
	for _, name := range to {
		c.tableRow(name)
	}
	return nil
}

func dropTables(_ ctx, c *call) error {
	names := c.args.list("tables")
	if names == nil {
		names = []string{c.args.text("table")}
	}
	var there []string
	for _, name := range names {
		_, ok := c.o.Store.Schema(name)
		if !ok && !c.args.has("ifexists") {
			return c.unknownTable(name)
		}
		if ok && !slices.Contains(there, name) {
			there = append(there, name)
		}
	}
	for _, name := range there {
		if err := c.o.Store.Drop(name); err != nil {
			return fmt.Errorf("drop %s: %w", name, err)
		}
	}
	for _, name := range c.o.Store.Snapshot().Names() {
		if c.s.may(name) {
			c.out.add(name, Database)
		}
	}
	return nil
}
