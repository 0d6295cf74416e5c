package main

import (
	"github.com/calypso-kql/calypso/internal/tenant"
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/types"
)

// columns makes batches of a tenant's rows, with the columns that the catalog knows:
// what ingesting the same records as JSON comes to, without the JSON.
type columns[R any] struct {
	table  string
	schema types.Schema
	of     []tenant.Column[R] // the first columns of schema; the others are empty
}

func newColumns[R any](table string, known types.Schema, all []tenant.Column[R]) *columns[R] {
	out := &columns[R]{table: table}
	for _, c := range all {
		if i := known.Index(c.Name); i >= 0 && c.Name != "_TimeReceived" {
			out.schema.Columns, out.of = append(out.schema.Columns, known.Columns[i]), append(out.of, c)
		}
	}
	for _, k := range known.Columns {
		if out.schema.Index(k.Name) < 0 && k.Name != "_TimeReceived" {
			out.schema.Columns = append(out.schema.Columns, k)
		}
	}
	return out
}

func (c *columns[R]) batch(rows []R) *column.Batch {
	cols := make([]column.Column, c.schema.Len())
	for i := range cols {
		if i >= len(c.of) {
			cols[i] = column.NullConst(c.schema.Columns[i].Type, len(rows))
			continue
		}
		if t := c.schema.Columns[i].Type; c.of[i].Text != nil {
			cols[i] = texts(t, &c.of[i], rows, c.table)
		} else {
			cols[i] = numbers(t, &c.of[i], rows)
		}
	}
	return column.NewBatch(len(rows), cols)
}

// texts makes a column of few distinct values a dictionary, as ingest does.
func texts[R any](t types.Type, c *tenant.Column[R], rows []R, table string) column.Column {
	vals := make([]string, len(rows))
	codes := make([]uint32, len(rows))
	known := map[string]uint32{}
	var distinct []string
	for i := range rows {
		if vals[i] = c.Text(&rows[i]); c.Name == "Type" {
			vals[i] = table
		}
		if len(distinct) > len(rows)/2+1 {
			continue
		}
		code, ok := known[vals[i]]
		if !ok {
			code = uint32(len(distinct))
			known[vals[i]] = code
			distinct = append(distinct, vals[i])
		}
		codes[i] = code
	}
	if len(distinct) > len(rows)/2+1 {
		return textVec(t, vals)
	}
	return &column.Dict{Codes: codes, Values: textVec(t, distinct)}
}

func textVec(t types.Type, vals []string) column.Column {
	switch t {
	case types.Dynamic:
		out := make([]dynamic.Value, len(vals))
		for i, s := range vals {
			if s != "" {
				out[i] = dynamic.FromText(s)
			}
		}
		return column.NewVec(types.Dynamic, out, nil)
	case types.GUID:
		out, valid := make([]types.GUID128, len(vals)), column.NewBitmap(len(vals))
		for i, s := range vals {
			if g, ok := types.ParseGUID(s); ok {
				out[i] = g
				valid.Set(i)
			}
		}
		return column.NewVec(types.GUID, out, valid)
	}
	return column.NewVec(types.String, vals, nil)
}

func numbers[R any](t types.Type, c *tenant.Column[R], rows []R) column.Column {
	b := column.NewBuilder(t, len(rows))
	for i := range rows {
		n, ok := c.Number(&rows[i])
		if !ok {
			b.AppendNull()
			continue
		}
		switch b := b.(type) {
		case *column.TypedBuilder[int64]:
			if c.Kind == tenant.DateTime {
				n = n/100 + types.UnixEpoch
			}
			b.Append(n)
		case *column.TypedBuilder[float64]:
			b.Append(float64(n))
		case *column.TypedBuilder[bool]:
			b.Append(n != 0)
		default:
			b.AppendNull()
		}
	}
	return b.Finish()
}
