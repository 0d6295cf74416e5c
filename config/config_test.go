package config

import (
	"os"
	"path/filepath"
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
		{"no address", "listen: here\n", "no host:port"},
		{"half a certificate", "tls: {key: k.pem}\n", "want both certificate and key"},
		{"a token in the open", "tokens:\n- {name: a, sha256: secret, roles: [reader]}\n", "64 hexadecimal digits"},
		{"a role that is none", "tokens:\n- {name: a, sha256: " + digest + ", roles: [king]}\n", `role "king"`},
		{"a folder without a path", "folders:\n- table: T\n", "folders, number 1: want a path"},
		{"event hubs", "kafka:\n- {name: hub, group: g, connection_string_env: HUB}\n", ""},
		{"kafka", "kafka:\n- {name: k, group: g, brokers: [\"k:9093\"], topics: [{topic: t}], tls: {enabled: true}, sasl: {mechanism: plain, user: u, password_env: P}}\n", ""},
		{"a password in the open", "kafka:\n- {name: k, group: g, brokers: [\"k:9092\"], topics: [{topic: t}], sasl: {mechanism: plain, user: u, password_env: P}}\n", "over the network in the open"},
		{"kafka of nothing", "kafka:\n- {name: \"\"}\n", "want brokers, or a connection string"},
		{"several mistakes", "catalog: x\nlimits: {body: -1}\n", "catalog: \"x\" is none of sentinel, defender_xdr and unified\nlimits:"},
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

func TestEnv(t *testing.T) {
	c := Default()
	c.Env(func(name string) (string, bool) { return "elsewhere", name == "CALYPSO_STORE" })
	if c.Store != "elsewhere" || c.Listen != Default().Listen {
		t.Errorf("%+v", c)
	}
}
