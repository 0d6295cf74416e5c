package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/calypso-kql/calypso/catalog"
	"github.com/calypso-kql/calypso/ingest"
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/parquet"
)

// schemas makes the catalog the ingest's knowledge of tables.
type schemas struct{ catalog *catalog.Catalog }

// Schema implements [ingest.Tables].
func (s schemas) Schema(table string) (types.Schema, bool) {
	t, ok := s.catalog.Table(table)
	return t.Schema, ok
}

// load reads diagnostic envelopes into memory, a Parquet file, or a store.
func load(ctx context.Context, o options, m *measurement) error {
	known, err := catalog.Open(catalog.Sentinel)
	if err != nil {
		return err
	}
	if o.store != "" {
		return loadStore(ctx, o, m, schemas{known})
	}
	begin, cpu := time.Now(), cpuTime()
	in, err := os.Open(o.ingest)
	if err != nil {
		return err
	}
	defer in.Close()
	opts := ingest.Options{Tables: schemas{known}, Workers: o.threads}
	to := parquetFile{name: o.parquet}
	if o.parquet != "" {
		opts.Sink = to.write
	}
	loader := ingest.NewLoader(opts)
	if err := loader.Read(ctx, ingest.Input{Name: o.ingest, Reader: in}); err != nil {
		return err
	}
	m.Rows = to.rows
	for _, t := range loader.Finish() {
		for _, b := range t.Batches {
			m.Rows += b.Len()
		}
	}
	if err := to.close(); err != nil {
		return err
	}
	m.MS = append(m.MS, since(begin))
	m.CPU = append(m.CPU, cpuTime()-cpu)
	if !loader.Report().Clean() {
		return fmt.Errorf("%s: %v", o.ingest, loader.Report().Problems())
	}
	return nil
}

// parquetFile is written with the first batch's schema; one table is all that
// the benchmark has.
type parquetFile struct {
	name  string
	table string
	f     *os.File
	w     *parquet.Writer
	rows  int
}

func (p *parquetFile) write(table string, s types.Schema, b *column.Batch) error {
	if p.w == nil {
		f, err := os.Create(p.name)
		if err != nil {
			return err
		}
		w, err := parquet.NewWriter(f, s, parquet.WriterOptions{Bloom: []string{"OriginalRequestId"}, Workers: 2})
		if err != nil {
			f.Close()
			return err
		}
		p.table, p.f, p.w = table, f, w
	}
	if table != p.table {
		return fmt.Errorf("a record of %s among those of %s", table, p.table)
	}
	p.rows += b.Len()
	return p.w.Write(b)
}

func (p *parquetFile) close() error {
	if p.w == nil {
		return nil
	}
	if err := p.w.Close(); err != nil {
		p.f.Close()
		return err
	}
	return p.f.Close()
}
