package exec

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
)

// buildGraphMatch finds matches step by step: each step follows an edge of the
// pattern from the nodes that are known already. Conditions on a single node or
// edge are computed for the whole graph first, and others as soon as all that they
// read is known. A batch of matches goes through all steps before the next one is
// looked for: a pattern may have any number of matches, in the memory of a few.
//
// Source: the Kusto documentation, "graph-match operator".
func (q *query) buildGraphMatch(n *plan.GraphMatch) (*flow, error) {
	return q.overGraph(n, func(ctx context.Context, g *graph, l *lease) (column.Reader, error) {
		m := &matcher{q: q, ctx: ctx, n: n, g: g.forMatch(), lease: l, held: l.held, stride: len(n.Vars), paths: newPathTree()}
		if err := m.prepare(); err != nil {
			return nil, err
		}
		return &yieldReader{schema: n.Out, search: m.search, release: m.lease.release}, nil
	}), nil
}

// unbound marks a variable of a match that is not known yet.
const unbound = none

// errPattern is a pattern that the binder should not have let pass.
var errPattern = errors.New("graph-match: the parts of the pattern are not connected")

// A matcher looks for one pattern in one graph. A match is a number for each
// variable: of a node, an edge or a path; stride of them are one match of several
// that are one behind the other.
type matcher struct {
	q      *query
	ctx    context.Context
	n      *plan.GraphMatch
	g      *graph
	lease  *lease
	held   int64 // by the graph
	stride int
	first  int // the node that is bound first
	walks  []*walk
	paths  *pathTree
	values []column.Column // of each of the pattern's Paths, for the whole graph, once read
	exprs  []*evaluator
	reads  []int // columns of a match's row that exprs read
	ticks  int

	masks [][]bool // of each variable: the nodes or edges that it may be; nil for all
	inner [][]bool // of each path: the nodes that may be on it; nil for all
	// conds are the conditions on several variables, by the number of walks after
	// which all that they read is known.
	conds [][]matchCond
	// plain says that conditions on paths are all masks.
	plain bool

	// kept are the matches of a pattern whose shortest ones are chosen at the end.
	keep  bool
	kept  []uint32
	yield func(*column.Batch) error
}

// A matchCond is a condition on several variables.
type matchCond struct {
	cond *selector
	cols []int // of a match's row
}

func (m *matcher) prepare() error {
	m.masks, m.inner, m.plain = make([][]bool, m.stride), make([][]bool, m.stride), true
	m.values = make([]column.Column, len(m.n.Paths))
	var several []plan.Expr
	if m.n.Cond != nil {
		conds := []plan.Expr{m.n.Cond}
		if and, ok := m.n.Cond.(*plan.And); ok {
			conds = and.Args
		}
		for _, c := range conds {
			done, err := m.mask(c)
			if err != nil {
				return err
			}
			if !done {
				several = append(several, c)
			}
		}
	}
	m.first = m.rarest()
	if err := m.narrow(); err != nil {
		return err
	}
	known, err := m.order()
	if err != nil {
		return err
	}
	m.conds = make([][]matchCond, len(m.walks)+1)
	for _, c := range several {
		stage := 0
		for _, v := range m.varsOf(c) {
			stage = max(stage, known[v])
			m.plain = m.plain && !m.n.Vars[v].Path
		}
		s := newCompiler(m.q).selector(c)
		set := map[int]bool{}
		s.columns(set)
		m.conds[stage] = append(m.conds[stage], matchCond{cond: s, cols: slices.Sorted(maps.Keys(set))})
	}
	m.exprs = newCompiler(m.q).all(m.n.Exprs)
	set := map[int]bool{}
	for _, e := range m.exprs {
		e.columns(set)
	}
	m.reads = slices.Sorted(maps.Keys(set))
	m.keep = (m.n.Shortest || m.n.ShortestAll) && !m.searched()
	return nil
}

// order chooses in which order the steps are followed, and returns after how many
// each variable is known.
func (m *matcher) order() ([]int, error) {
	known := make([]int, m.stride)
	for v := range known {
		known[v] = -1
	}
	known[m.first] = 0
	left := slices.Clone(m.n.Steps)
	for len(left) > 0 {
		i := slices.IndexFunc(left, func(s plan.GraphStep) bool { return known[s.From] >= 0 || known[s.To] >= 0 })
		if i < 0 {
			return nil, errPattern
		}
		s := left[i]
		left = slices.Delete(left, i, i+1)
		m.walks = append(m.walks, m.newWalk(s, known[s.From] >= 0, known[s.To] >= 0))
		for _, v := range []int{s.From, s.Edge, s.To} {
			if known[v] < 0 {
				known[v] = len(m.walks)
			}
		}
	}
	return known, nil
}

// rarest returns the node variable that the fewest nodes of the graph may be; the
// leftmost of equals.
func (m *matcher) rarest() int {
	best, least := 0, -1
	for v, x := range m.n.Vars {
		if x.Edge {
			continue
		}
		n := m.g.nodes.Len()
		if m.masks[v] != nil {
			n = 0
			for _, ok := range m.masks[v] {
				n += bit(ok)
			}
		}
		if least < 0 || n < least {
			best, least = v, n
		}
	}
	return best
}

