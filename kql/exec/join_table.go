package exec

import (
	"context"
	"slices"
	"sync/atomic"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// A joinTable is the build side of a join: its rows, and for each distinct key
// the rows that have it.
type joinTable struct {
	rows    *stack        // without the keys
	all     *column.Batch // rows as one batch, and one row of nulls after them
	keys    *grouper
	groupOf []uint32 // of each row
	starts  []uint32 // rows of group g are list[starts[g]:starts[g+1]]
	list    []uint32
	matched []atomic.Bool // by group; set by probers where the join needs it
}

// makeTable reads the build side. Its columns stay Lazy: those of rows that
// match nothing are never read.
func (j *joining) makeTable(ctx context.Context, in *flow, l *lease) (*joinTable, error) {
	width := j.build.schema.Len()
	sortKeys := make([]plan.SortKey, len(j.build.keys))
	keyTypes := make([]types.Type, len(j.build.keys))
	for i, k := range j.build.keys {
		sortKeys[i].Expr, keyTypes[i] = k, k.Type()
	}
	full, err := collect(ctx, j.q.withKeys(in, sortKeys).reader(), l)
	if err != nil {
		return nil, err
	}
	t := &joinTable{rows: &stack{schema: j.build.schema}, keys: newGrouper(keyTypes)}
	read := newKeyReader(t.keys, false)
	for _, b := range full.batches {
		if err := t.addBatch(b, width, read, j.unique && j.buildIsLeft); err != nil {
			return nil, err
		}
	}
	t.index()
	t.keys.settle()
	t.matched = make([]atomic.Bool, t.keys.len())
	withNull := &stack{schema: t.rows.schema, batches: slices.Clone(t.rows.batches), places: places{slices.Clone(t.rows.starts), t.rows.n}}
	if err := withNull.add(nullBatch(t.rows.schema, 1)); err != nil {
		return nil, err
	}
	t.all = withNull.batch()
	return t, l.add(t.keys.size() + 12*int64(t.rows.n))
}

func (t *joinTable) addBatch(b *column.Batch, width int, read *keyReader, unique bool) error {
	keys := make([]column.Column, b.Width()-width)
	for i := range keys {
		c, err := b.Column(width + i)
		if err != nil {
			return err
		}
		keys[i] = c
	}
	seen := uint32(t.keys.len())
	groups := read.groups(keys, b.Len())
	b = b.Select(positions(width))
	if unique {
		var firsts, firstGroups []uint32
		for i, g := range groups {
			if g == seen {
				firsts = append(firsts, uint32(i))
				firstGroups = append(firstGroups, g)
				seen++
			}
		}
		if len(firsts) == 0 {
			return nil
		}
		b, groups = b.Gather(firsts), firstGroups
	}
	t.groupOf = append(t.groupOf, groups...)
	return t.rows.add(b)
}

// index sorts the rows by group, by counting.
func (t *joinTable) index() {
	t.starts = make([]uint32, t.keys.len()+1)
	for _, g := range t.groupOf {
		t.starts[g+1]++
	}
	for g := range t.keys.len() {
		t.starts[g+1] += t.starts[g]
	}
	next := append([]uint32(nil), t.starts...)
	t.list = make([]uint32, len(t.groupOf))
	for r, g := range t.groupOf {
		t.list[next[g]] = uint32(r)
		next[g]++
	}
}

// of returns the rows of group g.
func (t *joinTable) of(g uint32) []uint32 { return t.list[t.starts[g]:t.starts[g+1]] }

// maxRuntimeHint is the most keys that a table is told to look for.
const maxRuntimeHint = 20_000

// narrowProbe returns the probe side with its tables told which keys the build
// side has, where all other rows would be dropped.
func (j *joining) narrowProbe(t *joinTable) plan.Node {
	n := j.probe.node
	if j.keepProbe || j.probeLonely || t.keys.len() > maxRuntimeHint {
		return n
	}
	for i, e := range j.probe.keys {
		c, ok := e.(*plan.Column)
		if !ok {
			continue
		}
		vals, err := column.Force(t.keys.cols[i].values())
		if err != nil || vals.Type() != c.Typ || hasNull(vals) {
			continue // a null matches a null, which a hint would drop
		}
		n = j.q.narrow(n, c.Index, plan.Hint{Op: plan.HintIn, Values: vals})
	}
	return n
}

func hasNull(c column.Column) bool {
	for i := range c.Len() {
		if c.Null(i) {
			return true
		}
	}
	return false
}
