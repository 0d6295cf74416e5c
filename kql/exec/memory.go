package exec

import (
	"fmt"
	"sync/atomic"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/types"
)

// A budget is the memory of one query. What is counted are the rows that
// operators keep, by estimate; batches on their way are not.
type budget struct {
	limit int64 // 0 for none
	used  atomic.Int64
}

// A lease is one operator's part of a budget. It is for one goroutine.
type lease struct {
	b    *budget
	op   string // as Kusto calls the operator
	held int64
}

// room reports whether an operator could hold n bytes more, each worker as many:
// what is on its way is not counted, but must not be larger than all there is.
func (q *query) room(op string, n int64) error {
	b := q.mem
	if b.limit > 0 && b.used.Load()+n*int64(q.Workers) > b.limit {
		return b.exceeded(op)
	}
	return nil
}

func (b *budget) exceeded(op string) error {
	return &Error{Kind: Memory, Err: fmt.Errorf("the %s operator has exceeded the memory budget of %d bytes during evaluation", op, b.limit)}
}

func (q *query) lease(op string) *lease { return &lease{b: q.mem, op: op} }

// set changes what the lease holds to n bytes.
func (l *lease) set(n int64) error {
	used := l.b.used.Add(n - l.held)
	l.held = n
	if l.b.limit > 0 && used > l.b.limit {
		return l.b.exceeded(l.op)
	}
	return nil
}

// add holds n bytes more.
func (l *lease) add(n int64) error { return l.set(l.held + n) }

// release gives everything back.
func (l *lease) release() {
	l.b.used.Add(-l.held)
	l.held = 0
}

// batchSize estimates the bytes that b holds. Dictionaries are not counted:
// the batches of a source share them.
func batchSize(b *column.Batch) int64 {
	var n int64
	for i := range b.Width() {
		if c := b.Raw(i); c != nil {
			n += columnSize(c)
		}
	}
	return n
}

// resultSize estimates what the visible columns of b take when they are written
// out: dictionaries and constants as often as they occur.
func resultSize(s types.Schema, b *column.Batch) int64 {
	var n int64
	for i, c := range s.Columns {
		if c.Hidden {
			continue
		}
		switch c := b.Raw(i).(type) {
		case *column.Dict:
			vals := int64(max(1, c.Values.Len()))
			n += columnSize(c.Values) * int64(len(c.Codes)) / vals
		case *column.Const:
			n += columnSize(c.One) * int64(c.N)
		default:
			n += columnSize(c)
		}
	}
	return n
}

func columnSize(c column.Column) int64 {
	switch c := c.(type) {
	case *column.Dict:
		return 4 * int64(len(c.Codes))
	case *column.Lazy:
		return 4 * int64(c.Len())
	case *column.Const:
		return 64
	case *column.Vec[string]:
		return int64(len(c.Vals))*16 + sampled(c.Vals, func(s string) int { return len(s) })
	case *column.Vec[dynamic.Value]:
		return int64(len(c.Vals))*16 + sampled(c.Vals, func(v dynamic.Value) int { return len(v.Encoding()) })
	case *column.Vec[bool]:
		return int64(len(c.Vals))
	case *column.Vec[types.GUID128], *column.Vec[types.Decimal128]:
		return 16 * int64(c.Len())
	}
	return 8 * int64(c.Len())
}

// sampled estimates the sum of size over vals from some of them.
func sampled[T any](vals []T, size func(T) int) int64 {
	step := max(1, len(vals)/64)
	sum, n := 0, 0
	for i := 0; i < len(vals); i += step {
		sum += size(vals[i])
		n++
	}
	if n == 0 {
		return 0
	}
	return int64(sum) * int64(len(vals)) / int64(n)
}
