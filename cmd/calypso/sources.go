package main

import (
	"context"
	"errors"
	"log/slog"
	"sync"

	"github.com/calypso-kql/calypso/config"
	"github.com/calypso-kql/calypso/files"
	"github.com/calypso-kql/calypso/folders"
	"github.com/calypso-kql/calypso/ingest"
	"github.com/calypso-kql/calypso/intake"
)

// sources are what logs come from by themselves.
type sources struct {
	stop context.CancelFunc
	wg   sync.WaitGroup
	// ended has the error of a source that has ended by itself.
	ended chan error
}

// startSources starts all that a configuration names. tables are those of the
// catalog.
func startSources(ctx context.Context, c config.Config, in *intake.Intake, tables ingest.Tables, log *slog.Logger) *sources {
	ctx, stop := context.WithCancel(ctx)
	s := &sources{stop: stop, ended: make(chan error, 1)}
	if len(c.Folders) > 0 {
		o := folders.Options{
			Intake: in, Tables: tables, Log: log,
			Settle: c.Follow.Settle, LastLine: c.Follow.LastLine, Rescan: c.Follow.Rescan,
		}
		for _, f := range c.Folders {
			o.Folders = append(o.Folders, folders.Folder{Path: f.Path, Table: f.Table})
			log.Info("following", "path", f.Path, "table", f.Table)
		}
		s.start(func() error { return folders.Follow(ctx, o) })
	}
	return s
}

// start runs a source until it ends.
func (s *sources) start(run func() error) {
	s.wg.Go(func() {
		if err := run(); err != nil && !errors.Is(err, context.Canceled) {
			select {
			case s.ended <- err:
			default: // one is enough to end the process
			}
		}
	})
}

// close ends all sources; what they have begun to store is stored.
func (s *sources) close() {
	s.stop()
	s.wg.Wait()
}

// watched adds folders of the command line to a configuration.
func watched(c *config.Config, specs []string) {
	for _, spec := range specs {
		f := files.ParseSpec(spec)
		c.Folders = append(c.Folders, config.Folder{Path: f.Path, Table: f.Table})
	}
}
