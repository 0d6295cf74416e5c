package store

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
)

// A tableFile is what table.json holds: what [Rebuild] could find nowhere else if
// the manifest were lost. It changes seldom, and before the manifest does.
type tableFile struct {
	Format    int              `json:"format"`
	ID        uint64           `json:"id"`
	Name      string           `json:"name"`
	Columns   []manifestColumn `json:"columns"`
	Retention Retention        `json:"retention"`
	Cuts      map[string]cut   `json:"cuts,omitempty"`
	Notes     Notes            `json:"notes,omitempty"`
	// Gone are segments that are no longer the table's, and that no other one has
	// replaced, while their files may still be there.
	Gone []uint64 `json:"gone,omitempty"`
	// Durable and Added are the manifest's when Gone last changed: what the log
	// says up to there must not come back.
	Durable uint64   `json:"durable,omitempty"`
	Added   []uint64 `json:"added,omitempty"`
}

// read reads table.json of a folder, but for segments whose files are gone by now; k
// stays empty where there is none, or it can't be read. It returns what was damaged,
// be it mended or not.
func (k *tableFile) read(dir string) (damaged error) {
	path := filepath.Join(dir, tableName)
	mended, err := readSealed(path, k)
	if err != nil || k.Format != formatVersion {
		*k = tableFile{}
		if damageOf(err) != nil {
			return err
		}
		return nil
	}
	k.Gone = stillThere(dir, k.Gone)
	return mended
}

// stillThere returns those of the segments whose files are there.
func stillThere(dir string, segments []uint64) (out []uint64) {
	for _, n := range segments {
		if _, err := os.Stat(filepath.Join(dir, segmentName(n))); !errors.Is(err, os.ErrNotExist) {
			out = append(out, n)
		}
	}
	return out
}

// keepAside writes table.json anew if what it holds is another from now on. The
// table's work is held.
func (s *Store) keepAside(t *table, before, next *state) error {
	k := t.aside(next)
	k.Gone, k.Durable, k.Added = t.kept.Gone, t.kept.Durable, t.kept.Added
	var gone []uint64
	for _, g := range without(before.segments, next.segments) {
		if !replacedBy(g.number(), next.segments) {
			gone = append(gone, g.number())
		}
	}
	// Rows in memory that go without a segment are in the log only.
	if len(gone) > 0 || len(next.hot) < len(before.hot) && len(next.segments) <= len(before.segments) {
		have, err := t.gone()
		if err != nil {
			return err
		}
		k.Gone, k.Durable, k.Added = slices.Concat(have, gone), next.durable, next.added
	}
	if same(k, t.kept) {
		return nil
	}
	if err := writeSealed(filepath.Join(t.dir, tableName), k, s.opt.step); err != nil {
		return err
	}
	t.kept = k
	return nil
}

// manyGone is from how many segments that went on it is looked whether their files have.
const manyGone = 100

// gone returns the segments that went and are to be kept in mind.
func (t *table) gone() ([]uint64, error) {
	if len(t.kept.Gone) < manyGone {
		return t.kept.Gone, nil
	}
	// That files have gone must be on the disk before it is forgotten here.
	if err := syncDir(t.dir); err != nil {
		return nil, err
	}
	return stillThere(t.dir, t.kept.Gone), nil
}

// without returns the segments of a list that are not in another.
func without(list, other []*segment) (out []*segment) {
	in := make(map[*segment]bool, len(other))
	for _, g := range other {
		in[g] = true
	}
	for _, g := range list {
		if !in[g] {
			out = append(out, g)
		}
	}
	return out
}

// aside returns what table.json holds of a state.
func (t *table) aside(st *state) tableFile {
	return tableFile{
		Format: formatVersion, ID: t.id, Name: t.name(), Columns: columnsOf(st.schema), Retention: st.retention, Cuts: st.cuts, Notes: st.notes,
	}
}

// same reports whether two files would be the same.
func same(a, b tableFile) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && string(x) == string(y)
}
