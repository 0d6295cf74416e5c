//go:build !linux

package store

import (
	"errors"
	"os"
)

// syncFileSystem is for systems that can make a whole file system durable at once.
func syncFileSystem(*os.File) error { return errors.ErrUnsupported }
