package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"runtime"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/calypso-kql/calypso/files"
	"github.com/calypso-kql/calypso/ingest"
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/store"
)

func ingestCommand() *cobra.Command {
	var (
		dir     string
		catalog string
		quiet   bool
	)
	c := &cobra.Command{
		Use:   "ingest --store DIR PATH|TABLE=PATH…",
		Short: "Read files and folders into a store",
		Long: `Read files and folders, in all formats that -d reads, into the store in a folder,
which is made if it does not exist. A file that was read before, whatever its
name, is not stored again. What cannot be understood is told with file and line.`,
		Example: `  calypso ingest --store data logs/
  calypso ingest --store data MyTable_CL=export.csv
  calypso query --store data 'SigninLogs | count'`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if dir == "" {
				return errors.New("want --store DIR: the folder of the store")
			}
			return runIngest(cmd.Context(), dir, catalog, args, quiet)
		},
	}
	c.Flags().StringVar(&dir, "store", "", "the store's folder")
	c.Flags().StringVar(&catalog, "catalog", "sentinel", "known tables: sentinel, defender_xdr or unified")
	c.Flags().BoolVarP(&quiet, "quiet", "q", false, "no progress and no summary")
	return c
}

// importCommand is the same for those who look for the opposite of export.
func importCommand() *cobra.Command {
	c := ingestCommand()
	c.Use = "import --store DIR PATH|TABLE=PATH…"
	c.Short = "Read what export has written into a store; the same as calypso ingest"
	c.Example = "  calypso store import --store data backup/"
	return c
}

func runIngest(ctx context.Context, dir, catalogName string, paths []string, quiet bool) (err error) {
	c, err := openCatalog(catalogName)
	if err != nil {
		return err
	}
	s, err := store.Open(dir, storeOptions())
	if err != nil {
		return failed(err)
	}
	defer func() { err = errors.Join(err, failed(s.Close())) }()
	if !quiet {
		tellDamage(os.Stderr, s)
	}
	var specs []files.Spec
	for _, p := range paths {
		specs = append(specs, files.ParseSpec(p))
	}
	o := files.Options{Tables: tablesOf{schemas{c}, s}, Workers: runtime.GOMAXPROCS(0)}
	if !quiet && term.IsTerminal(int(os.Stderr.Fd())) {
		bar := &progressBar{w: os.Stderr, drawn: time.Now()}
		defer bar.clear()
		o.Progress = bar.add
	}
	sum := summary{tables: map[string]int64{}}
	start := time.Now()
	report, err := files.Each(ctx, specs, o, &intoStore{ctx: ctx, Store: s, sum: &sum})
	if err == nil {
		err = s.Seal()
	}
	if report != nil && !quiet {
		tellProblems(os.Stderr, report)
		sum.write(os.Stdout, time.Since(start))
	}
	if err != nil {
		return failed(err)
	}
	if _, _, _, _, broken := report.Counts(); broken > 0 {
		return &exitError{code: exitFailed}
	}
	return nil
}

// intoStore is a store that files are read into.
type intoStore struct {
	ctx context.Context
	*store.Store
	sum *summary
}

// Before implements files.Sink.
func (s *intoStore) Before(string) { s.sum.before++ }

// Begin implements files.Sink.
func (s *intoStore) Begin(file string) (files.Batch, error) {
	b, err := s.Store.Begin(s.ctx)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return &fileBatch{Bulk: b, to: s, file: file, tables: map[string]int64{}}, nil
}

// A fileBatch is the rows of a file on their way into a store.
type fileBatch struct {
	*store.Bulk
	to     *intoStore
	file   string
	tables map[string]int64
}

// Add implements files.Batch.
func (b *fileBatch) Add(table string, s types.Schema, rows *column.Batch) error {
	b.tables[table] += int64(rows.Len())
	return b.Bulk.Add(store.Rows{Table: table, Schema: s, Rows: rows})
}

// Commit implements files.Batch.
func (b *fileBatch) Commit(id string, also ...string) error {
	ack, err := b.Bulk.Commit(id, also...)
	if err != nil {
		return fmt.Errorf("%s: %w", b.file, err)
	}
	if ack.Duplicate {
		b.to.sum.before++
		return nil
	}
	for t, n := range b.tables {
		b.to.sum.tables[t] += n
	}
	return nil
}

// summary counts what was stored.
type summary struct {
	tables map[string]int64
	before int // files that had been stored before
}

func (m *summary) write(w io.Writer, took time.Duration) {
	var total int64
	for _, t := range slices.Sorted(maps.Keys(m.tables)) {
		fmt.Fprintf(w, "%-40s %s\n", t, count(int(m.tables[t]), "row"))
		total += m.tables[t]
	}
	fmt.Fprintf(w, "%s stored in %s", count(int(total), "row"), took.Round(time.Millisecond))
	if m.before > 0 {
		fmt.Fprintf(w, "; %s had been stored before", count(m.before, "file"))
	}
	fmt.Fprintln(w)
}

// tablesOf gives readers the schemas of the catalog, and of the other tables that
// a store has.
type tablesOf struct {
	ingest.Tables
	store *store.Store
}

// Schema implements ingest.Tables.
func (t tablesOf) Schema(table string) (types.Schema, bool) {
	if s, ok := t.Tables.Schema(table); ok {
		return s, ok
	}
	return t.store.Schema(table)
}

// tellDamage says what of a store was found damaged.
func tellDamage(w io.Writer, s *store.Store) {
	for _, err := range s.Damage() {
		fmt.Fprintln(w, "store:", err)
	}
}
