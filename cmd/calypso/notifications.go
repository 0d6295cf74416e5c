package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/calypso-kql/calypso/config"
	"github.com/calypso-kql/calypso/database"
	"github.com/calypso-kql/calypso/internal/oneline"
	"github.com/calypso-kql/calypso/notify"
)

func notificationsCommand() *cobra.Command {
	c := &cobra.Command{Use: "notifications", Short: "Show messages about alerts and incidents, send them again, test channels"}
	c.AddCommand(notificationsListCommand(), notificationsRetryCommand(), notificationsTestCommand())
	for _, sub := range c.Commands() {
		sub.DisableFlagsInUseLine = true
	}
	return c
}

func notificationsListCommand() *cobra.Command {
	var (
		from   databaseFlags
		f      notify.Filter
		states []string
		format string
	)
	c := &cobra.Command{
		Use:   "list --store DIR [--state S,…] [--channel NAME] [--limit N] [-o text|json]",
		Short: "Show messages, the latest first",
		Long: `Show messages, the latest first, also while calypso serve runs. States: waiting (to
be sent, or to be sent again), sent, folded (another message stands for it), dead (was
refused, or has not been taken for so long that it is not tried any more).`,
		Example: "  calypso notifications list --store data --state dead",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			var err error
			if f.States, err = each(states, notify.ParseState); err != nil {
				return err
			}
			db, err := from.read()
			if err != nil {
				return err
			}
			defer db.Close()
			if err := notify.Migrate(db); err != nil {
				return failed(err)
			}
			entries, err := notify.List(db, f)
			if err != nil {
				return failed(err)
			}
			if format == "text" {
				defer tellLimit(len(entries), f.Limit)
			}
			return showNotifications(entries, format)
		},
	}
	from.register(c)
	c.Flags().StringSliceVar(&states, "state", nil, "only messages in these states: waiting, sent, folded, dead")
	c.Flags().StringVar(&f.Channel, "channel", "", "only messages of this channel")
	c.Flags().IntVar(&f.Limit, "limit", 50, "at most so many; 0 is all")
	c.Flags().StringVarP(&format, "output", "o", "text", "text or json")
	return c
}

func showNotifications(entries []notify.Entry, format string) error {
	switch format {
	case "json":
		enc := json.NewEncoder(os.Stdout)
		for _, e := range entries {
			if err := enc.Encode(e); err != nil {
				return failed(err)
			}
		}
		return nil
	case "text":
	default:
		return fmt.Errorf("want -o text or json, not %q", format)
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "Created\tChannel\tState\tAttempts\tEvent\tID\tMessage\tError")
	for _, e := range entries {
		fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%s\t%s\t%s\t%s\n", stamp(e.Created), e.Channel, e.State, e.Attempt, e.Type, e.ID, e.Headline, oneline.Of(e.Error))
	}
	return failed(w.Flush())
}

func notificationsRetryCommand() *cobra.Command {
	var (
		from databaseFlags
		f    notify.Filter
		all  bool
	)
	c := &cobra.Command{
		Use:   "retry --store DIR (ID… | --all [--channel NAME])",
		Short: "Let dead messages be sent again, and waiting ones at once",
		Long: `Let dead messages be sent again, and those that wait at once. calypso serve, or the
next calypso schedule, sends them; each has the ID that it had.`,
		RunE: func(_ *cobra.Command, args []string) error {
			if (len(args) > 0) == all {
				return errors.New("want the IDs of messages, or --all")
			}
			f.IDs = args
			db, err := from.open()
			if err != nil {
				return err
			}
			defer db.Close()
			if err := notify.Migrate(db); err != nil {
				return failed(err)
			}
			n, err := notify.Retry(db, f, time.Now())
			if err != nil {
				return failed(err)
			}
			fmt.Printf("%s to be sent\n", count(int(n), "message"))
			if int(n) < len(args) {
				return failed(fmt.Errorf("%d of the IDs are of no message that is dead or waits", len(args)-int(n)))
			}
			return nil
		},
	}
	from.register(c)
	c.Flags().BoolVar(&all, "all", false, "all of them")
	c.Flags().StringVar(&f.Channel, "channel", "", "only messages of this channel")
	return c
}

func notificationsTestCommand() *cobra.Command {
	var file, event string
	c := &cobra.Command{
		Use:   "test --config FILE [--event TYPE] [CHANNEL…]",
		Short: "Send a test message to channels, to all if none is named",
		Long: `Send a message to channels of a configuration at once, and say what became of it:
a test, or with --event a sample of an event, as incident.created.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := readConfig(file, nil)
			if err != nil {
				return err
			}
			return testChannels(cmd.Context(), c, event, args)
		},
	}
	c.Flags().StringVar(&file, "config", "", "configuration file")
	c.Flags().StringVar(&event, "event", string(notify.Test), "type of the event that is sent")
	return c
}

func testChannels(ctx context.Context, c config.Config, event string, names []string) error {
	all := notify.Samples()
	i := slices.IndexFunc(all, func(e notify.Event) bool { return string(e.Type) == event })
	if i < 0 {
		var types []string
		for _, e := range all {
			types = append(types, string(e.Type))
		}
		return fmt.Errorf("--event %s: there is no such event: want %s", event, strings.Join(types, ", "))
	}
	e := all[i]
	e.Time = time.Now().UTC()
	e.ID = fmt.Sprintf("test:%d", e.Time.UnixNano())
	if len(names) == 0 {
		for _, ch := range c.Notifications.Channels {
			names = append(names, ch.Name)
		}
	}
	if len(names) == 0 {
		return errors.New("the configuration has no channels: docs/notify.md tells how to write them")
	}
	// A queue of its own: what waits in that of a server is not touched.
	dir, err := os.MkdirTemp("", "calypso")
	if err != nil {
		return failed(err)
	}
	defer os.RemoveAll(dir)
	db, err := database.Open(filepath.Join(dir, "test.db"))
	if err != nil {
		return failed(err)
	}
	defer db.Close()
	queue, err := notify.New(notify.Options{DB: db, Config: c.Notifications, Version: version(), Now: time.Now, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		return failed(err)
	}
	broken := false
	for _, name := range names {
		began := time.Now()
		if err := queue.Send(ctx, name, e); err != nil {
			broken = true
			fmt.Printf("%s: %v\n", name, err)
			continue
		}
		fmt.Printf("%s: sent in %s\n", name, time.Since(began).Round(time.Millisecond))
	}
	if broken {
		return &exitError{code: exitFailed}
	}
	return nil
}
