package demo

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/calypso-kql/calypso/internal/tenant"
)

// marker is the file that says that a folder is a demo's. Readers of logs pass
// over names that begin with a dot.
const marker = ".calypso-demo"

// Written says what was written.
type Written struct {
	Files int
	Bytes int64
}

// Write writes the logs into the folder of the options: sign-ins and risk
// detections in the diagnostic envelope, as a storage account holds them, and
// alerts as Log Analytics exports them, a file an hour.
func (d *Demo) Write() (Written, error) {
	if err := claim(d.options.Dir); err != nil {
		return Written{}, err
	}
	if err := d.tenant.WriteDelivery(tenant.Layout{Dir: d.options.Dir}); err != nil {
		return Written{}, fmt.Errorf("write logs: %w", err)
	}
	var w Written
	err := filepath.WalkDir(d.options.Dir, func(_ string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		if e.Name() != marker {
			w.Files++
			w.Bytes += info.Size()
		}
		return nil
	})
	return w, err
}

// claim makes an empty folder for the logs. It removes the logs of an earlier
// demo, and nothing else.
func claim(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if len(entries) > 0 {
		if _, err := os.Stat(filepath.Join(dir, marker)); err != nil {
			return fmt.Errorf("the folder %s has other files: the demo wants one of its own", dir)
		}
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, e := range entries {
		if e.Name() == marker {
			continue
		}
		if err := os.RemoveAll(filepath.Join(dir, e.Name())); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(dir, marker), []byte("Logs of an invented tenant, written by calypso demo.\n"), 0o644)
}
