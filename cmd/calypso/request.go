package main

import (
	"fmt"
	"os"
	"os/user"
	"strings"

	"github.com/spf13/cobra"

	"github.com/calypso-kql/calypso/kql"
)

// requestFlags are what a client of Kusto sends besides the text.
type requestFlags struct {
	parameters []string
	properties []string
}

func (f *requestFlags) register(c *cobra.Command) {
	c.Flags().StringArrayVar(&f.parameters, "parameter", nil, "value of a parameter that the query declares (declare query_parameters), NAME=VALUE; may be repeated")
	c.Flags().StringArrayVar(&f.properties, "property", nil, "request property, NAME=VALUE, such as query_take_max_records=10; may be repeated")
}

// request returns what the flags ask for. A property that Kusto does not know is a
// mistake here, where one writes it by hand.
func (f *requestFlags) request() (kql.Request, error) {
	r := kql.Request{Properties: map[string]any{}, Parameters: map[string]string{}}
	for _, p := range f.parameters {
		name, value, ok := strings.Cut(p, "=")
		if !ok {
			return r, fmt.Errorf("--parameter %s: want NAME=VALUE", p)
		}
		r.Parameters[name] = value
	}
	for _, p := range f.properties {
		name, value, ok := strings.Cut(p, "=")
		if _, known := kql.FindProperty(name); !known {
			return r, fmt.Errorf("--property %s: Kusto has no request property of this name", name)
		}
		r.Properties[name] = value
		if !ok {
			r.Properties[name] = true
		}
	}
	return r, nil
}

// here is what current_database() and its like answer: this machine and its user.
func here() kql.Session {
	s := kql.Session{Database: "calypso"}
	if host, err := os.Hostname(); err == nil {
		s.Cluster = host
	}
	if u, err := user.Current(); err == nil {
		s.User = u.Username
	}
	return s
}
