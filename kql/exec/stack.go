package exec

import (
	"context"
	"errors"
	"io"
	"math"
	"slices"
	"sort"
	"sync"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
)

// A stack is batches that an operator keeps, with their rows numbered from 0
// through all of them. Its columns are joined only when they are read, so that
// what stays Lazy until the end is never read for rows that do not survive.
type stack struct {
	schema  types.Schema
	workers int // that join a column; 0 is one
	batches []*column.Batch
	places
}

// places says which rows of all each batch of a stack has.
type places struct {
	starts []uint32 // number of each batch's first row
	n      int
}

func (s *stack) add(b *column.Batch) error {
	if s.n+b.Len() > math.MaxUint32>>1 {
		return &Error{Kind: Memory, Err: errors.New("an operator keeps more than 2,147,483,647 rows")}
	}
	s.starts = append(s.starts, uint32(s.n))
	s.batches = append(s.batches, b)
	s.n += b.Len()
	return nil
}

// place returns the batch that has row r.
func (s *places) place(r uint32) int {
	return sort.Search(len(s.starts), func(i int) bool { return s.starts[i] > r }) - 1
}

// batch returns all rows as one batch. With one batch that is the batch itself.
func (s *stack) batch() *column.Batch {
	if len(s.batches) == 1 {
		return s.batches[0]
	}
	cols := make([]column.Column, s.schema.Len())
	for i, c := range s.schema.Columns {
		parts := make([]column.Column, len(s.batches))
		for j, b := range s.batches {
			parts[j] = b.Raw(i)
		}
		cols[i] = column.NewLazy(c.Type, s.n, &stackColumn{typ: c.Type, parts: parts, places: s.places, workers: s.workers})
	}
	return column.NewBatch(s.n, cols)
}

// joined is batch, with the columns that are in memory already put together.
func (s *stack) joined() (*column.Batch, error) {
	all := s.batch()
	if len(s.batches) == 1 {
		return all, nil
	}
	cols := make([]column.Column, all.Width())
	for i := range cols {
		cols[i] = all.Raw(i)
		if s.anyLazy(i) {
			continue
		}
		c, err := all.Column(i)
		if err != nil {
			return nil, err
		}
		cols[i] = c
	}
	return column.NewBatch(s.n, cols), nil
}

func (s *stack) anyLazy(i int) bool {
	for _, b := range s.batches {
		if l, ok := b.Raw(i).(*column.Lazy); ok && !l.Loaded() {
			return true
		}
	}
	return false
}

// gather returns the rows given as one batch whose Lazy columns read no other
// rows.
func (s *stack) gather(rows []uint32) *column.Batch {
	parts, perm := s.split(rows)
	picked := &stack{schema: s.schema}
	for _, p := range parts {
		// The sum of the parts is len(rows), which fits.
		_ = picked.add(s.batches[p.batch].Gather(p.rows))
	}
	if len(picked.batches) == 0 {
		return emptyBatch(s.schema)
	}
	b := picked.batch()
	if perm == nil {
		return b
	}
	return b.Gather(perm)
}

// A part is some rows of one batch of a stack.
type part struct {
	batch int
	rows  []uint32
}

// split sorts rows by batch. Row i of the request is row perm[i] of the parts
// put one after the other; a nil perm is the identity.
func (s *places) split(rows []uint32) (parts []part, perm []uint32) {
	if slices.IsSorted(rows) {
		for i := 0; i < len(rows); {
			b := s.place(rows[i])
			end := uint32(math.MaxUint32)
			if b+1 < len(s.starts) {
				end = s.starts[b+1]
			}
			p := part{batch: b}
			for ; i < len(rows) && rows[i] < end; i++ {
				p.rows = append(p.rows, rows[i]-s.starts[b])
			}
			parts = append(parts, p)
		}
		return parts, nil
	}
	counts := make([]uint32, len(s.starts)+1)
	where := make([]uint32, len(rows))
	for i, r := range rows {
		b := s.place(r)
		where[i] = uint32(b)
		counts[b+1]++
	}
	lists := make([][]uint32, len(s.starts))
	for b := range s.starts {
		if counts[b+1] > 0 {
			lists[b] = make([]uint32, 0, counts[b+1])
		}
		counts[b+1] += counts[b]
	}
	perm = make([]uint32, len(rows))
	for i, r := range rows {
		b := where[i]
		perm[i] = counts[b] + uint32(len(lists[b]))
		lists[b] = append(lists[b], r-s.starts[b])
	}
	for b, l := range lists {
		if len(l) > 0 {
			parts = append(parts, part{b, l})
		}
	}
	return parts, perm
}

