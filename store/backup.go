package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// stageFolder is where a backup is put together, on the store's own disk.
const stageFolder = "backup"

// A Backup says what a backup has.
type Backup struct {
	Folder string `json:"folder"`
	Tables int    `json:"tables"`
	Bytes  int64  `json:"bytes"`
	// Linked says that its segments are the store's own files, under a second name,
	// for the folder is on the same disk.
	Linked bool `json:"linked"`
}

// Backup makes a copy of the store as it is at one moment in a folder, which must
// not exist or be empty: all that was acknowledged before, with the log, and nothing
// by half. The store goes on taking logs; what deletes and merges waits while files
// are linked. On another disk than the store's they are copied afterwards. The
// folder is complete once it has that name. before, if not nil, is called at first,
// with a folder for what else belongs to the backup.
func (s *Store) Backup(ctx context.Context, to string, before func(dir string) error) (b Backup, err error) {
	if entries, err := os.ReadDir(to); err == nil && len(entries) > 0 {
		return b, fmt.Errorf("%s is not empty: %w", to, fs.ErrExist)
	}
	if to, err = filepath.Abs(to); err != nil {
		return b, err
	}
	own, err := filepath.Abs(s.dir)
	if err != nil {
		return b, err
	}
	if inside, err := filepath.Rel(own, to); err == nil && filepath.IsLocal(inside) {
		return b, fmt.Errorf("%s is in the store's own folder", to)
	}
	s.backups.Lock()
	defer s.backups.Unlock()
	stage := filepath.Join(s.dir, stageFolder)
	if err := os.RemoveAll(stage); err != nil {
		return b, err
	}
	defer func() { err = errors.Join(full(err), os.RemoveAll(stage)) }()
	if err := os.Mkdir(stage, 0o700); err != nil {
		return b, err
	}
	if before != nil {
		if err := before(stage); err != nil {
			return b, err
		}
	}
	if b.Tables, err = s.stage(ctx, stage); err != nil {
		return b, err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return b, err
	}
	b.Folder = to
	if b.Bytes, err = sizeOf(stage); err != nil {
		return b, err
	}
	if err := syncTree(stage); err != nil {
		return b, err
	}
	// An empty folder gives way; one on another disk can't be renamed to.
	if err := os.Remove(to); err != nil && !errors.Is(err, os.ErrNotExist) {
		return b, err
	}
	if os.Rename(stage, to) == nil {
		b.Linked = true
		return b, syncDir(filepath.Dir(to))
	}
	part := to + tempEnd
	if err := copyTree(ctx, stage, part); err != nil {
		return b, errors.Join(err, os.RemoveAll(part))
	}
	if err := os.Rename(part, to); err != nil {
		return b, err
	}
	return b, syncDir(filepath.Dir(to))
}

// stage puts all files of the store together as they are at one moment.
func (s *Store) stage(ctx context.Context, stage string) (tables int, err error) {
	all, release := s.still()
	defer release()
	// From here on no file goes and no manifest changes. The log is cut first: what
	// it names by then is in the folders.
	if err := s.log.linkTo(filepath.Join(stage, logFolder)); err != nil {
		return 0, err
	}
	for _, name := range []string{rootName, purgesName, notesName} {
		for _, name := range []string{name, name + copyEnd} {
			if err := copyFile(filepath.Join(s.dir, name), filepath.Join(stage, name)); err != nil && !errors.Is(err, os.ErrNotExist) {
				return 0, err
			}
		}
	}
	folders, err := os.ReadDir(filepath.Join(s.dir, tablesFolder))
	if err != nil {
		return 0, err
	}
	for _, folder := range folders {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		if !folder.IsDir() || strings.HasSuffix(folder.Name(), droppedEnd) {
			continue
		}
		if err := stageTable(filepath.Join(s.dir, tablesFolder, folder.Name()), filepath.Join(stage, tablesFolder, folder.Name())); err != nil {
			return 0, err
		}
	}
	return len(all), nil
}

// still waits until no work on a table is under way that makes files go, and keeps
// more from beginning until release is called. Rows come in meanwhile.
func (s *Store) still() (all []*table, release func()) {
	var held []*sync.Mutex
	release = func() {
		for _, m := range held {
			m.Unlock()
		}
		held = nil
	}
	for {
		all = s.list()
		for _, t := range all {
			t.merge.Lock()
			held = append(held, &t.merge)
		}
		// Whoever drops a table has rootMu and waits for merge.
		if s.rootMu.TryLock() {
			held = append(held, &s.rootMu)
			if slices.Equal(all, s.list()) {
				break
			}
		}
		release()
		time.Sleep(time.Millisecond)
	}
	for _, t := range all {
		t.work.Lock()
		held = append(held, &t.work)
	}
	return all, release
}

// stageTable links the segments of a table's folder, which never change, and copies
// the files that do. Segments that are being written come along, and go when the
// backup is opened.
func stageTable(from, to string) error {
	if err := os.MkdirAll(to, 0o700); err != nil {
		return err
	}
	entries, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	for _, e := range entries {
		switch filepath.Ext(e.Name()) {
		case tempEnd:
			continue
		case segmentEnd, sumsEnd, termsEnd:
			err = linkFile(filepath.Join(from, e.Name()), filepath.Join(to, e.Name()))
		default:
			err = copyFile(filepath.Join(from, e.Name()), filepath.Join(to, e.Name()))
		}
		// A batch that was given up takes its segments away.
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

// linkTo links the files of the log as they are between two records; what is appended
// then goes to another file.
func (l *log) linkTo(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.off > 0 {
		if err := l.rotate(); err != nil {
			return err
		}
	}
	entries, err := os.ReadDir(l.dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		seq, isLog := seqOf(e.Name(), logEnd)
		_, isIDs := seqOf(strings.TrimSuffix(e.Name(), copyEnd), idsEnd)
		if isLog && seq != l.seq || isIDs {
			if err := linkFile(filepath.Join(l.dir, e.Name()), filepath.Join(dir, e.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

// linkFile gives a file that never changes a second name, or copies it where there
// are none.
func linkFile(from, to string) error {
	err := os.Link(from, to)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return copyFile(from, to)
	}
	return err
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if _, err = io.Copy(out, in); err == nil {
		err = out.Sync()
	}
	return errors.Join(err, out.Close())
}

func copyTree(ctx context.Context, from, to string) error {
	err := filepath.WalkDir(from, func(path string, e fs.DirEntry, err error) error {
		if err = errors.Join(err, ctx.Err()); err != nil {
			return err
		}
		name, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if e.IsDir() {
			return os.MkdirAll(filepath.Join(to, name), 0o700)
		}
		return copyFile(path, filepath.Join(to, name))
	})
	if err != nil {
		return err
	}
	return syncTree(to)
}

// syncTree makes the names in all folders below dir durable.
func syncTree(dir string) error {
	var folders []string
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && e.IsDir() {
			folders = append(folders, path)
		}
		return err
	})
	for _, folder := range slices.Backward(folders) {
		err = errors.Join(err, syncDir(folder))
	}
	return err
}

func sizeOf(dir string) (n int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if err == nil {
			n += info.Size()
		}
		return err
	})
	return n, err
}
