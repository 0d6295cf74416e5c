package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"
)

func TestCheck(t *testing.T) {
	digest := strings.Repeat("ab", 32)
	for _, c := range []struct{ name, text, want string }{
		{"nothing", "", ""},
		{"comments", "# nothing yet\n", ""},
		{"a file", "store: logs\nlisten: \"[::1]:80\"\nlimits:\n  query_time: 30s\n", ""},
		{"another address", "listen: 0.0.0.0:80\n", "give tls a certificate and a key"},
		{"another address without tokens", "listen: 0.0.0.0:80\nplaintext: true\n", "say in tokens who may connect"},
		{"another address, all given", "listen: :80\nplaintext: true\ntokens:\n- {name: a, sha256: " + digest + ", roles: [reader]}\n", ""},
		{"a key that is none", "sotre: x\n", "sotre"},
		{"no port", "listen: 127.0.0.1:99999\n", "is no port"},
		{"another database", "database: mysql://host/db\n", "neither a file nor postgres"},
		{"backups in the store", "store: data\nbackups: ./data/backups\n", "in the folder of the store"},
		{"backups beside it", "store: data\nbackups: data.backups\n", ""},
		{"no address", "listen: here\n", "no host:port"},
		{"half a certificate", "tls: {key: k.pem}\n", "want both certificate and key"},
		{"a token in the open", "tokens:\n- {name: a, sha256: secret, roles: [reader]}\n", "64 hexadecimal digits"},
		{"a role that is none", "tokens:\n- {name: a, sha256: " + digest + ", roles: [king]}\n", `role "king"`},
		{"a folder without a path", "folders:\n- table: T\n", "folders, number 1: want a path"},
		{"event hubs", "kafka:\n- {name: hub, group: g, connection_string_env: HUB}\n", ""},
		{"kafka", "kafka:\n- {name: k, group: g, brokers: [\"k:9093\"], topics: [{topic: t}], tls: {enabled: true}, sasl: {mechanism: plain, user: u, password_env: P}}\n", ""},
		{"a password in the open", "kafka:\n- {name: k, group: g, brokers: [\"k:9092\"], topics: [{topic: t}], sasl: {mechanism: plain, user: u, password_env: P}}\n", "over the network in the open"},
		{"kafka of nothing", "kafka:\n- {name: \"\"}\n", "want brokers, or a connection string"},
		{"several mistakes", "catalog: x\nlimits: {body: -1}\n", "calypso.yaml:1: catalog: \"x\" is none of sentinel, defender_xdr and unified\n"},
		{"several mistakes", "catalog: x\nlimits: {body: -1}\n", "calypso.yaml:2: limits.body: must be more than 0"},
		{"a body larger than memory", "limits:\n  body: 99999999999999\n", "calypso.yaml:2: limits.body: 99999999999999: want 1073741824 at most"},
		{"too many at once", "limits: {queries: 100000000}\n", "limits.queries: 100000000: want 1024 at most"},
		{"too many connections", "limits: {connections: 100000000}\n", "limits.connections: 100000000: want 100000 at most"},
		{"a request that never ends", "limits: {request_time: 9999h}\n", "limits.request_time: 9999h0m0s: want 24h0m0s at most"},
		{"memory that no machine has", "limits: {query_memory: 99999999999999}\n", "or 0, which is no limit"},
		{"large limits", "limits: {body: 1073741824, connections: 100000, bodies: 1024, queries: 1024, query_memory: 0, request_time: 24h}\n", ""},
		{"too many workers", "schedule: {workers: 100000}\n", "want workers and processors to be 1024 at most"},
		{"a search key that is none", "workspace:\n  search_keys: [VIP]\n", "calypso.yaml:2: workspace.search_keys: \"VIP\": want ALIAS=COLUMN"},
		{"no number", "limits:\n  body: much\n", "calypso.yaml:2: limits.body: much is no number"},
		{"no duration", "follow: {settle: soon}\n", "calypso.yaml:1: follow.settle: soon is no duration"},
		{"tables that are late", "schedule: {tables: [{tables: [AWS*], delay: 0s}, {tables: [Syslog], window: arrival}]}\n", ""},
		{"tables without a delay", "schedule:\n  tables:\n  - {tables: [A]}\n", "calypso.yaml:3: schedule.tables, number 1: want delay or window"},
		{"a delay of no tables", "schedule: {tables: [{delay: 5m}]}\n", "want tables: names, or patterns"},
		{"a window that is none", "schedule: {tables: [{tables: [A], window: both}]}\n", `window "both": want generated`},
		{"a delay that is none", "schedule: {tables: [{tables: [A], delay: long}]}\n", "long is no duration"},
		{"no section", "limits: 7\n", "calypso.yaml:1: limits: want settings"},
		{"no list", "tokens: {name: a}\n", "calypso.yaml:1: tokens: want a list"},
		{"a setting of a token that is none", "tokens:\n- name: a\n  rolls: [reader]\n", "calypso.yaml:3: tokens[0].rolls: there is no such setting"},
		{"no yaml", "a: [\n", "calypso.yaml: "},
	} {
		path := filepath.Join(t.TempDir(), "calypso.yaml")
		if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		cfg, err := Read(path)
		if err == nil {
			err = cfg.Check()
		}
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", c.name, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: error is %v, want one with %q", c.name, err, c.want)
		}
		if c.name == "a file" && cfg.Limits.QueryTime != 30*time.Second {
			t.Errorf("query_time is %v", cfg.Limits.QueryTime)
		}
	}
}

