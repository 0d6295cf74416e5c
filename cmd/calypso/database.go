package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/calypso-kql/calypso/config"
	"github.com/calypso-kql/calypso/database"
)

// databaseName is the file of the database in a store's folder: the ledger of rules,
// and all else that is not logs.
const databaseName = "ledger.db"

const databaseUsage = "path of a file or postgres:// URL of the database; ledger.db in the store's folder if not given"

// openDatabase opens the database of a configuration. node names this process among
// those that share it, the same after a restart; it is empty if nobody can, since
// who has the store's folder has it alone.
func openDatabase(c config.Config) (db *database.DB, node string, err error) {
	if c.Database == "" {
		db, err = database.Open(filepath.Join(c.Store, databaseName))
		return db, "", err
	}
	if node, err = nodeName(c.Store); err != nil {
		return nil, "", err
	}
	db, err = database.Open(c.Database)
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
