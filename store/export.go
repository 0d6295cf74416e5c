package store

import (
	"context"
	"io"
	"runtime"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/parquet"
)

// A Match gets rows of a table, with the columns of s, its schema, and returns
// which of them are meant, in ascending order. A nil Match means all.
type Match func(s types.Schema, b *column.Batch) ([]uint32, error)

// Each calls f with the rows of a table that match names, in the order of their
// arrival. Batches have all columns of the schema, hidden ones, too, and are read
// when a column is first asked for.
func (s *Snapshot) Each(ctx context.Context, table string, match Match, f func(types.Schema, *column.Batch) error) error {
	st, err := s.readable(table)
	if err != nil {
		return err
	}
	return st.each(table, func(b *column.Batch) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		if match != nil {
			rows, err := match(st.schema, b)
			if err != nil {
				return err
			}
			b = b.Gather(rows)
		}
		if b.Len() == 0 {
			return nil
		}
		return f(st.schema, b)
	})
}

func (s *Snapshot) readable(table string) (*state, error) {
	st, ok := s.states[table]
	if !ok {
		return nil, &UnknownTableError{Table: table}
	}
	return st, st.damage
}

// Count returns how many rows of a table match names.
func (s *Snapshot) Count(ctx context.Context, table string, match Match) (n int64, err error) {
	err = s.Each(ctx, table, match, func(_ types.Schema, b *column.Batch) error { n += int64(b.Len()); return nil })
	return n, err
}

// WriteParquet writes the rows of a table that match names as one Parquet file,
// with hidden columns, and returns how many they were.
func (s *Snapshot) WriteParquet(ctx context.Context, table string, match Match, w io.Writer) (n int64, err error) {
	st, err := s.readable(table)
	if err != nil {
		return 0, err
	}
	micros, err := st.wideTimes(table)
	if err != nil {
		return 0, err
	}
	pw, err := parquet.NewWriter(w, st.schema, parquet.WriterOptions{Micros: micros, Workers: runtime.GOMAXPROCS(0)})
	if err != nil {
		return 0, err
	}
	err = s.Each(ctx, table, match, func(_ types.Schema, b *column.Batch) error {
		n += int64(b.Len())
		return pw.Write(b)
	})
	if err != nil {
		return n, err
	}
	return n, pw.Close()
}
