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
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/calypso-kql/calypso/catalog"
	"github.com/calypso-kql/calypso/files"
	"github.com/calypso-kql/calypso/ingest"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/workspace"
)

// dataFlags are the flags of commands that read logs.
type dataFlags struct {
	data       []string
	workspaces []string
	store      string
	catalog    string
	quiet      bool
	// keep holds columns in memory, for commands that run many queries.
	keep  bool
	saved savedFlags
}

func (f *dataFlags) register(c *cobra.Command) {
	c.Flags().StringArrayVarP(&f.data, "data", "d", nil, "file or folder to read as tables, PATH or TABLE=PATH; may be repeated")
	c.Flags().StringArrayVar(&f.workspaces, "workspace", nil, "file or folder that queries call workspace(\"NAME\"), NAME=PATH; may be repeated")
	c.Flags().StringVar(&f.store, "store", "", "folder of a store to read, made by calypso ingest")
	c.Flags().StringVar(&f.catalog, "catalog", string(catalog.Sentinel), "known tables: sentinel, defender_xdr or unified")
	c.Flags().BoolVarP(&f.quiet, "quiet", "q", false, "no progress and no notes on standard error, but for how much could not be read")
	f.saved.register(c)
}

// open opens the workspace of the flags, and the others that its queries may name.
// Problems with the files are told on standard error; what could be read is there.
func (f *dataFlags) open(ctx context.Context) (*workspace.Workspace, *opened, error) {
	c, err := openCatalog(f.catalog)
	if err != nil {
		return nil, nil, err
	}
	logs, opts, err := f.openLogs(ctx, c)
	if err != nil {
		return nil, nil, err
	}
	return workspace.New(c, logs, opts...), logs, nil
}

// openLogs opens the logs of a workspace, and returns what else is in it.
func (f *dataFlags) openLogs(ctx context.Context, c *catalog.Catalog) (*opened, []workspace.Option, error) {
	saved, err := f.saved.open(f.quiet)
	if err != nil {
		return nil, nil, err
	}
	set, err := f.read(ctx, c, f.data)
	if err != nil {
		return nil, nil, err
	}
	logs := &opened{files: set}
	if f.store != "" {
		if logs.store, err = openStore(f.store, f.quiet); err != nil {
			set.Close()
			return nil, nil, err
		}
		logs.snap = logs.store.Snapshot()
		saved = append(saved, createdFunctions(logs.store, func(err error) { fmt.Fprintln(os.Stderr, "store:", err) }))
	}
	opts, err := f.openOthers(ctx, c, logs, saved)
	if err != nil {
		return nil, nil, errors.Join(err, logs.Close())
	}
	return logs, opts, nil
}

// openOthers opens the other workspaces, which share what is saved, and returns the
// options of this one.
func (f *dataFlags) openOthers(ctx context.Context, c *catalog.Catalog, logs *opened, saved []workspace.Option) ([]workspace.Option, error) {
	paths := map[string][]string{}
	for _, w := range f.workspaces {
		name, path, ok := strings.Cut(w, "=")
		if !ok {
			return nil, fmt.Errorf("--workspace %s: want NAME=PATH", w)
		}
		paths[name] = append(paths[name], path)
	}
	opts := slices.Clone(saved)
	for _, name := range slices.Sorted(maps.Keys(paths)) {
		other, err := f.read(ctx, c, paths[name])
		if err != nil {
			return nil, err
		}
		logs.others = append(logs.others, other)
		opts = append(opts, workspace.WithOther(name, workspace.New(c, other, saved...)))
	}
	return opts, nil
}

