package exec

import (
	"context"
	"io"
	"iter"
	"time"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
)

// reader returns the flow's rows in the order of its source. Stages run on all
// workers, ahead of the reader by a bounded number of batches.
func (f *flow) reader() column.Reader {
	switch {
	case len(f.stages) == 0:
		return f.source
	case f.workers() == 1:
		return &serialReader{f: f}
	}
	return &parallelReader{f: f}
}

// A serialReader runs the stages where Next is called, and no further than to the
// next batch: one batch of a source may become any number.
type serialReader struct {
	f      *flow
	next   func() (*column.Batch, error, bool) // nil until started
	stop   func()
	err    error
	closed bool
}

func (r *serialReader) Schema() types.Schema { return r.f.schema }

func (r *serialReader) Next(ctx context.Context) (*column.Batch, error) {
	if r.closed {
		return nil, errClosed
	}
	if r.next == nil {
		r.next, r.stop = iter.Pull2(r.f.batches(ctx))
	}
	if r.err != nil {
		return nil, r.err
	}
	b, err, ok := r.next()
	if !ok {
		err = io.EOF
	}
	r.err = err
	return b, err
}

func (r *serialReader) Close() error {
	r.closed = true
	if r.stop != nil {
		r.stop()
	}
	return r.f.source.Close()
}

// batches yields what the stages make, and at the end the error, if there was
// one.
func (f *flow) batches(ctx context.Context) iter.Seq2[*column.Batch, error] {
	return func(yield func(*column.Batch, error) bool) {
		stopped := false
		push, err := f.chain(func(b *column.Batch) error {
			if stopped = stopped || !yield(b, nil); stopped {
				return errClosed
			}
			return nil
		})
		src := &feed{src: f.source}
		for err == nil {
			var b *column.Batch
			if _, b, err = src.next(ctx); err == nil {
				err = push(b)
			}
		}
		if err != io.EOF && !stopped {
			yield(nil, err)
		}
	}
}

// A breaker is the source that an operator makes which needs all of its input:
// it runs when it is first read.
type breaker struct {
	schema types.Schema
	// run reads the input to its end and returns the output. It closes the
	// input.
	run func(ctx context.Context) (column.Reader, error)
	// close closes an input that run has not been called for.
	close func() error
	out   column.Reader
	err   error
}

func (r *breaker) Schema() types.Schema { return r.schema }

func (r *breaker) Next(ctx context.Context) (*column.Batch, error) {
	if r.err != nil {
		return nil, r.err
	}
	if r.out == nil {
		run := r.run
		r.run = nil
		if r.out, r.err = run(ctx); r.err != nil {
			return nil, r.err
		}
	}
	return r.out.Next(ctx)
}

func (r *breaker) Close() error {
	if r.err == nil {
		r.err = errClosed
	}
	if r.out != nil {
		return r.out.Close()
	}
	if r.run != nil && r.close != nil {
		r.run = nil
		return r.close()
	}
	return nil
}

// breakerOver returns the flow whose source is a breaker over the flow in.
func (q *query) breakerOver(in *flow, out types.Schema, stats *OpStats, run func(ctx context.Context) (column.Reader, error)) *flow {
	b := &breaker{schema: out, run: run, close: in.source.Close}
	return &flow{q: q, schema: out, source: counted(b, stats), single: in.single}
}

// A batchReader yields batches that are in memory, none larger than rows.
type batchReader struct {
	schema  types.Schema
	batches []*column.Batch
	rows    int // 0 for no limit
	at      int // rows of the first batch that have been read
	release func()
	closed  bool
}

func (r *batchReader) Schema() types.Schema { return r.schema }

func (r *batchReader) Next(context.Context) (*column.Batch, error) {
	if r.closed {
		return nil, errClosed
	}
	if len(r.batches) == 0 {
		return nil, io.EOF
	}
	b, from := r.batches[0], r.at
	if r.rows > 0 && b.Len()-from > r.rows {
		r.at += r.rows
		return b.Slice(from, r.at), nil
	}
	r.batches, r.at = r.batches[1:], 0
	return b.Slice(from, b.Len()), nil
}

func (r *batchReader) Close() error {
	if !r.closed && r.release != nil {
		r.release()
	}
	r.closed, r.batches = true, nil
	return nil
}

// countedReader counts what a source yields and the time it takes.
type countedReader struct {
	column.Reader
	stats *OpStats
}

func counted(r column.Reader, s *OpStats) column.Reader {
	if s == nil {
		return r
	}
	return countedReader{r, s}
}

func (r countedReader) Next(ctx context.Context) (*column.Batch, error) {
	start := time.Now()
	b, err := r.Reader.Next(ctx)
	r.stats.nanos.Add(int64(time.Since(start)))
	if err == nil {
		r.stats.count(b)
	}
	return b, err
}
