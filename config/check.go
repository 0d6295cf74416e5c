package config

import (
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/url"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// isWithin reports whether a path is a folder or something in it.
func isWithin(path, folder string) bool {
	rel, err := filepath.Rel(folder, path)
	return err == nil && filepath.IsLocal(rel)
}

// Check returns all that is wrong with c, nil if nothing is.
func (c *Config) Check() error {
	var errs []error
	wrong := func(key, format string, args ...any) {
		errs = append(errs, fmt.Errorf("%s: %w", c.places.at(key), fmt.Errorf(format, args...)))
	}
	if c.Store == "" {
		wrong("store", "want a folder")
	}
	if scheme, _, ok := strings.Cut(c.Database, "://"); ok && scheme != "postgres" && scheme != "postgresql" {
		wrong("database", "%q is neither a file nor postgres://…", c.Database)
	}
	if c.Backups != "" && isWithin(c.Backups, c.Store) {
		wrong("backups", "%s is in the folder of the store, %s: a backup is to have a folder elsewhere", c.Backups, c.Store)
	}
	if !slices.Contains([]string{"sentinel", "defender_xdr", "unified"}, c.Catalog) {
		wrong("catalog", "%q is none of sentinel, defender_xdr and unified", c.Catalog)
	}
	if c.OldTimes != "keep" && c.OldTimes != "log_analytics" {
		wrong("old_times", "%q is neither keep nor log_analytics", c.OldTimes)
	}
	c.checkListen(wrong)
	c.Limits.check(wrong)
	for _, k := range c.Workspace.SearchKeys {
		if alias, column, ok := strings.Cut(k, "="); !ok || alias == "" || column == "" {
			wrong("workspace.search_keys", "%q: want ALIAS=COLUMN, as VIPUsers=UserPrincipalName", k)
		}
	}
	c.Notifications.check(wrong)
	c.checkSources(wrong)
	if c.Follow.Settle <= 0 || c.Follow.LastLine <= 0 || c.Follow.Rescan <= 0 || c.Follow.Remember <= 0 {
		wrong("follow", "want settle, last_line, rescan and remember to be positive")
	}
	if k := c.Incidents.Keep; k != 0 && k < leastKept {
		wrong("incidents.keep", "%s: want 0, for ever, or %s and more, since grouping looks back", k, leastKept)
	}
	c.Schedule.check(wrong)
	c.Log.check(wrong)
	c.Traces.check(wrong)
	for i, t := range c.Tokens {
		if err := t.check(); err != nil {
			wrong(fmt.Sprintf("tokens[%d]", i), "%w", err)
		}
	}
	return errors.Join(errs...)
}

// checkListen says what is wrong with how others reach the server.
func (c *Config) checkListen(wrong func(key, format string, args ...any)) {
	local, err := c.Local()
	if err != nil {
		wrong("listen", "%w", err)
	}
	if (c.TLS.Certificate == "") != (c.TLS.Key == "") {
		wrong("tls", "want both certificate and key, or neither")
	}
	if err == nil && !local {
		if c.TLS.Certificate == "" && !c.Plaintext {
			wrong("listen", "other machines reach %s: give tls a certificate and a key, or say plaintext: true if a proxy in front has them", c.Listen)
		}
		if len(c.Tokens) == 0 {
			wrong("listen", "other machines reach %s: say in tokens who may connect; calypso token makes one", c.Listen)
		}
	}
}

// checkSources says what is wrong with where logs come from.
func (c *Config) checkSources(wrong func(key, format string, args ...any)) {
	for i, f := range c.Folders {
		if f.Path == "" {
			wrong(fmt.Sprintf("folders[%d]", i), "want a path")
		}
	}
	names := map[string]bool{}
	for i := range c.Kafka {
		k := &c.Kafka[i]
		if err := k.check(); err != nil {
			wrong(fmt.Sprintf("kafka[%d]", i), "%w", err)
		}
		if names[k.Name] {
			wrong(fmt.Sprintf("kafka[%d]", i), "there are two called %s", k.Name)
		}
		names[k.Name] = true
	}
}

func (l *Log) check(wrong func(key, format string, args ...any)) {
	if l.Format != "text" && l.Format != "json" {
		wrong("log.format", "%q is neither text nor json", l.Format)
	}
	if !slices.Contains([]string{"debug", "info", "warn", "error"}, l.Level) {
		wrong("log.level", "%q is none of debug, info, warn and error", l.Level)
	}
}

func (t *Traces) check(wrong func(key, format string, args ...any)) {
	if u, err := url.Parse(t.Endpoint); t.Endpoint != "" && (err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "") {
		wrong("traces.endpoint", "%q is no URL such as http://localhost:4318", t.Endpoint)
	}
	if t.Ratio < 0 || t.Ratio > 1 {
		wrong("traces.ratio", "must be from 0 to 1")
	}
}

func (t *Token) check() error {
	if t.Name == "" {
		return errors.New("want a name")
	}
	if sum, err := hex.DecodeString(t.SHA256); err != nil || len(sum) != 32 {
		return fmt.Errorf("%s: sha256 must be 64 hexadecimal digits: calypso token makes a token and prints them", t.Name)
	}
	if len(t.Roles) == 0 {
		return fmt.Errorf("%s: want roles: reader, ingestor, operator or admin", t.Name)
	}
	for _, r := range t.Roles {
		if !slices.Contains([]Role{Reader, Ingestor, Operator, Admin}, r) {
			return fmt.Errorf("%s: role %q is none of reader, ingestor, operator and admin", t.Name, r)
		}
	}
	for _, p := range t.Tables {
		if _, err := path.Match(p, ""); err != nil {
			return fmt.Errorf("%s: table %q: %w", t.Name, p, err)
		}
	}
	return nil
}

// Local reports whether only this machine reaches the address.
func (c *Config) Local() (bool, error) {
	host, port, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return false, fmt.Errorf("%q is no host:port: %w", c.Listen, err)
	}
	if _, err := net.LookupPort("tcp", port); err != nil {
		return false, fmt.Errorf("%q: %q is no port: want a number up to 65535", c.Listen, port)
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return host == "localhost" || ip != nil && ip.IsLoopback(), nil
}
