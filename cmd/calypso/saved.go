package main

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/calypso-kql/calypso/config"
	"github.com/calypso-kql/calypso/external"
	"github.com/calypso-kql/calypso/functions"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/locations"
	"github.com/calypso-kql/calypso/watchlist"
	"github.com/calypso-kql/calypso/workspace"
)

// savedFlags say what people keep in their workspace besides logs.
type savedFlags struct {
	functions  []string
	watchlists []string
	searchKeys []string
	external   []string
	locations  string
	locator    function.Locator // of locations; nil without it
}

func (f *savedFlags) register(c *cobra.Command) {
	c.Flags().StringArrayVar(&f.functions, "functions", nil, "file or folder of saved functions: .kql, ASIM .yaml, ARM .json; may be repeated")
	c.Flags().StringArrayVar(&f.watchlists, "watchlists", nil, "file or folder of watchlists: ALIAS.csv, ALIAS.tsv, ARM .json; may be repeated")
	c.Flags().StringArrayVar(&f.searchKeys, "search-key", nil, "the column that a watchlist's SearchKey is, ALIAS=COLUMN; its first one if not given")
	c.Flags().StringArrayVar(&f.external, "externaldata", nil, "what externaldata may read: FOLDER, or ADDRESS=PATH, which has what lies at or below a URL; may be repeated")
	c.Flags().StringVar(&f.locations, "locations", os.Getenv("CALYPSO_LOCATIONS"), "MaxMind database for geo_info_from_ip_address, GeoLite2-City.mmdb; or $CALYPSO_LOCATIONS")
}

// with returns what a configuration names, and the flags besides.
func (f *savedFlags) with(c config.Workspace) *savedFlags {
	both := func(a, b []string) []string { return append(slices.Clone(a), b...) }
	return &savedFlags{
		functions: both(c.Functions, f.functions), watchlists: both(c.Watchlists, f.watchlists), searchKeys: both(c.SearchKeys, f.searchKeys),
		external: both(c.ExternalData, f.external), locations: cmp.Or(f.locations, c.Locations),
	}
}

// open reads the files. What is wrong with a function is told, for others may do
// without it; a watchlist that cannot be read is an error.
func (f *savedFlags) open(quiet bool) ([]workspace.Option, error) {
	var opts []workspace.Option
	if len(f.functions) > 0 {
		l, err := functions.Open(f.functions)
		if err != nil {
			return nil, failed(err)
		}
		if !quiet {
			for _, p := range l.Problems() {
				fmt.Fprintln(os.Stderr, p)
			}
		}
		opts = append(opts, workspace.WithFunctions(l))
	}
	if len(f.external) > 0 {
		p, err := external.ParsePlaces(f.external)
		if err != nil {
			return nil, fmt.Errorf("--externaldata: %w", err)
		}
		opts = append(opts, workspace.WithExternal(p))
	}
	if f.locations != "" {
		d, err := locations.Open(f.locations)
		if err != nil {
			return nil, failed(err)
		}
		f.locator = d // closed with the process
	}
	keys := map[string]string{}
	for _, k := range f.searchKeys {
		alias, column, ok := strings.Cut(k, "=")
		if !ok {
			return nil, fmt.Errorf("--search-key %s: want ALIAS=COLUMN", k)
		}
		keys[alias] = column
	}
	if len(f.watchlists) > 0 || len(keys) > 0 {
		s, err := watchlist.Open(f.watchlists, watchlist.Options{SearchKeys: keys})
		if err != nil {
			return nil, failed(err)
		}
		opts = append(opts, workspace.WithWatchlists(s))
	}
	return opts, nil
}
