package main

import (
	"context"
	"fmt"
	"io/fs"
	"path/filepath"
	"sync"
	"time"

	"github.com/calypso-kql/calypso/folders"
	"github.com/calypso-kql/calypso/ingest"
	"github.com/calypso-kql/calypso/intake"
	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/store"
)

// loadStore reads diagnostic envelopes into a store as `calypso ingest` does:
// what is measured ends when everything is synced to the disk.
func loadStore(ctx context.Context, o options, m *measurement, known schemas) error {
	begin, cpu := time.Now(), cpuTime()
	s, err := store.Open(o.store, store.Options{})
	if err != nil {
		return err
	}
	in := intake.New(intake.Options{Store: s, Tables: known, History: true, Workers: o.threads, Now: time.Now})
	var problems []ingest.Problem
	var mu sync.Mutex
	_, err = folders.Once(ctx, folders.Options{Folders: []folders.Folder{{Path: o.ingest}}, Intake: in, Tables: known, Problem: func(p ingest.Problem) {
		mu.Lock()
		defer mu.Unlock()
		problems = append(problems, p)
	}}, nil)
	if err == nil {
		err = s.Seal()
	}
	m.MS = append(m.MS, since(begin))
	m.CPU = append(m.CPU, cpuTime()-cpu)
	if cerr := s.Close(); err == nil {
		err = cerr
	}
	if err == nil && len(problems) > 0 {
		err = fmt.Errorf("%s: %v", o.ingest, problems)
	}
	for _, c := range in.Counters().All() {
		m.Rows += int(c.Rows)
	}
	if err == nil {
		m.DiskBytes, err = sizeOf(o.store)
	}
	return err
}

// snapshotOf returns the tables of a store as they are now.
func snapshotOf(s *store.Store) kql.Tables {
	snap, tables := s.Snapshot(), kql.Tables{}
	for _, name := range snap.Names() {
		tables[name], _ = snap.Table(name)
	}
	return tables
}

// sizeOf returns the bytes of all files in a folder.
func sizeOf(dir string) (n int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			n += info.Size()
		}
		return err
	})
	return n, err
}
