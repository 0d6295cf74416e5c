package database

import (
	"errors"
	"os"
)

// ErrElsewhere says that a database is on a server, which makes its own backups.
var ErrElsewhere = errors.New("the database is not a file")

// CopyTo writes the database as it is now to a new file, durably, for Open. It does not keep others from writing. A database on a server is ErrElsewhere.
func (d *DB) CopyTo(path string) error {
	if IsURL(d.name) {
		return ErrElsewhere
	}
	if _, err := d.Exec("VACUUM INTO ?", path); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
