package exec

import (
	"math"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

func (q *query) buildMvExpand(n *plan.MvExpand) (*flow, error) {
	in, err := q.build(n.Input)
	if err != nil {
		return nil, err
	}
	return in.then(n.Out, q.statsOf(n), func() (stage, error) {
		c := newCompiler(q)
		m := &mvExpand{q: q, node: n, limit: n.Limit}
		if m.limit <= 0 {
			m.limit = math.MaxInt32
		}
		for _, x := range n.Cols {
			m.cols = append(m.cols, c.compile(x.Expr))
		}
		return m, nil
	}), nil
}

// mvExpand makes a row of each element. An empty array or bag gives no row, null
// and every scalar give one.
//
// Source: the Kusto documentation, "mv-expand operator".
type mvExpand struct {
	q     *query
	node  *plan.MvExpand
	cols  []*evaluator
	limit int64
}

// An expansion is a batch on its way out.
type expansion struct {
	rows  []uint32 // of the input
	index []int64  // element positions, if they are wanted
	out   []column.Builder
}

func (m *mvExpand) apply(b *column.Batch, emit func(*column.Batch) error) error {
	views := make([]column.View[dynamic.Value], len(m.cols))
	for i, e := range m.cols {
		c, err := e.eval(b)
		if err != nil {
			return err
		}
		views[i] = column.ViewOf[dynamic.Value](c)
	}
	counts := make([]int64, b.Len())
	left := int64(0)
	for i := range counts {
		for j := range views {
			counts[i] = max(counts[i], elements(views[j].At(i)))
		}
		counts[i] = min(counts[i], m.limit)
		left += counts[i]
	}
	full := 2 * int64(m.q.BatchRows)
	x := m.start(min(left, full))
	for i, n := range counts {
		for k := int64(0); k < n; {
			take := min(n-k, full-int64(len(x.rows)))
			for e := range take {
				x.rows = append(x.rows, uint32(i))
				if m.node.ItemIndex {
					x.index = append(x.index, k+e)
				}
			}
			for j := range views {
				m.add(x.out[j], m.out(j), views[j].At(i), int(k), int(take))
			}
			k, left = k+take, left-take
			if int64(len(x.rows)) >= full {
				if err := m.finish(b, x, emit); err != nil {
					return err
				}
				x = m.start(min(left, full))
			}
		}
	}
	return m.finish(b, x, emit)
}

// add appends n elements of v, from element k on, to b, a builder of type t.
func (m *mvExpand) add(b column.Builder, t types.Type, v dynamic.Value, k, n int) {
	if v.Kind() != dynamic.Array {
		for e := range n {
			appendDynamic(b, t, element(v, k+e, m.node.BagArrays))
		}
		return
	}
	there := max(min(n, v.Len()-k), 0)
	switch b := b.(type) {
	case *column.TypedBuilder[dynamic.Value]:
		for e := range v.Range(k, k+there) {
			b.Append(e)
		}
	case *column.TypedBuilder[int64]:
		for e := range v.Range(k, k+there) {
			if x, ok := e.AsLong(); ok && t == types.Long {
				b.Append(x)
			} else {
				appendDynamic(b, t, e)
			}
		}
	default:
		for e := range v.Range(k, k+there) {
			appendDynamic(b, t, e)
		}
	}
	for range n - there {
		appendDynamic(b, t, dynamic.Value{})
	}
}

func (m *mvExpand) out(j int) types.Type { return m.node.Out.Columns[m.node.Cols[j].To].Type }

func (m *mvExpand) start(n int64) *expansion {
	x := &expansion{rows: make([]uint32, 0, n), out: make([]column.Builder, len(m.cols))}
	for j := range m.cols {
		x.out[j] = column.NewBuilder(m.out(j), int(n))
	}
	return x
}

func (m *mvExpand) finish(b *column.Batch, x *expansion, emit func(*column.Batch) error) error {
	if len(x.rows) == 0 {
		return nil
	}
	if err := m.q.ctx.Err(); err != nil {
		return err
	}
	cols := make([]column.Column, m.node.Out.Len())
	for j, c := range m.node.Cols {
		cols[c.To] = x.out[j].Finish()
	}
	if m.node.ItemIndex {
		cols[len(cols)-1] = column.NewVec(types.Long, x.index, nil)
	}
	for i := range b.Width() {
		if cols[i] == nil {
			cols[i] = column.Gather(b.Raw(i), x.rows)
		}
	}
	return emit(column.NewBatch(len(x.rows), cols))
}

// elements returns the number of rows that v expands to.
func elements(v dynamic.Value) int64 {
	if k := v.Kind(); k == dynamic.Array || k == dynamic.Bag {
		return int64(v.Len())
	}
	return 1
}

// element returns element k of v; null beyond its end.
func element(v dynamic.Value, k int, bagArrays bool) dynamic.Value {
	switch v.Kind() {
	case dynamic.Array:
		return v.Index(k)
	case dynamic.Bag:
		if k >= v.Len() {
			return dynamic.Value{}
		}
		return property(v, k, bagArrays)
	}
	if k > 0 {
		return dynamic.Value{}
	}
	return v
}

// property returns member k of a bag as a bag, or as [name, value].
func property(v dynamic.Value, k int, asArray bool) dynamic.Value {
	name, val := v.MemberAt(k)
	if asArray {
		var a dynamic.ArrayBuilder
		a.AppendString(name)
		a.Append(val)
		return a.Value()
	}
	var b dynamic.BagBuilder
	b.Set(name, val)
	return b.Value()
}

// appendDynamic adds v to b, a builder of type t, as `to typeof()` does: numbers
// are cast to one another and everything to string, but no text is parsed; what
// does not fit is null.
func appendDynamic(b column.Builder, t types.Type, v dynamic.Value) {
	if t != types.Dynamic && (v.IsNull() || v.Kind() == dynamic.String && t != types.String) {
		b.AppendNull()
		return
	}
	switch b := b.(type) {
	case *column.TypedBuilder[dynamic.Value]:
		b.Append(v)
	case *column.TypedBuilder[string]:
		b.Append(v.String())
	case *column.TypedBuilder[bool]:
		appendOr(b, v.ToBool)
	case *column.TypedBuilder[float64]:
		appendOr(b, v.ToReal)
	case *column.TypedBuilder[types.Decimal128]:
		appendOr(b, v.ToDecimal)
	case *column.TypedBuilder[types.GUID128]:
		appendOr(b, v.ToGUID)
	case *column.TypedBuilder[int64]:
		switch t {
		case types.Int:
			appendOr(b, v.ToInt)
		case types.DateTime:
			appendOr(b, v.AsDateTime)
		case types.TimeSpan:
			appendOr(b, v.AsTimeSpan)
		default:
			appendOr(b, v.ToLong)
		}
	}
}

func appendOr[T column.Value](b *column.TypedBuilder[T], get func() (T, bool)) {
	if v, ok := get(); ok {
		b.Append(v)
	} else {
		b.AppendNull()
	}
}
