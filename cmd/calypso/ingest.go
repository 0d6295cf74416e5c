package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/calypso-kql/calypso/files"
	"github.com/calypso-kql/calypso/folders"
	"github.com/calypso-kql/calypso/ingest"
	"github.com/calypso-kql/calypso/intake"
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
name, is not stored again; of one that has grown, what is new is. What cannot be
understood is told with file and line.`,
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

// storeMemory is the memory that the collector tries to keep reading into a store, and
// work on all of it, within. What is in use at once is half of it; without, as much again
// would be garbage.
const storeMemory = 384 << 20

// boundStore sets storeMemory, unless the user has said another.
func boundStore() {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(storeMemory)
	}
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
	boundStore()
	in := intake.New(intake.Options{
		Store: s, Tables: tablesOf{schemas{c}, s}, Grows: schemas{c}.grows, History: true, Workers: runtime.GOMAXPROCS(0), Now: time.Now,
	})
	sum := &summary{tables: map[string]int64{}}
	o := folders.Options{Intake: in, Tables: schemas{c}, Problem: sum.problem, Stored: sum.stored}
	for _, p := range paths {
		spec := files.ParseSpec(p)
		o.Folders = append(o.Folders, folders.Folder{Path: spec.Path, Table: spec.Table})
	}
	bar := &progressBar{w: os.Stderr, drawn: time.Now()}
	if !quiet && term.IsTerminal(int(os.Stderr.Fd())) {
		o.Progress = sum.progress(bar)
	}
	start := time.Now()
	res, err := folders.Once(ctx, o, func(total int64) { sum.total = total })
	bar.clear()
	if err == nil {
		err = s.Seal()
	}
	if !quiet {
		sum.count(in, res)
		tellAll(os.Stderr, sum.problems, sum.counts)
		sum.write(os.Stdout, time.Since(start), res)
	}
	if err != nil {
		return failed(err)
	}
	if res.Broken > 0 {
		return &exitError{code: exitFailed}
	}
	return nil
}

// summary counts what was stored, and keeps what was not understood. It is safe
// for concurrent use while files are read.
type summary struct {
	mu       sync.Mutex
	tables   map[string]int64
	problems []ingest.Problem
	counts   counts
	total    int64 // bytes of all files
}

func (m *summary) stored(_, table string, rows int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.tables[table] += int64(rows)
}

func (m *summary) problem(p ingest.Problem) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.problems = append(m.problems, p)
}

// progress returns what draws how much has been read.
func (m *summary) progress(bar *progressBar) func(int64) {
	return func(n int64) {
		m.mu.Lock()
		defer m.mu.Unlock()
		bar.add(n, m.total)
	}
}

// count adds up what all sources have counted, and sorts the problems by file.
func (m *summary) count(in *intake.Intake, res folders.Result) {
	m.counts.broken = res.Broken
	for _, c := range in.Counters().All() {
		m.counts.records += int(c.Rows)
		m.counts.rejected += int(c.Rejected)
		m.counts.nulls += int(c.Nulls)
	}
	slices.SortStableFunc(m.problems, func(a, b ingest.Problem) int { return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line)) })
}

func (m *summary) write(w io.Writer, took time.Duration, res folders.Result) {
	var total int64
	for _, t := range slices.Sorted(maps.Keys(m.tables)) {
		fmt.Fprintf(w, "%-40s %s\n", t, count(int(m.tables[t]), "row"))
		total += m.tables[t]
	}
	fmt.Fprintf(w, "%s stored in %s", count(int(total), "row"), took.Round(time.Millisecond))
	if res.Known > 0 {
		fmt.Fprintf(w, "; %s had been stored before", count(res.Known, "file"))
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
