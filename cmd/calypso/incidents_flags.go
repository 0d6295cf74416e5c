package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/user"
	"time"

	"github.com/spf13/cobra"

	"github.com/calypso-kql/calypso/config"
	"github.com/calypso-kql/calypso/database"
	"github.com/calypso-kql/calypso/incident"
	"github.com/calypso-kql/calypso/incident/remote"
	"github.com/calypso-kql/calypso/intake"
	"github.com/calypso-kql/calypso/notify"
	"github.com/calypso-kql/calypso/store"
)

// incidentFlags say which incidents a command is about, and who gives it.
type incidentFlags struct {
	databaseFlags
	file, by, server string
	// served says that the configuration is that with which the store was served.
	served bool
}

func (f *incidentFlags) register(c *cobra.Command) {
	f.databaseFlags.register(c)
	c.Flags().StringVar(&f.file, "config", "", "configuration file of calypso serve")
	c.Flags().StringVar(&f.server, "server", "", "address of a running calypso serve, instead of its database; the token is in $CALYPSO_TOKEN")
}

// incidents are those of a database, or of a server.
type incidents interface {
	Incidents(incident.Filter) ([]*incident.Incident, error)
	Incident(number int64) (*incident.Incident, error)
	Timeline(number int64) ([]incident.Change, error)
	Similar(number int64, limit int) ([]incident.Similar, error)
	Create(incident.Edit, incident.Actor) (*incident.Incident, error)
	Update(number int64, e incident.Edit, by incident.Actor) (*incident.Incident, error)
	Alerts(incident.AlertFilter) (alerts []*incident.Alert, next string, err error)
	Alert(id string) (*incident.Alert, error)
	SetStatus(id string, status incident.AlertStatus) (*incident.Alert, error)
}

// remote returns the incidents of the server, nil if none is given.
func (f *incidentFlags) remote() (incidents, error) {
	switch {
	case f.server == "":
		return nil, nil
	case f.given() || f.file != "":
		return nil, errors.New("want --server, or --store, --database and --config: not both")
	case f.by != "":
		return nil, errors.New("--by: a server knows by the token who makes a change")
	}
	return remote.New(f.server, os.Getenv("CALYPSO_TOKEN"))
}

// registerChange adds the flags of a command that changes something.
func (f *incidentFlags) registerChange(c *cobra.Command) {
	f.register(c)
	c.Flags().StringVar(&f.by, "by", "", "who makes the change; your user name if not given")
}

// config returns the configuration: of the file, of the flags alone, or that with which
// the store was served.
func (f *incidentFlags) config() (config.Config, error) {
	if f.file == "" && !f.given() {
		return config.Config{}, errors.New("want --store DIR, the folder of the store, or --config FILE, --database or --server")
	}
	var c config.Config
	var err error
	if f.file == "" && f.dir != "" {
		var directory string
		if c, directory, f.served = servedConfig(f.dir); f.served {
			err = failed(os.Chdir(directory)) // of the paths in it
		}
	}
	if !f.served {
		c, err = readConfig(f.file, overriding(nil, f.dir, ""))
	}
	if f.source != "" {
		c.Database = f.source
	}
	if f.file == "" && f.dir == "" {
		c.Store = "" // which is not known
	}
	return c, err
}

// read opens incidents for reading; close is to be called.
func (f *incidentFlags) read() (s incidents, closeIt func(), err error) {
	if s, err = f.remote(); s != nil || err != nil {
		return s, func() {}, err
	}
	c, err := f.config()
	if err != nil {
		return nil, nil, err
	}
	db, err := readDatabase(c.Database, c.Store)
	if err != nil {
		return nil, nil, err
	}
	kept, err := incident.Open(db, incident.Options{Now: time.Now})
	if err != nil {
		db.Close()
		return nil, nil, failed(err)
	}
	return kept, func() { db.Close() }, nil
}

// change opens incidents, lets f change them, and delivers what has changed, unless
// calypso serve has the store: it does so then.
func (f *incidentFlags) change(ctx context.Context, change func(incidents, incident.Actor) error) (err error) {
	if s, err := f.remote(); s != nil || err != nil {
		if err == nil {
			err = change(s, incident.Actor{})
		}
		return err
	}
	c, err := f.config()
	if err != nil {
		return err
	}
	by, err := f.actor()
	if err != nil {
		return err
	}
	db, err := openDatabaseOf(c.Database, c.Store)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, failed(db.Close())) }()
	node := ""
	if c.Database != "" {
		if node, err = nodeName(c.Store); err != nil {
			return failed(err)
		}
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	s, r, err := openIncidents(c, db, node, time.Now, log, nil)
	if err != nil {
		return failed(err)
	}
	if f.file == "" && !f.served {
		tellUntold(db)
	}
	return errors.Join(change(s, by), failed(deliverNow(ctx, c, s, r)))
}

// tellUntold says that a change happens without a configuration, where others happen
// with one.
func tellUntold(db *database.DB) {
	if told, err := notify.List(db, notify.Filter{Limit: 1}); err == nil && len(told) > 0 {
		fmt.Fprintln(os.Stderr, "without --config no automation rule is applied to this change, and no channel is told of it")
	}
}

// actor returns who gives the command.
func (f *incidentFlags) actor() (incident.Actor, error) {
	if f.by != "" {
		return incident.User(f.by), nil
	}
	u, err := user.Current()
	if err != nil {
		return incident.Actor{}, fmt.Errorf("want --by NAME: %w", err)
	}
	return incident.User(u.Username), nil
}

// deliverNow delivers what has changed into the store of a configuration, and sends
// what is to be told of it, if there is one and no other process has it.
func deliverNow(ctx context.Context, c config.Config, incidents *incident.Store, r *responses) error {
	if st, err := os.Stat(c.Store); c.Store == "" || err != nil || !st.IsDir() {
		return nil
	}
	s, err := store.Open(c.Store, storeOptions())
	if errors.Is(err, store.ErrLocked) {
		return nil
	}
	if err != nil {
		return err
	}
	cat, err := openCatalog(c.Catalog)
	if err != nil {
		return errors.Join(err, s.Close())
	}
	in := intake.New(intake.Options{Store: s, Tables: tablesOf{schemas{cat}, s}, Grows: schemas{cat}.grows, Now: time.Now})
	_, err = incidents.Deliver(ctx, in)
	return errors.Join(err, r.queue.Drain(ctx), s.Close())
}
