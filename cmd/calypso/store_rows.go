package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/user"
	"path/filepath"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/output"
	"github.com/calypso-kql/calypso/store"
)

// matching returns what finds the rows of a table for which a predicate is true;
// nil, which is all, for an empty predicate.
func matching(ctx context.Context, snap *store.Snapshot, table, predicate string) (store.Match, error) {
	src, ok := snap.Table(table)
	if !ok {
		return nil, failed(&store.UnknownTableError{Table: table})
	}
	if predicate == "" {
		return nil, nil
	}
	engine, err := kql.New()
	if err != nil {
		return nil, err
	}
	filter, diags := engine.Filter(predicate, src.Schema())
	if bad(diags) {
		fmt.Fprint(os.Stderr, syntax.Render(predicate, diags))
		return nil, &exitError{code: exitInvalid}
	}
	now, _ := types.TicksOf(time.Now())
	return func(_ types.Schema, b *column.Batch) ([]uint32, error) {
		return filter.Rows(ctx, b, kql.RunOptions{Now: now})
	}, nil
}

func bad(diags []syntax.Diagnostic) bool {
	for _, d := range diags {
		if d.Severity == syntax.Error {
			return true
		}
	}
	return false
}

func purgeCommand() *cobra.Command {
	var (
		dir string
		yes bool
	)
	c := &cobra.Command{
		Use:   "purge --store DIR [--yes] TABLE PREDICATE",
		Short: "Delete the rows of a table for which a predicate is true, for good",
		Long: `Delete the rows of a table for which a predicate is true, from segments, memory and
log, for good. Without --yes it only says how many there are. What was purged, by
whom and when is kept, and told by calypso store purges.`,
		Example: `  calypso store purge --store data SigninLogs 'UserPrincipalName =~ "ada@contoso.com"'`,
		Args:    cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return withStore(dir, func(s *store.Store) error { return purgeRows(cmd.Context(), s, args[0], args[1], yes) })
		},
	}
	c.Flags().StringVar(&dir, "store", "", "the store's folder")
	c.Flags().BoolVar(&yes, "yes", false, "do it")
	return c
}

func purgeRows(ctx context.Context, s *store.Store, table, predicate string, yes bool) error {
	snap := s.Snapshot()
	match, err := matching(ctx, snap, table, predicate)
	if err != nil {
		return err
	}
	if match == nil {
		return errors.New("want a predicate; calypso store drop deletes all rows of a table")
	}
	if !yes {
		n, err := snap.Count(ctx, table, match)
		if err != nil {
			return failed(err)
		}
		fmt.Printf("%s of %s would be deleted; say --yes to do it\n", count(int(n), "row"), table)
		return nil
	}
	done, err := s.Purge(ctx, table, predicate, userName(), match)
	if err != nil {
		return failed(err)
	}
	fmt.Printf("%s of %s deleted (purge %d)\n", count(int(done.Rows), "row"), table, done.Number)
	return nil
}

// userName returns who runs this program, if that is known.
func userName() string {
	u, err := user.Current()
	if err != nil {
		return ""
	}
	return u.Username
}

func storePurges(_ context.Context, s *store.Store, names []string) error {
	if len(names) > 0 {
		return errors.New("want no tables: all purges are listed")
	}
	purges, err := s.Purges()
	if err != nil {
		return failed(err)
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "Purge\tBegun\tTook\tTable\tRows\tBy\tPredicate\tState")
	for _, p := range purges {
		state, took := "not ended", ""
		if !p.Ended.IsZero() {
			state, took = "done", p.Ended.Sub(p.Begun).Round(time.Millisecond).String()
		}
		if p.Error != "" {
			state = "failed: " + p.Error
		}
		fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%d\t%s\t%s\t%s\n", p.Number, stamp(p.Begun), took, p.Table, p.Rows, p.By, p.Predicate, state)
	}
	return failed(w.Flush())
}

func exportCommand() *cobra.Command {
	var dir, to, format, where string
	c := &cobra.Command{
		Use:   "export --store DIR --to FOLDER [--format parquet|jsonl] [--where PREDICATE] [TABLE…]",
		Short: "Write tables as Parquet or NDJSON files, one a table",
		Long: `Write tables as Parquet or NDJSON files, one a table, into a folder. Files are
called like their table, and calypso store import reads them back with all columns,
hidden ones such as _TimeReceived, too. A file that exists is an error.`,
		Example: `  calypso store export --store data --to backup
  calypso store export --store data --to march --format jsonl --where 'startofmonth(TimeGenerated) == datetime(2026-03-01)' SigninLogs`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if to == "" {
				return errors.New("want --to FOLDER: where the files go")
			}
			f, err := output.ParseFormat(format)
			if err != nil || f != output.Parquet && f != output.JSONL {
				return fmt.Errorf("want --format parquet or jsonl, not %q", format)
			}
			return withStore(dir, func(s *store.Store) error {
				return exportTables(cmd.Context(), s.Snapshot(), args, to, f, where)
			})
		},
	}
	c.Flags().StringVar(&dir, "store", "", "the store's folder")
	c.Flags().StringVar(&to, "to", "", "folder of the files, made if it does not exist")
	c.Flags().StringVar(&format, "format", string(output.Parquet), "parquet or jsonl")
	c.Flags().StringVar(&where, "where", "", "only the rows for which this is true")
	return c
}

func exportTables(ctx context.Context, snap *store.Snapshot, names []string, to string, f output.Format, where string) error {
	names, err := chosen(snap, names)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(to, 0o700); err != nil {
		return failed(err)
	}
	for _, name := range names {
		match, err := matching(ctx, snap, name, where)
		if err != nil {
			return err
		}
		path := filepath.Join(to, url.PathEscape(name)+"."+string(f))
		n, err := exportTable(ctx, snap, name, match, path, f)
		if err != nil {
			return failed(fmt.Errorf("%s: %w", path, err))
		}
		fmt.Printf("%s  %s\n", path, count(int(n), "row"))
	}
	return nil
}

// exportTable writes one file. It has its name once it is whole and synced.
func exportTable(ctx context.Context, snap *store.Snapshot, table string, match store.Match, path string, f output.Format) (n int64, err error) {
	if _, err := os.Stat(path); err == nil {
		return 0, os.ErrExist
	}
	part, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.tmp")
	if err != nil {
		return 0, err
	}
	defer os.Remove(part.Name())
	if f == output.Parquet {
		n, err = snap.WriteParquet(ctx, table, match, part)
	} else {
		n, err = writeLines(ctx, snap, table, match, part)
	}
	if err == nil {
		err = part.Sync()
	}
	if err = errors.Join(err, part.Close()); err != nil {
		return n, err
	}
	return n, os.Rename(part.Name(), path)
}

func writeLines(ctx context.Context, snap *store.Snapshot, table string, match store.Match, w io.Writer) (n int64, err error) {
	err = snap.Each(ctx, table, match, func(s types.Schema, b *column.Batch) error {
		n += int64(b.Len())
		return output.Write(w, output.JSONL, []kql.Table{{Schema: s, Batches: []*column.Batch{b}}}, output.Options{})
	})
	return n, err
}
