package command

import (
	"slices"
	"strings"

	"github.com/calypso-kql/calypso/functions"
	"github.com/calypso-kql/calypso/kql/types"
)

type databaseJSON struct {
	Name               string                  `json:"Name"`
	Tables             map[string]schemaJSON   `json:"Tables"`
	ExternalTables     map[string]any          `json:"ExternalTables"`
	MaterializedViews  map[string]any          `json:"MaterializedViews"`
	EntityGroups       map[string]any          `json:"EntityGroups"`
	MajorVersion       int                     `json:"MajorVersion"`
	MinorVersion       int                     `json:"MinorVersion"`
	Functions          map[string]functionJSON `json:"Functions"`
	DatabaseAccessMode string                  `json:"DatabaseAccessMode"`
}

type functionJSON struct {
	Name            string          `json:"Name"`
	InputParameters []parameterJSON `json:"InputParameters"`
	Body            string          `json:"Body"`
	Folder          string          `json:"Folder"`
	DocString       string          `json:"DocString"`
	FunctionKind    string          `json:"FunctionKind"`
}

type parameterJSON struct {
	Name            string       `json:"Name"`
	Type            string       `json:"Type,omitempty"`
	CslType         string       `json:"CslType,omitempty"`
	CslDefaultValue string       `json:"CslDefaultValue,omitempty"`
	Columns         []columnJSON `json:"Columns,omitempty"`
}

func showDatabaseSchemaJSON(_ ctx, c *call) error {
	databases := map[string]databaseJSON{}
	if c.isHere() {
		d := databaseJSON{
			Name: Database, MajorVersion: 1, DatabaseAccessMode: "ReadWrite", Tables: map[string]schemaJSON{}, ExternalTables: map[string]any{},
			MaterializedViews: map[string]any{}, EntityGroups: map[string]any{}, Functions: map[string]functionJSON{},
		}
		for key := range c.args.props("properties") {
			if !slices.Contains([]string{"tables", "functions", "externaltables", "materializedviews", "entitygroups", "showobfuscatedstrings"}, key) {
				return c.mistake("the property %s is not known: there are Tables and Functions", quoted(key))
			}
		}
		names, err := c.named()
		if err != nil {
			return err
		}
		for _, name := range names {
			if s, ok := c.o.Store.Schema(name); ok && c.wants("tables") {
				d.Tables[name] = c.schemaJSON(name, s)
			}
		}
		saved, err := SavedFunctions(c.o.Store)
		if err != nil {
			return err
		}
		for _, f := range saved {
			if c.wants("functions") {
				d.Functions[f.Name] = functionSchema(f)
			}
		}
		databases[Database] = d
	}
	c.out.add(jsonText(map[string]any{"Databases": databases}))
	return nil
}

// wants reports whether a schema is to have things of a kind: all kinds unless the
// properties name some.
func (c *call) wants(kind string) bool {
	props := c.args.props("properties")
	p, named := props[kind]
	if named {
		return strings.EqualFold(p.value, "true")
	}
	for key, p := range props {
		if key != "showobfuscatedstrings" && strings.EqualFold(p.value, "true") {
			return false
		}
	}
	return true
}

func functionSchema(f Function) functionJSON {
	out := functionJSON{Name: f.Name, Body: "{" + f.Body + "}", Folder: f.Folder, DocString: f.DocString, FunctionKind: "Unknown", InputParameters: []parameterJSON{}}
	for _, p := range functions.Function(f.Function).Parameters() {
		in := parameterJSON{Name: p.Name, CslDefaultValue: p.Default}
		if p.Table {
			for _, col := range p.Columns {
				t, _ := types.Lookup(col.Type)
				in.Columns = append(in.Columns, columnJSON{Name: col.Name, Type: systemType(t), CslType: t.String()})
			}
		} else if t, ok := types.Lookup(p.Type); ok {
			in.Type, in.CslType = systemType(t), t.String()
		}
		out.InputParameters = append(out.InputParameters, in)
	}
	return out
}
