package parquet

import (
	"fmt"
	"io"
	"slices"

	pq "github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress/zstd"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/types"
)

// groupRows is the number of rows of the row groups written: large enough for
// dictionaries to pay, small enough to be decoded into the cache.
const groupRows = 1 << 17

// A Writer writes batches of one schema as a Parquet file: zstd, dictionaries,
// page index, and Bloom filters on the columns named. Datetimes are UTC
// timestamps in nanoseconds, dynamic values are JSON, timespans are ticks and
// decimals text; the file's metadata keeps the KQL types. It is for one
// goroutine.
type Writer struct {
	w      *pq.GenericWriter[any]
	schema types.Schema
	cols   []*pq.ColumnWriter
	rows   int // of the row group being written
	values []pq.Value
	micros []string
}

// WriterOptions say how a file is written.
type WriterOptions struct {
	// Bloom names text columns that get a Bloom filter: identifiers that
	// queries look up.
	Bloom []string
	// Micros names datetime columns that are written in microseconds, because
	// they have values before 1678 or after 2262. Such values are an error
	// elsewhere.
	Micros []string
}

// NewWriter returns a writer of rows of schema s to w. Close finishes the file.
func NewWriter(w io.Writer, s types.Schema, o WriterOptions) (*Writer, error) {
	root := schemaNode(s, o.Micros)
	opts := []pq.WriterOption{
		pq.NewSchema("table", root),
		pq.Compression(&zstd.Codec{Level: zstd.SpeedDefault}),
		pq.CreatedBy("calypso", "1", ""),
		pq.PageBufferSize(1 << 20),
		pq.DataPageStatistics(true),
	}
	for _, c := range s.Columns {
		opts = append(opts, pq.KeyValueMetadata(typeKey(c.Name), c.Type.String()))
		if c.Type == types.String && slices.Contains(o.Bloom, c.Name) {
			opts = append(opts, pq.BloomFilters(pq.SplitBlockFilter(10, c.Name)))
		}
	}
	cfg, err := pq.NewWriterConfig(opts...)
	if err != nil {
		return nil, err
	}
	pw := pq.NewGenericWriter[any](w, cfg)
	return &Writer{w: pw, schema: s, cols: pw.ColumnWriters(), micros: o.Micros}, nil
}

// Write adds the rows of b, whose columns are those of the schema.
func (w *Writer) Write(b *column.Batch) error {
	for from := 0; from < b.Len(); {
		to := min(b.Len(), from+groupRows-w.rows)
		part := b.Slice(from, to)
		for i := range w.cols {
			c, err := part.Column(i)
			if err != nil {
				return err
			}
			if w.values, err = w.appendValues(w.values[:0], c, i); err != nil {
				return err
			}
			if _, err := w.cols[i].WriteRowValues(w.values); err != nil {
				return fmt.Errorf("column %s: %w", w.schema.Columns[i].Name, err)
			}
		}
		w.rows += to - from
		from = to
		if w.rows == groupRows {
			if err := w.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *Writer) flush() error {
	w.rows = 0
	return w.w.Flush()
}

// Close writes what is left and the footer. It does not close the io.Writer.
func (w *Writer) Close() error { return w.w.Close() }

// appendValues appends the rows of c as values of column i of the file.
func (w *Writer) appendValues(dst []pq.Value, c column.Column, i int) ([]pq.Value, error) {
	switch c.Type() {
	case types.Bool:
		dst = appendColumn(dst, c, i, pq.BooleanValue)
	case types.Int:
		dst = appendColumn(dst, c, i, func(v int64) pq.Value { return pq.Int32Value(int32(v)) })
	case types.Real:
		dst = appendColumn(dst, c, i, pq.DoubleValue)
	case types.GUID:
		dst = appendColumn(dst, c, i, func(v types.GUID128) pq.Value { return pq.FixedLenByteArrayValue(slices.Clone(v[:])) })
	case types.Decimal:
		dst = appendColumn(dst, c, i, func(v types.Decimal128) pq.Value { return pq.ByteArrayValue(types.AppendDecimal(nil, v)) })
	case types.String:
		v := column.ViewOf[string](c)
		for r := range c.Len() {
			dst = append(dst, pq.ByteArrayValue(bytesOf(v.At(r))).Level(0, 0, i))
		}
	case types.Dynamic:
		dst = appendDynamic(dst, c, i)
	case types.DateTime:
		return w.appendDateTimes(dst, c, i)
	default:
		dst = appendColumn(dst, c, i, pq.Int64Value)
	}
	return dst, nil
}

func appendDynamic(dst []pq.Value, c column.Column, i int) []pq.Value {
	v := column.ViewOf[dynamic.Value](c)
	for r := range c.Len() {
		if x := v.At(r); x.IsNull() {
			dst = append(dst, pq.NullValue().Level(0, 0, i))
		} else {
			dst = append(dst, pq.ByteArrayValue(x.AppendJSON(nil)).Level(0, 1, i))
		}
	}
	return dst
}

func (w *Writer) appendDateTimes(dst []pq.Value, c column.Column, i int) ([]pq.Value, error) {
	name := w.schema.Columns[i].Name
	if slices.Contains(w.micros, name) {
		return appendColumn(dst, c, i, func(v int64) pq.Value { return pq.Int64Value((v - unixEpoch) / 10) }), nil
	}
	if outside(c) {
		return nil, fmt.Errorf("column %s: a time before 1678 or after 2262 does not fit a timestamp in nanoseconds", name)
	}
	return appendColumn(dst, c, i, func(v int64) pq.Value { return pq.Int64Value((v - unixEpoch) * 100) }), nil
}

func appendColumn[T column.Value](dst []pq.Value, c column.Column, i int, f func(T) pq.Value) []pq.Value {
	v := column.ViewOf[T](c)
	for r := range c.Len() {
		if v.Null(r) {
			dst = append(dst, pq.NullValue().Level(0, 0, i))
		} else {
			dst = append(dst, f(v.At(r)).Level(0, 1, i))
		}
	}
	return dst
}
