package parquet

import (
	"context"
	"errors"
	"io"
	"sync/atomic"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// Open implements plan.Source. Batches come in the order of the file.
func (file *File) Open(_ context.Context, s plan.Scan) (column.Reader, error) {
	file.dicts.begin()
	r := &reader{file: file, scan: s, left: s.Limit}
	for _, c := range s.Columns {
		r.schema.Columns = append(r.schema.Columns, file.schema.Columns[c])
	}
	return r, nil
}

// A reader yields the parts of the row groups that may hold wanted rows.
type reader struct {
	file   *File
	schema types.Schema
	scan   plan.Scan
	left   int // rows still wanted, if the scan has a limit

	group    int // next row group
	current  *scannedGroup
	before   *scannedGroup // the one before the current
	from, to int           // what is left of the current one
	part     int           // rows of a batch of it
	closed   atomic.Bool
}

func (r *reader) Schema() types.Schema { return r.schema }

func (r *reader) Close() error {
	r.closed.Store(true)
	return nil
}

func (r *reader) Next(ctx context.Context) (*column.Batch, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if r.closed.Load() {
		return nil, errors.New("reader is closed")
	}
	for r.from >= r.to {
		if r.group == len(r.file.groups) || r.scan.Limit > 0 && r.left <= 0 {
			return nil, io.EOF
		}
		from, to, err := r.file.groups[r.group].wanted(r.scan.Hints)
		if err != nil {
			return nil, err
		}
		if r.before != nil {
			r.before.forget()
		}
		r.before, r.current = r.current, r.file.groups[r.group].scan()
		r.from, r.to = from, to
		r.part = r.file.groups[r.group].partOf(r.scan.Columns)
		r.group++
	}
	end := min(r.to, r.file.groups[r.group-1].partEnd(r.scan.Columns, r.from, r.part))
	if r.scan.Limit > 0 {
		end = min(end, r.from+r.left)
		r.left -= end - r.from
	}
	b := r.current.batch(r.scan.Columns, r.from, end)
	r.from = end
	if r.scan.Limit > 0 && r.left <= 0 {
		r.from = r.to
	}
	return b, nil
}
