package main

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/calypso-kql/calypso/command"
	"github.com/calypso-kql/calypso/functions"
	"github.com/calypso-kql/calypso/output"
	"github.com/calypso-kql/calypso/store"
	"github.com/calypso-kql/calypso/workspace"
)

// manage runs a management command over the store of the session. Whoever may open
// the store's folder may do everything.
func (s *session) manage(ctx context.Context, text string, now int64) error {
	if s.set.store == nil {
		return failed(errors.New("management commands are about a store: give its folder with --store"))
	}
	r, err := command.New(command.Options{Store: s.set.store, Engine: s.engine, Now: time.Now, Version: version()})
	if err != nil {
		return failed(err)
	}
	st, err := r.Parse(text)
	if err != nil {
		return mistaken(err)
	}
	request, err := s.ask.request()
	if err != nil {
		return err
	}
	ctx, cancel := s.limits.context(ctx)
	defer cancel()
	tables, err := r.Run(ctx, st, &command.Session{Admin: true, Catalog: s.ws, Run: s.limits.options(now, s.data), Request: request})
	// What the command has changed is what the next query reads.
	s.set.snap = s.set.store.Snapshot()
	if err != nil {
		return mistaken(err)
	}
	return failed(output.Write(s.out, s.format, tables, textOptions()))
}

// mistaken is an error of a command: of its text, or of what it did.
func mistaken(err error) error {
	var text *command.Error
	if errors.As(err, &text) {
		return &exitError{exitInvalid, fmt.Errorf("\n%w", text)}
	}
	return failed(err)
}

// createdFunctions adds the functions that commands have created in a store.
func createdFunctions(s *store.Store, tell func(error)) workspace.Option {
	l := command.NewLibrary(s)
	return workspace.WithCreatedFunctions(func() *functions.Library {
		have, err := l.Functions()
		if err != nil {
			tell(err)
		}
		return have
	})
}

// version returns which build of Calypso this is.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" || info.Main.Version == "(devel)" {
		return "devel"
	}
	return info.Main.Version
}
