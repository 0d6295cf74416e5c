package store

import (
	"os"

	"golang.org/x/sys/unix"
)

// syncFileSystem makes durable all that was written to the file system of an open
// folder. An error since the folder was opened is told here, whatever file it was of.
func syncFileSystem(folder *os.File) error {
	return os.NewSyscallError("syncfs", unix.Syncfs(int(folder.Fd())))
}
