package config

import (
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/url"
	"path"
	"slices"
	"strings"
)

// Kind returns the kind of a channel: webhook, slack, teams, email, alertmanager,
// syslog or file. It is empty if there is none, or more than one.
func (c *Channel) Kind() string {
	kind, n := "", 0
	for _, k := range []struct {
		name  string
		given bool
	}{
		{"webhook", c.Webhook != Webhook{}}, {"slack", c.Slack != Endpoint{}}, {"teams", c.Teams != Endpoint{}},
		{"email", c.Email.Server+c.Email.From != "" || len(c.Email.To) > 0},
		{"alertmanager", c.Alertmanager.URL != "" || len(c.Alertmanager.Labels) > 0},
		{"syslog", c.Syslog != Syslog{}}, {"file", c.File != FileChannel{}},
	} {
		if k.given {
			kind = k.name
			n++
		}
	}
	if n != 1 {
		return ""
	}
	return kind
}

// check tells what is wrong with notifications.
func (n *Notifications) check(wrong func(key, format string, args ...any)) {
	if n.GiveUp <= 0 {
		wrong("notifications.give_up", "must be more than 0")
	}
	names := map[string]bool{}
	for i := range n.Channels {
		c := &n.Channels[i]
		at := fmt.Sprintf("notifications.channels[%d]", i)
		if !nameOfCluster.MatchString(c.Name) {
			wrong(at, "name %q: want letters, digits, '.', '_' and '-'", c.Name)
		}
		if names[c.Name] {
			wrong(at, "there are two called %s", c.Name)
		}
		names[c.Name] = true
		if err := c.check(); err != nil {
			wrong(at, "%s: %w", c.Name, err)
		}
	}
	for i, r := range n.Routes {
		if err := r.check(names); err != nil {
			wrong(fmt.Sprintf("notifications.routes[%d]", i), "%w", err)
		}
	}
}

func (r *Route) check(channels map[string]bool) error {
	var errs []error
	wrong := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	for _, e := range r.Events {
		if !slices.Contains(EventTypes(), e) {
			wrong("event %q is none of %s", e, list(EventTypes()))
		}
	}
	severities := []string{"High", "Medium", "Low", "Informational"}
	for _, s := range r.Severities {
		if !slices.Contains(severities, s) {
			wrong("severity %q is none of %s", s, list(severities))
		}
	}
	for _, p := range slices.Concat(r.Rules, r.Tags) {
		if _, err := path.Match(p, ""); err != nil {
			wrong("%q: %w", p, err)
		}
	}
	if len(r.Channels) == 0 {
		wrong("want channels")
	}
	for _, c := range r.Channels {
		if !channels[c] {
			wrong("there is no channel %q", c)
		}
	}
	return errors.Join(errs...)
}

func list[S ~string](names []S) string {
	var out []string
	for _, n := range names {
		out = append(out, string(n))
	}
	return strings.Join(out, ", ")
}

// check returns what is wrong with a channel.
func (c *Channel) check() error {
	var errs []error
	wrong := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	kind := c.Kind()
	switch kind {
	case "":
		wrong("want one of webhook, slack, teams, email, alertmanager, syslog and file")
	case "webhook":
		c.Webhook.check(c.Plaintext, wrong)
	case "slack":
		one("slack: url_file or url_env", wrong, c.Slack.URLFile, c.Slack.URLEnv)
	case "teams":
		one("teams: url_file or url_env", wrong, c.Teams.URLFile, c.Teams.URLEnv)
	case "email":
		c.Email.check(c.Plaintext, wrong)
	case "alertmanager":
		c.Alertmanager.check(c.Plaintext, wrong)
	case "syslog":
		c.Syslog.check(c.Plaintext, c.TLS, wrong)
	case "file":
		if c.TLS != (ChannelTLS{}) {
			wrong("a file has no tls")
		}
	}
	if (c.TLS.Certificate == "") != (c.TLS.Key == "") {
		wrong("tls: want both certificate and key, or neither")
	}
	if c.Rate < 0 || c.Concurrency < 0 || c.Timeout < 0 || c.Digest < 0 || c.Limit.Messages < 0 || c.Limit.Within < 0 {
		wrong("rate, concurrency, timeout, digest and limit must not be negative")
	}
	if (c.Limit.Messages == 0) != (c.Limit.Within == 0) {
		wrong("limit: want both messages and within")
	}
	folds := kind == "slack" || kind == "teams" || kind == "email" || kind == "webhook"
	if kind != "" && !folds && (c.Digest != 0 || c.Limit != Limit{}) {
		wrong("digest and limit are for people: %s is told each event", kind)
	}
	if c.Digest != 0 && c.Limit != (Limit{}) {
		wrong("want digest or limit, not both")
	}
	c.Templates.check(kind, wrong)
	return errors.Join(errs...)
}

