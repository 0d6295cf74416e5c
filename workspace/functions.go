package workspace

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/calypso-kql/calypso/catalog"
	"github.com/calypso-kql/calypso/functions"
	"github.com/calypso-kql/calypso/kql/bind"
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// Function implements bind.Catalog: a saved function, else one that the catalog
// knows by its columns.
func (w *Workspace) Function(name string) (*bind.Function, bool) {
	for _, l := range w.libraries() {
		if f, ok := l.Function(name); ok {
			return &bind.Function{Params: f.Params, Body: f.Body}, true
		}
	}
	f, ok := w.catalog.Function(name)
	if !ok {
		return nil, false
	}
	out := &bind.Function{
		Params:  params(f),
		Source:  &bodyless{name: name, schema: f.Schema, more: f.Open},
		Appends: f.Appends,
	}
	w.serveWatchlists(name, f, out)
	return out, true
}

// libraries returns the saved functions, those that come first before others.
func (w *Workspace) libraries() []*functions.Library {
	var out []*functions.Library
	if w.functions != nil {
		out = append(out, w.functions)
	}
	if w.created != nil {
		out = append(out, w.created())
	}
	return out
}

// params writes a function's parameters as KQL does.
func params(f catalog.Function) string {
	var parts []string
	if f.Input {
		parts = append(parts, "T:(*)")
	}
	for _, p := range f.Params {
		s := p.Name + ":" + p.Type.String()
		if p.Default != "" {
			s += "=" + p.Default
		}
		parts = append(parts, s)
	}
	return "(" + strings.Join(parts, ", ") + ")"
}

// FunctionNames implements bind.Catalog.
func (w *Workspace) FunctionNames() []string {
	var names []string
	for _, f := range w.catalog.Functions() {
		names = append(names, f.Name)
	}
	for _, l := range w.libraries() {
		names = append(names, l.Names()...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// bodyless is the result of a function of which only the columns are known.
type bodyless struct {
	name   string
	schema types.Schema
	more   bool
}

// Schema implements plan.Source.
func (b *bodyless) Schema() types.Schema { return b.schema }

// MoreColumns implements bind.Loose.
func (b *bodyless) MoreColumns() bool { return b.more }

// Empty implements bind.Stub.
func (b *bodyless) Empty() plan.Source {
	return &emptyTable{schema: b.schema, more: b.more, what: absentFunction}
}

// Why implements bind.Stub.
func (b *bodyless) Why() string {
	why := "the function " + b.name + " is known by its columns only and can't run here"
	if need := needs(b.name); need != "" {
		return why + ": " + need
	}
	return why + ": give its text with --functions, or put its result into a table of that name with -d " + b.name + "=FILE"
}

// Open implements plan.Source.
func (b *bodyless) Open(context.Context, plan.Scan) (column.Reader, error) {
	return nil, errors.New(b.Why())
}

// needs says what a function of the product asks that is not here, and what to do.
func needs(name string) string {
	const own = "; keep the facts in a table, and give a function of this name over it with --functions"
	switch name {
	case "FileProfile":
		return "it asks Microsoft's file reputation service" + own
	case "DeviceFromIP", "AssignedIPAddresses":
		return "it asks Defender's history of device addresses; DeviceNetworkInfo has the same facts, so give a function of this name over it with --functions"
	case "SeenBy":
		return "it asks Defender's device discovery" + own
	}
	for _, prefix := range []string{"_Im_", "_ASim_", "ASim", "vim", "im"} {
		if strings.HasPrefix(name, prefix) {
			return "it is an ASIM parser, whose text Microsoft publishes in the repository Azure-Sentinel under Parsers: give the files with --functions"
		}
	}
	return ""
}
