package notify

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/calypso-kql/calypso/config"
)

// A Message is an event on its way to a channel.
type Message struct {
	// ID is the same in every attempt.
	ID      string
	Attempt int
	Event   *Event
}

// A sender takes messages to where a channel goes. It is safe for concurrent use.
type sender interface {
	// send returns when the other side has the message. An error that is no
	// *refusal may be over at the next attempt.
	send(ctx context.Context, m *Message) error
}

// A refusal is an error that says more than that something failed.
type refusal struct {
	err error
	// final says that the same message will not be taken later either.
	final bool
	// after is for how long nothing should be sent; 0 if that was not said.
	after time.Duration
}

// Error implements error.
func (r *refusal) Error() string { return r.err.Error() }

// Unwrap returns what was refused and why.
func (r *refusal) Unwrap() error { return r.err }

// A channel is one of the configuration, ready to send.
type channel struct {
	config.Channel
	kind   string
	sender sender
	// secrets are read at the start to see that they are there.
	secrets []secret
}

// checkSecrets says which secrets can't be read.
func (c *channel) checkSecrets() error {
	var errs []error
	for _, s := range c.secrets {
		if _, err := s(); err != nil {
			errs = append(errs, fmt.Errorf("notifications: channel %s: %w", c.Name, err))
		}
	}
	return errors.Join(errs...)
}

// secretsOf returns the secrets of a channel.
func secretsOf(c *config.Channel) (out []secret) {
	for _, s := range []secret{
		secretOf(c.Webhook.URLFile, c.Webhook.URLEnv), secretOf(c.Webhook.TokenFile, c.Webhook.TokenEnv), secretOf(c.Slack.URLFile, c.Slack.URLEnv),
		secretOf(c.Teams.URLFile, c.Teams.URLEnv), secretOf(c.Email.PasswordFile, c.Email.PasswordEnv), secretOf(c.Alertmanager.TokenFile, c.Alertmanager.TokenEnv),
	} {
		if s != nil {
			out = append(out, s)
		}
	}
	if key := secretOf(c.Webhook.SecretFile, c.Webhook.SecretEnv); key != nil {
		out = append(out, func() (string, error) {
			text, err := key()
			if err == nil {
				_, err = signingKeys(text)
			}
			return text, err
		})
	}
	return out
}

// defaultTimeout is how long sending a message may take.
const defaultTimeout = 20 * time.Second

// defaults are what a kind of channel is sent, if the configuration does not say.
func (c *channel) defaults() {
	switch c.kind {
	case "slack", "teams":
		// Both services take about one message a second.
		c.Rate = orElse(c.Rate, 1)
		fallthrough
	case "email":
		if c.Digest == 0 && c.Limit.Messages == 0 {
			c.Limit = config.Limit{Messages: 30, Within: 10 * time.Minute}
		}
	case "webhook", "alertmanager":
		c.Concurrency = orElse(c.Concurrency, 4)
	}
	c.Concurrency = orElse(c.Concurrency, 1)
	c.Timeout = orElse(c.Timeout, defaultTimeout)
}

func orElse[T int | float64 | time.Duration](v, otherwise T) T {
	if v == 0 {
		return otherwise
	}
	return v
}

// open makes a channel of a configuration that was checked. Secrets are read when a
// message is sent, so that files can be exchanged.
func open(c config.Channel, version string) (*channel, error) {
	out := &channel{Channel: c, kind: c.Kind(), secrets: secretsOf(&c)}
	out.defaults()
	tlsConfig, err := clientTLS(c.TLS)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.Name, err)
	}
	switch out.kind {
	case "webhook":
		out.sender, err = newWebhook(c, tlsConfig)
	case "slack":
		out.sender, err = newSlack(c, tlsConfig)
	case "teams":
		out.sender, err = newTeams(c, tlsConfig)
	case "email":
		out.sender, err = newEmail(c, tlsConfig)
	case "alertmanager":
		out.sender, err = newAlertmanager(c, tlsConfig)
	case "syslog":
		out.sender, err = newSyslog(c, tlsConfig, version)
	case "file":
		out.sender = &file{path: c.File.Path}
	default:
		err = errors.New("want one kind of channel")
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.Name, err)
	}
	return out, nil
}

// Check returns what is wrong with the templates of channels and with the files
// that their tls names.
func Check(n config.Notifications) error {
	var errs []error
	for i := range n.Channels {
		if _, err := open(n.Channels[i], ""); err != nil {
			errs = append(errs, fmt.Errorf("notifications: channel %w", err))
		}
	}
	return errors.Join(errs...)
}

// clientTLS returns how servers are verified: always.
func clientTLS(c config.ChannelTLS) (*tls.Config, error) {
	out := &tls.Config{MinVersion: tls.VersionTLS12}
	if c.CA != "" {
		pem, err := os.ReadFile(c.CA)
		if err != nil {
			return nil, err
		}
		out.RootCAs = x509.NewCertPool()
		if !out.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("%s has no certificate in PEM", c.CA)
		}
	}
	if c.Certificate != "" {
		pair, err := tls.LoadX509KeyPair(c.Certificate, c.Key)
		if err != nil {
			return nil, err
		}
		out.Certificates = []tls.Certificate{pair}
	}
	return out, nil
}

// footer ends a message for people: when it happened, and the message's ID.
func footer(m *Message) string {
	return m.Event.Time.UTC().Format("2006-01-02 15:04:05 MST") + " · " + m.ID
}

// texts are the templates of a message for people.
type texts struct{ title, text *text }

// newTexts parses the templates of a channel over the defaults, and checks them.
func newTexts(t config.Templates, escape func(string) string) (texts, error) {
	title, err := parseChecked("title", t.Title, `{{with .Severity}}[{{.}}] {{end}}{{.Headline}}`, escape)
	if err != nil {
		return texts{}, err
	}
	body, err := parseChecked("text", t.Text, "{{.Description}}{{with .Folded}}{{range .First}}\n• {{.}}{{end}}{{end}}", escape)
	return texts{title, body}, err
}

func parseChecked(name, source, otherwise string, escape func(string) string) (*text, error) {
	if source == "" {
		source = otherwise
	}
	t, err := parseText(name, source, escape)
	if err != nil {
		return nil, err
	}
	return t, t.check()
}

// render fills both templates. The title is one line.
func (t *texts) render(e *Event) (title, text string, err error) {
	if title, err = t.title.render(e); err != nil {
		return "", "", &refusal{err: err, final: true}
	}
	if text, err = t.text.render(e); err != nil {
		return "", "", &refusal{err: err, final: true}
	}
	if title = folded(title); title == "" {
		title = folded(e.Headline())
	}
	return title, strings.TrimSpace(text), nil
}
