package ingest

import (
	"fmt"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
)

// add takes over the rows of a piece.
func (l *Loader) add(in Input, p *piece) error {
	l.report.piece(in.Name, p)
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range p.parts {
		t := &p.parts[i]
		for _, b := range t.bad {
			l.report.unreadable(in.Name, t.table, b)
		}
		if t.n == 0 && !l.keepsAll() {
			continue // the columns of an answer without rows
		}
		lt := l.tables[t.table]
		if lt == nil {
			lt = &loadedTable{}
			l.tables[t.table] = lt
			l.order = append(l.order, t.table)
		}
		if l.opt.Sink == nil || !t.known {
			before := lt.values()
			lt.add(t, l.keepsAll())
			l.kept += t.size()
			l.values += lt.values() - before
			continue
		}
		lt.known, lt.names = true, t.names
		if err := l.opt.Sink(t.table, types.Schema{Columns: t.names}, t.batch()); err != nil {
			return err
		}
	}
	p.parts = nil
	if l.opt.MaxValues > 0 && l.values > l.opt.MaxValues {
		return fmt.Errorf("%w: rows by columns, it has more than %d values, null ones counted; send fewer records at once", ErrTooLarge, l.opt.MaxValues)
	}
	if l.opt.Sink != nil && l.opt.Keep > 0 && l.kept > l.opt.Keep {
		return l.handOver(in)
	}
	return nil
}

// keepsAll reports whether the tables are there as they are in the end, so that columns
// and tables that have no values do no harm. Where tables grow, the type of such a column
// would stay.
func (l *Loader) keepsAll() bool { return l.opt.Sink == nil && l.opt.Grows == nil }

// handOver gives Sink the rows that it has not got.
func (l *Loader) handOver(in Input) error {
	l.kept = 0
	for _, name := range l.order {
		t := l.tables[name]
		if t.isEmpty() {
			continue
		}
		out := t.finish(name, func(b badValues) { l.report.unreadable(in.Name, name, b) })
		for _, b := range out.Batches {
			if err := l.opt.Sink(name, out.Schema, b); err != nil {
				return err
			}
		}
		t.goOn(out.Schema)
	}
	return nil
}

// batch returns the rows as a batch.
func (p *part) batch() *column.Batch {
	cols := make([]column.Column, len(p.cols))
	for i, c := range p.cols {
		if cols[i] = c; c == nil {
			cols[i] = column.NullConst(p.names[i].Type, p.n)
		}
	}
	return column.NewBatch(p.n, cols)
}
