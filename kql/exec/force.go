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
	var next atomic.Int64
	work := func() (err error) {
		defer recovered(&err)
		for {
			i := int(next.Add(1)) - 1
			if i >= len(positions) {
				return nil
			}
			c, err := column.Force(cols[positions[i]])
			if err != nil {
				return err
			}
			cols[positions[i]] = c
		}
	}
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
