package config

import "time"

// Notifications say who is told of what happens, and how.
type Notifications struct {
	// GiveUp is for how long sending a notification is tried.
	GiveUp   time.Duration `yaml:"give_up"`
	Channels []Channel     `yaml:"channels"`
	Routes   []Route       `yaml:"routes"`
}

// An EventType is a kind of thing that is told.
type EventType string

// The types of events.
const (
	AlertRaised      EventType = "alert.raised"
	IncidentCreated  EventType = "incident.created"
	IncidentUpdated  EventType = "incident.updated"
	IncidentClosed   EventType = "incident.closed"
	IncidentReopened EventType = "incident.reopened"
	RuleFailing      EventType = "rule.failing"     // a window's evaluation fails, and is tried again
	RuleKept         EventType = "rule.kept"        // a file is wrong; its rule runs as it was
	WindowsGivenUp   EventType = "windows.given_up" // windows are not evaluated any more
)

// EventTypes returns all types of events that routes may name.
func EventTypes() []EventType {
	return []EventType{AlertRaised, IncidentCreated, IncidentUpdated, IncidentClosed, IncidentReopened, RuleFailing, RuleKept, WindowsGivenUp}
}

// A Route sends events to channels. What is left out matches all; a route with
// severities or tags is about alerts and incidents, and about rules only if it names
// such events.
type Route struct {
	Events     []EventType `yaml:"events"`
	Severities []string    `yaml:"severities"`
	// Rules are names or IDs, or patterns of them (Suspicious*).
	Rules []string `yaml:"rules"`
	// Tags are labels of incidents, of which an incident has one.
	Tags     []string `yaml:"tags"`
	Channels []string `yaml:"channels"`
}

// A Channel is a way to tell someone. Exactly one of its kinds is given.
type Channel struct {
	Name string `yaml:"name"`

	Webhook      Webhook      `yaml:"webhook"`
	Slack        Endpoint     `yaml:"slack"`
	Teams        Endpoint     `yaml:"teams"`
	Email        Email        `yaml:"email"`
	Alertmanager Alertmanager `yaml:"alertmanager"`
	Syslog       Syslog       `yaml:"syslog"`
	File         FileChannel  `yaml:"file"`

	Templates Templates `yaml:"templates"`
	// Limit is how many messages may be sent before the others become one.
	Limit Limit `yaml:"limit"`
	// Digest, if not 0, makes one message of all events within that time.
	Digest time.Duration `yaml:"digest"`
	// Rate is how many messages a second are sent at most, Concurrency how many at
	// a time; 0 is the kind's default.
	Rate        float64 `yaml:"rate"`
	Concurrency int     `yaml:"concurrency"`
	// Timeout is how long sending a message may take.
	Timeout time.Duration `yaml:"timeout"`
	TLS     ChannelTLS    `yaml:"tls"`
	// Plaintext allows sending secrets or logs without TLS.
	Plaintext bool `yaml:"plaintext"`
}

// An Endpoint is an address that is a secret: a file, or an environment variable,
// has it.
type Endpoint struct {
	URLFile string `yaml:"url_file"`
	URLEnv  string `yaml:"url_env"`
}

// A Webhook is an address that JSON is sent to.
type Webhook struct {
	URL     string `yaml:"url"`
	URLFile string `yaml:"url_file"`
	URLEnv  string `yaml:"url_env"`
	// SecretFile or SecretEnv has the key that requests are signed with, or
	// several while a key is exchanged.
	SecretFile string `yaml:"secret_file"`
	SecretEnv  string `yaml:"secret_env"`
	// TokenFile or TokenEnv has a bearer token.
	TokenFile string `yaml:"token_file"`
	TokenEnv  string `yaml:"token_env"`
}

// An Email is a mail server, and who gets mail.
type Email struct {
	// Server is host:port.
	Server string   `yaml:"server"`
	From   string   `yaml:"from"`
	To     []string `yaml:"to"`
	// Security is starttls, tls or none.
	Security     string `yaml:"security"`
	User         string `yaml:"user"`
	PasswordFile string `yaml:"password_file"`
	PasswordEnv  string `yaml:"password_env"`
}

// An Alertmanager is Prometheus'.
type Alertmanager struct {
	URL       string `yaml:"url"`
	TokenFile string `yaml:"token_file"`
	TokenEnv  string `yaml:"token_env"`
	// Labels are put on all alerts, NAME=VALUE.
	Labels []string `yaml:"labels"`
}

// A Syslog takes RFC 5424 messages with CEF in them.
type Syslog struct {
	// Address is host:port, Network udp, tcp or tls.
	Address string `yaml:"address"`
	Network string `yaml:"network"`
	// Facility is local0 if left out.
	Facility string `yaml:"facility"`
}

// A FileChannel is a file that lines of JSON are appended to.
type FileChannel struct {
	Path string `yaml:"path"`
}

// Templates are what messages say, as Go's text/template; what is left out has a
// default.
type Templates struct {
	Title string `yaml:"title"`
	Text  string `yaml:"text"`
	HTML  string `yaml:"html"` // of mail
	// Body is all of a request, as JSON.
	Body string `yaml:"body"`
}

// A Limit is a number of messages within a time; 0 messages is no limit.
type Limit struct {
	Messages int           `yaml:"messages"`
	Within   time.Duration `yaml:"within"`
}

// ChannelTLS says whom a channel trusts. Certificates are always verified.
type ChannelTLS struct {
	// CA is a file of certificates, in PEM, to trust instead of the system's.
	CA string `yaml:"ca"`
	// Certificate and Key are the client's own, in PEM; both or none.
	Certificate string `yaml:"certificate"`
	Key         string `yaml:"key"`
}