// All mistakes of a file are told, those that keep it from being read as well.
func TestAllMistakesAreTold(t *testing.T) {
	path := filepath.Join(t.TempDir(), "calypso.yaml")
	text := "sotre: x\nlimits:\n  body: much\n  queries: 0\nlog: {format: xml}\nlisten: here\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Read(path)
	got := errors.Join(err, c.Check()).Error()
	for _, want := range []string{":1: sotre: there is no such setting: did you mean store?", ":3: limits.body: much is no number", ":4: limits.queries: must be", ":5: log.format: \"xml\"", ":6: listen: "} {
		if !strings.Contains(got, want) {
			t.Errorf("the mistakes lack %q:\n%s", want, got)
		}
	}
}

// Files that are not there are told with the line that names them: those that the server
// can't start without, and those that it waits for.
func TestCheckFiles(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "calypso.yaml")
	text := "setup: DIR/s.kql\ndatabase: DIR/none/l.db\nfolders:\n- path: DIR\n- path: DIR/logs\nworkspace:\n  functions: [DIR, DIR/f]\n" +
		"  watchlists: [DIR/w]\n  externaldata: [DIR, DIR/x, \"https://h/?a=b/=DIR\", \"https://h/=DIR/y\"]\n  locations: DIR/l.mmdb\nrules: [DIR, DIR/r]\nautomation: [DIR/a]\n"
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(text, "DIR", dir)), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	got := strings.ReplaceAll(fmt.Sprintf("%v\n--\n%s", c.CheckFiles(), strings.Join(c.Missing(), "\n")), dir, "DIR")
	want := `DIR/calypso.yaml:1: setup: DIR/s.kql is not there: make it, or write where it is
DIR/calypso.yaml:2: database: DIR/none is not there: make it, or write where it is
DIR/calypso.yaml:5: folders, number 2: DIR/logs is not there: make it, or write where it is
DIR/calypso.yaml:7: workspace.functions: DIR/f is not there: make it, or write where it is
DIR/calypso.yaml:8: workspace.watchlists: DIR/w is not there: make it, or write where it is
DIR/calypso.yaml:9: workspace.externaldata: DIR/x is not there: make it, or write where it is
DIR/calypso.yaml:9: workspace.externaldata: DIR/y is not there: make it, or write where it is
DIR/calypso.yaml:10: workspace.locations: DIR/l.mmdb is not there: make it, or write where it is
--
DIR/calypso.yaml:11: rules: DIR/r is not there: make it, or write where it is: its rules run once it is there
DIR/calypso.yaml:12: automation: DIR/a is not there: make it, or write where it is: its rules run once it is there`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestEnv(t *testing.T) {
	c := Default()
	env := map[string]string{"CALYPSO_STORE": "elsewhere", "CALYPSO_LIMITS_QUERY_TIME": "30s", "CALYPSO_PLAINTEXT": "true", "CALYPSO_TOKENS": "[{name: a, sha256: x, roles: [reader]}]"}
	lookup := func(name string) (string, bool) { v, ok := env[name]; return v, ok }
	if err := c.Env(lookup); err != nil {
		t.Fatal(err)
	}
	if c.Store != "elsewhere" || c.Listen != Default().Listen || c.Limits.QueryTime != 30*time.Second || !c.Plaintext || len(c.Tokens) != 1 || c.Tokens[0].Name != "a" {
		t.Errorf("%+v", c)
	}
	env = map[string]string{"CALYPSO_LIMITS_BODY": "much", "CALYPSO_FOLLOW_SETTLE": "soon"}
	err := c.Env(lookup)
	if err == nil || !strings.Contains(err.Error(), "CALYPSO_LIMITS_BODY: limits.body: much is no number") || !strings.Contains(err.Error(), "CALYPSO_FOLLOW_SETTLE") {
		t.Errorf("error is %v", err)
	}
	if err := c.Set("limits.boddy", "1"); err == nil || !strings.Contains(err.Error(), "did you mean limits.body?") {
		t.Errorf("error is %v", err)
	}
}

