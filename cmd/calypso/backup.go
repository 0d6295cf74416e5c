package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/calypso-kql/calypso/config"
	"github.com/calypso-kql/calypso/database"
	"github.com/calypso-kql/calypso/store"
)

func backupCommand() *cobra.Command {
	var dir, to string
	c := &cobra.Command{
		Use:   "backup --store DIR --to DIR",
		Short: "Copy the store to a folder that any of these commands opens",
		Long: `Copies the store to a new folder as it is now, with its log and the database of rules
and incidents. On the same disk segments are linked, which takes no time and no room.
A store that a server has open is backed up by the server: POST /v1/backup.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if to == "" {
				return errors.New("want --to DIR: the folder for the backup")
			}
			return withStore(dir, func(s *store.Store) error {
				db, err := readDatabase("", dir)
				if err == nil {
					defer db.Close()
				}
				b, err := backup(cmd.Context(), s, db, to)
				if err != nil {
					return failed(err)
				}
				fmt.Printf("%s, %d bytes, in %s\n", count(b.Tables, "table"), b.Bytes, b.Folder)
				return nil
			})
		},
	}
	c.Flags().StringVar(&dir, "store", "", "the store's folder")
	c.Flags().StringVar(&to, "to", "", "the folder for the backup, which must not exist or be empty")
	return c
}

// backup makes a backup of a store, and of its database if that is a file and not nil.
// The database is copied first: what it says has not been delivered yet is known
// to the store when it comes again.
func backup(ctx context.Context, s *store.Store, db *database.DB, to string) (store.Backup, error) {
	return s.Backup(ctx, to, func(dir string) error {
		if db == nil {
			return nil
		}
		if err := db.CopyTo(filepath.Join(dir, databaseName)); !errors.Is(err, database.ErrElsewhere) {
			return err
		}
		return nil
	})
}

// backups returns what makes backups in the folder of a configuration; nil if it has
// none.
func (p *serverParts) backups(c config.Config) func(context.Context, string) (store.Backup, error) {
	if c.Backups == "" {
		return nil
	}
	return func(ctx context.Context, name string) (store.Backup, error) {
		b, err := backup(ctx, p.store, p.database, filepath.Join(c.Backups, name))
		if err == nil {
			p.log.Info("backup", "folder", b.Folder, "bytes", b.Bytes, "linked", b.Linked)
		}
		return b, err
	}
}
