package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/parquet"
)

// Stats are what a table takes.
type Stats struct {
	Table string
	// Rows and Bytes are those of segments, HotRows those in memory only.
	Rows, Bytes, HotRows int64
	Segments             int
	Columns              int
	// Times has the least and greatest TimeGenerated and _TimeReceived of the
	// segments, in ticks.
	Times     map[string]Span
	Retention Retention
	// Days are the segments by the day of their last TimeGenerated (or
	// _TimeReceived), oldest first.
	Days []Day
	// Damage says why the table can't be read; nil if it can.
	Damage error
}

// A Day is what the segments of a day take. Day is in days since 0001-01-01, -1
// for segments without a time.
type Day struct {
	Day         int64
	Rows, Bytes int64
	Segments    int
}

// ticksOfDay is the length of a day.
const ticksOfDay = 24 * 60 * 60 * 1e7

// Stats returns what each table takes, by name.
func (s *Snapshot) Stats() []Stats {
	var out []Stats
	for _, name := range s.Names() {
		st := s.states[name]
		x := Stats{Table: name, Segments: len(st.segments), Columns: st.schema.Len(), Times: map[string]Span{}, Retention: st.retention, Damage: st.damage}
		days := map[int64]*Day{}
		for _, g := range st.segments {
			x.Rows, x.Bytes = x.Rows+g.Rows, x.Bytes+g.Bytes
			for column, span := range g.Times {
				if have, ok := x.Times[column]; ok {
					span = Span{min(have.Min, span.Min), max(have.Max, span.Max), have.Full && span.Full}
				}
				x.Times[column] = span
			}
			day := int64(-1)
			if span, ok := g.age(); ok {
				day = span.Max / ticksOfDay
			}
			if days[day] == nil {
				days[day] = &Day{Day: day}
			}
			d := days[day]
			d.Rows, d.Bytes, d.Segments = d.Rows+g.Rows, d.Bytes+g.Bytes, d.Segments+1
		}
		for _, h := range st.hot {
			x.HotRows += int64(h.rows.Len())
		}
		for _, d := range slices.SortedFunc(maps.Values(days), func(a, b *Day) int { return cmp.Compare(a.Day, b.Day) }) {
			x.Days = append(x.Days, *d)
		}
		out = append(out, x)
	}
	return out
}

// age returns the span that says how old a segment's rows are.
func (s *Segment) age() (Span, bool) {
	span, ok := s.Times[timeGenerated]
	if !ok {
		span, ok = s.Times[timeReceived]
	}
	return span, ok
}

// youngest returns from when on the youngest of a segment's rows is kept. Rows whose
// time is more than a day after the last arrival count from then: one of the year 2100
// must not keep a segment for ever.
func (s *Segment) youngest() (ticks int64, ok bool) {
	span, ok := s.age()
	if received, has := s.Times[timeReceived]; has {
		return min(span.Max, received.Max+types.TicksPerDay), ok
	}
	return span.Max, ok
}

// Verify reads every byte of a table's segments and decodes every value. It
// returns what is damaged; progress, if not nil, is told the bytes checked.
func (s *Snapshot) Verify(ctx context.Context, table string, progress func(int64)) []error {
	st, ok := s.states[table]
	if !ok {
		return []error{&UnknownTableError{Table: table}}
	}
	if st.damage != nil {
		return []error{st.damage}
	}
	var damage []error
	for _, g := range st.segments {
		if err := g.verify(ctx, st); err != nil {
			damage = append(damage, err)
		} else if err := g.terms.verify(); err != nil && !errors.Is(err, os.ErrNotExist) {
			damage = append(damage, fmt.Errorf("%w; queries are as right without it, and slower: repair makes it anew", err))
		}
		if ctx.Err() != nil {
			return append(damage, ctx.Err())
		}
		if progress != nil {
			progress(g.Bytes)
		}
	}
	return damage
}

// verify opens the segment anew, so that nothing that is in memory answers for
// the disk.
func (s *segment) verify(ctx context.Context, st *state) error {
	path := filepath.Join(s.dir, s.File)
	all, err := openChecked(s.dir, s.Segment)
	if err != nil {
		return named(path, err)
	}
	f, err := parquet.OpenReader(all, s.Bytes, path, parquet.Options{Declared: st.declared(s)})
	if err != nil {
		return named(path, err)
	}
	defer f.Close()
	if _, err := io.Copy(io.Discard, io.NewSectionReader(all, 0, s.Bytes)); err != nil {
		return named(path, err)
	}
	if sums, err := os.ReadFile(filepath.Join(s.dir, sumsName(s.File))); err != nil || checksum(sums) != s.Sums {
		return &DamageError{File: filepath.Join(s.dir, sumsName(s.File)), What: "it does not have the checksums of its segment, which is whole"}
	}
	cols := make([]int, f.Schema().Len())
	for i := range cols {
		cols[i] = i
	}
	r, err := f.Open(ctx, plan.Scan{Columns: cols})
	if err != nil {
		return named(path, err)
	}
	defer r.Close()
	rows := int64(0)
	for {
		b, err := r.Next(ctx)
		if errors.Is(err, io.EOF) {
			break
		}
		for i := 0; err == nil && i < len(cols); i++ {
			_, err = b.Column(i)
		}
		if err != nil {
			return named(path, err)
		}
		rows += int64(b.Len())
	}
	if rows != s.Rows {
		return &DamageError{File: path, What: fmt.Sprintf("it has %d rows, want %d", rows, s.Rows)}
	}
	return nil
}

// named makes sure that an error names the file.
func named(path string, err error) error {
	var d *DamageError
	if errors.As(err, &d) || errors.Is(err, context.Canceled) {
		return err
	}
	return fmt.Errorf("%s: %w", path, err)
}
