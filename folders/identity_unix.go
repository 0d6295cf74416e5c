//go:build unix

package folders

import (
	"os"
	"syscall"
)

// A fileID tells files that exist at the same time apart.
type fileID struct{ dev, ino uint64 }

// idOf returns the id of the file at a path.
func idOf(_ string, info os.FileInfo) fileID {
	s, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return fileID{}
	}
	return fileID{uint64(s.Dev), s.Ino}
}
