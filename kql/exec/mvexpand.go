package exec

import (
	"maps"
	"math"
	"slices"

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
		m.reads = computedFrom(m.cols)
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
	reads []int    // the columns that cols read, if they compute something
	spare []uint32 // memory for the rows of the next expansion
}

func (m *mvExpand) apply(b *column.Batch, emit func(*column.Batch) error) error {
	x := &expansion{m: m, of: b, emit: emit, full: 2 * m.q.BatchRows}
	at, size := 0, b.Len()
	if m.sliced(b) {
		size = expandAtFirst
	}
	for at < b.Len() {
		from, before := at, x.made
		to := min(at+size, b.Len())
		if err := x.rowsOf(from, to); err != nil {
			return err
		}
		if at = to; 2*len(x.rows) >= x.full {
			if err := x.finish(); err != nil {
				return err
			}
		}
		made := int(min(x.made-before, 1<<30))
		size = max(1, min(2*size, (to-from)*x.full/max(made, 1)))
	}
	return x.finish()
}

// expandAtFirst is for how many rows arrays are computed at first; then for as
// many as give one batch of elements.
const expandAtFirst = 32

// sliced reports whether the arrays are to be computed for some rows of b at a
// time, lest all be in memory at once: unless columns must still be read for it,
// which is done whole.
func (m *mvExpand) sliced(b *column.Batch) bool {
	for _, i := range m.reads {
		if l, ok := b.Raw(i).(*column.Lazy); ok && !l.Loaded() {
			return false
		}
	}
	return m.reads != nil
}

// computedFrom returns the columns that es read, nil if es are mere columns.
func computedFrom(es []*evaluator) []int {
	set := map[int]bool{}
	computes := false
	for _, e := range es {
		computes = computes || e.kind != evalColumn
		e.columns(set)
	}
	if !computes {
		return nil
	}
	return slices.AppendSeq([]int{}, maps.Keys(set))
}

// arrays returns the values to expand of the rows of b from up to, not including, to.
func (m *mvExpand) arrays(b *column.Batch, from, to int) ([]column.View[dynamic.Value], error) {
	if to-from < b.Len() {
		part := make([]column.Column, b.Width()) // nobody looks at the others
		for _, i := range m.reads {
			part[i] = column.Slice(b.Raw(i), from, to)
		}
		b = column.NewBatch(to-from, part)
	}
	views := make([]column.View[dynamic.Value], len(m.cols))
	for i, e := range m.cols {
		c, err := e.eval(b)
		if err != nil {
			return nil, err
		}
		views[i] = column.ViewOf[dynamic.Value](c)
	}
	return views, nil
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
	if !m.addWords(b, t, v, k, k+there) {
		for e := range v.Range(k, k+there) {
			appendDynamic(b, t, e)
		}
	}
	for range n - there {
		appendDynamic(b, t, dynamic.Value{})
	}
}

// addWords appends elements of an array to b if all are numbers, datetimes or
// timespans of the type t.
func (m *mvExpand) addWords(b column.Builder, t types.Type, v dynamic.Value, from, to int) bool {
	var kind dynamic.Kind
	switch t {
	case types.Long:
		kind = dynamic.Long
	case types.DateTime:
		kind = dynamic.DateTime
	case types.TimeSpan:
		kind = dynamic.TimeSpan
	}
	words, ok := b.(*column.TypedBuilder[int64])
	if !ok || kind == dynamic.Null {
		return false
	}
	words.Extend(func(vals []int64) []int64 {
		vals, ok = v.AppendWords(vals, kind, from, to)
		return vals
	})
	return ok
}

func (m *mvExpand) out(j int) types.Type { return m.node.Out.Columns[m.node.Cols[j].To].Type }

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
