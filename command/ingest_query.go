package command

import (
	"context"
	"strconv"
	"strings"

	"github.com/calypso-kql/calypso/config"
	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/store"
)

// ingestQuery stores the result of a query.
//
// Source: the Kusto documentation, "Ingest from query".
func ingestQuery(ctx ctx, c *call) error {
	table := c.args.text("table")
	if err := checkName(table); err != nil {
		return c.mistake("%v", err)
	}
	have, there := c.o.Store.Schema(table)
	switch {
	case there && c.args.has("set"):
		return c.mistake("the table %s is there already: .append adds to it, .set-or-replace replaces its rows", table)
	case !there && c.args.has("append"):
		return c.unknownTable(table)
	}
	extend, recreate, notes, err := c.queryProperties()
	if err != nil {
		return err
	}
	result, err := c.inputResult(ctx)
	if err != nil {
		return err
	}
	if err := c.checkResult(result.Schema); err != nil {
		return err
	}
	schema, wider, err := c.target(table, have.Visible(), result.Schema, there, extend)
	replace := there && c.args.has("set-or-replace")
	if replace && recreate {
		schema, err = result.Schema, nil
		wider = func(types.Schema) (types.Schema, error) { return schema, nil }
	}
	if err != nil {
		return err
	}
	if replace {
		return c.refill(table, schema, result, wider, notes)
	}
	if wider != nil {
		err = c.o.Store.Alter(table, wider, notes)
	} else if len(notes) > 0 {
		err = c.o.Store.SetNotes(table, notes)
	}
	if err != nil {
		return err
	}
	ids, err := c.append(ctx, table, schema, result.Batches)
	if err != nil {
		return err
	}
	for _, id := range ids {
		c.out.add(id, nil, nil, nil, nil, int64(result.Rows()))
	}
	return nil
}

// refill replaces the rows of a table and, where change is not nil, its columns.
func (c *call) refill(table string, schema types.Schema, result kql.Table, change columnChange, notes store.Notes) error {
	var batches []*column.Batch
	full := schema
	for _, b := range result.Batches {
		if b.Len() > 0 {
			var with *column.Batch
			full, with = received(schema, b, c.now())
			batches = append(batches, with)
		}
	}
	if err := c.o.Store.Refill(table, store.Refilling{Schema: full, Rows: batches, Columns: change, Notes: notes}); err != nil {
		return err
	}
	var id types.GUID128
	if all := c.o.Store.Snapshot().Extents(table); len(all) > 0 && len(batches) > 0 {
		id = idOf(all[0].Table, all[0].Number)
	}
	c.out.add(id, nil, nil, nil, nil, int64(result.Rows()))
	return nil
}

// queryProperties returns what the properties say.
func (c *call) queryProperties() (extend, recreate bool, notes store.Notes, err error) {
	notes = store.Notes{}
	for key, p := range c.args.props("properties") {
		yes, _ := strconv.ParseBool(p.value)
		switch key {
		case "extend_schema":
			extend = yes
		case "recreate_schema":
			recreate = yes
		case "folder":
			notes[noteFolder] = textNote(p.value)
		case "docstring":
			notes[noteDoc] = textNote(p.value)
		case "distributed", "persistdetails", "policy_ingestiontime":
			// They change nothing here.
		default:
			return false, false, nil, c.ingestProperty(p.name)
		}
	}
	return extend, recreate, notes, nil
}

// inputResult runs the query, or the .show command, behind <|.
func (c *call) inputResult(ctx context.Context) (kql.Table, error) {
	var tables []kql.Table
	if strings.HasPrefix(strings.TrimSpace(c.inputText()), ".") {
		inner, err := c.Parse(c.inputText())
		if err != nil {
			return kql.Table{}, err
		}
		if inner.decl.Role != config.Reader {
			return kql.Table{}, c.mistake("only .show commands can stand behind <|, not .%s", inner.Name())
		}
		if tables, err = c.Runner.Run(ctx, inner, c.s); err != nil {
			return kql.Table{}, err
		}
	} else {
		q, err := c.inputPlan(ctx, c.inputQuery())
		if err != nil {
			return kql.Table{}, err
		}
		limits := c.s.Run
		// What is stored is not cut to what a client is sent.
		limits.MaxRows, limits.MaxBytes = 0, 0
		if tables, err = q.Run(ctx, limits); err != nil {
			return kql.Table{}, err
		}
	}
	if len(tables) != 1 {
		return kql.Table{}, c.mistake("the query must have one result, and has %d", len(tables))
	}
	return tables[0], nil
}

// checkResult makes sure that the columns of a result can be a table's.
func (c *call) checkResult(s types.Schema) error {
	seen := map[string]bool{}
	for _, col := range s.Columns {
		if strings.Contains(col.Name, "$") {
			return c.mistake("the result has a column %s, which no table can have: give it another name with project-rename", quoted(col.Name))
		}
		if err := checkName(col.Name); err != nil {
			return c.mistake("%v", err)
		}
		if seen[col.Name] {
			return c.mistake("the result has two columns called %s", col.Name)
		}
		seen[col.Name] = true
	}
	return nil
}

// A columnChange makes other columns of those that a table has.
type columnChange = func(have types.Schema) (types.Schema, error)

// target returns the result's columns with the names that the table has for them,
// columns being matched by their order, and how the table has to change, nil for not
// at all; or it says that they do not fit. A table that is not there is made.
func (c *call) target(table string, have, result types.Schema, there, extend bool) (out types.Schema, change columnChange, err error) {
	if !there {
		return result, nil, c.o.Store.Create(table, result)
	}
	for i, col := range result.Columns {
		if i < have.Len() {
			if have.Columns[i].Type != col.Type {
				return out, nil, c.mismatch(have, result)
			}
			col.Name = have.Columns[i].Name
		} else if !extend || have.Index(col.Name) >= 0 {
			return out, nil, c.mismatch(have, result)
		}
		out.Columns = append(out.Columns, col)
	}
	if result.Len() < have.Len() {
		return out, nil, c.mismatch(have, result)
	}
	if result.Len() > have.Len() {
		if !c.s.Admin {
			return out, nil, c.mistake("extend_schema needs the role admin")
		}
		more := types.Schema{Columns: out.Columns[have.Len():]}
		return out, func(have types.Schema) (types.Schema, error) { return c.wider(table, have, more) }, nil
	}
	return out, nil, nil
}

func (c *call) mismatch(have, result types.Schema) error {
	return c.mistake("the columns of the query are not those of the table, in their order: QuerySchema=('%s'), TableSchema=('%s'); write project with columns of these types, or extend_schema=true to add those at the end",
		typesOf(result), typesOf(have))
}

func typesOf(s types.Schema) string {
	var out []string
	for _, c := range s.Columns {
		out = append(out, c.Type.String())
	}
	return strings.Join(out, ",")
}
