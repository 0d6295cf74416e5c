// Package catalog knows the tables of Microsoft Sentinel (Log Analytics) and of
// Defender XDR advanced hunting: their columns, types and order, and the
// functions that a workspace has besides KQL's own.
//
// It promises facts about schemas and nothing about data: a table that the
// catalog names may be empty or absent in a store, and a store may hold tables
// that the catalog does not name.
//
// The facts are text files under data, generated from the table references by
// internal/gencatalog and embedded. Opening a catalog indexes the files by name,
// once a process; a table's line is read when the table is asked for.
package catalog

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/calypso-kql/calypso/catalog/internal/tabledef"
	"github.com/calypso-kql/calypso/kql/types"
)

// An Environment says where a query is meant to run, and so which tables and
// functions exist.
type Environment string

const (
	// Sentinel is a Log Analytics workspace with Microsoft Sentinel.
	Sentinel Environment = "sentinel"
	// DefenderXDR is advanced hunting in Microsoft Defender XDR.
	DefenderXDR Environment = "defender_xdr"
	// Unified is the Defender portal with a Sentinel workspace: the union of the
	// two. A table that both define has Sentinel's columns, in Sentinel's order
	// and with Sentinel's types, followed by those that only Defender XDR has.
	Unified Environment = "unified"
)

func (e Environment) hasSentinel() bool { return e == Sentinel || e == Unified }
func (e Environment) hasXDR() bool      { return e == DefenderXDR || e == Unified }

// A Table is what the catalog knows of one table. The caller owns it.
type Table struct {
	Name string
	// Schema has the visible columns first, in the documented order, then the hidden
	// ones: standard columns that start with an underscore, and additions. Tables of Defender
	// XDR have no standard ones.
	Schema types.Schema
	// Source names the reference that the table comes from; two, joined by a
	// '+', where columns of both environments were merged.
	Source string
	// Open tables have columns beyond the schema, unknown here (AzureDiagnostics).
	Open bool
}

// A Catalog is the tables and functions of one environment. It is immutable and
// safe for concurrent use.
type Catalog struct {
	env  Environment
	opts options
	data *files
}

type options struct {
	additions bool
}

// An Option changes what Open returns.
type Option func(*options)

// WithAdditions adds the columns that real rows have and the references lack
// (data/additions.txt gives each with its reason). They are hidden: usable by
// name, never part of `*`, so that result schemas stay those of the reference.
func WithAdditions() Option { return func(o *options) { o.additions = true } }

// Open returns the catalog of an environment. It is cheap: the data are indexed
// once a process, and tables are read when asked for. It fails if there is no
// such environment.
func Open(env Environment, opts ...Option) (*Catalog, error) {
	if !env.hasSentinel() && !env.hasXDR() {
		return nil, fmt.Errorf("catalog: no environment %q (there are %s, %s and %s)", env, Sentinel, DefenderXDR, Unified)
	}
	data, err := loadFiles()
	if err != nil {
		return nil, err
	}
	c := &Catalog{env: env, data: data}
	for _, o := range opts {
		o(&c.opts)
	}
	return c, nil
}

// In returns the catalog of another environment, opened with the same options.
func (c *Catalog) In(env Environment) *Catalog {
	other := *c
	other.env = env
	return &other
}

// Environment returns the environment that the catalog was opened for.
func (c *Catalog) Environment() Environment { return c.env }

// Has reports whether there is a table of that name, without reading it.
func (c *Catalog) Has(name string) bool {
	if name == commonName {
		return false
	}
	_, sentinel := c.data.sentinel[name]
	_, xdr := c.data.xdr[name]
	return sentinel && c.env.hasSentinel() || xdr && c.env.hasXDR()
}

// Tables returns the names of all tables in byte order. The caller owns the slice.
func (c *Catalog) Tables() []string {
	var names []string
	if c.env.hasSentinel() {
		names = slices.AppendSeq(names, maps.Keys(c.data.sentinel))
	}
	if c.env.hasXDR() {
		names = slices.AppendSeq(names, maps.Keys(c.data.xdr))
	}
	slices.Sort(names)
	names = slices.Compact(names)
	return slices.DeleteFunc(names, func(name string) bool { return name == commonName })
}

// Table returns the table called name. Names are case-sensitive, as in Kusto.
func (c *Catalog) Table(name string) (Table, bool) {
	if !c.Has(name) {
		return Table{}, false
	}
	b := tableBuilder{table: Table{Name: name}}
	if c.env.hasSentinel() {
		c.addSentinel(&b)
	}
	if c.env.hasXDR() {
		c.addXDR(&b)
	}
	if c.opts.additions {
		for _, env := range []Environment{Sentinel, DefenderXDR} {
			if env == c.env || c.env == Unified {
				l, _ := c.data.line(c.data.additions, string(env)+"/"+name)
				b.hide(l.Fields)
			}
		}
	}
	return b.build(), true
}

func (c *Catalog) addSentinel(b *tableBuilder) {
	l, ok := c.data.line(c.data.sentinel, b.table.Name)
	if !ok {
		return
	}
	b.from(sourceOf(l))
	b.table.Open = l.Has("open")
	b.show(l.Fields)
	common, _ := c.data.line(c.data.sentinel, commonName)
	b.hide(common.Fields)
}

func (c *Catalog) addXDR(b *tableBuilder) {
	if l, ok := c.data.line(c.data.xdr, b.table.Name); ok {
		b.from("defender-xdr-reference")
		b.show(l.Fields)
	}
}

// sourceOf names the source of a Sentinel table.
func sourceOf(l tabledef.Line) string {
	for _, a := range l.Attrs {
		if source, ok := strings.CutPrefix(a, "source="); ok {
			return source
		}
	}
	return "azure-monitor-reference-2026"
}
