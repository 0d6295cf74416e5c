package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/calypso-kql/calypso/files"
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/store"
)

// opened is the logs that a command reads: those of files and of a store. A
// table that both have is the store's rows and then the files'.
type opened struct {
	files *files.Set
	// others are the files of other workspaces.
	others []*files.Set
	store  *store.Store // nil if there is none
	snap   *store.Snapshot
}

// Table implements workspace.Tables.
func (o *opened) Table(name string) (plan.Source, bool) {
	inFiles, ok := o.files.Table(name)
	if o.snap == nil {
		return inFiles, ok
	}
	stored, found := o.snap.Table(name)
	switch {
	case !found:
		return inFiles, ok
	case !ok:
		return stored, true
	}
	both, err := plan.Concat(name, []plan.Source{stored, inFiles}, stored.Schema(), true)
	if err != nil {
		return &unreadable{Source: stored, err: err}, true
	}
	return both, true
}

// unreadable is a table whose rows do not fit together.
type unreadable struct {
	plan.Source
	err error
}

// Open implements plan.Source.
func (u *unreadable) Open(context.Context, plan.Scan) (column.Reader, error) { return nil, u.err }

// Names implements workspace.Tables.
func (o *opened) Names() []string {
	names := o.files.Names()
	if o.snap != nil {
		names = append(names, o.snap.Names()...)
		slices.Sort(names)
		names = slices.Compact(names)
	}
	return names
}

// Close closes the files and the store.
func (o *opened) Close() error {
	err := o.files.Close()
	for _, s := range o.others {
		err = errors.Join(err, s.Close())
	}
	if o.store != nil {
		err = errors.Join(err, o.store.Close())
	}
	return err
}

// openStore opens the store in dir, which must be there, and tells what is
// damaged in it.
func openStore(dir string, quiet bool) (*store.Store, error) {
	if st, err := os.Stat(dir); err != nil || !st.IsDir() {
		return nil, failed(fmt.Errorf("--store %s: there is no such folder: calypso ingest makes one", dir))
	}
	s, err := store.Open(dir, storeOptions())
	if err != nil {
		return nil, failed(err)
	}
	if !quiet {
		tellDamage(os.Stderr, s)
	}
	return s, nil
}

func storeOptions() store.Options {
	return store.Options{Note: func(err error) { fmt.Fprintln(os.Stderr, "store:", err) }}
}
