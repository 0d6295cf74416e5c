package exec

import (
	"sync"
	"sync/atomic"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
)

// forceVisible is a stage that reads the Lazy columns of a result, several at
// once: what arg_max(t, *) leaves is one batch of many columns.
type forceVisible struct {
	schema  types.Schema
	workers int
}

func (s *forceVisible) apply(b *column.Batch, emit func(*column.Batch) error) error {
	cols := make([]column.Column, b.Width())
	var lazy []int
	for i := range cols {
		cols[i] = b.Raw(i)
		if _, ok := cols[i].(*column.Lazy); ok && !s.schema.Columns[i].Hidden {
			lazy = append(lazy, i)
		}
	}
	if len(lazy) == 0 {
		return emit(b)
	}
	if err := forceAll(cols, lazy, min(s.workers, len(lazy))); err != nil {
		return err
	}
	return emit(column.NewBatch(b.Len(), cols))
}

// forceAll reads the columns at the positions given, in place.
func forceAll(cols []column.Column, positions []int, workers int) error {
	return inParallel(workers, len(positions), func(i int) error {
		c, err := column.Force(cols[positions[i]])
		if err == nil {
			cols[positions[i]] = c
		}
		return err
	})
}

// inParallel calls f for 0 to n-1 in several goroutines and returns an error of
// one of them. After an error a goroutine does not go on.
func inParallel(workers, n int, f func(i int) error) error {
	var next atomic.Int64
	work := func() (err error) {
		defer recovered(&err)
		for {
			i := int(next.Add(1)) - 1
			if i >= n {
				return nil
			}
			if err := f(i); err != nil {
				return err
			}
		}
	}
	workers = min(workers, n)
	if workers <= 1 {
		return work()
	}
	errs := make([]error, workers)
	var wg sync.WaitGroup
	for w := range errs {
		wg.Go(func() { errs[w] = work() })
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