// read reads files and folders as tables.
func (f *dataFlags) read(ctx context.Context, c *catalog.Catalog, paths []string) (*files.Set, error) {
	var specs []files.Spec
	for _, d := range paths {
		specs = append(specs, files.ParseSpec(d))
	}
	opt := files.Options{Tables: schemas{c}, Workers: runtime.GOMAXPROCS(0), Keep: f.keep}
	if !f.quiet && term.IsTerminal(int(os.Stderr.Fd())) {
		bar := &progressBar{w: os.Stderr, drawn: time.Now()}
		defer bar.clear()
		opt.Progress = bar.add
	}
	set, err := files.Open(ctx, specs, opt)
	if err != nil {
		return nil, failed(err)
	}
	tellProblems(os.Stderr, set.Report(), f.quiet)
	return set, nil
}

// given reports whether the flags name any logs.
func (f *dataFlags) given() bool { return len(f.data) > 0 || f.store != "" }

func openCatalog(name string) (*catalog.Catalog, error) {
	c, err := catalog.Open(catalog.Environment(name), catalog.WithAdditions())
	if err != nil {
		return nil, fmt.Errorf("--catalog %s: want sentinel, defender_xdr or unified", name)
	}
	return c, nil
}

// schemas gives the readers of files the schemas of a catalog.
type schemas struct{ c *catalog.Catalog }

// Schema implements ingest.Tables.
func (s schemas) Schema(table string) (types.Schema, bool) {
	t, ok := s.c.Table(table)
	return t.Schema, ok
}

// grows reports whether a table takes columns that it lacks: one that the catalog
// does not have.
func (s schemas) grows(table string) bool {
	_, known := s.c.Table(table)
	return !known
}

// tellProblems says what of the files could not be understood; quietly in one line, and
// only if records are missing for it.
func tellProblems(w io.Writer, r *ingest.Report, quiet bool) {
	if r.Clean() {
		return
	}
	var c counts
	_, c.records, c.rejected, c.nulls, c.broken = r.Counts()
	problems := r.Problems()
	if quiet {
		problems, c.nulls = nil, 0
	}
	tellAll(w, problems, c)
}

// counts are what reading came to: records that were understood and that were
// not, values that became null, files that could not be read to their end.
type counts struct{ records, rejected, nulls, broken int }

// tellAll says what was not understood: the first problems, and how much in all.
func tellAll(w io.Writer, problems []ingest.Problem, all counts) {
	const most = 10
	for i, p := range problems {
		if i == most {
			fmt.Fprintf(w, "… and %d more\n", len(problems)-most)
			break
		}
		fmt.Fprintln(w, p)
	}
	var parts []string
	for _, c := range []struct {
		n         int
		one, many string
	}{
		{all.rejected, "not understood", "not understood"}, {all.nulls, "value became null", "values became null"}, {all.broken, "file broken", "files broken"},
	} {
		switch c.n {
		case 0:
		case 1:
			parts = append(parts, "1 "+c.one)
		default:
			parts = append(parts, fmt.Sprintf("%d %s", c.n, c.many))
		}
	}
	if len(parts) > 0 {
		fmt.Fprintf(w, "%s loaded; %s\n", count(all.records, "record"), strings.Join(parts, ", "))
	}
}

// parseNow reads --now; empty is the clock of this machine.
func parseNow(s string) (int64, error) {
	if s == "" {
		ticks, _ := types.TicksOf(time.Now())
		return ticks, nil
	}
	ticks, ok := ingest.ParseTime(s)
	if !ok {
		return 0, fmt.Errorf("--now %q: want a time such as 2026-03-01T12:00:00Z", s)
	}
	return ticks, nil
}

// progressBar draws how much of the input has been read.
type progressBar struct {
	w     io.Writer
	done  int64
	drawn time.Time
	shown bool
}

func (p *progressBar) add(n, total int64) {
	p.done += n
	if time.Since(p.drawn) < 100*time.Millisecond || total == 0 {
		return
	}
	p.drawn, p.shown = time.Now(), true
	const width = 30
	full := int(min(p.done, total) * width / total)
	fmt.Fprintf(p.w, "\rreading %s%s %d of %d MB", strings.Repeat("█", full), strings.Repeat("░", width-full), p.done>>20, total>>20)
}

func (p *progressBar) clear() {
	if p.shown {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}
