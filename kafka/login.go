package kafka

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"strings"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sasl"
	"github.com/twmb/franz-go/pkg/sasl/plain"
	"github.com/twmb/franz-go/pkg/sasl/scram"
)

// A Login is how a client says who it is: by SASL.
type Login struct {
	// Mechanism is plain, scram-sha-256 or scram-sha-512.
	Mechanism string
	User      string
	// Password returns the password whenever a connection is made, so that it may
	// change. It is neither kept nor told.
	Password func() (string, error)
}

// Check returns what is wrong with a login.
func (l *Login) Check() error {
	switch l.Mechanism {
	case "plain", "scram-sha-256", "scram-sha-512":
		return nil
	}
	return fmt.Errorf("mechanism %q is none of plain, scram-sha-256 and scram-sha-512", l.Mechanism)
}

func (l *Login) mechanism() sasl.Mechanism {
	if l.Mechanism == "plain" {
		return plain.Plain(func(context.Context) (plain.Auth, error) {
			password, err := l.Password()
			return plain.Auth{User: l.User, Pass: password}, err
		})
	}
	auth := func(context.Context) (scram.Auth, error) {
		password, err := l.Password()
		return scram.Auth{User: l.User, Pass: password}, err
	}
	if l.Mechanism == "scram-sha-512" {
		return scram.Sha512(auth)
	}
	return scram.Sha256(auth)
}

// connectionStringUser is the user that Event Hubs knows whoever has a connection
// string as.
const connectionStringUser = "$ConnectionString"

// EventHubs returns the broker and the login of an Event Hubs namespace by its
// connection string. hub is the one that the string is for; empty if it is for the
// namespace.
//
// Source: Microsoft's documentation, "Use Azure Event Hubs from Apache Kafka
// applications".
func EventHubs(connection func() (string, error)) (broker string, login *Login, hub string, err error) {
	text, err := connection()
	if err != nil {
		return "", nil, "", err
	}
	host := ""
	for part := range strings.SplitSeq(text, ";") {
		key, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch strings.ToLower(key) {
		case "endpoint":
			// The text has a secret in it: errors must not.
			if u, err := url.Parse(value); err == nil {
				host = u.Hostname()
			}
		case "entitypath":
			hub = value
		}
	}
	if host == "" {
		return "", nil, "", fmt.Errorf("the connection string has no Endpoint=sb://NAMESPACE.servicebus.windows.net/")
	}
	return net.JoinHostPort(host, "9093"), &Login{Mechanism: "plain", User: connectionStringUser, Password: connection}, hub, nil
}

// logger gives the client's warnings to a log.
type logger struct{ log *slog.Logger }

// Level implements kgo.Logger.
func (logger) Level() kgo.LogLevel { return kgo.LogLevelWarn }

// Log implements kgo.Logger.
func (l logger) Log(level kgo.LogLevel, msg string, keyvals ...any) {
	if level == kgo.LogLevelError {
		l.log.Error(msg, keyvals...)
		return
	}
	l.log.Warn(msg, keyvals...)
}
