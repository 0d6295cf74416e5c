package parquet

import (
	"sync"

	pq "github.com/parquet-go/parquet-go"

	"github.com/calypso-kql/calypso/kql/column"
)

// maxBatch is the greatest number of rows in a batch; a larger row group is read
// in parts.
const maxBatch = 1 << 17

// A group is a row group.
type group struct {
	file *File
	rg   pq.RowGroup
	n    int
	keep bool

	mu   sync.Mutex
	kept map[keptColumn]*column.Lazy
}

// keptColumn names a part of a column that is kept in memory.
type keptColumn struct{ field, from, to int }

func newGroup(f *File, rg pq.RowGroup, keep bool) *group {
	return &group{file: f, rg: rg, n: int(rg.NumRows()), keep: keep, kept: map[keptColumn]*column.Lazy{}}
}

// batch returns rows from up to, not including, to, with the fields given, all
// lazy.
func (g *group) batch(fields []int, from, to int) *column.Batch {
	cols := make([]column.Column, len(fields))
	for i, f := range fields {
		cols[i] = g.lazy(f, from, to)
	}
	return column.NewBatch(to-from, cols)
}

func (g *group) lazy(field, from, to int) *column.Lazy {
	f := g.file.fields[field]
	fresh := func() *column.Lazy {
		return column.NewLazy(f.to, to-from, &chunk{group: g, field: f, from: from, to: to})
	}
	if !g.keep {
		return fresh()
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	key := keptColumn{field, from, to}
	l := g.kept[key]
	if l == nil {
		l = fresh()
		g.kept[key] = l
	}
	return l
}
