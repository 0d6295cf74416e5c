package builtin_test

import (
	"context"
	"strings"
	"testing"

	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/types"
)

// TestScalarExamples runs every example of every scalar function through the
// whole engine, with and without the optimizer.
func TestScalarExamples(t *testing.T) {
	engine, err := kql.New()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range engine.Functions().Families() {
		for i := range family.Scalars {
			f := &family.Scalars[i]
			t.Run(f.Name(), func(t *testing.T) {
				for _, example := range f.Examples {
					call, want, ok := strings.Cut(example, " -> ")
					if !ok {
						t.Errorf("example %q has no result", example)
						continue
					}
					for _, plain := range []bool{false, true} {
						value, text := answer(t, engine, "print "+call, plain)
						if value != want && text != want {
							t.Errorf("%s (without optimizer: %v)\n got %s or, as text, %q\nwant %s", call, plain, value, text, want)
						}
					}
				}
			})
		}
	}
}

// answer runs a query and prints its only cell twice: as the answer of a query
// shows it, where null is "null", and as tostring() does.
func answer(t *testing.T, engine *kql.Engine, query string, noOptimize bool) (value, text string) {
	t.Helper()
	q, diags := engine.Compile(query, kql.Tables{})
	for _, d := range diags {
		t.Logf("%s: %v", query, d)
	}
	now, _ := types.ParseDateTime("2024-05-06T07:08:09")
	tables, err := q.Run(context.Background(), kql.RunOptions{Now: now, NoOptimize: noOptimize})
	switch {
	case err != nil:
		return "error: " + err.Error(), ""
	case len(tables) != 1 || tables[0].Rows() != 1:
		return "not one row", ""
	}
	col, err := tables[0].Batches[0].Column(0)
	if err != nil {
		return "error: " + err.Error(), ""
	}
	col = column.Flat(col)
	switch c := col.(type) {
	case *column.Vec[dynamic.Value]:
		text = c.Vals[0].String()
	case *column.Vec[int64]:
		if c.Type() == types.DateTime && !c.Null(0) {
			text = string(types.AppendDateTime(nil, c.Vals[0]))
		}
	}
	return cell(col), text
}

func cell(col column.Column) string {
	if col.Null(0) {
		return "null"
	}
	switch c := col.(type) {
	case *column.Vec[bool]:
		if c.Vals[0] {
			return "true"
		}
		return "false"
	case *column.Vec[string]:
		return c.Vals[0]
	case *column.Vec[float64]:
		return string(types.AppendReal(nil, c.Vals[0]))
	case *column.Vec[types.Decimal128]:
		return string(types.AppendDecimal(nil, c.Vals[0]))
	case *column.Vec[types.GUID128]:
		return c.Vals[0].String()
	case *column.Vec[dynamic.Value]:
		return c.Vals[0].JSON()
	}
	ticks := col.(*column.Vec[int64]).Vals[0]
	switch col.Type() {
	case types.DateTime:
		return string(types.AppendDateTimeCell(nil, ticks))
	case types.TimeSpan:
		return string(types.AppendTimeSpan(nil, ticks))
	}
	return dynamic.FromLong(ticks).String()
}
