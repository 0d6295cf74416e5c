package exec

import (
	"context"
	"io"
	"sync"
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
		return &serialReader{f: f, src: &feed{src: f.source}}
	}
	return &parallelReader{f: f}
}

// A serialReader runs the stages where Next is called.
type serialReader struct {
	f      *flow
	src    *feed
	push   func(*column.Batch) error
	ready  []*column.Batch
	closed bool
}

func (r *serialReader) Schema() types.Schema { return r.f.schema }

func (r *serialReader) Next(ctx context.Context) (*column.Batch, error) {
	if r.closed {
		return nil, errClosed
	}
	if r.push == nil {
		push, err := r.f.chain(func(b *column.Batch) error {
			r.ready = append(r.ready, b)
			return nil
		})
		if err != nil {
			return nil, err
		}
		r.push = push
	}
	for len(r.ready) == 0 {
		_, b, err := r.src.next(ctx)
		if err != nil {
			return nil, err
		}
		if err := r.push(b); err != nil {
			return nil, err
		}
	}
	b := r.ready[0]
	r.ready = r.ready[1:]
	return b, nil
}

func (r *serialReader) Close() error {
	r.closed = true
	r.ready = nil
	return r.f.source.Close()
}

// A parallelReader runs the stages on all workers and restores the order.
type parallelReader struct {
	f      *flow
	cancel context.CancelFunc // nil until started
	wg     sync.WaitGroup
	jobs   chan chan outcome // in the order of the source; closed at its end
	ready  []*column.Batch
	err    error
}

// An outcome is what has become of one batch of the source.
type outcome struct {
	batches []*column.Batch
	err     error
}

func (r *parallelReader) Schema() types.Schema { return r.f.schema }

func (r *parallelReader) start(ctx context.Context) {
	ctx, r.cancel = context.WithCancel(ctx)
	// Each worker may be one batch ahead of the one that is being read.
	r.jobs = make(chan chan outcome, 2*r.f.q.Workers)
	src := &feed{src: r.f.source}
	var ending sync.Once
	end := func() { ending.Do(func() { close(r.jobs) }) }
	for range r.f.q.Workers {
		r.wg.Go(func() { r.work(ctx, src, end) })
	}
}

// work handles batches until the source ends or fails.
func (r *parallelReader) work(ctx context.Context, src *feed, end func()) {
	var out []*column.Batch
	push, err := r.chain(func(b *column.Batch) error {
		out = append(out, b)
		return nil
	})
	for {
		job, b, nextErr := r.claim(ctx, src, end)
		if job == nil {
			return
		}
		if err == nil {
			err = nextErr
		}
		if err == nil {
			err = push(b)
		}
		job <- outcome{out, err}
		if err != nil {
			return
		}
		out = nil
	}
}

// chain is the flow's chain, whose panics are errors.
func (r *parallelReader) chain(emit func(*column.Batch) error) (push func(*column.Batch) error, err error) {
	defer recovered(&err)
	next, err := r.f.chain(emit)
	return func(b *column.Batch) (err error) {
		defer recovered(&err)
		return next(b)
	}, err
}

// claim takes the next batch, or the error in its place, and announces it. Doing
// so under the source's lock keeps the order, and holds all workers back while
// the reader is behind. It returns no job when there is nothing more to do.
func (r *parallelReader) claim(ctx context.Context, src *feed, end func()) (chan outcome, *column.Batch, error) {
	src.mu.Lock()
	defer src.mu.Unlock()
	_, b, err := src.locked(ctx)
	if err == io.EOF {
		end()
		return nil, nil, nil
	}
	job := make(chan outcome, 1)
	select {
	case r.jobs <- job:
		return job, b, err
	case <-ctx.Done():
		src.done = true
		end()
		return nil, nil, nil
	}
}

func (r *parallelReader) Next(ctx context.Context) (*column.Batch, error) {
	if r.err != nil {
		return nil, r.err
	}
	if r.cancel == nil {
		r.start(ctx)
	}
	for len(r.ready) == 0 {
		select {
		case job, ok := <-r.jobs:
			if !ok {
				r.err = io.EOF
				if err := ctx.Err(); err != nil {
					r.err = err
				}
				return nil, r.err
			}
			res := <-job
			if res.err != nil {
				r.err = res.err
				return nil, r.err
			}
			r.ready = res.batches
		case <-ctx.Done():
			r.err = ctx.Err()
			return nil, r.err
		}
	}
	b := r.ready[0]
	r.ready = r.ready[1:]
	return b, nil
}

func (r *parallelReader) Close() error {
	if r.cancel != nil {
		r.cancel()
		r.wg.Wait()
	}
	r.ready, r.err = nil, errClosed
	return r.f.source.Close()
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
