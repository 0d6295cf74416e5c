package store

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/parquet"
)

// A foundSegment is the file of a segment in a folder without a manifest.
type foundSegment struct {
	number uint64
	seg    *Segment // nil if it can't be read
	schema types.Schema
	says   bool // about is what the file says of itself
	about  about
	why    string // it can't be a segment of the table
}

// findSegments returns the files of segments in a folder, by their numbers.
func findSegments(dir string) ([]*foundSegment, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var out []*foundSegment
	for _, e := range entries {
		n, ok := seqOf(e.Name(), segmentEnd)
		if !ok {
			continue
		}
		f := &foundSegment{number: n}
		if err := f.read(dir); err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b *foundSegment) int { return cmp.Compare(a.number, b.number) })
	return out, nil
}

// read reads what a file says of itself. Its rows may be damaged still: that is
// found by its checksums when they are read.
func (f *foundSegment) read(dir string) error {
	path := filepath.Join(dir, segmentName(f.number))
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	st, err := file.Stat()
	if err != nil {
		file.Close()
		return err
	}
	sums, err := os.ReadFile(filepath.Join(dir, sumsName(segmentName(f.number))))
	blocks := (st.Size() + sumBlock - 1) / sumBlock
	if errors.Is(err, os.ErrNotExist) || err == nil && int64(len(sums)) != 4*blocks {
		f.why = "it was not ended, or its checksums are lost"
		return file.Close()
	}
	if err != nil {
		file.Close()
		return err
	}
	// The footer decides what the table is: it is read as queries read it, with
	// its checksums.
	c := &checked{f: file, size: st.Size(), sums: sums}
	pf, err := parquet.OpenReader(headed{c}, st.Size(), path, parquet.Options{})
	if err != nil {
		f.why = fmt.Sprintf("its end is damaged (%v)", err)
		return nil
	}
	defer pf.Close()
	f.about, f.says, err = aboutOf(f.number, pf)
	if err != nil {
		f.why = "what it says of itself can't be read"
		return nil
	}
	f.schema = pf.Schema()
	for i, have := range f.schema.Columns {
		for _, col := range f.about.Columns {
			if col.Name == have.Name {
				f.schema.Columns[i].Hidden = col.Hidden
			}
		}
	}
	f.seg = &Segment{File: segmentName(f.number), Rows: pf.Rows(), Bytes: st.Size(), Sums: checksum(sums), Times: f.about.Times}
	if !f.says {
		f.about.Place = f.number
	}
	return nil
}

// choose says which files are the table's segments, in their order, and which are
// something else; those that others replaced are neither. It sets what of the log
// is in them.
func (b *rebuilder) choose(l *lostTable, m *manifest) (live, aside []*foundSegment) {
	dead := map[uint64]bool{}
	for _, n := range l.file.Gone {
		dead[n] = true
	}
	b.ungroup(l)
	m.Durable = l.file.Durable
	for _, f := range l.files {
		m.Next = max(m.Next, f.number+1)
		if f.why == "" && f.says {
			m.Durable = max(m.Durable, f.about.Durable)
			for _, n := range f.about.Replaces {
				dead[n] = true
			}
		}
	}
	named := b.log.segments(m.ID)
	oldest, _ := types.TicksOf(b.opt.Now())
	oldest -= int64(b.opt.RememberIDs / 100)
	for _, f := range l.files {
		_, inLog := named[f.number]
		switch {
		case dead[f.number]:
			continue
		case f.why == "" && f.says && f.about.Logged && !inLog && f.about.Written >= oldest:
			f.why = "no record of the log names it, so that its batch was not acknowledged"
		}
		if f.why != "" {
			aside = append(aside, f)
		} else {
			live = append(live, f)
		}
		delete(named, f.number)
	}
	b.fromLog(l, m, dead, named)
	slices.SortStableFunc(live, func(x, y *foundSegment) int {
		return cmp.Or(cmp.Compare(x.about.Place, y.about.Place), cmp.Compare(x.number, y.number))
	})
	return live, aside
}

// fromLog sets which records of the log the table has already, and says which
// segments of theirs are gone.
func (b *rebuilder) fromLog(l *lostTable, m *manifest, dead map[uint64]bool, missing map[uint64]uint64) {
	for _, lsn := range b.log.table(m.ID).added {
		if lsn > m.Durable && !slices.Contains(m.Added, lsn) {
			m.Added = append(m.Added, lsn)
		}
	}
	for n, lsn := range missing {
		had := lsn <= m.Durable || slices.Contains(l.file.Added, lsn)
		if !had && !dead[n] {
			l.say("%s, which the log names, is not there: its rows are lost", segmentName(n))
		}
		m.Next = max(m.Next, n+1)
	}
}

// ungroup finds the segments that were being sealed when the process ended: rows
// of which the log has all, and of which not all have become segments.
func (b *rebuilder) ungroup(l *lostTable) {
	whole := func(group []uint64) bool {
		return !slices.ContainsFunc(group, func(n uint64) bool {
			return !slices.ContainsFunc(l.files, func(f *foundSegment) bool {
				return f.number == n && f.seg != nil || slices.Contains(f.about.Replaces, n)
			})
		})
	}
	for _, f := range l.files {
		if f.why != "" || len(f.about.With) == 0 || whole(f.about.With) || l.file.Durable >= f.about.Durable {
			continue
		}
		later := func(g *foundSegment) bool {
			return g.why == "" && g.about.Durable >= f.about.Durable && !slices.Contains(f.about.With, g.number)
		}
		if !slices.ContainsFunc(l.files, later) {
			f.why = "it was being written; the log has its rows"
		}
	}
}