// A stackColumn reads one column of a stack. Once many rows of it have been
// asked for, it joins the whole column, answers from that, and lets go of the
// batches' columns.
type stackColumn struct {
	typ types.Type
	places
	workers int

	mu    sync.Mutex
	parts []column.Column // by batch; nil once there is whole
	asked int
	whole column.Column
}

// Load returns the rows given of the column.
func (l *stackColumn) Load(rows []uint32) (column.Column, error) {
	whole, from, err := l.join(rows)
	if err != nil {
		return nil, err
	}
	if whole != nil {
		if rows == nil {
			return whole, nil
		}
		return column.Gather(whole, rows), nil
	}
	if len(rows) == 0 {
		return column.NullConst(l.typ, 0), nil
	}
	parts, perm := l.split(rows)
	cols := make([]column.Column, len(parts))
	for i, p := range parts {
		cols[i] = column.Gather(from[p.batch], p.rows)
	}
	c, err := readAll(cols, 1)
	if err != nil || perm == nil {
		return c, err
	}
	return column.Gather(c, perm), nil
}

// join returns the whole column if it has been or should now be put together,
// else its parts.
func (l *stackColumn) join(rows []uint32) (whole column.Column, parts []column.Column, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.whole != nil {
		return l.whole, nil, nil
	}
	l.asked += l.charge(len(rows))
	if rows != nil && l.asked < l.n/2 {
		return nil, l.parts, nil
	}
	if l.whole, err = readAll(l.parts, l.workers); err == nil {
		l.parts = nil
	}
	return l.whole, nil, err
}

// readAll reads parts, some at once by several workers, and joins them.
func readAll(parts []column.Column, workers int) (column.Column, error) {
	cols := column.Together(parts)
	read := func(i int) (err error) {
		cols[i], err = column.Force(cols[i])
		return err
	}
	if workers > 1 {
		if err := inParallel(workers, len(cols), read); err != nil {
			return nil, err
		}
		return concat(cols)
	}
	for i := range cols {
		if err := read(i); err != nil {
			return nil, err
		}
	}
	return concat(cols)
}

// Scattered implements column.Scattered.
func (l *stackColumn) Scattered() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.whole != nil {
		return true
	}
	c, lazy := l.parts[0].(*column.Lazy)
	return !lazy || c.Scattered()
}

// charge is what reading some rows costs, in rows. From a file whole pages are
// read, so that few scattered rows cost as much as many.
func (l *stackColumn) charge(rows int) int {
	if c, lazy := l.parts[0].(*column.Lazy); lazy && !c.Scattered() {
		return rows + min(pageRows*rows, l.n/4)
	}
	return rows
}

// pageRows is about how many rows a page of a file has.
const pageRows = 1 << 12

// concat joins columns of one type, none of them Lazy. Beside dictionaries a
// constant becomes one, so that it does not undo them.
func concat(parts []column.Column) (column.Column, error) {
	if len(parts) == 1 {
		return parts[0], nil
	}
	dict := false
	for _, c := range parts {
		if _, ok := c.(*column.Dict); ok {
			dict = true
		}
	}
	batches := make([]*column.Batch, len(parts))
	for i, c := range parts {
		if k, ok := c.(*column.Const); ok && dict {
			c = &column.Dict{Codes: make([]uint32, k.N), Values: k.One}
		}
		batches[i] = column.NewBatch(c.Len(), []column.Column{c})
	}
	b, err := column.Concat(types.NewSchema(types.Column{Type: parts[0].Type()}), batches)
	if err != nil {
		return nil, err
	}
	return b.Column(0)
}

// emptyBatch returns no rows of schema s.
func emptyBatch(s types.Schema) *column.Batch { return nullBatch(s, 0) }

// nullBatch returns n rows of schema s that are all null.
func nullBatch(s types.Schema, n int) *column.Batch {
	cols := make([]column.Column, s.Len())
	for i, c := range s.Columns {
		cols[i] = column.NullConst(c.Type, n)
	}
	return column.NewBatch(n, cols)
}

// collect reads all of r into a stack, which l pays for, and closes r.
func collect(ctx context.Context, r column.Reader, l *lease) (*stack, error) {
	defer r.Close()
	s := &stack{schema: r.Schema()}
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		b, err := r.Next(ctx)
		if err == io.EOF {
			return s, nil
		}
		if err != nil {
			return nil, err
		}
		if b.Len() == 0 {
			continue
		}
		if err := l.add(batchSize(b)); err != nil {
			return nil, err
		}
		if err := s.add(b); err != nil {
			return nil, err
		}
	}
}
