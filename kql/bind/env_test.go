package bind_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/calypso-kql/calypso/kql/bind"
	"github.com/calypso-kql/calypso/kql/builtin"
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// schemaOnly is a table without rows that can be read.
type schemaOnly struct {
	schema types.Schema
	more   bool
}

func (s schemaOnly) Schema() types.Schema { return s.schema }

func (s schemaOnly) MoreColumns() bool { return s.more }

func (s schemaOnly) Open(context.Context, plan.Scan) (column.Reader, error) {
	return nil, errors.New("the table has a schema only")
}

// tables is a catalog in memory.
type tables struct {
	sources   map[string]schemaOnly
	functions map[string]*bind.Function
	others    map[string]bind.Catalog
}

func (c *tables) Table(name string) (plan.Source, bool) {
	s, ok := c.sources[name]
	return s, ok
}

func (c *tables) TableNames() []string { return sortedKeys(c.sources) }

func (c *tables) Function(name string) (*bind.Function, bool) {
	f, ok := c.functions[name]
	return f, ok
}

func (c *tables) FunctionNames() []string { return sortedKeys(c.functions) }

func (c *tables) Other(kind, name string) (bind.Catalog, bool) {
	o, ok := c.others[kind+" "+name]
	return o, ok
}

func sortedKeys[V any](m map[string]V) []string {
	var names []string
	for n := range m {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// schema reads "a:long, ~b:string"; a tilde hides a column.
func schema(text string) types.Schema {
	var s types.Schema
	for _, f := range strings.Split(text, ", ") {
		name, typ, _ := strings.Cut(f, ":")
		t, _ := types.Lookup(typ)
		s.Columns = append(s.Columns, types.Column{Name: strings.TrimPrefix(name, "~"), Type: t, Hidden: name[0] == '~'})
	}
	return s
}

// testCatalog has a few tables and functions, among them functions that do not
// work.
func testCatalog() *tables {
	return &tables{
		sources: map[string]schemaOnly{
			"Events":  {schema: schema("Time:datetime, Id:long, User:string, Size:real, Data:dynamic, Ok:bool, ~_Item:string")},
			"Users":   {schema: schema("User:string, Id:long, Joined:datetime, ~_Item:string")},
			"Loosely": {schema: schema("Time:datetime"), more: true},
		},
		functions: map[string]*bind.Function{
			"BrokenFunction": {Body: "NoSuchTable | take 1"},
			"Recursive":      {Body: "Recursive() | take 1"},
			"Recent":         {Params: "(least: long, who: string = 'root')", Body: "Events | where Id > least and User == who"},
			"Known":          {Source: schemaOnly{schema: schema("A:long, B:string")}},
		},
		others: map[string]bind.Catalog{
			"database archive": &tables{sources: map[string]schemaOnly{"Old": {schema: schema("X:int")}}},
		},
	}
}

func registry(t testing.TB) *function.Registry {
	t.Helper()
	r, err := builtin.Functions()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// bindText parses and binds a query over testCatalog and returns all findings.
func bindText(r *function.Registry, query string) (*plan.Query, []syntax.Diagnostic) {
	tree, diags := syntax.Parse(query)
	p, more := bind.Bind(tree, bind.Env{Functions: r, Catalog: testCatalog()})
	return p, append(diags, more...)
}

// errorsOf returns the findings that are errors.
func errorsOf(diags []syntax.Diagnostic) []syntax.Diagnostic {
	var out []syntax.Diagnostic
	for _, d := range diags {
		if d.Severity == syntax.Error {
			out = append(out, d)
		}
	}
	return out
}
