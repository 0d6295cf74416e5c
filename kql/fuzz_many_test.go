package kql_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/syntax"
)

// placed are the ways to run a query over a dataset. What a store keeps of its
// parts it keeps of what is asked again.
func (d dataset) placed() []placed {
	return []placed{
		{"memory", d.memory, kql.RunOptions{BatchRows: 1024, Workers: 1}},
		{"memory", d.memory, kql.RunOptions{BatchRows: 37, Workers: 4}},
		{"memory, not optimized", d.memory, kql.RunOptions{Workers: 4, NoOptimize: true}},
		{"files", d.files, kql.RunOptions{Workers: 1}},
		{"files", d.files, kql.RunOptions{Workers: 4}},
		{"a store", d.store, kql.RunOptions{Workers: 1}},
		{"a store, asked again", d.store, kql.RunOptions{Workers: 4}},
		{"a store, asked for the third time", d.store, kql.RunOptions{BatchRows: 100, Workers: 2}},
	}
}

type placed struct {
	where   string
	tables  kql.Tables
	options kql.RunOptions
}

// TestManyRows runs generated queries over tables of many rows, in memory, in
// Parquet files and in a store. The answers must be the same, and formatted the
// query must mean the same.
func TestManyRows(t *testing.T) {
	engine, err := kql.New()
	if err != nil {
		t.Fatal(err)
	}
	z := newFuzzer(engine)
	from, to := seedRange(t, 60)
	var d dataset
	for seed := from; seed < to; seed++ {
		if seed == from || seed%100 == 0 {
			d = newDataset(t, engine, seed/100, 1500, 60)
		}
		stages := z.over(z.generator(seed, 5), d.memory, 5)
		if z.differs(t, d, pipe(stages)) == "" {
			continue
		}
		for i := 0; i < len(stages); {
			fewer := slices.Delete(slices.Clone(stages), i, i+1)
			if resultColumns(engine, pipe(fewer), d.memory) != nil && z.differs(t, d, pipe(fewer)) != "" {
				stages = fewer
			} else {
				i++
			}
		}
		t.Errorf("seed %d:\n%s\n\n%s", seed, pipe(stages), z.differs(t, d, pipe(stages)))
	}
}

// differs says how the answers to a query over d differ, or "".
func (z *fuzzer) differs(t *testing.T, d dataset, query string) string {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	want := ""
	for i, p := range d.placed() {
		q, diags := z.engine.Compile(query, p.tables)
		if hasErrors(diags) {
			return p.where + ": the query is wrong:\n" + syntax.Render(query, diags)
		}
		p.options.Now, p.options.MemoryLimit, p.options.MaxRows = now, 256<<20, 30_000
		got := answer(t, ctx, q, p.options)
		switch {
		case strings.HasPrefix(got, "internal error"):
			return got
		case i == 0:
			want = got
		case want == "error" || got == "limit" || want == "limit":
			return ""
		case got != want && !(p.options.NoOptimize && (sameRows(got, want) || got == "error")):
			return fmt.Sprintf("over %s with %+v it is\n%s", p.where, p.options, difference(got, want))
		}
		if i == 0 {
			if p := z.formattedDiffers(t, p, q, want); p != "" {
				return p
			}
			if p := columnsDiffer(q, p.options); p != "" && !strings.Contains(query, "evaluate ") {
				return p
			}
		}
	}
	return ""
}

// formattedDiffers says how the answer to a query differs once it is formatted, or "".
func (z *fuzzer) formattedDiffers(t *testing.T, p placed, q *kql.Query, want string) string {
	text := syntax.Format(q.Tree())
	formatted, diags := z.engine.Compile(text, p.tables)
	if hasErrors(diags) {
		return "formatted, the query is wrong:\n" + syntax.Render(text, diags)
	}
	if got := answer(t, context.Background(), formatted, p.options); got != want {
		return "formatted, the answer is\n" + difference(got, want) + "\n" + text
	}
	return ""
}

// columnsDiffer says where the columns of the answer to q are not those that were
// known before it ran, or "".
func columnsDiffer(q *kql.Query, o kql.RunOptions) string {
	tables, err := q.Run(context.Background(), o)
	if err != nil {
		return ""
	}
	for i, table := range tables {
		if want := q.Results()[i]; !table.Schema.Equal(want) {
			return fmt.Sprintf("columns are %s, want %s", table.Schema, want)
		}
		for _, b := range table.Batches {
			for j, c := range table.Schema.Columns {
				if got := b.Raw(j).Type(); got != c.Type {
					return fmt.Sprintf("column %s is of type %s, want %s", c.Name, got, c.Type)
				}
			}
		}
	}
	return ""
}
