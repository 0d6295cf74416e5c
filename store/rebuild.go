package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gofrs/flock"

	"github.com/calypso-kql/calypso/kql/types"
)

// A Rebuilt is a table whose manifest was lost, and has been made anew.
type Rebuilt struct {
	Table string
	// Segments and Rows are what the table has; the log may have more.
	Segments int
	Rows     int64
	// Said is what else is to be known of it, a sentence each.
	Said []string
}

// Rebuild makes the manifests anew of which neither the file nor its copy can be
// read, in a store that no process has open. What segments and the log say of
// themselves decides: rows that were purged, expired or moved to another segment
// do not come back, those of a batch that was not acknowledged do not come in. A
// file that can't be a segment of the table goes to the folder damaged. It returns
// what it did, also where an error has ended it.
func Rebuild(ctx context.Context, dir string, o Options) ([]Rebuilt, error) {
	lock := flock.New(filepath.Join(dir, lockName))
	switch ok, err := lock.TryLock(); {
	case err != nil:
		return nil, err
	case !ok:
		return nil, fmt.Errorf("%s: %w", dir, ErrLocked)
	}
	defer lock.Unlock()
	b := &rebuilder{dir: dir, opt: o.withDefaults(), known: map[uint64]bool{}}
	lost, err := b.lost()
	if err != nil || len(lost) == 0 {
		return nil, err
	}
	if err := b.readLog(); err != nil {
		return nil, err
	}
	var done []Rebuilt
	for _, l := range lost {
		if err := ctx.Err(); err != nil {
			return done, err
		}
		r, err := b.table(l)
		if err != nil {
			return done, fmt.Errorf("%s: %w", l.dir, full(err))
		}
		done = append(done, r)
	}
	return done, nil
}

// A rebuilder makes manifests of one store.
type rebuilder struct {
	dir  string
	opt  Options
	root root
	// known are the ids of tables whose manifests are there.
	known map[uint64]bool
	next  uint64 // the least id that no table has had
	log   logged
}

// A lostTable is the folder of a table without a manifest.
type lostTable struct {
	dir   string
	file  tableFile
	found bool // file
	files []*foundSegment
	said  []string
}

// lost returns the tables without a manifest, with what their files say.
func (b *rebuilder) lost() ([]*lostTable, error) {
	if _, err := readSealed(filepath.Join(b.dir, rootName), &b.root); err != nil && damageOf(err) == nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	b.next = max(1, b.root.NextTable)
	folders, err := os.ReadDir(filepath.Join(b.dir, tablesFolder))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	var out []*lostTable
	for _, e := range folders {
		l := &lostTable{dir: filepath.Join(b.dir, tablesFolder, e.Name())}
		if !e.IsDir() || filepath.Ext(e.Name()) == droppedEnd {
			continue
		}
		m, _, err := readManifest(l.dir)
		switch {
		case err == nil:
			b.known[m.ID], b.next = true, max(b.next, m.ID+1)
			continue
		case !errors.Is(err, os.ErrNotExist) && damageOf(err) == nil:
			return nil, err // of another format, or it can't be read now
		case errors.Is(err, os.ErrNotExist) && isEmptyTable(l.dir):
			continue
		}
		if damaged := l.file.read(l.dir); damaged != nil {
			l.say("%v", damaged)
		}
		l.found = l.file.Format != 0
		if l.files, err = findSegments(l.dir); err != nil {
			return nil, err
		}
		out = append(out, l)
	}
	return out, nil
}

// table makes the manifest of a table anew.
func (b *rebuilder) table(l *lostTable) (Rebuilt, error) {
	m := &manifest{Format: formatVersion, ID: b.idOf(l), Next: 1, Segments: []*Segment{}}
	if slices.Contains(b.root.Dropped, m.ID) {
		return Rebuilt{Table: l.dir, Said: []string{"the table was dropped; its folder goes when the store is opened"}}, writeSealed(filepath.Join(l.dir, manifestName), m, b.opt.step)
	}
	m.Name = b.nameOf(l)
	m.Retention, m.Cuts, m.Notes = l.file.Retention, l.file.Cuts, l.file.Notes
	if !l.found {
		l.say("%s is lost, too: retention, policies and mappings of the table are not set, and columns that were dropped may be there again", tableName)
	}
	live, aside := b.choose(l, m)
	if err := b.columns(l, m, live); err != nil {
		return Rebuilt{}, err
	}
	out := Rebuilt{Table: m.Name}
	for _, f := range live {
		m.Segments = append(m.Segments, f.seg)
		out.Segments, out.Rows = out.Segments+1, out.Rows+f.seg.Rows
	}
	for _, f := range aside {
		if err := b.putAside(l, f); err != nil {
			return out, err
		}
	}
	out.Said = l.said
	return out, writeSealed(filepath.Join(l.dir, manifestName), m, b.opt.step)
}

func (l *lostTable) say(format string, args ...any) {
	l.said = append(l.said, fmt.Sprintf(format, args...))
}

// idOf returns the table's id, by which the log knows it.
func (b *rebuilder) idOf(l *lostTable) uint64 {
	if l.found {
		return l.file.ID
	}
	for _, f := range slices.Backward(l.files) {
		if f.says {
			return f.about.Table
		}
	}
	// Neither is of this version. The log may have one table that is not there.
	var ids []uint64
	for id := range b.log.tables {
		if !b.known[id] && !slices.Contains(b.root.Dropped, id) {
			ids = append(ids, id)
		}
	}
	if len(ids) == 1 {
		b.known[ids[0]] = true
		return ids[0]
	}
	if len(ids) > 1 {
		l.say("which rows of the log are its own is not known: they stay there")
	}
	b.next = max(b.next, slices.Max(append(ids, 0))+1)
	b.known[b.next] = true
	b.next++
	return b.next - 1
}

func (b *rebuilder) nameOf(l *lostTable) string {
	if l.found {
		return l.file.Name
	}
	for _, f := range slices.Backward(l.files) {
		if f.says {
			return f.about.Name
		}
	}
	name := filepath.Base(l.dir)
	return unfold(strings.TrimSuffix(name, filepath.Ext(name)))
}

// columns sets the columns of the manifest: those that the table's file has, and
// those that segments and the log have added since.
func (b *rebuilder) columns(l *lostTable, m *manifest, live []*foundSegment) error {
	schema, err := schemaOf(l.file.Columns)
	if err != nil {
		return err
	}
	grow := func(number uint64, more types.Schema) {
		for _, c := range more.Columns {
			if schema.Index(c.Name) < 0 && number >= m.Cuts[c.Name].File {
				schema.Columns = append(schema.Columns, c)
			}
		}
	}
	// The last one knows best in which order they are.
	for _, f := range slices.Backward(slices.SortedFunc(slices.Values(live), func(x, y *foundSegment) int { return cmp.Compare(x.number, y.number) })) {
		grow(f.number, f.schema)
	}
	m.Columns = columnsOf(hiddenLast(schema))
	return nil
}

// putAside moves the files of what is no segment of the table to the folder
// damaged.
func (b *rebuilder) putAside(l *lostTable, f *foundSegment) error {
	to := filepath.Join(b.dir, damagedFolder, filepath.Base(l.dir))
	if err := os.MkdirAll(to, 0o700); err != nil {
		return err
	}
	file := segmentName(f.number)
	for _, name := range []string{sumsName(file), termsName(file), file} {
		err := os.Rename(filepath.Join(l.dir, name), filepath.Join(to, name))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	l.say("%s: %s; it is now %s", file, f.why, filepath.Join(to, file))
	return errors.Join(syncDir(to), syncDir(l.dir))
}
