package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/calypso-kql/calypso/store"
)

func storeVerify(ctx context.Context, s *store.Store, names []string) error {
	snap := s.Snapshot()
	names, err := chosen(snap, names)
	if err != nil {
		return err
	}
	damaged := len(s.Damage()) > 0
	for _, name := range names {
		var bytes int64
		faults := snap.Verify(ctx, name, func(n int64) { bytes += n })
		if len(faults) == 0 {
			fmt.Printf("%s: %d bytes are as they were written%s\n", name, bytes, andInLog(snap, name))
		}
		for _, f := range faults {
			damaged = true
			fmt.Printf("%s: %v\n", name, f)
		}
	}
	if damaged {
		return &exitError{code: exitFailed}
	}
	return nil
}

// andInLog says how many rows of a table no segment has yet. They were read from the
// log, with their checksums, when the store was opened.
func andInLog(snap *store.Snapshot, table string) string {
	for _, e := range snap.Extents(table) {
		if e.Number == 0 {
			return fmt.Sprintf(", and so %s in the log", verb(int(e.Rows)))
		}
	}
	return ""
}

func verb(n int) string {
	if n == 1 {
		return "is 1 row"
	}
	return "are " + count(n, "row")
}

func repairCommand() *cobra.Command {
	var dir string
	c := &cobra.Command{
		Use:   "repair --store DIR [TABLE…]",
		Short: "Take what is damaged out of tables, so that the rest can be read",
		Long: `Reads every byte of the tables, and takes what is damaged out of them: rows that are
whole stay, the damaged file is moved to the folder damaged. A table whose manifest
and its copy are both damaged or gone gets a new one, from what its segments and the
log say of themselves.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if dir == "" {
				return errNoStore
			}
			if err := rebuildTables(cmd.Context(), dir); err != nil {
				return failed(err)
			}
			return withStore(dir, func(s *store.Store) error { return storeRepair(cmd.Context(), s, args) })
		},
	}
	c.Flags().StringVar(&dir, "store", "", "the store's folder")
	return c
}

// rebuildTables makes lost manifests anew, which is done before the store is
// opened, and says what was done.
func rebuildTables(ctx context.Context, dir string) error {
	done, err := store.Rebuild(ctx, dir, store.Options{})
	for _, r := range done {
		fmt.Printf("%s: its manifest is made anew: %s in %s\n", r.Table, count(int(r.Rows), "row"), count(r.Segments, "segment"))
		for _, text := range r.Said {
			fmt.Printf("  %s\n", text)
		}
	}
	return err
}

func storeRepair(ctx context.Context, s *store.Store, names []string) error {
	names, err := chosen(s.Snapshot(), names)
	if err != nil {
		return err
	}
	for _, name := range names {
		done, err := s.Repair(ctx, name)
		for _, r := range done {
			fmt.Printf("%s: %v\n", name, r.Why)
			switch {
			case r.Kept == "":
				fmt.Printf("  mended; no row is lost\n")
			default:
				fmt.Printf("  %s whole, %d lost; the damaged file is now %s\n", count(int(r.Rows), "row"), r.Lost, r.Kept)
			}
		}
		if err != nil {
			return failed(fmt.Errorf("%s: %w", name, err))
		}
		if len(done) == 0 {
			fmt.Printf("%s: nothing is damaged\n", name)
		}
	}
	return nil
}