// varsOf returns the variables that e reads.
func (m *matcher) varsOf(e plan.Expr) []int {
	var out []int
	plan.WalkExpr(e, func(e plan.Expr) bool {
		if c, ok := e.(*plan.Column); ok {
			if v, _ := m.place(c.Index); !slices.Contains(out, v) {
				out = append(out, v)
			}
		}
		return true
	})
	return out
}

// mask computes a condition on one node or edge, or on every edge or inner node of a
// path, for the whole graph; !done if cond is another.
func (m *matcher) mask(cond plan.Expr) (done bool, err error) {
	vars := m.varsOf(cond)
	if len(vars) != 1 {
		return false, nil
	}
	v := vars[0]
	if m.n.Vars[v].Path {
		c, ok := cond.(*plan.Column)
		if !ok {
			return false, nil
		}
		_, at := m.place(c.Index)
		p := m.n.Paths[at]
		if p.Kind != plan.PathAll {
			return false, nil
		}
		of, b := &m.masks[v], m.g.edges
		if p.Inner {
			of, b = &m.inner[v], m.g.nodes
		}
		return true, m.restrict(of, b, p.Expr)
	}
	offset := m.n.Vars[v].Offset
	return true, m.restrict(&m.masks[v], m.properties(v), plan.Rewrite(cond, func(e plan.Expr) plan.Expr {
		if c, ok := e.(*plan.Column); ok {
			return &plan.Column{Index: c.Index - offset, Name: c.Name, Typ: c.Typ}
		}
		return e
	}))
}

// restrict leaves of a mask only what fulfils cond, over the columns of b.
func (m *matcher) restrict(mask *[]bool, b *column.Batch, cond plan.Expr) error {
	if b.Len() == 0 {
		return nil
	}
	kept, err := newCompiler(m.q).selector(cond).rows(b)
	if err != nil || kept.all {
		return err
	}
	out := make([]bool, b.Len())
	for _, r := range kept.rows {
		out[r] = allows(*mask, r)
	}
	*mask = out
	return nil
}

// allows reports whether a mask has a node or an edge: nil has all.
func allows(mask []bool, id uint32) bool { return mask == nil || mask[id] }

// search yields all matches.
func (m *matcher) search(yield func(*column.Batch) error) error {
	m.yield = yield
	var rows []uint32
	for id := range uint32(m.g.nodes.Len()) {
		if !allows(m.masks[m.first], id) {
			continue
		}
		at := len(rows)
		for range m.stride {
			rows = append(rows, unbound)
		}
		rows[at+m.first] = id
		if len(rows) >= m.q.BatchRows*m.stride {
			if err := m.advance(0, rows); err != nil {
				return err
			}
			rows = rows[:0]
		}
	}
	if err := m.advance(0, rows); err != nil || !m.keep {
		return err
	}
	rows = m.shortest(m.kept)
	for size := m.q.BatchRows * m.stride; len(rows) > 0; rows = rows[min(size, len(rows)):] {
		if err := m.output(rows[:min(size, len(rows))]); err != nil {
			return err
		}
	}
	return nil
}

// advance takes matches, in which what the first i walks bind is known, through the
// others. It changes rows.
func (m *matcher) advance(i int, rows []uint32) error {
	rows, err := m.filter(m.conds[i], rows)
	switch {
	case err != nil || len(rows) == 0:
		return err
	case i < len(m.walks):
		return m.step(i, rows)
	case m.keep:
		m.kept = append(m.kept, rows...)
		return m.pay()
	}
	return m.output(rows)
}

// filter returns the matches for which conditions are true, in the place of rows.
func (m *matcher) filter(conds []matchCond, rows []uint32) ([]uint32, error) {
	for _, c := range conds {
		if len(rows) == 0 {
			break
		}
		b, err := m.batch(c.cols, rows)
		if err != nil {
			return nil, err
		}
		kept, err := c.cond.rows(b)
		if err != nil {
			return nil, err
		}
		if kept.all {
			continue
		}
		out := rows[:0]
		for _, r := range kept.rows {
			out = append(out, rows[int(r)*m.stride:int(r+1)*m.stride]...)
		}
		rows = out
	}
	return rows, nil
}

// pay counts matches and paths against the memory of the query.
func (m *matcher) pay() error {
	n := m.held + 4*int64(cap(m.kept)) + m.paths.size()
	for _, w := range m.walks {
		n += 4*int64(cap(w.out)) + w.size
	}
	return m.lease.set(n)
}

// tick is called often: it ends a search that is no longer wanted.
func (m *matcher) tick() error {
	if m.ticks++; m.ticks&0xFFF == 0 {
		return m.ctx.Err()
	}
	return nil
}

// output yields the projected columns of matches.
func (m *matcher) output(rows []uint32) error {
	b, err := m.batch(m.reads, rows)
	if err != nil {
		return err
	}
	cols, err := evalAll(m.exprs, b)
	if err != nil {
		return err
	}
	return m.yield(column.NewBatch(b.Len(), cols))
}
