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
	return file.reader(s), nil
}

func (file *File) reader(s plan.Scan) *reader {
	file.dicts.begin()
	r := &reader{file: file, scan: s, left: s.Limit, rows: file.indexed(s.Hints), skips: s.Skips}
	if r.skips == nil {
		r.skips = &plan.Skips{}
	}
	for _, c := range s.Columns {
		r.schema.Columns = append(r.schema.Columns, file.schema.Columns[c])
	}
	return r
}

// A reader yields the parts of the row groups that may hold wanted rows.
type reader struct {
	file   *File
	schema types.Schema
	scan   plan.Scan
	left   int // rows still wanted, if the scan has a limit

	rows  []Range // of the file that may be wanted, as far as its index says
	skips *plan.Skips
	part  *Range // rows outside of which nothing is wanted; nil for all

	group    int        // next row group to look at
	first    int        // its first row
	coming   []upcoming // row groups that have been looked at
	spans    []Range    // of the current row group, what is left behind from and to
	hits     []uint32   // instead of spans, where the wanted rows are known one by one
	current  *scannedGroup
	before   *scannedGroup // the one before the current
	from, to int           // what is left of the current one
	size     int           // rows of a batch of it
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
		if len(r.hits) > 0 {
			return r.some(), nil
		}
		if len(r.spans) > 0 {
			r.from, r.to, r.spans = r.spans[0].From, r.spans[0].To, r.spans[1:]
			break
		}
		if r.scan.Limit > 0 && r.left <= 0 {
			return nil, io.EOF
		}
		if err := r.nextGroup(); err != nil {
			return nil, err
		}
	}
	end := min(r.to, r.current.g.partEnd(r.scan.Columns, r.from, r.size))
	if r.scan.Limit > 0 {
		end = min(end, r.from+r.left)
		r.left -= end - r.from
	}
	b := r.current.batch(r.scan, r.from, end)
	r.from = end
	if r.scan.Limit > 0 && r.left <= 0 {
		r.from, r.spans = r.to, nil
	}
	return b, nil
}

// some returns the next hits.
func (r *reader) some() *column.Batch {
	rows := r.hits[:min(len(r.hits), partRows)]
	r.hits = r.hits[len(rows):]
	return r.current.batch(r.scan, 0, r.current.g.n).Gather(rows)
}

// spansOf returns the rows of the next row group, counted in it, that may be
// wanted; hits instead of spans where they are known one by one.
func (r *reader) spansOf(g *group) (spans []Range, hits []uint32, err error) {
	first := r.first
	r.first += g.n
	if r.part != nil && (first >= r.part.To || r.first <= r.part.From) {
		return nil, nil, nil
	}
	r.skips.Groups.Add(1)
	if hits, known := g.found(r.scan.Hints); known && r.scan.Limit == 0 && r.part == nil {
		r.skips.Rows.Add(int64(g.n))
		r.skips.Outside.Add(int64(g.n - len(hits)))
		return nil, hits, nil
	}
	spans = common([]Range{{first, first + g.n}}, r.rows)
	if len(spans) == 0 {
		r.skips.ByTerms.Add(1)
		return nil, nil, nil
	}
	from, to, err := g.wanted(r.scan.Hints, r.skips)
	if err != nil || from >= to {
		return nil, nil, err
	}
	if spans = common([]Range{{first + from, first + to}}, spans); len(spans) == 0 {
		r.skips.ByTerms.Add(1)
		return nil, nil, nil
	}
	left := 0
	for i := range spans {
		spans[i].From, spans[i].To = spans[i].From-first, spans[i].To-first
		left += spans[i].To - spans[i].From
	}
	r.skips.Rows.Add(int64(g.n))
	r.skips.Outside.Add(int64(g.n - left))
	return spans, nil, nil
}
