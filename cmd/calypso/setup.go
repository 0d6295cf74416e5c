package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/calypso-kql/calypso/command"
	"github.com/calypso-kql/calypso/kql"
)

// runSetup runs the management commands in a file, one after the other: tables,
// mappings and functions are there before the first record is. A command begins
// with a dot at the beginning of a line.
func runSetup(ctx context.Context, path string, r *command.Runner, s *command.Session) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	all := commandsOf(string(text))
	failed := func(i int, err error) error {
		return &exitError{exitInvalid, fmt.Errorf("%s: the command at line %d: %w", path, all[i].line, err)}
	}
	var read []*command.Statement
	for i, c := range all {
		st, err := r.Parse(c.text)
		if err != nil {
			return failed(i, err)
		}
		read = append(read, st)
	}
	return r.RunAll(ctx, read, s, func(i int, _ []kql.Table, err error) error {
		if err != nil {
			return failed(i, err)
		}
		return nil
	})
}

// A located is a command of a file.
type located struct {
	text string
	line int
}

// commandsOf cuts a text into its commands.
func commandsOf(text string) []located {
	var out []located
	n := 0
	for line := range strings.Lines(text) {
		n++
		switch {
		case strings.HasPrefix(line, "."):
			out = append(out, located{line, n})
		case strings.HasPrefix(strings.TrimSpace(line), "//") && (len(out) == 0 || strings.TrimSpace(out[len(out)-1].text) == ""):
		case len(out) > 0:
			out[len(out)-1].text += line
		case strings.TrimSpace(line) != "":
			out = append(out, located{line, n}) // no command, which is told
		}
	}
	return out
}

// checkSetup returns what is wrong with the text of a file of commands.
func checkSetup(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	r, err := command.New(command.Options{})
	if err != nil {
		return err
	}
	var errs []error
	for _, c := range commandsOf(string(text)) {
		if _, err := r.Parse(c.text); err != nil {
			errs = append(errs, fmt.Errorf("%s: the command at line %d: %w", path, c.line, err))
		}
	}
	return errors.Join(errs...)
}
