// Package files makes tables of files and folders: JSON, CSV and Parquet, as
// they leave Microsoft or as Calypso writes them.
//
// A folder is walked. Parquet files are read when a query needs them, column by
// column; all other files are loaded into memory when the set is opened. A
// table that the catalog knows has the catalog's columns, whatever the files
// have of them.
package files

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/calypso-kql/calypso/ingest"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/parquet"
)

// A Spec names what to open, as -d does on the command line.
type Spec struct {
	// Table is the table that everything under Path goes to; empty to let the
	// records, or the file's or folder's name, say.
	Table string
	Path  string
}

// ParseSpec reads PATH or TABLE=PATH. A path that has '=' in it and exists is a
// path.
func ParseSpec(s string) Spec {
	table, path, ok := strings.Cut(s, "=")
	if !ok || table == "" || strings.ContainsAny(table, `/\`) {
		return Spec{Path: s}
	}
	if _, err := os.Stat(s); err == nil {
		return Spec{Path: s}
	}
	return Spec{Table: table, Path: path}
}

// Options say how files are read.
type Options struct {
	// Tables knows the schemas of the catalog.
	Tables ingest.Tables
	// Workers is the number of goroutines that decode; at least 1.
	Workers int
	// Keep keeps the columns of Parquet files that queries read in memory, for
	// the queries that follow.
	Keep bool
	// Progress is told how many of total bytes of JSON and CSV have been read
	// since the last call; nil for nobody. It may be called concurrently.
	Progress func(n, total int64)
}

// A Set is the tables of the files opened. It is immutable and safe for
// concurrent use, but for Close.
type Set struct {
	tables map[string]plan.Source
	files  []*parquet.File
	report *ingest.Report
}

// Open opens all specs. A path that does not exist is an error; a file that
// cannot be understood goes into the report.
func Open(ctx context.Context, specs []Spec, o Options) (*Set, error) {
	found, err := walk(specs)
	if err != nil {
		return nil, err
	}
	s := &Set{tables: map[string]plan.Source{}}
	parts := map[string][]part{}
	order := []string{}
	add := func(table string, p part) {
		if _, ok := parts[table]; !ok {
			order = append(order, table)
		}
		parts[table] = append(parts[table], p)
	}
	declared := func(table string) (s types.Schema) {
		for _, p := range parts[table] {
			s.Columns = append(s.Columns, p.Schema().Columns...)
		}
		return s
	}
	loader := ingest.NewLoader(ingest.Options{Tables: o.Tables, Workers: o.Workers, Declared: declared, Progress: progress(found, o.Progress)})
	s.report = loader.Report()
	for _, f := range found {
		if f.err != nil {
			s.report.FileBroken(f.path, f.err)
			continue
		}
		if f.parquet {
			s.openParquet(f, o, add)
			continue
		}
		if err := readFile(ctx, loader, f, o.Tables); err != nil {
			s.Close()
			return nil, err
		}
	}
	for _, t := range loader.Finish() {
		add(t.Name, part{plan.NewMemory(t.Schema, t.Batches), "table " + t.Name + " of JSON and CSV"})
	}
	for _, name := range order {
		s.tables[name] = s.concat(name, parts[name], o.Tables)
	}
	return s, nil
}

// A part is what one file, or all that are in memory, have of a table.
type part struct {
	plan.Source
	from string // for the report
}

// concat makes one table of its parts. One that has a column in another type than
// those before it is told, and left out.
func (s *Set) concat(name string, parts []part, tables ingest.Tables) plan.Source {
	schema, known := tables.Schema(name)
	// Columns that the catalog lacks do not change `*`.
	join := func(sources []plan.Source) (plan.Source, error) { return plan.Concat(name, sources, schema, known) }
	all := make([]plan.Source, len(parts))
	for i, p := range parts {
		all[i] = p.Source
	}
	table, err := join(all)
	if err == nil {
		return table
	}
	var kept []plan.Source
	for _, p := range parts {
		with, err := join(append(kept, p.Source))
		if err != nil {
			s.report.FileBroken(p.from, fmt.Errorf("left out: %w", err))
			continue
		}
		kept, table = append(kept, p.Source), with
	}
	return table
}

func (s *Set) openParquet(f found, o Options, add func(string, part)) {
	table := ParquetTable(f.root, f.path, f.into, o.Tables)
	declared, _ := o.Tables.Schema(table)
	pf, err := parquet.Open(f.path, parquet.Options{Declared: declared, Keep: o.Keep})
	if err != nil {
		s.report.FileBroken(f.path, err)
		return
	}
	for _, what := range pf.Skipped() {
		s.report.Note(f.path, what)
	}
	s.files = append(s.files, pf)
	add(table, part{pf, f.path})
}

func readFile(ctx context.Context, l *ingest.Loader, f found, tables ingest.Tables) error {
	r, err := os.Open(f.path)
	if err != nil {
		l.Report().FileBroken(f.path, err)
		return nil
	}
	defer r.Close()
	return l.Read(ctx, ingest.Input{Name: f.path, Into: f.into, Base: TableOf(f.root, f.path, "", tables), Reader: r})
}

func progress(found []found, f func(n, total int64)) func(int) {
	if f == nil {
		return nil
	}
	var total int64
	for _, x := range found {
		if !x.parquet {
			total += x.size
		}
	}
	var mu sync.Mutex
	return func(n int) {
		mu.Lock()
		defer mu.Unlock()
		f(int64(n), total)
	}
}

// Table returns the table called name.
func (s *Set) Table(name string) (plan.Source, bool) {
	t, ok := s.tables[name]
	return t, ok
}

// Names returns the names of all tables, sorted.
func (s *Set) Names() []string {
	names := make([]string, 0, len(s.tables))
	for n := range s.tables {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// Report returns what was read and what could not be.
func (s *Set) Report() *ingest.Report { return s.report }

// Close closes the files. No query over the set may be running.
func (s *Set) Close() error {
	var errs []error
	for _, f := range s.files {
		errs = append(errs, f.Close())
	}
	s.files = nil
	return errors.Join(errs...)
}

// IsParquet reports whether a file is Parquet, by its first bytes or its name.
func IsParquet(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	var magic [4]byte
	_, err = f.ReadAt(magic[:], 0)
	return err == nil && string(magic[:]) == "PAR1" || strings.EqualFold(filepath.Ext(path), ".parquet")
}

// BaseName is the name of a file without the endings that name formats.
func BaseName(path string) string {
	name := filepath.Base(path)
	for {
		ext := filepath.Ext(name)
		switch strings.ToLower(ext) {
		case ".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".txt", ".log", ".parquet", ".gz", ".gzip", ".zst", ".zstd":
			name = strings.TrimSuffix(name, ext)
		default:
			return name
		}
	}
}

// TableOf returns the table of a file whose records do not say theirs: the one
// given, the one that the file or the nearest folder above it is called after, or
// else the file's name. Folders are called after tables of the catalog, and after
// custom logs, whose names end in _CL; those above root, which was asked for, and
// above the folder of a file that was asked for itself, do not count.
func TableOf(root, path, into string, tables ingest.Tables) string {
	if into != "" {
		return into
	}
	name := BaseName(path)
	root, path = filepath.Clean(root), filepath.Clean(path)
	top := filepath.Dir(root)
	if root == path {
		top = filepath.Dir(top)
	}
	below, err := filepath.Rel(top, path)
	if err != nil {
		below = filepath.Base(path)
	}
	for at, dir := name, filepath.Dir(below); ; at, dir = filepath.Base(dir), filepath.Dir(dir) {
		if _, ok := tables.Schema(at); ok || strings.HasSuffix(at, "_CL") {
			return at
		}
		if dir == filepath.Dir(dir) {
			return name
		}
	}
}

// ParquetTable returns the table of a Parquet file: where neither a name is given nor
// the file or a folder called after a table, the one that all its rows have as their
// Type, if the catalog knows it.
func ParquetTable(root, path, into string, tables ingest.Tables) string {
	name := TableOf(root, path, into, tables)
	if _, known := tables.Schema(name); known || into != "" {
		return name
	}
	file, err := parquet.Open(path, parquet.Options{})
	if err != nil {
		return name // whoever reads it says so
	}
	defer file.Close()
	if kind, ok := file.Only("Type"); ok {
		if _, known := tables.Schema(kind); known {
			return kind
		}
	}
	return name
}
