package exec

import (
	"context"
	"io"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
)

// An itemTable is rows as patterns are looked for in them: only values that
// enough rows have are items, and rows with the same items are one tuple. Few
// tuples are left of many rows.
type itemTable struct {
	columns []itemColumn
	tuples  int
	weight  [2][]float64 // of each tuple, in the sets A and B
	total   [2]float64   // of all rows
}

// An itemColumn is one column of an itemTable.
type itemColumn struct {
	values column.Column // of each item
	n      int           // how many items there are
	items  []uint32      // of each tuple; none for a value that is no item
}

// share returns which part of a set p has.
func (t *itemTable) share(p *pattern, side int) float64 {
	if t.total[side] == 0 {
		return 0
	}
	return p.weight[side] / t.total[side]
}

// has reports whether a tuple has all items of p.
func (t *itemTable) has(p *pattern, tuple int) bool {
	for c, x := range p.items {
		if x != none && x != t.columns[c].items[tuple] {
			return false
		}
	}
	return true
}

// weigh sets the weight of p.
func (t *itemTable) weigh(p *pattern) {
	p.weight = [2]float64{}
	for i := range t.tuples {
		if t.has(p, i) {
			p.weight[0] += t.weight[0][i]
			p.weight[1] += t.weight[1][i]
		}
	}
}

// An itemReader numbers the values of each column and keeps the numbers of each
// row.
type itemReader struct {
	s            *patternSearch
	dims         []*evaluator
	weight, a, b *evaluator // nil if absent
	groups       []*grouper
	readers      []*keyReader
	ids          [][]uint32 // of each column: the number of each row's value
	weights      [2][]float64
}

func (s *patternSearch) read(ctx context.Context, in *flow, l *lease) (*itemTable, error) {
	c := newCompiler(s.q)
	r := &itemReader{s: s, dims: c.all(s.node.Dims), ids: make([][]uint32, len(s.node.Dims))}
	if s.node.Weight != nil {
		r.weight = c.compile(s.node.Weight)
	}
	if s.node.A != nil {
		r.a, r.b = c.compile(s.node.A), c.compile(s.node.B)
	}
	for _, d := range s.node.Dims {
		g := newGrouper([]types.Type{d.Type()})
		r.groups, r.readers = append(r.groups, g), append(r.readers, newKeyReader(g, false))
	}
	rows := in.reader()
	defer rows.Close()
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		b, err := rows.Next(ctx)
		if err == io.EOF {
			break
		}
		if err == nil && b.Len() > 0 {
			err = r.add(b)
		}
		if err == nil {
			err = l.set(r.size())
		}
		if err != nil {
			return nil, err
		}
	}
	return r.table(s.threshold), nil
}

func (r *itemReader) size() int64 {
	n := int64(len(r.weights[0])) * int64(16+4*len(r.dims))
	for _, g := range r.groups {
		n += g.size()
	}
	return n
}

// add reads the rows of b that count.
func (r *itemReader) add(b *column.Batch) error {
	w, err := r.weigh(b)
	if err != nil {
		return err
	}
	var kept []uint32
	for i := range b.Len() {
		if w[0][i] > 0 || w[1][i] > 0 {
			kept = append(kept, uint32(i))
			r.weights[0], r.weights[1] = append(r.weights[0], w[0][i]), append(r.weights[1], w[1][i])
		}
	}
	if len(kept) == 0 {
		return nil
	}
	if len(kept) < b.Len() {
		b = b.Gather(kept)
	}
	for i, d := range r.dims {
		c, err := d.eval(b)
		if err != nil {
			return err
		}
		r.ids[i] = append(r.ids[i], r.readers[i].groups([]column.Column{c}, b.Len())...)
	}
	return nil
}

// weigh returns what each row counts in the sets A and B; without sets all rows
// are in A.
func (r *itemReader) weigh(b *column.Batch) (w [2][]float64, err error) {
	n := b.Len()
	one := make([]float64, n)
	for i := range one {
		one[i] = 1
	}
	if r.weight != nil {
		c, err := r.weight.eval(b)
		if err != nil {
			return w, err
		}
		v := column.ViewOf[float64](c)
		for i := range one {
			one[i] = 0
			if !v.Null(i) && v.At(i) > 0 {
				one[i] = v.At(i)
			}
		}
	}
	if r.a == nil {
		return [2][]float64{one, make([]float64, n)}, nil
	}
	for side, cond := range []*evaluator{r.a, r.b} {
		c, err := cond.eval(b)
		if err != nil {
			return w, err
		}
		v := column.ViewOf[bool](c)
		w[side] = make([]float64, n)
		for i := range n {
			if !v.Null(i) && v.At(i) {
				w[side][i] = one[i]
			}
		}
	}
	return w, nil
}

// table makes the table of items: values that have the threshold's share of a
// set.
func (r *itemReader) table(threshold float64) *itemTable {
	t := &itemTable{}
	for side, w := range r.weights {
		for _, x := range w {
			t.total[side] += x
		}
	}
	rows := len(r.weights[0])
	tuples := make([]uint32, rows)
	for c, g := range r.groups {
		t.columns = append(t.columns, r.items(c, g, threshold, t.total))
		pairs := &wordTable{}
		words := make([]uint64, rows)
		for i, id := range r.ids[c] {
			r.ids[c][i] = t.columns[c].items[id]
			words[i] = uint64(tuples[i])<<32 | uint64(r.ids[c][i])
		}
		pairs.addAll(words, tuples)
		t.tuples = len(pairs.keys)
	}
	if len(t.columns) == 0 {
		return t
	}
	for side := range t.weight {
		t.weight[side] = make([]float64, t.tuples)
	}
	for c := range t.columns {
		t.columns[c].items = make([]uint32, t.tuples)
	}
	for i, tuple := range tuples {
		for side := range t.weight {
			t.weight[side][tuple] += r.weights[side][i]
		}
		for c := range t.columns {
			t.columns[c].items[tuple] = r.ids[c][i]
		}
	}
	return t
}

// items returns the items of a column; the field items of the result is the item
// of each number of a value.
func (r *itemReader) items(c int, g *grouper, threshold float64, total [2]float64) itemColumn {
	n := g.len()
	if len(r.ids[c]) == 0 {
		n = 0
	}
	var sum [2][]float64
	for side := range sum {
		sum[side] = make([]float64, n)
		for i, id := range r.ids[c] {
			sum[side][id] += r.weights[side][i]
		}
	}
	out := itemColumn{items: make([]uint32, n)}
	var kept []uint32
	for id := range out.items {
		out.items[id] = none
		for side := range sum {
			if sum[side][id] > 0 && sum[side][id] >= threshold*total[side] {
				out.items[id] = uint32(len(kept))
			}
		}
		if out.items[id] != none {
			kept = append(kept, uint32(id))
		}
	}
	out.n = len(kept)
	if n > 0 {
		out.values = column.Gather(g.keys()[0], kept)
	} else {
		out.values = column.NullConst(r.s.node.Dims[c].Type(), 0)
	}
	return out
}
