package files

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// found is a file to read.
type found struct {
	path, into string
	root       string // that was asked for
	size       int64
	parquet    bool
	err        error // why it cannot be read
}

// walk lists the files of all specs, in the order of their names.
func walk(specs []Spec) ([]found, error) {
	var out []found
	for _, spec := range specs {
		if _, err := os.Stat(spec.Path); err != nil {
			return nil, fmt.Errorf("-d %s: %w", spec.Path, err)
		}
		w := walker{root: filepath.Clean(spec.Path), into: spec.Table, seen: map[string]bool{}}
		w.path(w.root)
		out = append(out, w.found...)
	}
	return out, nil
}

// A walker lists what is at and below a path. Symbolic links are followed, and what
// several of them lead to is listed once.
type walker struct {
	root  string
	into  string
	found []found
	seen  map[string]bool // by real path
}

func (w *walker) path(path string) {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		w.add(found{path: path, err: err})
		return
	}
	if w.seen[real] {
		return
	}
	w.seen[real] = true
	info, err := os.Stat(real)
	switch {
	case err != nil:
		w.add(found{path: path, err: err})
	case info.IsDir():
		w.folder(path)
	case info.Mode().IsRegular():
		w.add(found{path: path, root: w.root, into: w.into, size: info.Size(), parquet: IsParquet(path)})
	default:
		w.add(found{path: path, err: errors.New("not a regular file")})
	}
}

// folder lists a folder, but for what is hidden.
func (w *walker) folder(path string) {
	entries, err := os.ReadDir(path)
	if err != nil {
		w.add(found{path: path, err: err})
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") {
			w.path(filepath.Join(path, e.Name()))
		}
	}
}

func (w *walker) add(f found) { w.found = append(w.found, f) }
