package exec

import (
	"context"
	"io"
	"sync"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
)

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
