package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/calypso-kql/calypso/config"
	"github.com/calypso-kql/calypso/notify"
)

// readConfig reads the file, if there is one, the environment and the settings of
// flags, NAME=VALUE, each over the one before. All that is wrong is one error.
func readConfig(file string, set []string) (config.Config, error) {
	c := config.Default()
	var errs []error
	if file != "" {
		var err error
		c, err = config.Read(file)
		errs = append(errs, err)
	}
	errs = append(errs, c.Env(os.LookupEnv))
	for _, s := range set {
		key, value, ok := strings.Cut(s, "=")
		if !ok {
			errs = append(errs, fmt.Errorf("--set %s: want NAME=VALUE", s))
			continue
		}
		if err := c.Set(key, value); err != nil {
			errs = append(errs, fmt.Errorf("--set %w", err))
		}
	}
	if err := errors.Join(append(errs, c.Check())...); err != nil {
		return c, &exitError{exitInvalid, err}
	}
	return c, nil
}

// overriding returns --store and --listen, and what --set gives, as settings.
func overriding(set []string, store, listen string) []string {
	out := slices.Clone(set)
	if store != "" {
		out = append(out, "store="+store)
	}
	if listen != "" {
		out = append(out, "listen="+listen)
	}
	return out
}

func configCommand() *cobra.Command {
	c := &cobra.Command{Use: "config", Short: "Check a configuration file, or print one with all settings"}
	check := &cobra.Command{
		Use: "check FILE", Short: "Say all that is wrong with a configuration file", Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			c, err := readConfig(args[0], nil)
			if err == nil {
				if err = c.CheckFiles(); err != nil {
					err = &exitError{exitInvalid, err}
				}
			}
			if err == nil && c.Setup != "" {
				if err = checkSetup(c.Setup); err != nil {
					err = &exitError{exitInvalid, err}
				}
			}
			if err == nil {
				if err = notify.Check(c.Notifications); err != nil {
					err = &exitError{exitInvalid, err}
				}
			}
			if err == nil {
				var notes []string
				notes, err = unknownTables(c)
				for _, n := range append(c.Missing(), notes...) {
					fmt.Fprintln(os.Stderr, n)
				}
			}
			if err == nil {
				fmt.Printf("%s is valid: the store is %s, served on %s\n", args[0], c.Store, c.Listen)
			}
			return err
		},
	}
	example := &cobra.Command{
		Use: "example", Short: "Print a configuration file with all settings, commented", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Print(config.Example())
			return failed(err)
		},
	}
	check.DisableFlagsInUseLine = true
	c.AddCommand(check, example)
	return c
}
