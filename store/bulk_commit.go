package store

import (
	"errors"
	"runtime"
	"slices"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
)

// A closing is a segment that is being made durable.
type closing struct {
	schema types.Schema
	done   chan struct{}
	seg    *Segment
	err    error
}

// close makes the segment of a table durable while others are being written.
func (b *Bulk) close(t *bulkTable) {
	for len(b.closing) >= closingSegments {
		<-b.closing[0].done // commit says what went wrong
		b.closing = b.closing[1:]
	}
	c := &closing{schema: t.schema, done: make(chan struct{})}
	w := t.w
	t.w, t.closed = nil, append(t.closed, c)
	b.closing = append(b.closing, c)
	b.writing = slices.DeleteFunc(b.writing, func(o *bulkTable) bool { return o == t })
	go func() {
		defer close(c.done)
		c.seg, c.err = w.finish()
	}()
}

// Commit stores the batch under an ID, which may be empty. When it returns
// without an error the batch is durable and in every later Snapshot; [Store.Append]
// says what errors mean. The other IDs become known to [Store.Stored] and decide
// nothing else.
func (b *Bulk) Commit(id string, also ...string) (Ack, error) {
	e, err := b.s.entry(id, "", 0)
	if err != nil {
		b.Abort()
		return Ack{}, err
	}
	e.rec.also = also
	return b.commit(e)
}

// CommitAt stores the batch as what a stream has up to an offset: [Batch] says how
// that is stored once.
func (b *Bulk) CommitAt(source string, offset int64) (Ack, error) {
	e, err := b.s.entry("", source, offset)
	if err != nil {
		b.Abort()
		return Ack{}, err
	}
	return b.commit(e)
}

func (b *Bulk) commit(e *entry) (Ack, error) {
	if b.done {
		return Ack{}, errors.New("the batch has ended")
	}
	if err := b.finish(&e.rec); err != nil {
		b.s.took(err)
		b.Abort()
		return Ack{}, full(err)
	}
	defer b.end()
	return b.s.write(e)
}

// finish ends the segments and enters all that the batch has in the record.
func (b *Bulk) finish(r *record) error {
	for _, t := range b.tables {
		if len(t.held) > 0 && (t.w != nil || len(t.closed) > 0) {
			if err := b.pour(t); err != nil {
				return err
			}
		}
		if t.w != nil {
			b.close(t)
		}
	}
	for _, t := range b.tables {
		for _, c := range t.closed {
			if <-c.done; c.err != nil {
				return c.err
			}
			r.tables = append(r.tables, addition{table: t.t.id, to: t.t, schema: c.schema, segment: c.seg, altered: t.altered})
		}
		for from := 0; from < len(t.held); {
			schema := t.held[from].Schema
			var batches []*column.Batch
			for ; from < len(t.held) && t.held[from].Schema.Equal(schema); from++ {
				batches = append(batches, t.held[from].Rows)
			}
			rows, err := column.Concat(schema, batches)
			if err != nil {
				return err
			}
			r.tables = append(r.tables, addition{table: t.t.id, to: t.t, schema: schema, rows: rows, altered: t.altered})
		}
	}
	return nil
}

// Abort gives the batch up, and removes what was written of it. After the batch
// has ended it does nothing.
func (b *Bulk) Abort() {
	if b.done {
		return
	}
	for _, t := range b.tables {
		if t.w != nil {
			t.w.abandon()
		}
		for _, c := range t.closed {
			if <-c.done; c.seg != nil {
				t.t.remove(c.seg)
			}
		}
	}
	b.end()
}

func (b *Bulk) end() {
	b.done = true
	b.tables, b.writing, b.closing, b.held = nil, nil, nil, 0
	if b.release != nil {
		b.release()
	}
	b.s.appends.Done()
}

// workers is the number of goroutines that encode the columns of a segment.
func workers() int { return runtime.GOMAXPROCS(0) }
