package exec

import (
	"context"
	"io"
	"iter"
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

// A parallelReader runs the stages on all workers and restores the order.
type parallelReader struct {
	f      *flow
	cancel context.CancelFunc // nil until started
	wg     sync.WaitGroup
	jobs   chan chan outcome // in the order of the source; closed at its end
	job    chan outcome      // the one that is being read; may be nil
	ready  []*column.Batch
	err    error
}

// An outcome is what has become of one batch of the source, or the next part of
// that.
type outcome struct {
	batches []*column.Batch
	more    bool // another outcome follows
	err     error
}

// aheadBatches is how many batches a worker may make of one before they are
// read.
const aheadBatches = 16

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
	var job chan outcome
	send := func(o outcome) error {
		select {
		case job <- o:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	push, err := r.chain(func(b *column.Batch) error {
		out = append(out, b)
		if len(out) < aheadBatches {
			return nil
		}
		full := outcome{batches: out, more: true}
		out = nil
		return send(full)
	})
	for {
		var b *column.Batch
		var nextErr error
		job, b, nextErr = r.claim(ctx, src, end)
		if job == nil {
			return
		}
		if err == nil {
			err = nextErr
		}
		if err == nil {
			err = push(b)
		}
		if send(outcome{batches: out, err: err}) != nil || err != nil {
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
		if r.ready, r.err = r.wait(ctx); r.err != nil {
			return nil, r.err
		}
	}
	b := r.ready[0]
	r.ready = r.ready[1:]
	return b, nil
}

// wait returns what the workers have made next.
func (r *parallelReader) wait(ctx context.Context) ([]*column.Batch, error) {
	if r.job == nil {
		select {
		case job, ok := <-r.jobs:
			if !ok {
				if err := ctx.Err(); err != nil {
					return nil, err
				}
				return nil, io.EOF
			}
			r.job = job
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	select {
	case res := <-r.job:
		if !res.more {
			r.job = nil
		}
		return res.batches, res.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
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
