package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/calypso-kql/calypso/api"
	"github.com/calypso-kql/calypso/command"
	"github.com/calypso-kql/calypso/config"
	"github.com/calypso-kql/calypso/database"
	"github.com/calypso-kql/calypso/intake"
	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/bind"
	"github.com/calypso-kql/calypso/store"
	"github.com/calypso-kql/calypso/telemetry"
	"github.com/calypso-kql/calypso/workspace"
)

// serverParts are what a server is made of.
type serverParts struct {
	ruleParts
	log   *slog.Logger
	watch *telemetry.Observer
}

// openParts opens the store, the database, and what queries use besides them. Store
// and database are to be closed.
func openParts(c config.Config, saved *savedFlags) (*serverParts, error) {
	log := newLog(c.Log)
	p := &serverParts{log: slog.New(withoutTrouble{log.Handler()})}
	var err error
	if p.watch, err = observe(c); err != nil {
		return nil, failed(err)
	}
	if p.catalog, err = openCatalog(c.Catalog); err != nil {
		return nil, err
	}
	if p.engine, err = kql.New(); err != nil {
		return nil, failed(err)
	}
	old, err := intake.ParseOldTimes(c.OldTimes)
	if err != nil {
		return nil, err
	}
	if p.names, err = saved.open(false); err != nil {
		return nil, err
	}
	p.locator = saved.locator
	wrong := func(err error) { p.log.Error("store", "error", err) }
	if p.store, err = store.Open(c.Store, store.Options{Note: wrong, Observer: p.watch}); err != nil {
		return nil, failed(err)
	}
	if p.database, p.node, err = openDatabase(c, database.OpenAway); err != nil {
		return nil, failed(errors.Join(err, p.store.Close()))
	}
	watchDatabase(p.database, log)
	if p.incidents, p.responses, err = openIncidents(c, p.database, p.node, time.Now, p.log, p.watch.Metrics); err != nil {
		return nil, failed(errors.Join(err, p.database.Close(), p.store.Close()))
	}
	for _, d := range p.store.Damage() {
		p.log.Error("store", "damage", d)
	}
	p.names = append(p.names, createdFunctions(p.store, wrong))
	known := schemas{p.catalog}
	p.intake = intake.New(intake.Options{Store: p.store, Tables: tablesOf{known, p.store}, Grows: known.grows, OldTimes: old, Now: time.Now})
	return p, nil
}

// server returns the server, with the list of its requests, after the commands of
// the setup have run.
func (p *serverParts) server(ctx context.Context, c config.Config, address string) (*http.Server, *command.Requests, error) {
	requests, failures := &command.Requests{}, &command.Failures{}
	commands, err := command.New(command.Options{
		Store: p.store, Engine: p.engine, Now: time.Now, Requests: requests, Failures: failures,
		Version: version(), Address: address, Started: time.Now(),
	})
	if err != nil {
		return nil, nil, failed(err)
	}
	if c.Setup != "" {
		session := &command.Session{Admin: true, Catalog: workspace.New(p.catalog, p.store.Snapshot(), p.names...), Run: kql.RunOptions{MemoryLimit: c.Limits.QueryMemory}}
		if err := runSetup(ctx, c.Setup, commands, session); err != nil {
			return nil, nil, err
		}
	}
	p.metrics = p.watch.Metrics
	p.watch.Metrics.Watch(p.store, p.intake, requests.Running)
	p.watch.Metrics.WatchIncidents(p.incidents)
	p.watch.Metrics.WatchDatabase(func() error {
		_, err := p.database.Away()
		return err
	})
	return api.NewServer(api.Options{
		Store: p.store, Engine: p.engine, Intake: p.intake, Tokens: c.Tokens, Limits: c.Limits, Now: time.Now, Log: p.log,
		Workspace: func(t workspace.Tables) bind.Catalog { return workspace.New(p.catalog, t, p.names...) },
		Locations: p.locator,
		Commands:  commands, Requests: requests, Failures: failures, Incidents: p.incidents, Database: p.database,
		Observer: p.watch, Metrics: p.watch.Metrics.Handler(), Backup: p.backups(c),
	}), requests, nil
}

// stop lets the requests under way end, for a while.
func (p *serverParts) stop(server *http.Server, requests *command.Requests) error {
	p.log.Info("stopping")
	last, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	err := server.Shutdown(last)
	if errors.Is(err, context.DeadlineExceeded) {
		p.log.Warn("requests were cut off", "running", requests.Running())
		err = server.Close()
	}
	// A collector that does not answer keeps nothing from ending well.
	if err := p.watch.Traces.Close(last); err != nil {
		p.log.Warn("traces", "error", err)
	}
	return err
}
