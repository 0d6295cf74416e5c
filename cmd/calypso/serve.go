package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/calypso-kql/calypso/api"
	"github.com/calypso-kql/calypso/config"
	"github.com/calypso-kql/calypso/internal/pace"
	"github.com/calypso-kql/calypso/telemetry"
)

func serveCommand() *cobra.Command {
	var file, dir, listen string
	var watch, rules, set []string
	var saved savedFlags
	c := &cobra.Command{
		Use:   "serve [--config FILE] [--store DIR] [--listen ADDRESS] [--watch PATH]… [--rules PATH]…",
		Short: "Take logs and answer queries over HTTP",
		Long: `Serve a store over HTTP: POST /v1/ingest/TABLE takes logs, POST /v1/rest/query
answers queries as Kusto does. Only this machine can connect unless the
configuration says otherwise; docs/serve.md tells how.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := readConfig(file, overriding(set, dir, listen))
			if err != nil {
				return err
			}
			watched(&c, watch)
			c.Rules = append(c.Rules, rules...)
			pace.Server()
			return serve(cmd.Context(), c, saved.with(c.Workspace), served{Config: file, Set: set, Rules: rules})
		},
	}
	saved.register(c)
	c.Flags().StringVar(&file, "config", "", "configuration file")
	c.Flags().StringVar(&dir, "store", "", "the store's folder; overrides the file and CALYPSO_STORE")
	c.Flags().StringVar(&listen, "listen", "", "address to serve on; overrides the file and CALYPSO_LISTEN")
	c.Flags().StringArrayVar(&set, "set", nil, "a setting, NAME=VALUE, as limits.query_time=30s; overrides the file and CALYPSO_LIMITS_QUERY_TIME; may be repeated")
	c.Flags().StringArrayVar(&watch, "watch", nil, "folder or file whose logs are stored as they are written, PATH or TABLE=PATH; may be repeated")
	c.Flags().StringArrayVar(&rules, "rules", nil, "file or folder of rules that run on their schedule; may be repeated")
	return c
}

func tokenCommand() *cobra.Command {
	return &cobra.Command{
		Use: "token NAME ROLE…", Short: "Make a token for the configuration file",
		Long: `Make a token, and print it with the lines for the configuration file, which has
its digest only. Roles: reader, ingestor, operator, admin.`,
		Args: cobra.MinimumNArgs(2),
		RunE: func(_ *cobra.Command, args []string) error {
			var raw [32]byte
			if _, err := rand.Read(raw[:]); err != nil {
				return failed(err)
			}
			token := "calypso_" + base64.RawURLEncoding.EncodeToString(raw[:])
			sum := sha256.Sum256([]byte(token))
			t := config.Token{Name: args[0], SHA256: hex.EncodeToString(sum[:])}
			for _, role := range args[1:] {
				t.Roles = append(t.Roles, config.Role(role))
			}
			c := config.Default()
			c.Tokens = []config.Token{t}
			if err := c.Check(); err != nil {
				return err
			}
			fmt.Printf("The token, which is not shown again:\n\n  %s\n\nFor the configuration file:\n\ntokens:\n  - name: %q\n    sha256: %s\n    roles: [%s]\n", token, t.Name, t.SHA256, strings.Join(args[1:], ", "))
			return nil
		},
	}
}

// serve serves until ctx ends, and then lets the requests under way end.
func serve(ctx context.Context, c config.Config, saved *savedFlags, told served) (err error) {
	if err := c.CheckFiles(); err != nil {
		return &exitError{exitInvalid, err}
	}
	p, err := openParts(c, saved)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, failed(p.database.Close()), failed(p.store.Close())) }()
	if err := p.responses.queue.CheckSecrets(); err != nil {
		return failed(err)
	}
	if err := told.leave(c.Store); err != nil {
		return failed(err)
	}
	listener, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return failed(err)
	}
	server, requests, err := p.server(ctx, c, listener.Addr().String())
	if err != nil {
		return err
	}
	p.log.Info("serving", "address", listener.Addr().String(), "store", c.Store, "tokens", len(c.Tokens), "tls", c.TLS.Certificate != "")
	from := startSources(ctx, c, p.intake, schemas{p.catalog}, p.log)
	defer from.close()
	rules, err := startRules(ctx, c, p.ruleParts, p.log)
	if err != nil {
		return failed(err)
	}
	defer rules.close()
	done := make(chan error, 1)
	go func() {
		limited := api.Limit(server, listener, c.Limits.Connections)
		if c.TLS.Certificate != "" {
			done <- server.ServeTLS(limited, c.TLS.Certificate, c.TLS.Key)
			return
		}
		done <- server.Serve(limited)
	}()
	select {
	case err := <-done:
		return failed(err)
	case err = <-from.ended:
		p.log.Error("stopping", "error", err)
	case <-ctx.Done():
	}
	return failed(errors.Join(err, p.stop(server, requests)))
}

// newLog returns the log of a configuration that was checked.
func newLog(c config.Log) *slog.Logger {
	var level slog.Level
	// The level was checked.
	_ = level.UnmarshalText([]byte(c.Level))
	o := &slog.HandlerOptions{Level: level}
	if c.Format == "json" {
		return slog.New(slog.NewJSONHandler(os.Stderr, o))
	}
	return slog.New(slog.NewTextHandler(os.Stderr, o))
}

// observe returns what is told of everything that the server does.
func observe(c config.Config) (*telemetry.Observer, error) {
	traces, err := telemetry.NewTraces(c.Traces.Endpoint, c.Traces.Ratio, version())
	if err != nil {
		return nil, err
	}
	return &telemetry.Observer{Metrics: telemetry.NewMetrics(version()), Traces: traces, Now: time.Now}, nil
}
