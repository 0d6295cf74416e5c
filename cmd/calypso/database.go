package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/calypso-kql/calypso/config"
	"github.com/calypso-kql/calypso/database"
	"github.com/calypso-kql/calypso/ledger"
)

// databaseName is the file of the database in a store's folder: the ledger of rules,
// and all else that is not logs.
const databaseName = "ledger.db"

const databaseUsage = "path of a file or postgres:// URL of the database; ledger.db in the store's folder if not given"

// databaseFlags say which database a command looks at.
type databaseFlags struct{ dir, source string }

func (f *databaseFlags) register(c *cobra.Command) {
	c.Flags().StringVar(&f.dir, "store", "", "the store's folder")
	c.Flags().StringVar(&f.source, "database", "", databaseUsage)
}

func (f *databaseFlags) given() bool { return f.dir != "" || f.source != "" }

// read opens the database for reading.
func (f *databaseFlags) read() (*database.DB, error) {
	f.find()
	return readDatabase(f.source, f.dir)
}

// open opens the database for changes.
func (f *databaseFlags) open() (*database.DB, error) {
	f.find()
	return openDatabaseOf(f.source, f.dir)
}

// find takes the database that the store was served with, if no other is given.
func (f *databaseFlags) find() {
	if f.source != "" || f.dir == "" {
		return
	}
	if c, _, ok := servedConfig(f.dir); ok {
		f.source = c.Database
	}
}

// ledger opens the ledger, for reading or for changes; close is to be called.
func (f *databaseFlags) ledger(change bool) (l *ledger.Ledger, closeIt func(), err error) {
	open := f.read
	if change {
		open = f.open
	}
	db, err := open()
	if err != nil {
		return nil, nil, err
	}
	if l, err = ledger.New(db, ""); err != nil {
		db.Close()
		return nil, nil, failed(err)
	}
	return l, func() { db.Close() }, nil
}

// unused reports whether reading the database has failed since no rule has run with the
// store, which is there.
func (f *databaseFlags) unused(err error) bool {
	_, folder := os.Stat(f.dir)
	return f.source == "" && folder == nil && errors.Is(err, fs.ErrNotExist)
}

// switches returns which rules were enabled and disabled; none if no database is
// given, or no rule has run.
func (f *databaseFlags) switches() (map[string]ledger.Switch, error) {
	if !f.given() {
		return nil, nil
	}
	l, closeIt, err := f.ledger(false)
	if f.unused(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer closeIt()
	switches, err := l.Switches()
	return switches, failed(err)
}

// openDatabaseOf opens the database of a store, or the one that is given instead, for
// changes beside a process that serves.
func openDatabaseOf(source, dir string) (*database.DB, error) {
	if source == "" {
		if dir == "" {
			return nil, errors.New("want --store DIR, the folder of the store, or --database")
		}
		if _, err := os.Stat(dir); err != nil {
			return nil, failed(err)
		}
		source = filepath.Join(dir, databaseName)
	}
	db, err := database.Open(source)
	return db, failed(err)
}

// openDatabase opens the database of a configuration with open, which is one of
// package database. node names this process among those that share it, the same after a
// restart; it is empty if nobody can, since who has the store's folder has it alone.
func openDatabase(c config.Config, open func(string) (*database.DB, error)) (db *database.DB, node string, err error) {
	if c.Database == "" {
		db, err = open(filepath.Join(c.Store, databaseName))
		return db, "", err
	}
	if node, err = nodeName(c.Store); err != nil {
		return nil, "", err
	}
	db, err = open(c.Database)
	return db, node, err
}

// nodeName is of the machine and of the store, which one process has open.
func nodeName(dir string) (string, error) {
	host, err := os.Hostname()
	if err != nil {
		return "", err
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return "", err
	}
	return host + ":" + dir, nil
}

// readDatabase opens the database of a store, or the one that is given instead, for
// reading, also while calypso serve runs.
func readDatabase(source, dir string) (*database.DB, error) {
	if source == "" {
		if dir == "" {
			return nil, errors.New("want --store DIR, the folder of the store, or --database")
		}
		source = filepath.Join(dir, databaseName)
	}
	if !database.IsURL(source) {
		if _, err := os.Stat(source); errors.Is(err, fs.ErrNotExist) {
			return nil, failed(fmt.Errorf("%s: no rule has run with this store: %w", source, err))
		}
	}
	db, err := database.OpenReader(source)
	return db, failed(err)
}
