package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"unsafe"

	"github.com/parquet-go/parquet-go"

	"github.com/calypso-kql/calypso/internal/tenant"
)

// A table is written as one Parquet file.
type table[R any] struct {
	name    string
	columns []tenant.Column[R]
	blooms  []string // columns with a Bloom filter
	plain   []string // columns of nearly unique values, without a dictionary
	rows    int64
	row     func(int64, *R)
}

const (
	rowGroup = 128 << 10
	batch    = 1024
	workers  = 2
	// dictionary is large enough for every repetitive column of a row group;
	// the writers of this field give up between 1 MB (Arrow) and a share of
	// the row group (DuckDB).
	dictionary = 16 << 20
)

// write makes dir/<name>.parquet. Row groups are encoded side by side and
// appended in order.
func (t *table[R]) write(dir string) error {
	f, err := os.Create(filepath.Join(dir, t.name+".parquet"))
	if err != nil {
		return err
	}
	defer f.Close()
	schema := parquet.NewSchema(t.name, t.schema())
	var filters []parquet.BloomFilterColumn
	for _, c := range t.blooms {
		filters = append(filters, parquet.SplitBlockFilter(10, c))
	}
	w := parquet.NewGenericWriter[any](f, schema, parquet.Compression(&parquet.Zstd), parquet.BloomFilters(filters...),
		parquet.DictionaryMaxBytes(dictionary), parquet.PageBufferSize(1<<20), parquet.CreatedBy("calypso-bench", fmt.Sprint(version), ""))
	leaves := map[string]int{}
	for i, path := range schema.Columns() {
		leaves[path[0]] = i
	}
	if err := t.writeGroups(w, leaves); err != nil {
		return fmt.Errorf("%s: %w", t.name, err)
	}
	if err := w.Close(); err != nil {
		return fmt.Errorf("%s: %w", t.name, err)
	}
	return f.Close()
}

func (t *table[R]) writeGroups(w *parquet.GenericWriter[any], leaves map[string]int) error {
	type done struct {
		group *parquet.ConcurrentRowGroupWriter
		err   error
	}
	var groups []*parquet.ConcurrentRowGroupWriter
	for range workers {
		groups = append(groups, w.BeginRowGroup())
	}
	for from := int64(0); from < t.rows; {
		var running []chan done
		for _, g := range groups {
			to := min(from+rowGroup, t.rows)
			if from == to {
				break
			}
			ch := make(chan done, 1)
			go func(from int64) { ch <- done{g, t.fill(g, leaves, from, to)} }(from)
			running = append(running, ch)
			from = to
		}
		for _, ch := range running {
			d := <-ch
			if d.err != nil {
				return d.err
			}
			if _, err := d.group.Commit(); err != nil {
				return err
			}
		}
	}
	return nil
}

// fill encodes rows [from, to) into a row group, column by column.
func (t *table[R]) fill(g *parquet.ConcurrentRowGroupWriter, leaves map[string]int, from, to int64) error {
	rows := make([]R, batch)
	values := make([]parquet.Value, batch)
	writers := g.ColumnWriters()
	for ; from < to; from += batch {
		n := int(min(batch, to-from))
		for i := range n {
			t.row(from+int64(i), &rows[i])
		}
		for c := range t.columns {
			leaf := leaves[t.columns[c].Name]
			for i := range n {
				values[i] = valueOf(&t.columns[c], &rows[i], leaf)
			}
			if _, err := writers[leaf].WriteRowValues(values[:n]); err != nil {
				return fmt.Errorf("%s: %w", t.columns[c].Name, err)
			}
		}
	}
	return g.Flush()
}

// schema makes every column optional, as nearly every other writer does, so
// that a reader tuned for columns that cannot be null gains nothing here.
//
// Times are microseconds in UTC, though Kusto counts ticks of 100 ns: DuckDB
// reads nanoseconds in UTC as microseconds, so a seventh digit would make the
// engines answer differently and would cost only one of them a conversion.
func (t *table[R]) schema() parquet.Group {
	group := parquet.Group{}
	for _, c := range t.columns {
		var n parquet.Node
		switch c.Kind {
		case tenant.DateTime:
			n = parquet.Timestamp(parquet.Microsecond)
		case tenant.Long:
			n = parquet.Int(64)
		case tenant.Real:
			n = parquet.Leaf(parquet.DoubleType)
		case tenant.Bool:
			n = parquet.Leaf(parquet.BooleanType)
		default:
			n = parquet.Encoded(parquet.String(), &parquet.RLEDictionary)
			if slices.Contains(t.plain, c.Name) {
				n = parquet.Encoded(parquet.String(), &parquet.Plain)
			}
		}
		group[c.Name] = parquet.Optional(n)
	}
	return group
}

// valueOf takes a cell. Strings are handed over without a copy: the writer
// copies them before the row is reused.
func valueOf[R any](c *tenant.Column[R], row *R, leaf int) parquet.Value {
	if c.Text != nil {
		s := c.Text(row)
		if c.Kind == tenant.Dynamic && s == "" {
			return parquet.NullValue().Level(0, 0, leaf)
		}
		return parquet.ByteArrayValue(unsafe.Slice(unsafe.StringData(s), len(s))).Level(0, 1, leaf)
	}
	n, ok := c.Number(row)
	var v parquet.Value
	switch {
	case !ok:
		return parquet.NullValue().Level(0, 0, leaf)
	case c.Kind == tenant.Bool:
		v = parquet.BooleanValue(n != 0)
	case c.Kind == tenant.Real:
		v = parquet.DoubleValue(float64(n))
	case c.Kind == tenant.DateTime:
		v = parquet.Int64Value(n / 1000)
	default:
		v = parquet.Int64Value(n)
	}
	return v.Level(0, 1, leaf)
}
