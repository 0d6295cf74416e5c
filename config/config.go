// Package config reads how Calypso is to serve: one commented YAML file, checked
// as a whole. What the file leaves out has a default, and the defaults are safe:
// only this machine can connect.
package config

import (
	"time"
)

// Config is what the file says.
type Config struct {
	// Store is the folder of the store, which is made if it does not exist.
	Store string `yaml:"store"`
	// Database is where the ledger of rules, incidents and the like are: the path of
	// a file, or a PostgreSQL URL (postgres://user@host/name), which several nodes
	// may share. The default is a file in the store's folder.
	Database string `yaml:"database"`
	// Backups is the folder that POST /v1/backup makes backups in; empty for none.
	Backups string `yaml:"backups"`
	// Listen is the address to serve on, host:port.
	Listen string `yaml:"listen"`
	// Catalog names the tables that are known: sentinel, defender_xdr, unified.
	Catalog string `yaml:"catalog"`
	TLS     TLS    `yaml:"tls"`
	// Plaintext allows an address that other machines reach without TLS, as
	// behind a proxy.
	Plaintext bool    `yaml:"plaintext"`
	Tokens    []Token `yaml:"tokens"`
	Limits    Limits  `yaml:"limits"`
	// Setup is a file of management commands that are run at the start: tables,
	// ingestion mappings, functions.
	Setup  string `yaml:"setup"`
	Log    Log    `yaml:"log"`
	Traces Traces `yaml:"traces"`
	// Folders are followed: what is written to the log files in them is stored.
	Folders []Folder `yaml:"folders"`
	Follow  Follow   `yaml:"follow"`
	// Workspace is what people keep in their workspace besides logs.
	Workspace Workspace `yaml:"workspace"`
	// Rules are files and folders of rules that run on their schedule.
	Rules    []string `yaml:"rules"`
	Schedule Schedule `yaml:"schedule"`
	// Incidents is about what alerts become.
	Incidents Incidents `yaml:"incidents"`
	// Kafka are clusters that logs come from.
	Kafka []Kafka `yaml:"kafka"`
	// Automation are files and folders of automation rules, besides those in the
	// folders of rules.
	Automation []string `yaml:"automation"`
	// Notifications say who is told of alerts and incidents.
	Notifications Notifications `yaml:"notifications"`
	// OldTimes says what becomes of a TimeGenerated that is more than two days
	// before the arrival of its record, or a day after it: keep, or log_analytics.
	OldTimes string `yaml:"old_times"`

	places places // of what the file says
}

// TLS names the files of a certificate and its key, in PEM; both or none.
type TLS struct {
	Certificate string `yaml:"certificate"`
	Key         string `yaml:"key"`
}

// Log says how the log is written, on standard error.
type Log struct {
	// Format is text or json, Level debug, info, warn or error.
	Format string `yaml:"format"`
	Level  string `yaml:"level"`
}

// Traces says where OpenTelemetry traces go.
type Traces struct {
	// Endpoint is the URL of a collector that takes OTLP over HTTP, such as
	// http://localhost:4318; none is sent if it is empty.
	Endpoint string `yaml:"endpoint"`
	// Ratio is the part of the traces that is kept, 1 for all; whoever sends a
	// traceparent decides for its requests.
	Ratio float64 `yaml:"ratio"`
}

// A Folder is a folder, or a file, that is followed.
type Folder struct {
	Path string `yaml:"path"`
	// Table is the table that all records go to; empty to let them say.
	Table string `yaml:"table"`
}

// Follow says how folders are followed.
type Follow struct {
	// Settle is for how long a file that is read as a whole must not have changed.
	Settle time.Duration `yaml:"settle"`
	// LastLine is for how long a file must not have changed before its last line
	// is taken although no line end follows.
	LastLine time.Duration `yaml:"last_line"`
	// Rescan is how often folders are walked, for what the system does not tell.
	Rescan time.Duration `yaml:"rescan"`
	// Remember is for how long a file is known after it was last there.
	Remember time.Duration `yaml:"remember"`
}

// Workspace names the files of saved functions, watchlists and other things that
// queries and rules use. They are read when the server starts.
type Workspace struct {
	Functions  []string `yaml:"functions"`
	Watchlists []string `yaml:"watchlists"`
	// SearchKeys are the columns that the SearchKey of watchlists is,
	// ALIAS=COLUMN.
	SearchKeys []string `yaml:"search_keys"`
	// ExternalData is what externaldata may read: FOLDER, or ADDRESS=PATH.
	ExternalData []string `yaml:"externaldata"`
	// Locations is a MaxMind database for geo_info_from_ip_address.
	Locations string `yaml:"locations"`
}

// Incidents says how incidents are kept.
type Incidents struct {
	// URL is where people see an incident, with {number} for its number; empty if
	// they do not. It is the IncidentUrl of SecurityIncident.
	URL string `yaml:"url"`
	// Keep is for how long closed incidents, and alerts without one, are kept in the
	// database after their last change; 0 is for ever.
	Keep time.Duration `yaml:"keep"`
}

// leastKept is how long incidents are kept at least: grouping looks back for so long.
const leastKept = 7 * 24 * time.Hour

// A Token lets whoever knows it in. The file holds its digest only.
type Token struct {
	Name string `yaml:"name"`
	// SHA256 is the digest of the token, in hexadecimal digits.
	SHA256 string `yaml:"sha256"`
	Roles  []Role `yaml:"roles"`
	// Tables are those that the token is for, or patterns of them (AAD*); none
	// stands for all.
	Tables []string `yaml:"tables"`
}

// A Role is what a token is good for.
type Role string

// The roles. An admin may do everything.
const (
	Reader   Role = "reader"   // queries
	Ingestor Role = "ingestor" // sends logs
	Operator Role = "operator" // sees and ends all requests, looks after the store
	Admin    Role = "admin"
)

// Default returns what holds without a file.
func Default() Config {
	return Config{
		Store: "data", Listen: "127.0.0.1:7788", Catalog: "sentinel", OldTimes: "keep",
		Log: Log{Format: "text", Level: "info"}, Traces: Traces{Ratio: 1},
		Follow:        Follow{Settle: 5 * time.Second, LastLine: time.Minute, Rescan: 30 * time.Second, Remember: 180 * 24 * time.Hour},
		Schedule:      Schedule{Delay: 5 * time.Minute, NRTDelay: 2 * time.Minute, CatchUp: 7 * 24 * time.Hour, Keep: 90 * 24 * time.Hour, Workers: 2, Memory: 2 << 30, Stagger: 20 * time.Second},
		Notifications: Notifications{GiveUp: 24 * time.Hour},
		Limits: Limits{
			Body: 64 << 20, QueryMemory: 2 << 30, QueryTime: 4 * time.Minute,
			Connections: 1024, Bodies: 8, Queries: 8, RequestTime: 5 * time.Minute,
		},
	}
}
