package exec

import (
	"fmt"
	"slices"
	"sync"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
)

// An aggPart is the groups of one range of hashes.
type aggPart struct {
	p      *parts
	mu     sync.Mutex
	keys   *tupleTable // nil until the first rows come
	first  []rowID     // of each group
	aggs   []aggregator
	lease  *lease
	groups []uint32 // scratch
}

// A partBatch is some rows of one part.
type partBatch struct {
	all      *sortedBatch
	from, to int
}

// A sortedBatch is the rows of a batch in the order of their parts.
type sortedBatch struct {
	at   rowID
	rows []uint32 // row i stands at at+rows[i]
	keys tuples
	args []column.Column // as the inputs of the aggregation, without the keys
}

// size returns the bytes held, roughly.
func (b *sortedBatch) size() int64 {
	n := 4*int64(len(b.rows)) + b.keys.size()
	for i, c := range b.args {
		if c != nil && !slices.Contains(b.args[:i], c) {
			n += columnSize(c)
		}
	}
	return n
}

// fold folds rows that may come in any order.
func (part *aggPart) fold(held []partBatch) error {
	part.mu.Lock()
	defer part.mu.Unlock()
	if part.keys == nil {
		if err := part.start(); err != nil {
			return err
		}
	}
	for _, h := range held {
		if err := part.add(h); err != nil {
			return err
		}
	}
	return part.lease.set(part.size())
}

func (part *aggPart) start() (err error) {
	p := part.p
	if part.aggs, err = p.over.aggregators(newLastCompiler(p.a.q)); err != nil {
		return err
	}
	part.keys = newTupleTable(p.layout, p.room)
	part.first = make([]rowID, 0, p.room)
	part.lease = p.a.q.lease("ClusterBy")
	return nil
}

func (part *aggPart) add(h partBatch) error {
	n := h.to - h.from
	if cap(part.groups) < n {
		part.groups = make([]uint32, max(n, 1<<9))
	}
	groups := part.groups[:n]
	part.keys.add(h.all.keys.slice(h.from, h.to), groups)
	for i, g := range groups {
		at := h.all.at + rowID(h.all.rows[h.from+i])
		if int(g) == len(part.first) {
			part.first = append(roomFor(part.first), at)
		} else if at < part.first[g] {
			part.first[g] = at
		}
	}
	args := make([]column.Column, len(h.all.args))
	for i, c := range h.all.args {
		if c != nil {
			args[i] = column.Slice(c, h.from, h.to)
		}
	}
	b := column.NewBatch(n, args)
	for _, a := range part.aggs {
		if err := a.update(h.all.at, b, groups, part.keys.len()); err != nil {
			return err
		}
	}
	return nil
}

func (part *aggPart) size() int64 {
	n := part.keys.size() + 8*int64(cap(part.first))
	for _, a := range part.aggs {
		n += a.size()
	}
	return n
}

// A foundGroups is groups of an aggregation: all of them, or a part.
type foundGroups interface {
	// firsts returns the place of each group's first row; nil for the one group of
	// an aggregation without keys.
	firsts() []rowID
	// batch returns the groups by number, as n puts them out.
	batch(n *plan.Aggregate) (*column.Batch, error)
}

func (part *aggPart) firsts() []rowID { return part.first }

func (part *aggPart) batch(n *plan.Aggregate) (*column.Batch, error) {
	keys := part.keys.values()
	if err := part.p.restore(keys); err != nil {
		return nil, err
	}
	return groupBatch(n, keys, part.aggs, part.keys.len())
}

// groupBatch puts the results of aggregates behind the keys of total groups.
func groupBatch(n *plan.Aggregate, cols []column.Column, aggs []aggregator, total int) (*column.Batch, error) {
	for _, a := range aggs {
		c, err := a.result(total)
		if err != nil {
			return nil, err
		}
		cols = append(cols, c...)
	}
	for i, c := range cols {
		if c.Type() != n.Out.Columns[i].Type || c.Len() != total {
			return nil, fmt.Errorf("column %s: have %d rows of %s, want %d of %s", n.Out.Columns[i].Name, c.Len(), c.Type(), total, n.Out.Columns[i].Type)
		}
	}
	return column.NewBatch(total, cols), nil
}
