package command

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/calypso-kql/calypso/config"
	"github.com/calypso-kql/calypso/external"
	"github.com/calypso-kql/calypso/intake"
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/store"
)

const ingestedColumns = "(ExtentId: guid, OriginalSize: long, ExtentSize: long, CompressedSize: long, IndexSize: long, RowCount: long)"

func ingestCommands() []Declaration {
	return []Declaration{
		{Syntax: "ingest inline into table <table> [with <properties>]", Input: "data", Role: config.Ingestor, Columns: "(ExtentId: guid)", Run: ingestInline,
			Doc: "Stores the data behind <|, csv unless format says otherwise, in the columns of a table. Rows are durable when it answers."},
		{Syntax: "ingest inline into table <table> [with <properties>] <data:bracketed>", Input: "data", Role: config.Ingestor, Columns: "(ExtentId: guid)", Run: ingestInline,
			Doc: "Stores the data between brackets, a record in each pair."},
		{Syntax: "set <table> [with <properties>]", Input: "query", Role: config.Admin, Columns: ingestedColumns, Run: ingestQuery,
			Doc: "Makes a table of the result of a query. It is an error if there is one of that name."},
		{Syntax: "append <table> [with <properties>]", Input: "query", Role: config.Ingestor, Columns: ingestedColumns, Run: ingestQuery,
			Doc: "Adds the result of a query to a table, column by column in their order."},
		{Syntax: "set-or-append <table> [with <properties>]", Input: "query", Role: config.Admin, Columns: ingestedColumns, Run: ingestQuery,
			Doc: "Makes a table of the result of a query, or adds it to the one that is there."},
		{Syntax: "set-or-replace <table> [with <properties>]", Input: "query", Role: config.Admin, Columns: ingestedColumns, Run: ingestQuery,
			Doc: "Puts the result of a query in the place of a table's rows, at once."},
	}
}

// ingestInline stores the data of the command itself.
//
// Source: the Kusto documentation, ".ingest inline command".
func ingestInline(ctx ctx, c *call) error {
	table := c.args.text("table")
	s, err := c.exists(table)
	if err != nil {
		return err
	}
	props, err := c.dataProperties(table)
	if err != nil {
		return err
	}
	visible := s.Visible()
	r, err := external.Text("the data", strings.NewReader(c.data()), external.Request{Schema: visible, Properties: props})
	if err != nil {
		return c.mistake("%v", err)
	}
	defer r.Close()
	var batches []*column.Batch
	for {
		b, err := r.Next(ctx)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return c.mistake("%v", err)
		}
		batches = append(batches, b)
	}
	ids, err := c.append(ctx, table, visible, batches)
	if err != nil {
		return err
	}
	for _, id := range ids {
		c.out.add(id)
	}
	return nil
}

// data returns the text of the data: what stands behind <|, or in brackets.
func (c *call) data() string {
	if at, ok := c.args.values["data"].(span); ok {
		var lines []string
		for _, record := range strings.Split(c.st.text[at.from:at.to], "]") {
			if record = strings.TrimPrefix(strings.TrimSpace(record), "["); record != "" {
				lines = append(lines, record)
			}
		}
		return strings.Join(lines, "\n")
	}
	text := c.inputText()
	// Data that begins on the next line does.
	if line, rest, ok := strings.Cut(text, "\n"); ok && strings.TrimSpace(line) == "" {
		return rest
	}
	return strings.TrimLeft(text, " \t")
}

// dataProperties returns the properties of ingestion as external has them.
func (c *call) dataProperties(table string) (map[string]string, error) {
	given := c.args.props("properties")
	out := map[string]string{}
	for key, p := range given {
		switch key {
		case "format", "ignorefirstrecord", "ingestionmapping":
			out[key] = p.value
		case "ingestionmappingreference":
			m, err := intake.FindMapping(c.o.Store, table, given["format"].value, p.value)
			if err != nil {
				return nil, c.mistake("%v", err)
			}
			out["ingestionmapping"] = m.Text
		case "validationpolicy", "policy_ingestiontime", "persistdetails":
			// They change nothing here.
		default:
			return nil, c.ingestProperty(p.name)
		}
	}
	return out, nil
}

// ingestProperty refuses a property of ingestion, with what to do instead.
func (c *call) ingestProperty(name string) error {
	switch strings.ToLower(name) {
	case "tags", "ingestifnotexists":
		return c.mistake("the property %s is not supported, for extents have no tags: POST /v1/ingest with an Idempotency-Key stores a batch once", name)
	case "creationtime":
		return c.mistake("the property creationTime is not supported: rows are kept by their TimeGenerated")
	case "zippattern":
		return c.mistake("the property zipPattern is for files: calypso ingest reads archives")
	}
	return c.mistake("the property %s is not one of ingestion", quoted(name))
}

// append stores batches in a table, and returns the ids of what they became.
func (c *call) append(ctx context.Context, table string, s types.Schema, batches []*column.Batch) ([]types.GUID128, error) {
	var in store.Batch
	rows := 0
	for _, b := range batches {
		if b.Len() == 0 {
			continue
		}
		rows += b.Len()
		schema, b := received(s, b, c.now())
		in.Rows = append(in.Rows, store.Rows{Table: table, Schema: schema, Rows: b})
	}
	if rows == 0 {
		return []types.GUID128{{}}, nil
	}
	in.Rows = merged(in.Rows)
	if _, err := c.o.Store.Append(ctx, in); err != nil {
		return nil, err
	}
	snap := c.o.Store.Snapshot()
	all := snap.Extents(table)
	if len(all) == 0 { // somebody has emptied the table meanwhile
		return []types.GUID128{{}}, nil
	}
	last := all[len(all)-1]
	return []types.GUID128{idOf(last.Table, last.Number)}, nil
}

// merged puts small batches together, so that the log has few of them.
func merged(rows []store.Rows) []store.Rows {
	const most = 1 << 18
	var out []store.Rows
	for from := 0; from < len(rows); {
		to, n := from, 0
		var parts []*column.Batch
		for to < len(rows) && (to == from || n+rows[to].Rows.Len() <= most) {
			n += rows[to].Rows.Len()
			parts = append(parts, rows[to].Rows)
			to++
		}
		one := rows[from]
		if b, err := column.Concat(one.Schema, parts); err == nil && len(parts) > 1 {
			one.Rows = b
			out = append(out, one)
		} else {
			out = append(out, rows[from:to]...)
		}
		from = to
	}
	return out
}

// received returns rows with their time of arrival, which ingestion_time() answers.
func received(s types.Schema, b *column.Batch, now int64) (types.Schema, *column.Batch) {
	const name = "_TimeReceived"
	if s.Index(name) >= 0 {
		return s, b
	}
	out := types.Schema{Columns: append(slices.Clone(s.Columns), types.Column{Name: name, Type: types.DateTime, Hidden: true})}
	cols := make([]column.Column, b.Width(), b.Width()+1)
	for i := range cols {
		cols[i] = b.Raw(i)
	}
	return out, column.NewBatch(b.Len(), append(cols, column.NewConst(types.DateTime, now, b.Len())))
}
