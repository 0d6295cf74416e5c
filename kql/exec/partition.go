package exec

import (
	"context"
	"io"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// buildPartition runs a subquery over the rows of each key, several keys at a
// time: the rows are kept, ordered by key, and then handed to the workers in
// batches of whole partitions.
//
// Source: the Kusto documentation, "partition operator".
func (q *query) buildPartition(n *plan.Partition) (*flow, error) {
	s, err := q.newSegQuery(n.Sub, n.Hole)
	if err != nil {
		return nil, err
	}
	in, err := q.build(n.Input)
	if err != nil {
		return nil, err
	}
	width := in.schema.Len()
	keyed := q.withKeys(in, []plan.SortKey{{Expr: n.Key}})
	parts := q.breakerOver(keyed, keyed.schema, nil, func(ctx context.Context) (column.Reader, error) {
		l := q.lease("Partition")
		rows, err := collect(ctx, keyed.reader(), l)
		if err != nil {
			l.release()
			return nil, err
		}
		r, err := q.partitioned(rows, width, l)
		if err != nil {
			l.release()
		}
		return r, err
	})
	return parts.then(n.Schema(), q.statsOf(n), func() (stage, error) {
		sub, err := s.compile()
		return &partition{sub: sub}, err
	}), nil
}

// partitioned orders rows by their key, column width of them. In what the reader
// yields that column is the number of the partition instead.
func (q *query) partitioned(rows *stack, width int, l *lease) (column.Reader, error) {
	if rows.n == 0 {
		return &batchReader{schema: rows.schema, release: l.release}, nil
	}
	all := rows.batch()
	key, err := all.Column(width)
	if err != nil {
		return nil, err
	}
	group := newGrouper([]types.Type{key.Type()})
	ids := newKeyReader(group, false).groups([]column.Column{key}, rows.n)
	if err := l.add(8*int64(rows.n) + group.size()); err != nil {
		return nil, err
	}
	perm := order([]sortColumn{segments{seg: ids}.words()}, rows.n)
	all = all.Select(positions(width))
	if perm != nil {
		all = all.Gather(perm)
		sorted := make([]uint32, len(ids))
		for i, r := range perm {
			sorted[i] = ids[r]
		}
		ids = sorted
	}
	return &partitionReader{schema: rows.schema, all: segments{b: all, seg: ids, n: group.len()}, rows: q.BatchRows, lease: l}, nil
}

// A partitionReader yields batches of whole partitions. Their last column is the
// number of the partition within the batch.
type partitionReader struct {
	schema types.Schema
	all    segments
	at     int
	rows   int
	lease  *lease
}

func (r *partitionReader) Schema() types.Schema { return r.schema }

func (r *partitionReader) Next(context.Context) (*column.Batch, error) {
	if r.all.b == nil {
		return nil, errClosed
	}
	from, n := r.at, len(r.all.seg)
	if from == n {
		return nil, io.EOF
	}
	for r.at < n && (r.at-from < r.rows || r.all.seg[r.at] == r.all.seg[r.at-1]) {
		r.at++
	}
	cols := make([]column.Column, 0, r.schema.Len())
	b := r.all.b.Slice(from, r.at)
	for i := range b.Width() {
		cols = append(cols, b.Raw(i))
	}
	number := make([]int64, r.at-from)
	for i := range number {
		number[i] = int64(r.all.seg[from+i] - r.all.seg[from])
	}
	return column.NewBatch(len(number), append(cols, column.NewVec(types.Long, number, nil))), nil
}

func (r *partitionReader) Close() error {
	r.all = segments{}
	r.lease.release()
	return nil
}

// A partition runs the subquery over a batch of whole partitions.
type partition struct{ sub segOp }

func (p *partition) apply(b *column.Batch, emit func(*column.Batch) error) error {
	last := b.Width() - 1
	c, err := b.Column(last)
	if err != nil {
		return err
	}
	v := column.ViewOf[int64](c)
	in := segments{b: b.Select(positions(last)), seg: make([]uint32, b.Len())}
	for i := range in.seg {
		in.seg[i] = uint32(v.At(i))
	}
	in.n = int(in.seg[len(in.seg)-1]) + 1
	out, err := p.sub.run(in)
	if err != nil || out.b.Len() == 0 {
		return err
	}
	return emit(out.b)
}

// segPartition is a partition within a subquery: it splits the segments.
type segPartition struct {
	in  segOp
	key *evaluator
	sub segOp
	out types.Schema
}

func (s *segQuery) partition(c *compiler, n *plan.Partition, in segOp) (segOp, error) {
	sub, err := s.inner[n].compile()
	return &segPartition{in: in, key: c.compile(n.Key), sub: sub, out: n.Schema()}, err
}

func (o *segPartition) run(in segments) (segments, error) {
	in, err := o.in.run(in)
	if err != nil {
		return in, err
	}
	if in.b.Len() == 0 {
		return segments{b: emptyBatch(o.out), n: in.n}, nil
	}
	key, err := o.key.eval(in.b)
	if err != nil {
		return in, err
	}
	group := newGrouper([]types.Type{types.Long, key.Type()})
	ids := newKeyReader(group, false).groups([]column.Column{in.column(), key}, in.b.Len())
	split := segments{b: in.b, seg: ids, n: group.len()}
	if rows := order([]sortColumn{split.words()}, in.b.Len()); rows != nil {
		split = split.gather(rows)
	}
	out, err := o.sub.run(split)
	if err != nil {
		return in, err
	}
	outer := column.ViewOf[int64](group.keys()[0])
	for i, g := range out.seg {
		out.seg[i] = uint32(outer.At(int(g)))
	}
	out.n = in.n
	return out, nil
}