// check tells of templates that a kind has no use for.
func (t *Templates) check(kind string, wrong func(format string, args ...any)) {
	has := map[string][]string{
		"webhook": {"body"}, "slack": {"title", "text", "body"}, "teams": {"title", "text", "body"}, "email": {"title", "text", "html"},
		"alertmanager": {"title", "text"}, "syslog": {"title", "text"},
	}
	for name, text := range map[string]string{"title": t.Title, "text": t.Text, "html": t.HTML, "body": t.Body} {
		if text != "" && kind != "" && !slices.Contains(has[kind], name) {
			wrong("templates: %s has no %s", kind, name)
		}
	}
	if t.Body != "" && t.Title+t.Text != "" {
		wrong("templates: body is all of the message: leave title and text out")
	}
}

// one wants exactly one of two settings.
func one(what string, wrong func(format string, args ...any), a, b string) {
	if (a == "") == (b == "") {
		wrong("want %s, one of them", what)
	}
}

func (w *Webhook) check(plaintext bool, wrong func(format string, args ...any)) {
	n := 0
	for _, s := range []string{w.URL, w.URLFile, w.URLEnv} {
		if s != "" {
			n++
		}
	}
	if n != 1 {
		wrong("webhook: want url, url_file or url_env, one of them")
	}
	checkURL("webhook: url", w.URL, plaintext, wrong)
	if w.SecretFile != "" && w.SecretEnv != "" {
		wrong("webhook: want secret_file or secret_env, not both")
	}
	if w.TokenFile != "" && w.TokenEnv != "" {
		wrong("webhook: want token_file or token_env, not both")
	}
}

func (a *Alertmanager) check(plaintext bool, wrong func(format string, args ...any)) {
	if a.URL == "" {
		wrong("alertmanager: want url, such as https://alertmanager:9093")
	}
	checkURL("alertmanager: url", a.URL, plaintext, wrong)
	if a.TokenFile != "" && a.TokenEnv != "" {
		wrong("alertmanager: want token_file or token_env, not both")
	}
	for _, l := range a.Labels {
		name, value, _ := strings.Cut(l, "=")
		if !nameOfLabel(name) || value == "" {
			wrong("alertmanager: label %q: want NAME=VALUE, letters, digits and _ in the name", l)
		}
	}
}

// nameOfLabel reports whether Prometheus takes a name for a label.
func nameOfLabel(name string) bool {
	for i, r := range name {
		if r != '_' && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return name != ""
}

func (e *Email) check(plaintext bool, wrong func(format string, args ...any)) {
	if host, port, err := net.SplitHostPort(e.Server); err != nil || host == "" || port == "" {
		wrong("email: server %q is no host:port", e.Server)
	}
	if _, err := mail.ParseAddress(e.From); err != nil {
		wrong("email: from %q: %w", e.From, err)
	}
	if len(e.To) == 0 {
		wrong("email: want addresses in to")
	}
	for _, to := range e.To {
		if _, err := mail.ParseAddress(to); err != nil {
			wrong("email: to %q: %w", to, err)
		}
	}
	if !slices.Contains([]string{"", "starttls", "tls", "none"}, e.Security) {
		wrong("email: security %q is none of starttls, tls and none", e.Security)
	}
	if e.Security == "none" && !plaintext {
		wrong("email: alerts would go over the network in the open: say security: starttls, or plaintext: true")
	}
	if e.User != "" || e.PasswordFile+e.PasswordEnv != "" {
		one("email: password_file or password_env", wrong, e.PasswordFile, e.PasswordEnv)
		if e.User == "" {
			wrong("email: want user for the password")
		}
	}
}

// Facilities are syslog's, in the order of their numbers.
func Facilities() []string {
	return []string{"kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp", "ntp", "audit", "alert", "clock",
		"local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7"}
}

func (s *Syslog) check(plaintext bool, tls ChannelTLS, wrong func(format string, args ...any)) {
	if host, port, err := net.SplitHostPort(s.Address); err != nil || host == "" || port == "" {
		wrong("syslog: address %q is no host:port", s.Address)
	} else if s.Network != "tls" && !plaintext && !IsLocal(host) {
		wrong("syslog: alerts would go over the network in the open: say network: tls, or plaintext: true")
	}
	if !slices.Contains([]string{"udp", "tcp", "tls"}, s.Network) {
		wrong("syslog: network %q is none of udp, tcp and tls", s.Network)
	}
	if s.Network != "tls" && tls != (ChannelTLS{}) {
		wrong("syslog: tls is for network: tls")
	}
	if s.Facility != "" && !slices.Contains(Facilities(), s.Facility) {
		wrong("syslog: facility %q is none of %s", s.Facility, list(Facilities()))
	}
}

func checkURL(what, address string, plaintext bool, wrong func(format string, args ...any)) {
	switch {
	case address == "":
	case !isURL(address, true):
		wrong("%s: %q is no address such as https://host/path", what, address)
	case !isURL(address, plaintext):
		wrong("%s: alerts would go over the network in the open: want https, or say plaintext: true", what)
	}
}

// isURL reports whether a text is the address of an HTTP server: one that has TLS,
// or is on this machine, unless others are allowed.
func isURL(s string, plaintext bool) bool {
	u, err := url.Parse(s)
	return err == nil && u.Host != "" && (u.Scheme == "https" || u.Scheme == "http" && (plaintext || IsLocal(u.Hostname())))
}

// IsLocal reports whether a host is this machine.
func IsLocal(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
