package main

import (
	"context"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"github.com/calypso-kql/calypso/files"
	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
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
	to := &intoStore{ctx: ctx, Store: s}
	report, err := files.Each(ctx, []files.Spec{{Path: o.ingest}}, files.Options{Tables: known, Workers: o.threads}, to)
	if err == nil {
		err = s.Seal()
	}
	m.MS = append(m.MS, since(begin))
	m.CPU = append(m.CPU, cpuTime()-cpu)
	if cerr := s.Close(); err == nil {
		err = cerr
	}
	if err == nil && !report.Clean() {
		err = fmt.Errorf("%s: %v", o.ingest, report.Problems())
	}
	m.Rows = to.rows
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

// intoStore is a store that files are read into.
type intoStore struct {
	ctx context.Context
	*store.Store
	rows int
}

// Before implements files.Sink.
func (s *intoStore) Before(string) {}

// Begin implements files.Sink.
func (s *intoStore) Begin(string) (files.Batch, error) {
	b, err := s.Store.Begin(s.ctx)
	return &fileBatch{b, s}, err
}

type fileBatch struct {
	*store.Bulk
	to *intoStore
}

// Add implements files.Batch.
func (b *fileBatch) Add(table string, s types.Schema, rows *column.Batch) error {
	b.to.rows += rows.Len()
	return b.Bulk.Add(store.Rows{Table: table, Schema: s, Rows: rows})
}

// Commit implements files.Batch.
func (b *fileBatch) Commit(id string, also ...string) error {
	_, err := b.Bulk.Commit(id, also...)
	return err
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
