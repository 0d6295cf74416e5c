//go:build !unix

package folders

import (
	"os"
	"path/filepath"

	"github.com/zeebo/xxh3"
)

// A fileID tells files that exist at the same time apart.
type fileID struct{ dev, ino uint64 }

// idOf returns the id of the file at a path: here one of its path, as the system
// gives files no number that outlives a handle. A file that is renamed is known
// by its content.
func idOf(path string, _ os.FileInfo) fileID {
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	return fileID{0, xxh3.HashString(path)}
}
