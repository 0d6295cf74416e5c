package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"

	"github.com/calypso-kql/calypso/config"
	"github.com/calypso-kql/calypso/files"
	"github.com/calypso-kql/calypso/folders"
	"github.com/calypso-kql/calypso/ingest"
	"github.com/calypso-kql/calypso/intake"
	"github.com/calypso-kql/calypso/kafka"
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
			Settle: c.Follow.Settle, LastLine: c.Follow.LastLine, Rescan: c.Follow.Rescan, Remember: c.Follow.Remember,
		}
		for _, f := range c.Folders {
			o.Folders = append(o.Folders, folders.Folder{Path: f.Path, Table: f.Table})
			log.Info("following", "path", f.Path, "table", f.Table)
		}
		s.start(func() error { return folders.Follow(ctx, o) })
	}
	for _, k := range c.Kafka {
		o, err := kafkaOptions(k, c.Store)
		o.Intake, o.Log = in, log
		s.start(func() error {
			if err != nil {
				return fmt.Errorf("kafka %s: %w", k.Name, err)
			}
			return kafka.Consume(ctx, o)
		})
	}
	return s
}

// kafkaOptions returns how a cluster is consumed.
func kafkaOptions(k config.Kafka, storeDir string) (kafka.Options, error) {
	o := kafka.Options{Name: k.Name, Brokers: k.Brokers, Group: k.Group, Topics: map[string]string{}, AtEnd: k.FromEnd, DeadLetters: k.DeadLetters, Session: k.Session}
	if o.DeadLetters == "" {
		o.DeadLetters = filepath.Join(storeDir, "dead-letters", k.Name+".ndjson")
	}
	for _, t := range k.Topics {
		o.Topics[t.Topic] = t.Table
	}
	if k.IsEventHubs() {
		broker, login, hub, err := kafka.EventHubs(config.Secret(k.ConnectionStringFile, k.ConnectionStringEnv))
		if err != nil {
			return o, err
		}
		if len(o.Topics) == 0 {
			if hub == "" {
				return o, errors.New("the connection string is for a namespace: say in topics which event hubs")
			}
			o.Topics[hub] = ""
		}
		o.Brokers, o.Login, o.TLS = []string{broker}, login, &tls.Config{MinVersion: tls.VersionTLS12}
		return o, nil
	}
	if k.SASL.Mechanism != "" {
		o.Login = &kafka.Login{Mechanism: k.SASL.Mechanism, User: k.SASL.User, Password: config.Secret(k.SASL.PasswordFile, k.SASL.PasswordEnv)}
	}
	if !k.TLS.Enabled {
		return o, nil
	}
	o.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
	if k.TLS.CA != "" {
		pem, err := os.ReadFile(k.TLS.CA)
		if err != nil {
			return o, err
		}
		o.TLS.RootCAs = x509.NewCertPool()
		if !o.TLS.RootCAs.AppendCertsFromPEM(pem) {
			return o, fmt.Errorf("%s has no certificate in PEM", k.TLS.CA)
		}
	}
	if k.TLS.Certificate != "" {
		pair, err := tls.LoadX509KeyPair(k.TLS.Certificate, k.TLS.Key)
		if err != nil {
			return o, err
		}
		o.TLS.Certificates = []tls.Certificate{pair}
	}
	return o, nil
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
