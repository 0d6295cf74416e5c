package exec

import (
	"context"
	"io"
	"slices"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// A joinSide is one input of a join.
type joinSide struct {
	node   plan.Node
	keys   []plan.Expr
	schema types.Schema
}

// A joining is the join operator: a hash table is built of one side, and the
// other side is sent past it, batch by batch. Everything is said in terms of
// these two; which of them is left only decides the order of output columns.
type joining struct {
	q            *query
	node         *plan.Join
	build, probe joinSide
	buildIsLeft  bool
	kept         []int        // columns of the build side that are wanted, not for the keys alone
	keptSchema   types.Schema // of these

	// What becomes of rows, from the kind of join.
	pairs       bool // each match is an output row
	keepProbe   bool // probe rows without a match, with nulls beside them
	keepBuild   bool // build rows without a match, with nulls beside them
	probeMatch  bool // each probe row with a match, once, alone
	probeLonely bool // each probe row without a match, alone
	buildMatch  bool // each build row with a match, once, alone
	buildLonely bool // each build row without a match, alone
	unique      bool // of left rows with the same keys only the first counts
}

func (q *query) buildJoin(n *plan.Join) (*flow, error) {
	j := newJoining(q, n)
	build, err := q.build(j.build.node)
	if err != nil {
		return nil, err
	}
	// The probe side is built when the table is there, whose keys narrow it.
	out := q.breakerOver(build, n.Out, q.statsOf(n), func(ctx context.Context) (column.Reader, error) {
		return j.run(ctx, build)
	})
	out.single = false
	return out, nil
}

// newJoining chooses the sides. The table is built of the right side unless the
// left is known to be much smaller, and the right is more than a few rows in memory: over
// some parts of a table the left may be small, and what comes out be in another order.
func newJoining(q *query, n *plan.Join) *joining {
	left := joinSide{n.Left, n.LeftKeys, n.Left.Schema()}
	right := joinSide{n.Right, n.RightKeys, n.Right.Schema()}
	j := &joining{q: q, node: n, build: right, probe: left}
	if l, r := estimate(n.Left), estimate(n.Right); l >= 0 && (r < 0 || 4*l < r) && !joinsConstant(n) {
		j.build, j.probe, j.buildIsLeft = left, right, true
	}
	left1 := func(onBuild, onProbe *bool) {
		if j.buildIsLeft {
			*onBuild = true
		} else {
			*onProbe = true
		}
	}
	right1 := func(onBuild, onProbe *bool) { left1(onProbe, onBuild) }
	switch n.Kind {
	case plan.InnerUnique:
		j.pairs, j.unique = true, true
	case plan.Inner:
		j.pairs = true
	case plan.LeftOuter:
		j.pairs = true
		left1(&j.keepBuild, &j.keepProbe)
	case plan.RightOuter:
		j.pairs = true
		right1(&j.keepBuild, &j.keepProbe)
	case plan.FullOuter:
		j.pairs, j.keepBuild, j.keepProbe = true, true, true
	case plan.LeftSemi:
		left1(&j.buildMatch, &j.probeMatch)
	case plan.RightSemi:
		right1(&j.buildMatch, &j.probeMatch)
	case plan.LeftAnti:
		left1(&j.buildLonely, &j.probeLonely)
	case plan.RightAnti:
		right1(&j.buildLonely, &j.probeLonely)
	}
	j.keep()
	return j
}

// keep finds out which columns of the build side are wanted.
func (j *joining) keep() {
	first := 0 // column of the build side in the output
	if !j.buildIsLeft {
		first = j.probe.schema.Len()
	}
	for i, c := range j.build.schema.Columns {
		if j.pairs && slices.Contains(j.node.Spent, first+i) {
			continue
		}
		j.kept = append(j.kept, i)
		j.keptSchema.Columns = append(j.keptSchema.Columns, c)
	}
}

// probeSpent reports whether nothing above the join reads a column of the probe side.
func (j *joining) probeSpent(col int) bool {
	if j.buildIsLeft {
		col += j.build.schema.Len()
	}
	return j.pairs && slices.Contains(j.node.Spent, col)
}

// run builds the table, then returns a reader of the output.
func (j *joining) run(ctx context.Context, build *flow) (column.Reader, error) {
	l := j.q.lease("HashJoin")
	t, err := j.makeTable(ctx, build, l)
	if err != nil {
		l.release()
		return nil, err
	}
	if t.n == 0 && !j.keepProbe && !j.probeLonely {
		l.release()
		return &batchReader{schema: j.node.Out}, nil
	}
	probe, err := j.q.build(j.narrowProbe(t))
	if err != nil {
		l.release()
		return nil, err
	}
	if j.unique && !j.buildIsLeft {
		return j.runUnique(ctx, probe, t, l)
	}
	probe.then(j.node.Out, nil, func() (stage, error) { return newProber(j, t), nil })
	return &joinReader{j: j, t: t, probe: probe.reader(), lease: l}, nil
}

// A joinReader yields what the probe side gives, then what is left of the build
// side.
type joinReader struct {
	j     *joining
	t     *joinTable
	probe column.Reader
	rest  column.Reader // nil until the probe side has ended
	lease *lease
}

func (r *joinReader) Schema() types.Schema { return r.j.node.Out }

func (r *joinReader) Next(ctx context.Context) (*column.Batch, error) {
	if r.rest != nil {
		return r.rest.Next(ctx)
	}
	b, err := r.probe.Next(ctx)
	if err != io.EOF {
		return b, err
	}
	r.rest = &batchReader{schema: r.Schema(), batches: r.j.buildRest(r.t), rows: r.j.q.BatchRows}
	return r.rest.Next(ctx)
}

func (r *joinReader) Close() error {
	err := r.probe.Close()
	if r.rest != nil {
		r.rest.Close()
	} else {
		r.rest = &batchReader{schema: r.Schema(), closed: true}
	}
	r.lease.release()
	return err
}

// asksInTheEnd reports whether the join wants build rows by whether they have had a
// match.
func (j *joining) asksInTheEnd() bool { return j.keepBuild || j.buildLonely || j.buildMatch }

// buildRest returns the build rows that the kind of join asks for after the
// probe side has been read: those that no row matched, or those that one did.
func (j *joining) buildRest(t *joinTable) []*column.Batch {
	if !j.asksInTheEnd() {
		return nil
	}
	var rows []uint32
	for r, g := range t.groupOf {
		if t.matched[g].Load() == j.buildMatch {
			rows = append(rows, uint32(r))
		}
	}
	if len(rows) == 0 {
		return nil
	}
	b := t.all.Gather(rows)
	if j.keepBuild {
		b = j.beside(nullBatch(j.probe.schema, len(rows)), b)
	}
	return []*column.Batch{b}
}

// widened puts nulls in the place of the columns that are not wanted.
func (j *joining) widened(build *column.Batch) *column.Batch {
	if len(j.kept) == j.build.schema.Len() {
		return build
	}
	cols := make([]column.Column, j.build.schema.Len())
	for i, at := range j.kept {
		cols[at] = build.Raw(i)
	}
	for i, c := range cols {
		if c == nil {
			cols[i] = column.NullConst(j.build.schema.Columns[i].Type, build.Len())
		}
	}
	return column.NewBatch(build.Len(), cols)
}

// beside puts the columns of a probe batch, and of as many rows of the table, in the
// order of the output.
func (j *joining) beside(probe, build *column.Batch) *column.Batch {
	cols := make([]column.Column, 0, probe.Width()+build.Width())
	build = j.widened(build)
	first, second := probe, build
	if j.buildIsLeft {
		first, second = build, probe
	}
	for i := range first.Width() {
		cols = append(cols, first.Raw(i))
	}
	for i := range second.Width() {
		cols = append(cols, second.Raw(i))
	}
	return column.NewBatch(probe.Len(), cols)
}
