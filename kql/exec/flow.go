package exec

import (
	"context"
	"io"
	"sync"
	"time"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
)

// A stage is one step of a pipeline: it turns a batch into none, one or
// several. Each worker has its own stages, so a stage may keep scratch memory
// and memos, but nothing that the answer depends on.
type stage interface {
	// apply hands what becomes of b to emit. b has at least one row; batches
	// without rows need not be emitted.
	apply(b *column.Batch, emit func(*column.Batch) error) error
}

// A stageMaker makes a worker's own stage.
type stageMaker struct {
	make  func() (stage, error)
	stats *OpStats // nil if statistics are off
}

// A flow is a pipeline that has not started: a source and the stages above it.
// It is used once, by reader or by run.
type flow struct {
	q      *query
	schema types.Schema
	source column.Reader
	stages []stageMaker
	single bool // the source has one batch at most: one worker will do
}

// workers returns how many goroutines the flow is worth.
func (f *flow) workers() int {
	if f.single {
		return 1
	}
	return f.q.Workers
}

// then adds a stage, after which batches have schema s.
func (f *flow) then(s types.Schema, stats *OpStats, mk func() (stage, error)) *flow {
	f.schema = s
	f.stages = append(f.stages, stageMaker{make: mk, stats: stats})
	return f
}

// A rowID places a row in the order of a pipeline's output: rows compare as
// their IDs do, whichever worker handled them.
type rowID uint64

const rowBits = 36 // rows that one batch of a source may become

// A sink receives the batches of a pipeline in one worker. at is the place of
// b's first row; the others follow it. b has at least one row.
type sink interface {
	consume(at rowID, b *column.Batch) error
}

// A feed numbers the batches of a source and hands them to the workers.
type feed struct {
	mu   sync.Mutex
	src  column.Reader
	seq  uint64
	done bool
}

// next returns the next batch that has rows; io.EOF at the end, and again.
func (s *feed) next(ctx context.Context) (uint64, *column.Batch, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.locked(ctx)
}

func (s *feed) locked(ctx context.Context) (seq uint64, b *column.Batch, err error) {
	defer recovered(&err)
	for !s.done {
		if err := ctx.Err(); err != nil {
			return 0, nil, err
		}
		s.done = true // unless Next returns with a batch
		b, err := s.src.Next(ctx)
		if err != nil {
			return 0, nil, err
		}
		s.done = false
		if b.Len() > 0 {
			s.seq++
			return s.seq - 1, b, nil
		}
	}
	return 0, nil, io.EOF
}

// chain makes the stages of one worker and returns a function that sends a
// batch through all of them to emit.
func (f *flow) chain(emit func(*column.Batch) error) (func(*column.Batch) error, error) {
	next := emit
	for i := len(f.stages) - 1; i >= 0; i-- {
		m := f.stages[i]
		st, err := m.make()
		if err != nil {
			return nil, err
		}
		out := next
		if m.stats != nil {
			next = timedStage(st, m.stats, out)
			continue
		}
		next = func(b *column.Batch) error {
			if b.Len() == 0 {
				return nil
			}
			return st.apply(b, out)
		}
	}
	return next, nil
}

// timedStage counts what st emits, and its time without that of the stages
// behind it.
func timedStage(st stage, stats *OpStats, out func(*column.Batch) error) func(*column.Batch) error {
	return func(b *column.Batch) error {
		if b.Len() == 0 {
			return nil
		}
		start := time.Now()
		var behind time.Duration
		err := st.apply(b, func(b *column.Batch) error {
			stats.count(b)
			from := time.Now()
			err := out(b)
			behind += time.Since(from)
			return err
		})
		stats.nanos.Add(int64(time.Since(start) - behind))
		return err
	}
}

func (s *OpStats) count(b *column.Batch) {
	s.batches.Add(1)
	s.rows.Add(int64(b.Len()))
	s.bytes.Add(batchSize(b))
}

// run drives the flow to its end with one sink per worker and closes its source.
// The sinks are not in use any more when it returns.
func (f *flow) run(ctx context.Context, sinks []sink) error {
	defer f.source.Close()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	src := &feed{src: f.source}
	if len(sinks) == 1 {
		return f.work(ctx, src, sinks[0])
	}
	errs := make(chan error, len(sinks))
	for _, s := range sinks {
		go func() {
			err := f.work(ctx, src, s)
			if err != nil {
				cancel()
			}
			errs <- err
		}()
	}
	var first error
	for range sinks {
		if err := <-errs; err != nil && (first == nil || first == context.Canceled) {
			first = err
		}
	}
	return first
}

func (f *flow) work(ctx context.Context, src *feed, s sink) (err error) {
	defer recovered(&err)
	var at rowID
	push, err := f.chain(func(b *column.Batch) error {
		if b.Len() == 0 {
			return nil
		}
		err := s.consume(at, b)
		at += rowID(b.Len())
		return err
	})
	if err != nil {
		return err
	}
	for {
		seq, b, err := src.next(ctx)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		at = rowID(seq << rowBits)
		if err := push(b); err != nil {
			return err
		}
	}
}
