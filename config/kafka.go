package config

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"
)

// A Kafka is a cluster that logs come from, or a namespace of Event Hubs.
type Kafka struct {
	// Name names what was read of it in the store.
	Name string `yaml:"name"`
	// Brokers are addresses, host:port. Instead of them, and of tls and sasl, the
	// connection string of an Event Hubs namespace says all: a file or an
	// environment variable has it.
	Brokers              []string `yaml:"brokers"`
	ConnectionStringFile string   `yaml:"connection_string_file"`
	ConnectionStringEnv  string   `yaml:"connection_string_env"`
	Group                string   `yaml:"group"`
	Topics               []Topic  `yaml:"topics"`
	// Session is for how long the group waits for a consumer that says nothing, as one
	// that was killed, before others get its partitions; 0 is 45 seconds.
	Session time.Duration `yaml:"session"`
	// FromEnd begins with what comes from now on.
	FromEnd bool      `yaml:"from_end"`
	TLS     ClientTLS `yaml:"tls"`
	SASL    SASL      `yaml:"sasl"`
	// Plaintext allows a password without TLS.
	Plaintext bool `yaml:"plaintext"`
	// DeadLetters is the file of messages that can't be understood; if left out,
	// dead-letters/NAME.ndjson in the store's folder, which a service may write to.
	DeadLetters string `yaml:"dead_letters"`
}

// A Topic is one that is consumed.
type Topic struct {
	Topic string `yaml:"topic"`
	// Table is the table that all records go to; empty to let them say.
	Table string `yaml:"table"`
}

// ClientTLS says how brokers are spoken to.
type ClientTLS struct {
	Enabled bool `yaml:"enabled"`
	// CA is a file of certificates, in PEM, to trust instead of the system's.
	CA string `yaml:"ca"`
	// Certificate and Key are the client's own, in PEM; both or none.
	Certificate string `yaml:"certificate"`
	Key         string `yaml:"key"`
}

// SASL says who asks. The password is in a file or an environment variable.
type SASL struct {
	Mechanism    string `yaml:"mechanism"` // plain, scram-sha-256, scram-sha-512
	User         string `yaml:"user"`
	PasswordFile string `yaml:"password_file"`
	PasswordEnv  string `yaml:"password_env"`
}

// IsEventHubs reports whether a connection string says where to go.
func (k *Kafka) IsEventHubs() bool { return k.ConnectionStringFile+k.ConnectionStringEnv != "" }

// Secret returns a function that reads a secret from a file, or from an environment
// variable if file is empty.
func Secret(file, env string) func() (string, error) {
	return func() (string, error) {
		if file == "" {
			if v, ok := os.LookupEnv(env); ok && v != "" {
				return v, nil
			}
			return "", fmt.Errorf("the environment variable %s is not set", env)
		}
		text, err := os.ReadFile(file)
		if err == nil && len(strings.TrimSpace(string(text))) == 0 {
			err = fmt.Errorf("%s is empty", file)
		}
		return strings.TrimSpace(string(text)), err
	}
}

var nameOfCluster = regexp.MustCompile(`^[A-Za-z0-9._-]+$`)

// check returns what is wrong with a cluster's configuration.
func (k *Kafka) check() error {
	var errs []error
	wrong := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if !nameOfCluster.MatchString(k.Name) {
		wrong("name %q: want letters, digits, '.', '_' and '-'", k.Name)
	}
	sasl := k.SASL != SASL{}
	switch {
	case k.IsEventHubs() && (len(k.Brokers) > 0 || sasl || k.TLS != ClientTLS{}):
		wrong("a connection string stands for brokers, tls and sasl: leave them out")
	case k.ConnectionStringFile != "" && k.ConnectionStringEnv != "":
		wrong("want connection_string_file or connection_string_env, not both")
	case !k.IsEventHubs() && len(k.Brokers) == 0:
		wrong("want brokers, or a connection string for Event Hubs")
	}
	if sasl {
		if !slices.Contains([]string{"plain", "scram-sha-256", "scram-sha-512"}, k.SASL.Mechanism) {
			wrong("sasl: mechanism %q is none of plain, scram-sha-256 and scram-sha-512", k.SASL.Mechanism)
		}
		if k.SASL.User == "" || (k.SASL.PasswordFile == "") == (k.SASL.PasswordEnv == "") {
			wrong("sasl: want user, and password_file or password_env")
		}
		if !k.TLS.Enabled && !k.Plaintext {
			wrong("sasl: the password would go over the network in the open: say tls: {enabled: true}, or plaintext: true")
		}
	}
	if (k.TLS.Certificate == "") != (k.TLS.Key == "") {
		wrong("tls: want both certificate and key, or neither")
	}
	if !k.TLS.Enabled && k.TLS != (ClientTLS{}) {
		wrong("tls: say enabled: true, or leave the rest out")
	}
	if k.Session < 0 {
		wrong("session: want a time, such as 45s")
	}
	if k.Group == "" {
		wrong("want a group")
	}
	if len(k.Topics) == 0 && !k.IsEventHubs() {
		wrong("want topics")
	}
	seen := map[string]bool{}
	for _, t := range k.Topics {
		if t.Topic == "" || seen[t.Topic] {
			wrong("topics: want a topic in each, once")
		}
		seen[t.Topic] = true
	}
	return errors.Join(errs...)
}