// The example has all settings, and the defaults.
func TestExample(t *testing.T) {
	path := filepath.Join(t.TempDir(), "calypso.yaml")
	if err := os.WriteFile(path, []byte(Example()), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Check(); err != nil {
		t.Error(err)
	}
	c.places = places{}
	if !reflect.DeepEqual(c, Default()) {
		t.Errorf("the example is\n%+v\nnot\n%+v", c, Default())
	}
	var all func(t reflect.Type) []string
	all = func(t reflect.Type) (names []string) {
		if t.Kind() == reflect.Slice {
			t = t.Elem()
		}
		if t.Kind() != reflect.Struct {
			return nil
		}
		for name, i := range fieldsOf(t) {
			names = append(names, name)
			names = append(names, all(t.Field(i).Type)...)
		}
		return names
	}
	for _, name := range all(reflect.TypeFor[Config]()) {
		if !regexp.MustCompile(`\b` + name + `\b`).MatchString(Example()) {
			t.Errorf("the example lacks %s", name)
		}
	}
}

// Each mistake of notifications is told by its place.
func TestCheckNotifications(t *testing.T) {
	channel := func(s string) string { return "notifications:\n  channels:\n  - {name: c, " + s + "}\n" }
	for _, c := range []struct{ text, want string }{
		{channel("slack: {url_file: f}"), ""},
		{channel("teams: {url_file: f, url_env: E}"), "calypso.yaml:3: notifications.channels, number 1: c: want teams: url_file or url_env, one of them"},
		{channel("slack: {url_file: f}, file: {path: f}"), "want one of webhook, slack"},
		{channel("webhook: {url: \"https://h/\", secret_env: S, token_file: t}"), ""},
		{channel("webhook: {url: \"http://h/\"}"), "want https, or say plaintext: true"},
		{channel("webhook: {url: \"http://h/\"}, plaintext: true"), ""},
		{channel("webhook: {url: \"http://127.0.0.1:1/\"}"), ""},
		{channel("webhook: {url: h}"), `"h" is no address`},
		{channel("email: {server: \"s:25\", from: a@b, to: [c@d]}"), ""},
		{channel("email: {server: s, from: a, to: []}"), `email: server "s" is no host:port`},
		{channel("email: {server: \"s:25\", from: a@b, to: [c@d], security: none}"), "over the network in the open"},
		{channel("email: {server: \"s:25\", from: a@b, to: [c@d], password_env: P}"), "want user for the password"},
		{channel("alertmanager: {url: \"https://am\", labels: [team]}"), `label "team": want NAME=VALUE`},
		{channel("alertmanager: {url: \"https://am\"}, digest: 1m"), "digest and limit are for people: alertmanager is told each event"},
		{channel("syslog: {address: \"siem:514\", network: udp}"), "say network: tls"},
		{channel("syslog: {address: \"siem:514\", network: udp}, plaintext: true, tls: {ca: f}"), "tls is for network: tls"},
		{channel("syslog: {address: \"siem:6514\", network: tls, facility: local8}"), `facility "local8" is none of kern`},
		{channel("file: {path: f}, templates: {title: x}"), "file has no title"},
		{channel("slack: {url_env: E}, templates: {title: x, body: y}"), "body is all of the message"},
		{channel("slack: {url_env: E}, limit: {messages: 1}"), "want both messages and within"},
		{channel("slack: {url_env: E}, digest: 1m, limit: {messages: 1, within: 1m}"), "want digest or limit, not both"},
		{channel("slack: {url_env: E}") + "  routes:\n  - {events: [incident.made], severities: [Huge], channels: [d]}\n", `calypso.yaml:5: notifications.routes, number 1: event "incident.made" is none of alert.raised`},
		{channel("slack: {url_env: E}") + "  routes:\n  - {channels: [d]}\n", `there is no channel "d"`},
	} {
		path := filepath.Join(t.TempDir(), "calypso.yaml")
		if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		cfg, err := Read(path)
		if err == nil {
			err = cfg.Check()
		}
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: error is %v, want %q", c.text, err, c.want)
		}
	}
}
