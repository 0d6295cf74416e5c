package exec

import (
	"context"
	"encoding/binary"
	"slices"
)

// closed returns the patterns that the part least of the set side has and that
// are closed: no other value is the same in all rows that have the pattern. So of
// patterns with the same rows the largest is there, and it alone.
//
// The patterns are made level by level, as the Apriori algorithm does: each of
// one level is extended by each item that often occurs with it, and what the
// closure adds goes without saying. depth is how many levels there are: how many
// items a pattern may have that do not follow from others. The search ends early,
// with the smaller patterns, when it has looked at a tuple work times.
func (t *itemTable) closed(ctx context.Context, l *lease, side int, least float64, depth int, work int64) ([]pattern, error) {
	if t.total[side] == 0 {
		return nil, nil
	}
	m := &closedSearch{t: t, lease: l, side: side, least: least, seen: map[string]struct{}{}}
	start := pattern{items: slices.Repeat([]uint32{none}, len(t.columns)), weight: t.total}
	m.closure(&start, m.tuples(&start))
	level := []pattern{start}
	if start.size() > 0 {
		m.found = append(m.found, start)
	}
	for ; depth > 0 && len(level) > 0; depth-- {
		from := len(m.found)
		for i := range level {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			if m.work > work {
				return m.found, nil
			}
			if err := m.extend(&level[i]); err != nil {
				return nil, err
			}
		}
		level = m.found[from:]
	}
	return m.found, nil
}

type closedSearch struct {
	t     *itemTable
	lease *lease
	side  int
	least float64
	found []pattern
	seen  map[string]struct{} // the items of found
	work  int64
	key   []byte
}

// tuples returns those that have p.
func (m *closedSearch) tuples(p *pattern) []uint32 {
	var out []uint32
	for i := range m.t.tuples {
		if m.t.has(p, i) {
			out = append(out, uint32(i))
		}
	}
	m.work += int64(m.t.tuples)
	return out
}

// extend adds the patterns that are p and one item more, closed.
func (m *closedSearch) extend(p *pattern) error {
	tuples := m.tuples(p)
	for c := range m.t.columns {
		if p.items[c] != none {
			continue
		}
		weight, with := m.split(c, tuples)
		for x, tuples := range with {
			if tuples == nil {
				continue
			}
			next := pattern{items: slices.Clone(p.items), weight: weight[x]}
			next.items[c] = uint32(x)
			m.closure(&next, tuples)
			if err := m.add(next); err != nil {
				return err
			}
		}
	}
	return nil
}

// split returns the weight of each item of column c, and the tuples that have it,
// nil if they are too few.
func (m *closedSearch) split(c int, tuples []uint32) (weight [][2]float64, with [][]uint32) {
	col := &m.t.columns[c]
	m.work += int64(len(tuples))
	count := make([]int, col.n)
	weight, with = make([][2]float64, col.n), make([][]uint32, col.n)
	for _, i := range tuples {
		if x := col.items[i]; x != none {
			weight[x][0] += m.t.weight[0][i]
			weight[x][1] += m.t.weight[1][i]
			count[x]++
		}
	}
	for x := range with {
		if w := weight[x][m.side]; w > 0 && w >= m.least {
			with[x] = make([]uint32, 0, count[x])
		}
	}
	for _, i := range tuples {
		if x := col.items[i]; x != none && with[x] != nil {
			with[x] = append(with[x], i)
		}
	}
	return weight, with
}

// add takes p unless it is there.
func (m *closedSearch) add(p pattern) error {
	m.key = m.key[:0]
	for _, x := range p.items {
		m.key = binary.LittleEndian.AppendUint32(m.key, x)
	}
	if _, ok := m.seen[string(m.key)]; ok {
		return nil
	}
	m.seen[string(m.key)] = struct{}{}
	m.found = append(m.found, p)
	return m.lease.add(72 + 8*int64(len(p.items)))
}

// closure adds to p the items that all its tuples in the set have.
func (m *closedSearch) closure(p *pattern, tuples []uint32) {
	for c := range m.t.columns {
		if p.items[c] == none {
			p.items[c] = m.common(m.t.columns[c].items, tuples)
		}
	}
}

// common returns the item that all tuples of the set have, none if they differ.
func (m *closedSearch) common(items, tuples []uint32) uint32 {
	x, first := uint32(none), true
	for _, i := range tuples {
		switch {
		case m.t.weight[m.side][i] == 0:
		case first:
			x, first = items[i], false
		case items[i] != x:
			return none
		}
		if !first && x == none {
			return none
		}
	}
	return x
}
