package config

import (
	"crypto/tls"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// CheckFiles returns what is wrong with the files that c names and that must be there
// when the server starts, nil if nothing is.
func (c *Config) CheckFiles() error {
	var errs []error
	wrong := func(key string, err error) {
		errs = append(errs, fmt.Errorf("%s: %w", c.places.at(key), err))
	}
	if c.TLS.Certificate != "" {
		if _, err := tls.LoadX509KeyPair(c.TLS.Certificate, c.TLS.Key); err != nil {
			wrong("tls", err)
		}
	}
	there := func(key, path string) {
		if err := isThere(path); err != nil {
			wrong(key, err)
		}
	}
	if c.Setup != "" {
		there("setup", c.Setup)
	}
	if c.Database != "" && !strings.Contains(c.Database, "://") {
		there("database", filepath.Dir(c.Database))
	}
	for i, f := range c.Folders {
		there(fmt.Sprintf("folders[%d]", i), f.Path)
	}
	w := &c.Workspace
	for _, path := range w.Functions {
		there("workspace.functions", path)
	}
	for _, path := range w.Watchlists {
		there("workspace.watchlists", path)
	}
	for _, spec := range w.ExternalData {
		if _, err := os.Stat(spec); err == nil {
			continue
		}
		// The path of ADDRESS=PATH, or the folder.
		there("workspace.externaldata", spec[strings.LastIndexByte(spec, '=')+1:])
	}
	if w.Locations != "" {
		there("workspace.locations", w.Locations)
	}
	return errors.Join(errs...)
}

// Missing tells of what c names and what the server waits for: folders of rules.
func (c *Config) Missing() []string {
	var out []string
	for _, s := range []struct {
		key   string
		paths []string
	}{{"rules", c.Rules}, {"automation", c.Automation}} {
		for _, path := range s.paths {
			if err := isThere(path); err != nil {
				out = append(out, fmt.Sprintf("%s: %v: its rules run once it is there", c.places.at(s.key), err))
			}
		}
	}
	return out
}

// isThere returns why a file or folder can't be used. A path is as the folder that the
// program was started in has it, so that one is named.
func isThere(path string) error {
	_, err := os.Stat(path)
	if !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if abs, err := filepath.Abs(path); err == nil && abs != path {
		return fmt.Errorf("%s is not there (%s): make it, or write where it is", path, abs)
	}
	return fmt.Errorf("%s is not there: make it, or write where it is", path)
}
