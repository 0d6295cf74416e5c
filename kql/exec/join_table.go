package exec

import (
	"context"
	"io"
	"slices"
	"sync/atomic"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// A joinTable is the build side of a join: its rows, and for each distinct key
// the rows that have it.
type joinTable struct {
	rows *stack // without the keys, while they are read
	n    int    // rows

	expected int64         // rows that there will be; 0 if that is not known
	reserved int64         // keys that there is room for
	all      *column.Batch // rows as one batch, and one row of nulls after them
	keys     *grouper
	groupOf  []uint32 // of each row; kept where the join asks for rows in the end
	starts   []uint32 // rows of group g are list[starts[g]:starts[g+1]]
	list     []uint32
	matched  []atomic.Bool // by group, likewise; set by probers
	known    *knownKeys    // nil unless the probe side may read the same key
}

// makeTable reads the build side. Its columns stay Lazy: those of rows that
// match nothing are never read. The workers evaluate the keys of further batches
// while those of one are numbered, which are then not kept.
func (j *joining) makeTable(ctx context.Context, in *flow, l *lease) (*joinTable, error) {
	keyTypes := make([]types.Type, len(j.build.keys))
	for i, k := range j.build.keys {
		keyTypes[i] = k.Type()
	}
	t := &joinTable{rows: &stack{schema: j.keptSchema, workers: j.q.Workers}, keys: newGrouper(keyTypes)}
	if j.readsSameKey() {
		t.known = &knownKeys{}
	}
	in.then(j.keptSchema, nil, func() (stage, error) {
		c := newCompiler(j.q)
		return &buildKeys{known: t.known, keys: packedKeys{exprs: c.all(j.build.keys), spent: func(col int) bool { return !slices.Contains(j.kept, col) }}, kept: j.kept}, nil
	})
	if unique := j.unique && j.buildIsLeft; !unique {
		t.expected = exactRows(j.build.node)
	}
	if err := t.read(ctx, in.reader(), j.unique && j.buildIsLeft, l); err != nil {
		return nil, err
	}
	t.index()
	t.keys.settle()
	if j.asksInTheEnd() {
		t.matched = make([]atomic.Bool, t.keys.len())
	} else {
		t.groupOf = nil
	}
	t.n = t.rows.n
	if err := t.rows.add(nullBatch(t.rows.schema, 1)); err != nil {
		return nil, err
	}
	// A column that is joined is then in memory once: nobody has its parts.
	t.all, t.rows = t.rows.batch(), nil
	return t, nil
}

// buildKeys puts the keys of the build side behind the columns that are kept.
type buildKeys struct {
	keys  packedKeys
	kept  []int
	known *knownKeys // may be nil
}

func (s *buildKeys) apply(b *column.Batch, emit func(*column.Batch) error) error {
	cols := make([]column.Column, 0, len(s.kept)+len(s.keys.exprs))
	for _, i := range s.kept {
		cols = append(cols, b.Raw(i))
	}
	keys, err := s.keys.eval(b)
	if err != nil {
		return err
	}
	for i, k := range keys {
		k = packGUIDs(k)
		s.known.note(k, s.keys.exprs[i], b)
		cols = append(cols, k)
	}
	return emit(column.NewBatch(b.Len(), cols))
}

// read adds all batches of r, which have keys behind the columns.
func (t *joinTable) read(ctx context.Context, r column.Reader, unique bool, l *lease) error {
	defer r.Close()
	numbers := newKeyReader(t.keys, false)
	held := int64(0)
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		b, err := r.Next(ctx)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if b.Len() == 0 {
			continue
		}
		rows, err := t.addBatch(b, numbers, unique)
		if err != nil {
			return err
		}
		held += batchSize(rows)
		if err := l.set(held + t.keys.size() + 12*int64(t.rows.n) + t.known.size()); err != nil {
			return err
		}
	}
}

// addBatch returns what it keeps of b.
func (t *joinTable) addBatch(b *column.Batch, numbers *keyReader, unique bool) (*column.Batch, error) {
	width := t.rows.schema.Len()
	keys := make([]column.Column, b.Width()-width)
	for i := range keys {
		keys[i] = b.Raw(width + i)
	}
	seen := uint32(t.keys.len())
	groups := numbers.groups(keys, b.Len())
	if t.known != nil {
		t.known.add(keys[0], groups)
	}
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
			return b.Slice(0, 0), nil
		}
		b, groups = b.Gather(firsts), firstGroups
	}
	t.groupOf = append(t.groupOf, groups...)
	if err := t.rows.add(b); err != nil {
		return nil, err
	}
	t.reserve(b.Len())
	return b, nil
}

// manyKeys is from how many keys on it is worth knowing how many more there will be,
// and maxAhead how many times as many as there are room is made for.
const (
	manyKeys = 1 << 14
	maxAhead = 8
)

// reserve makes room for the keys that are still to come, if as many of the further
// rows have a new one as had until now: growing again and again takes long.
func (t *joinTable) reserve(batch int) {
	keys, rows := int64(t.keys.len()), int64(len(t.groupOf))
	if t.expected <= rows || keys < manyKeys || keys+int64(batch) <= t.reserved {
		return
	}
	t.reserved = min(keys*t.expected/rows, maxAhead*keys)
	t.keys.reserve(int(t.reserved))
	t.groupOf = slices.Grow(t.groupOf, int(t.expected-rows))
}

// index sorts the rows by group, by counting.
func (t *joinTable) index() {
	n := len(t.groupOf)
	t.starts = make([]uint32, t.keys.len()+1)
	if t.keys.len() == n {
		// Each row is a group of its own, by the same number.
		for g := range t.starts {
			t.starts[g] = uint32(g)
		}
		t.list = t.starts
		return
	}
	for _, g := range t.groupOf {
		t.starts[g]++
	}
	end := uint32(0)
	for g := range t.starts {
		end += t.starts[g]
		t.starts[g] = end
	}
	t.list = make([]uint32, n)
	for r, g := range slices.Backward(t.groupOf) {
		t.starts[g]--
		t.list[t.starts[g]] = uint32(r)
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
