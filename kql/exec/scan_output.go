package exec

import (
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// scanOutput is the records that go out next.
type scanOutput struct {
	from  *column.Batch // the last one that a record came from
	base  uint32        // number of its first row in all
	bases map[*column.Batch]uint32
	all   *stack
	rows  []uint32 // in all
	own   []column.Builder
	put   [][]func(m int32) // by step: append to each of own
	ids   []int64
}

func (o *scanOutput) reset(s *scan) {
	*o = scanOutput{all: &stack{schema: s.node.Input.Schema()}, bases: map[*column.Batch]uint32{}}
	for _, c := range s.layout.own {
		o.own = append(o.own, column.NewBuilder(s.node.Out.Columns[c].Type, 0))
	}
	o.put = make([][]func(int32), len(s.steps))
	for k, st := range s.steps {
		if st.output == plan.ScanNone {
			continue
		}
		for j, c := range s.layout.own {
			o.put[k] = append(o.put[k], st.keepers[c].putter(o.own[j]))
		}
	}
}

// add puts out the record of step k in match m, which is a row of b.
func (o *scanOutput) add(b *column.Batch, row, k int, m int32, id int64) error {
	if o.from != b {
		base, known := o.bases[b]
		if !known {
			base = uint32(o.all.n)
			if err := o.all.add(b); err != nil {
				return err
			}
			o.bases[b] = base
		}
		o.from, o.base = b, base
	}
	o.rows = append(o.rows, o.base+uint32(row))
	for _, put := range o.put[k] {
		put(m)
	}
	o.ids = append(o.ids, id)
	return nil
}

// take returns the records as a batch.
func (o *scanOutput) take(s *scan) (*column.Batch, error) {
	n := len(o.rows)
	in := o.all.batches[0]
	if len(o.all.batches) > 1 || !isIdentity(o.rows, in.Len()) {
		in = o.all.gather(o.rows)
	}
	cols := make([]column.Column, s.node.Out.Len())
	for i := range in.Width() {
		cols[i] = in.Raw(i)
	}
	for j, c := range s.layout.own {
		cols[c] = o.own[j].Finish()
	}
	if s.node.MatchID {
		cols[len(cols)-1] = column.NewVec(types.Long, o.ids, nil)
	}
	o.reset(s)
	return column.NewBatch(n, cols), nil
}
