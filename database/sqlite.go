package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"

	"modernc.org/sqlite"
)

// fileVersion is SQLite's user_version of our files. Files of version 1 have a ledger
// of rules and no table of versions.
const fileVersion = 2

func (d *DB) openSQLite(path string) error {
	d.dialect = dialect{
		statement: same, step: same, isolation: sql.LevelDefault, explain: explainSQLite, conflict: func(error, int) bool { return false }, lost: func(error) bool { return false },
		tables: "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name",
	}
	d.kept = &statements{}
	var err error
	if d.sql, err = d.sqlite(path, "FULL"); err != nil {
		return err
	}
	if !d.reader {
		if d.soon, err = d.sqlite(path, "NORMAL"); err != nil {
			return errors.Join(err, d.sql.Close())
		}
	}
	if err := d.fileVersion(); err != nil {
		d.Close()
		return err
	}
	return nil
}

// sqlite returns a pool of connections to a file. With a write-ahead log, "NORMAL" has
// commits not wait for the disk: after a loss of power the file is as it was after one
// of them, and none before it is missing.
//
// Source: https://www.sqlite.org/pragma.html#pragma_synchronous
func (d *DB) sqlite(path, synchronous string) (*sql.DB, error) {
	dsn := url.URL{Scheme: "file", Opaque: url.PathEscape(path)}
	q := url.Values{"mode": {"ro"}, "_pragma": {"busy_timeout(10000)", "synchronous(" + synchronous + ")", "foreign_keys(1)"}}
	if !d.reader {
		q.Set("mode", "rwc")
		q.Set("_txlock", "immediate")
		q.Add("_pragma", "journal_mode(WAL)")
	}
	dsn.RawQuery = q.Encode()
	db, err := sql.Open("sqlite", dsn.String())
	if err == nil {
		db.SetMaxIdleConns(maxConnections) // each with its statements
	}
	return db, err
}

// fileVersion refuses files of later versions, and marks a file as ours.
func (d *DB) fileVersion() error {
	var version int
	if err := d.first("PRAGMA user_version").Scan(&version); err != nil {
		return err
	}
	switch {
	case version > fileVersion:
		return fmt.Errorf("%s: the file has version %d, and this version of Calypso knows %d", d.name, version, fileVersion)
	case !d.reader:
		// Also where it says so already: SQLite opens a file that can't be written, and
		// only a write fails.
		_, err := d.exec(d.anywhere(), fmt.Sprintf("PRAGMA user_version = %d", fileVersion), nil)
		return err
	}
	return nil
}

func same(s string) string { return s }

// explainSQLite says what SQLite's result codes mean. Their lower 8 bits are the
// primary ones.
//
// Source: https://www.sqlite.org/rescode.html
func explainSQLite(err error) (text string, how trouble) {
	if errors.Is(err, context.DeadlineExceeded) {
		return "it has not answered in time: the machine or its disk has too much to do", unwritable
	}
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return "", none
	}
	switch e.Code() & 0xff {
	case 5, 6:
		return "another process has had it locked for 10 s: end that process (fuser FILE names it), or wait until it is done", unwritable
	case 8:
		return "it can't be written: give this user the right to write the file and its folder, on a disk that is not mounted read-only", unwritable
	case 10:
		return "its disk fails, or is full: see what the system's log says of the disk", unwritable
	case 11, 26:
		return "the file is damaged, or no database of SQLite: put the copy of a backup in its place, or move it away together with its -wal and -shm files to begin anew", lasting
	case 13:
		return "its disk is full: make room on it", unwritable
	case 14:
		return "the file can't be opened: its folder must be there, and this user must have the right to write both", unwritable
	}
	return "", none
}
