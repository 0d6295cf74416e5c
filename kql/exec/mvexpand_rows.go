package exec

import (
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
)

// An expansion is the rows that mv-expand makes of a batch, on their way out.
type expansion struct {
	m     *mvExpand
	of    *column.Batch
	emit  func(*column.Batch) error
	full  int   // how many rows are emitted at once
	made  int64 // rows, of all batches
	rows  []uint32
	index []int64 // element positions, if they are wanted
	out   []column.Builder
}

// rowsOf expands the rows from up to, not including, to.
func (x *expansion) rowsOf(from, to int) error {
	views, err := x.m.arrays(x.of, from, to)
	if err != nil {
		return err
	}
	counts := make([]int64, to-from)
	left := int64(0)
	for i := range counts {
		for j := range views {
			counts[i] = max(counts[i], elements(views[j].At(i)))
		}
		counts[i] = min(counts[i], x.m.limit)
		left += counts[i]
	}
	x.made += left
	for i, n := range counts {
		for k := int64(0); k < n; {
			x.start(left)
			take := min(n-k, int64(x.full-len(x.rows)))
			for e := range take {
				x.rows = append(x.rows, uint32(from+i))
				if x.m.node.ItemIndex {
					x.index = append(x.index, k+e)
				}
			}
			for j := range views {
				x.m.add(x.out[j], x.m.out(j), views[j].At(i), int(k), int(take))
			}
			k, left = k+take, left-take
			if len(x.rows) >= x.full {
				if err := x.finish(); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// start makes room for rows of which at least n are to come, unless there is.
func (x *expansion) start(n int64) {
	if x.out != nil {
		return
	}
	room := int(min(n, int64(x.full)))
	if x.rows = x.m.spare[:0]; cap(x.rows) < room {
		x.rows = make([]uint32, 0, room)
	}
	x.m.spare, x.index = nil, nil
	x.out = make([]column.Builder, len(x.m.cols))
	for j := range x.out {
		x.out[j] = column.NewBuilder(x.m.out(j), room)
	}
}

// finish emits the rows that are there.
func (x *expansion) finish() error {
	if len(x.rows) == 0 {
		return nil
	}
	if err := x.m.q.ctx.Err(); err != nil {
		return err
	}
	cols := make([]column.Column, x.m.node.Out.Len())
	for j, c := range x.m.node.Cols {
		cols[c.To] = x.out[j].Finish()
	}
	if x.m.node.ItemIndex {
		cols[len(cols)-1] = column.NewVec(types.Long, x.index, nil)
	}
	repeated := repeater{rows: x.rows}
	for i := range x.of.Width() {
		if cols[i] == nil {
			cols[i] = repeated.column(x.of.Raw(i))
		}
	}
	n := len(x.rows)
	if !repeated.kept {
		x.m.spare = x.rows
	}
	x.rows, x.out = nil, nil
	return x.emit(column.NewBatch(n, cols))
}

// A repeater repeats the rows of columns. What many rows share stays one value
// of a dictionary, so that what follows computes it once.
type repeater struct {
	rows  []uint32 // in order
	codes []uint32 // rows from the first one on, once asked for
	kept  bool     // a column that was made holds on to rows
}

func (r *repeater) column(c column.Column) column.Column {
	if l, ok := c.(*column.Lazy); ok {
		if l.Loaded() {
			c, _ = column.Force(l)
		} else {
			r.kept = true
		}
	}
	first, last := int(r.rows[0]), int(r.rows[len(r.rows)-1])
	values := last + 1 - first
	if values > len(r.rows)/2 {
		return column.Gather(c, r.rows)
	}
	switch c.(type) {
	case *column.Lazy, *column.Const, *column.Dict:
		return column.Gather(c, r.rows)
	}
	if r.codes == nil && first == 0 {
		r.codes, r.kept = r.rows, true
	}
	if r.codes == nil {
		r.codes = make([]uint32, len(r.rows))
		for i, row := range r.rows {
			r.codes[i] = row - uint32(first)
		}
	}
	return &column.Dict{Codes: r.codes, Values: column.Slice(c, first, last+1)}
}
