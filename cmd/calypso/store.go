package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/store"
)

func storeCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "store",
		Short: "Look after a store: stats, verify, repair, compact, retain, export, backup, purge …",
	}
	c.AddCommand(
		storeAction("stats --store DIR [TABLE…]", "What each table takes, and each day of it", storeStats),
		storeAction("verify --store DIR [TABLE…]", "Read every byte and value, and say what is damaged", storeVerify),
		repairCommand(),
		storeAction("compact --store DIR [TABLE…]", "Put small segments together", storeCompact),
		storeAction("purges --store DIR", "What was purged, when, and by whom", storePurges),
		storeAction("drop --store DIR TABLE…", "Delete tables with all their rows", storeDrop),
		retainCommand(),
		purgeCommand(),
		exportCommand(),
		backupCommand(),
		importCommand(),
	)
	for _, sub := range c.Commands() {
		sub.DisableFlagsInUseLine = true
	}
	return c
}

// storeAction returns a command that does something with some tables of a store,
// or with all.
func storeAction(use, short string, run func(context.Context, *store.Store, []string) error) *cobra.Command {
	var dir string
	c := &cobra.Command{Use: use, Short: short, RunE: func(cmd *cobra.Command, args []string) error {
		return withStore(dir, func(s *store.Store) error { return run(cmd.Context(), s, args) })
	}}
	c.Flags().StringVar(&dir, "store", "", "the store's folder")
	return c
}

var errNoStore = errors.New("want --store DIR: the folder of the store")

func withStore(dir string, f func(*store.Store) error) error {
	if dir == "" {
		return errNoStore
	}
	s, err := openStore(dir, false)
	if err != nil {
		return err
	}
	boundStore()
	return errors.Join(f(s), failed(s.Close()))
}

// chosen returns the tables named, all if none are.
func chosen(snap *store.Snapshot, names []string) ([]string, error) {
	if len(names) == 0 {
		return snap.Names(), nil
	}
	for _, n := range names {
		if _, ok := snap.Table(n); !ok {
			return nil, failed(&store.UnknownTableError{Table: n})
		}
	}
	return names, nil
}

func storeStats(_ context.Context, s *store.Store, names []string) error {
	snap := s.Snapshot()
	if _, err := chosen(snap, names); err != nil {
		return err
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "Table\tRows\tIn memory\tSegments\tBytes\tBytes/row\tFrom\tTo\tKept")
	for _, x := range snap.Stats() {
		if len(names) > 0 && !slices.Contains(names, x.Table) {
			continue
		}
		if x.Damage != nil {
			fmt.Fprintf(w, "%s\tdamaged: %v\n", x.Table, x.Damage)
			continue
		}
		from, to := "", ""
		if span, ok := x.Times["TimeGenerated"]; ok {
			from, to = stamp(types.TimeOf(span.Min)), stamp(types.TimeOf(span.Max))
		}
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%s\t%s\t%s\t%s\n", x.Table, x.Rows+x.HotRows, x.HotRows, x.Segments, x.Bytes, perRow(x.Bytes, x.Rows), from, to, kept(x.Retention))
		if len(names) == 0 {
			continue
		}
		for _, d := range x.Days {
			day := "no time"
			if d.Day >= 0 {
				day = types.TimeOf(d.Day * 864e9).Format("2006-01-02")
			}
			fmt.Fprintf(w, "  %s\t%d\t\t%d\t%d\t%s\n", day, d.Rows, d.Segments, d.Bytes, perRow(d.Bytes, d.Rows))
		}
	}
	return failed(w.Flush())
}

func perRow(bytes, rows int64) string {
	if rows == 0 {
		return ""
	}
	return fmt.Sprintf("%.1f", float64(bytes)/float64(rows))
}

func kept(r store.Retention) string {
	var parts []string
	if r.Age > 0 {
		parts = append(parts, r.Age.String())
	}
	if r.Bytes > 0 {
		parts = append(parts, fmt.Sprintf("%d bytes", r.Bytes))
	}
	if len(parts) == 0 {
		return "all"
	}
	return strings.Join(parts, ", ")
}

func storeCompact(_ context.Context, s *store.Store, names []string) error {
	names, err := chosen(s.Snapshot(), names)
	if err != nil {
		return err
	}
	if err := s.Seal(); err != nil {
		return failed(err)
	}
	for _, name := range names {
		if err := s.Compact(name); err != nil {
			return failed(fmt.Errorf("%s: %w", name, err))
		}
	}
	return nil
}

func storeDrop(_ context.Context, s *store.Store, names []string) error {
	if len(names) == 0 {
		return errors.New("want the tables to drop")
	}
	if _, err := chosen(s.Snapshot(), names); err != nil {
		return err
	}
	for _, name := range names {
		if err := s.Drop(name); err != nil {
			return failed(err)
		}
	}
	return nil
}

func retainCommand() *cobra.Command {
	var (
		dir   string
		age   time.Duration
		bytes int64
	)
	c := &cobra.Command{
		Use:   "retain --store DIR [--age DURATION] [--bytes N] TABLE…",
		Short: "Say for how long tables keep their rows, and how large they may get",
		Args:  cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if age < 0 || bytes < 0 {
				return errors.New("want --age and --bytes to be positive, or 0 for no limit")
			}
			return withStore(dir, func(s *store.Store) error {
				if _, err := chosen(s.Snapshot(), args); err != nil {
					return err
				}
				for _, name := range args {
					if err := s.SetRetention(name, store.Retention{Age: age, Bytes: bytes}); err != nil {
						return failed(err)
					}
				}
				return nil
			})
		},
	}
	c.Flags().StringVar(&dir, "store", "", "the store's folder")
	c.Flags().DurationVar(&age, "age", 0, "keep rows for this long, as 2160h; 0 is for ever")
	c.Flags().Int64Var(&bytes, "bytes", 0, "keep at most so many bytes of segments, but the newest one; 0 is no limit")
	return c
}
