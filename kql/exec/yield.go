package exec

import (
	"context"
	"io"
	"iter"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
)

// A yieldReader reads what a search yields, as it goes on: no further than to the
// next batch.
type yieldReader struct {
	schema types.Schema
	// search ends when yield returns an error, with that.
	search  func(yield func(*column.Batch) error) error
	release func()
	next    func() (*column.Batch, error, bool) // nil until started
	stop    func()
	err     error
}

func (r *yieldReader) Schema() types.Schema { return r.schema }

func (r *yieldReader) Next(context.Context) (*column.Batch, error) {
	if r.err != nil {
		return nil, r.err
	}
	if r.next == nil {
		r.next, r.stop = iter.Pull2(r.batches)
	}
	b, err, ok := r.next()
	if !ok {
		err = io.EOF
	}
	r.err = err
	return b, err
}

// batches yields what the search finds, and at the end the error, if there was one.
func (r *yieldReader) batches(yield func(*column.Batch, error) bool) {
	stopped := false
	err := r.search(func(b *column.Batch) error {
		if stopped = !yield(b, nil); stopped {
			return errClosed
		}
		return nil
	})
	if err != nil && !stopped {
		yield(nil, err)
	}
}

func (r *yieldReader) Close() error {
	if r.stop != nil {
		r.stop()
	}
	r.err = errClosed
	r.release()
	return nil
}
