package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/calypso-kql/calypso/config"
	"github.com/calypso-kql/calypso/database"
)

// servedName is the file in a store's folder that says how it was last served.
const servedName = "served.json"

// served is what calypso serve, or schedule, was told: with it a command that is given
// the store's folder alone works on the same database, and what it changes goes through
// the same automation rules and channels.
type served struct {
	// Directory is where it ran: paths are relative to it.
	Directory string `json:"directory"`
	// Config is the configuration file, empty for none.
	Config string   `json:"config,omitempty"`
	Set    []string `json:"set,omitempty"`
	Rules  []string `json:"rules,omitempty"`
	// Database is what schedule was told besides.
	Database string `json:"database,omitempty"`
}

// leave writes s into a store's folder.
func (s served) leave(store string) error {
	var err error
	if s.Directory, err = os.Getwd(); err != nil {
		return err
	}
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	return replaceFile(filepath.Join(store, servedName), append(text, '\n'), 0o600)
}

// servedConfig returns the configuration that a store was last served with, and the
// directory that its paths are relative to, but for Store and Database; ok is false if
// it was not served, or the configuration can't be read any more, which is told.
func servedConfig(store string) (c config.Config, directory string, ok bool) {
	text, err := os.ReadFile(filepath.Join(store, servedName))
	if errors.Is(err, fs.ErrNotExist) {
		return c, "", false
	}
	var s served
	if err == nil {
		err = json.Unmarshal(text, &s)
	}
	if err == nil {
		store, err = filepath.Abs(store)
	}
	if err == nil {
		c, err = readConfig(s.path(s.Config), overriding(s.Set, store, ""))
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "how %s was served can't be read, and does not count: %v\n", store, err)
		return config.Config{}, "", false
	}
	c.Rules = append(c.Rules, s.Rules...)
	if s.Database != "" {
		c.Database = s.Database
	}
	if !database.IsURL(c.Database) {
		c.Database = s.path(c.Database)
	}
	return c, s.Directory, true
}

// path makes a path absolute, unless there is none.
func (s served) path(path string) string {
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(s.Directory, path)
}
