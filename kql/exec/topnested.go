package exec

import (
	"context"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// buildTopNested keeps the input and refines its groups level by level.
//
// Source: the Kusto documentation, "top-nested operator".
func (q *query) buildTopNested(n *plan.TopNested) (*flow, error) {
	t := &topNested{q: q, node: n, limits: make([]int, len(n.Levels)), others: make([]column.Column, len(n.Levels))}
	for i, l := range n.Levels {
		t.limits[i] = -1
		var err error
		if l.N != nil {
			if t.limits[i], err = q.rowCount(l.N); err != nil {
				return nil, err
			}
		}
		if l.Others != nil {
			if t.others[i], err = q.constant(l.Others); err != nil {
				return nil, err
			}
		}
	}
	in, err := q.build(n.Input)
	if err != nil {
		return nil, err
	}
	return q.breakerOver(in, n.Out, q.statsOf(n), func(ctx context.Context) (column.Reader, error) {
		l := q.lease("TopNested")
		rows, err := collect(ctx, in.reader(), l)
		if err != nil {
			l.release()
			return nil, err
		}
		b, err := t.run(ctx, rows)
		if err != nil {
			l.release()
			return nil, err
		}
		return &batchReader{schema: n.Out, batches: []*column.Batch{b}, rows: q.BatchRows, release: l.release}, nil
	}), nil
}

type topNested struct {
	q      *query
	node   *plan.TopNested
	limits []int           // of each level; -1 for none
	others []column.Column // of each level: the value for groups left out, or nil
}

// A nestedLevel is the groups of a level that are left, in the order of the
// answer.
type nestedLevel struct {
	parent []uint32 // the group of the level above
	rest   []bool   // the group is what that one's best left out
	of, by column.Column
}

func (t *topNested) run(ctx context.Context, rows *stack) (*column.Batch, error) {
	if rows.n == 0 {
		return emptyBatch(t.node.Out), nil
	}
	b := rows.batch()
	groups := make([]uint32, rows.n)
	above := &nestedLevel{rest: make([]bool, 1)}
	var levels []*nestedLevel
	for i := range t.node.Levels {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		level, next, err := t.level(i, b, groups, above)
		if err != nil {
			return nil, err
		}
		// Rows of groups that are gone take no further part.
		var kept []uint32
		groups = groups[:0]
		for r, g := range next {
			if g != none {
				kept = append(kept, uint32(r))
				groups = append(groups, g)
			}
		}
		if len(kept) < b.Len() {
			b = b.Gather(kept)
		}
		levels = append(levels, level)
		above = level
	}
	return t.output(levels), nil
}

// output yields a row for each group of the last level.
func (t *topNested) output(levels []*nestedLevel) *column.Batch {
	last := levels[len(levels)-1]
	at := make([]uint32, len(last.parent))
	for i := range at {
		at[i] = uint32(i)
	}
	cols := make([]column.Column, 2*len(levels))
	for i := len(levels) - 1; i >= 0; i-- {
		l := levels[i]
		cols[2*i], cols[2*i+1] = column.Gather(l.of, at), column.Gather(l.by, at)
		for j, g := range at {
			at[j] = l.parent[g]
		}
	}
	return column.NewBatch(len(at), cols)
}

// level splits the groups above, which the rows of b are in, and returns the
// groups that are left and the group of each row, none if it is gone. Where this
// or a later level names the others, what is left out becomes a group too, and one
// that an upper level has left out stays one.
func (t *topNested) level(i int, b *column.Batch, groups []uint32, above *nestedLevel) (*nestedLevel, []uint32, error) {
	l := t.node.Levels[i]
	var split, rest []uint32 // rows
	for r, g := range groups {
		if above.rest[g] {
			rest = append(rest, uint32(r))
		} else {
			split = append(split, uint32(r))
		}
	}
	best, err := t.best(i, b.Gather(split), pick32(groups, split))
	if err != nil {
		return nil, nil, err
	}
	keepRest := false
	for _, c := range t.others[i:] {
		keepRest = keepRest || c != nil
	}
	out := &nestedLevel{}
	number := make([]uint32, len(best.parent)) // of each group, as it comes out
	restOf := make([]uint32, len(above.rest))
	next := 0
	var taken []uint32
	for g := range above.rest {
		left := above.rest[g]
		for n := 0; next < len(best.order) && best.parent[best.order[next]] == uint32(g); next++ {
			id := best.order[next]
			if limit := t.limits[i]; limit >= 0 && n >= limit {
				number[id], left = none, true
				continue
			}
			n++
			number[id] = uint32(len(out.parent))
			out.parent, out.rest = append(out.parent, uint32(g)), append(out.rest, false)
			taken = append(taken, id)
		}
		restOf[g] = none
		if above.rest[g] || left && keepRest {
			restOf[g] = uint32(len(out.parent))
			out.parent, out.rest = append(out.parent, uint32(g)), append(out.rest, true)
			taken = append(taken, none)
		}
	}
	ids := make([]uint32, len(groups))
	for j, r := range split {
		if ids[r] = number[best.groups[j]]; ids[r] == none {
			ids[r] = restOf[groups[r]]
			rest = append(rest, r)
		}
	}
	for _, r := range rest {
		ids[r] = restOf[groups[r]]
	}
	out.of, out.by, err = t.columns(i, l, b, ids, rest, best, out, taken)
	return out, ids, err
}

func pick32(vals, rows []uint32) []uint32 {
	out := make([]uint32, len(rows))
	for i, r := range rows {
		out[i] = vals[r]
	}
	return out
}

// columns returns the value and the aggregate of each group of a level; taken
// has its number in best, or none for what is left out.
func (t *topNested) columns(i int, l plan.NestedLevel, b *column.Batch, ids, rest []uint32, best *nestedGroups, out *nestedLevel, taken []uint32) (of, by column.Column, err error) {
	var restBy column.Column
	restRows := rest[:0:0]
	for _, r := range rest {
		if ids[r] != none {
			restRows = append(restRows, r)
		}
	}
	if t.others[i] != nil && len(restRows) > 0 {
		// The groups of what is left out are aggregated under their own numbers.
		restBy, err = t.aggregate(l, b.Gather(restRows), pick32(ids, restRows), len(out.parent))
		if err != nil {
			return nil, nil, err
		}
	}
	ofs, bys := column.NewBuilder(l.Of.Type(), len(taken)), column.NewBuilder(l.By.Type(), len(taken))
	for g, id := range taken {
		switch {
		case id != none:
			ofs.AppendFrom(best.of, int(id))
			bys.AppendFrom(best.by, int(id))
		case restBy != nil:
			ofs.AppendFrom(t.others[i], 0)
			bys.AppendFrom(restBy, g)
		default:
			ofs.AppendNull()
			bys.AppendNull()
		}
	}
	return ofs.Finish(), bys.Finish(), nil
}

// nestedGroups is all groups of a level.
type nestedGroups struct {
	groups []uint32 // of each row
	parent []uint32
	of, by column.Column
	order  []uint32 // by parent, then the best first
}

func (t *topNested) best(i int, b *column.Batch, parents []uint32) (*nestedGroups, error) {
	l := t.node.Levels[i]
	of, err := newCompiler(t.q).compile(l.Of).eval(b)
	if err != nil {
		return nil, err
	}
	group := newGrouper([]types.Type{types.Long, l.Of.Type()})
	out := &nestedGroups{groups: newKeyReader(group, false).groups([]column.Column{segments{seg: parents}.column(), of}, b.Len())}
	n := group.len()
	if out.by, err = t.aggregate(l, b, out.groups, n); err != nil {
		return nil, err
	}
	keys := group.keys()
	v := column.ViewOf[int64](keys[0])
	out.parent = make([]uint32, n)
	for g := range out.parent {
		out.parent[g] = uint32(v.At(g))
	}
	// Keys that are printed GUIDs are read when they are needed.
	if out.of, err = column.Force(keys[1]); err != nil {
		return nil, err
	}
	by := sortColumns([]plan.SortKey{{Desc: l.Desc, NullsFirst: !l.Desc}}, []column.Column{out.by})
	out.order = order(append([]sortColumn{segments{seg: out.parent}.words()}, by...), n)
	if out.order == nil {
		out.order = make([]uint32, n)
		for g := range out.order {
			out.order[g] = uint32(g)
		}
	}
	return out, nil
}

// aggregate computes what orders the groups of a level.
func (t *topNested) aggregate(l plan.NestedLevel, b *column.Batch, groups []uint32, total int) (column.Column, error) {
	s, err := (&aggregation{q: t.q, node: &plan.Aggregate{Aggs: l.Aggs}}).state()
	if err != nil {
		return nil, err
	}
	defer s.lease.release()
	var cols []column.Column
	for _, a := range s.aggs {
		if b.Len() > 0 {
			if err := a.update(0, b, groups, total); err != nil {
				return nil, err
			}
		}
		c, err := a.result(total)
		if err != nil {
			return nil, err
		}
		cols = append(cols, c...)
	}
	if err := s.lease.set(s.size()); err != nil {
		return nil, err
	}
	by, err := newCompiler(t.q).compile(l.By).eval(column.NewBatch(total, cols))
	if err != nil {
		return nil, err
	}
	return column.Flat(by), nil
}
