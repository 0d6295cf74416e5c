package files

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/calypso-kql/calypso/internal/filetree"
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
		root := filepath.Clean(spec.Path)
		filetree.Walk(root, func(path string, info fs.FileInfo, err error) {
			f := found{path: path, err: err}
			if err == nil {
				f = found{path: path, root: root, into: spec.Table, size: info.Size(), parquet: IsParquet(path)}
			}
			out = append(out, f)
		})
	}
	return out, nil
}
