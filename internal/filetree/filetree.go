// Package filetree finds the files of folders, in one way for all that folders are named
// for: logs, rules, watchlists, saved functions.
package filetree

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Walk calls visit for path or, where it is a folder, for each file at and below it, in
// the order of their names. Symbolic links are followed, and what several of them lead to
// is visited once, under the first name; what is hidden in a folder is left out. Of what
// can't be read, and of what is neither a folder nor a regular file, visit is told the
// error, with no info.
func Walk(path string, visit func(file string, info fs.FileInfo, err error)) {
	w := walker{visit: visit, seen: map[string]bool{}}
	w.path(path)
}

type walker struct {
	visit func(file string, info fs.FileInfo, err error)
	seen  map[string]bool // by real path
}

func (w *walker) path(path string) {
	info, err := os.Stat(path)
	real := path
	if err == nil {
		real, err = filepath.EvalSymlinks(path)
	}
	if err != nil {
		w.visit(path, nil, err)
		return
	}
	if w.seen[real] {
		return
	}
	w.seen[real] = true
	switch {
	case info.IsDir():
		w.folder(path)
	case info.Mode().IsRegular():
		w.visit(path, info, nil)
	default:
		w.visit(path, nil, &fs.PathError{Op: "read", Path: path, Err: errors.New("not a regular file")})
	}
}

func (w *walker) folder(path string) {
	entries, err := os.ReadDir(path)
	if err != nil {
		w.visit(path, nil, err)
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") {
			w.path(filepath.Join(path, e.Name()))
		}
	}
}
