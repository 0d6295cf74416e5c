package command

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/calypso-kql/calypso/config"
	"github.com/calypso-kql/calypso/functions"
	"github.com/calypso-kql/calypso/kql/bind"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/store"
)

const functionColumns = "(Name: string, Parameters: string, Body: string, Folder: string, DocString: string)"

// functionNotes begins the keys of the store's notes that are functions.
const functionNotes = "function/"

// A Function is a saved function with what is said of it.
type Function struct {
	functions.Function
	Folder, DocString string
}

// savedFunction is how a function is kept.
type savedFunction struct {
	Params    string `json:"params"`
	Body      string `json:"body"`
	Folder    string `json:"folder,omitempty"`
	DocString string `json:"docstring,omitempty"`
}

// SavedFunctions returns the functions that were created in a store, by name. Those
// that can't be read are left out, and returned as an error.
func SavedFunctions(s *store.Store) ([]Function, error) {
	var out []Function
	var errs []error
	for key, note := range s.Notes("", functionNotes) {
		var saved savedFunction
		if err := json.Unmarshal(note, &saved); err != nil {
			errs = append(errs, fmt.Errorf("the store's note %s: %w", key, err))
			continue
		}
		name := strings.TrimPrefix(key, functionNotes)
		f := functions.Function{Name: name, Params: saved.Params, Body: saved.Body, File: "the store"}
		out = append(out, Function{f, saved.Folder, saved.DocString})
	}
	slices.SortFunc(out, func(a, b Function) int { return strings.Compare(a.Name, b.Name) })
	return out, errors.Join(errs...)
}

func functionCommands() []Declaration {
	return []Declaration{
		{Syntax: "show functions", Role: config.Reader, Columns: functionColumns, Run: showFunctions,
			Doc: "Lists the saved functions of the store."},
		{Syntax: "show function <name> [with <properties>]", Role: config.Reader, Columns: functionColumns, Run: showFunctions,
			Doc: "Shows a saved function."},
		{Syntax: "create function [ifnotexists] [with <properties>] <declaration>", Role: config.Admin, Columns: functionColumns, Run: createFunction,
			Doc: "Saves a function, which queries call by its name. It is an error if there is one, unless ifnotexists is said."},
		{Syntax: "alter function [with <properties>] <declaration>", Role: config.Admin, Columns: functionColumns, Run: createFunction,
			Doc: "Saves a function in the place of the one of its name."},
		{Syntax: "create-or-alter function [with <properties>] <declaration>", Role: config.Admin, Columns: functionColumns, Run: createFunction,
			Doc: "Saves a function, whether there is one of its name or not."},
		{Syntax: "alter function <name> (docstring | folder) <string>", Role: config.Admin, Columns: functionColumns, Run: alterFunctionText,
			Doc: "Says what a function is for, or in which folder it is shown."},
		{Syntax: "drop function <name> [ifexists]", Role: config.Admin, Columns: "(Name: string)", Run: dropFunction,
			Doc: "Deletes a saved function."},
		{Syntax: "drop functions <names> [ifexists]", Role: config.Admin, Columns: functionColumns, Run: dropFunctions,
			Doc: "Deletes saved functions. Answers with those that are left."},
	}
}

func (c *call) functionRow(f Function) {
	c.out.add(f.Name, f.Params, "{"+f.Body+"}", f.Folder, f.DocString)
}

// saved returns a function of the store.
func (c *call) saved(name string) (f Function, ok bool, err error) {
	all, err := SavedFunctions(c.o.Store)
	if err != nil {
		return f, false, err
	}
	i := slices.IndexFunc(all, func(f Function) bool { return f.Name == name })
	if i < 0 {
		return f, false, nil
	}
	return all[i], true, nil
}

func (c *call) unknownFunction(name string) error {
	return c.mistake("the store has no function %s", quoted(name))
}

func showFunctions(_ ctx, c *call) error {
	all, err := SavedFunctions(c.o.Store)
	if err != nil {
		return err
	}
	name, one := c.args.text("name"), c.args.has("function")
	for _, f := range all {
		if !one || f.Name == name {
			c.functionRow(f)
		}
	}
	if one && len(c.out.cells) == 0 {
		return c.unknownFunction(name)
	}
	return nil
}

func createFunction(_ ctx, c *call) error {
	decl := c.args.values["declaration"].(declaration)
	if err := checkName(decl.name); err != nil {
		return c.mistake("%v", err)
	}
	have, there, err := c.saved(decl.name)
	switch {
	case err != nil:
		return err
	case there && c.args.has("ifnotexists"):
		c.functionRow(have)
		return nil
	case there && c.args.has("create"):
		return c.mistake("the function %s is there already: .create-or-alter function replaces it", decl.name)
	case !there && c.args.has("alter"):
		return c.unknownFunction(decl.name)
	}
	f, err := functions.Declared(decl.name, c.st.text[decl.at.from:decl.at.to])
	if err != nil {
		return c.mistake("%v", err)
	}
	fn := Function{Function: f}
	validate := true
	for key, p := range c.args.props("properties") {
		switch key {
		case "folder":
			fn.Folder = p.value
		case "docstring":
			fn.DocString = p.value
		case "skipvalidation":
			validate = !strings.EqualFold(p.value, "true")
		case "view":
			if strings.EqualFold(p.value, "true") {
				return c.mistake("view=true is not supported: search and union * read tables only; name the function in the query")
			}
		default:
			return c.mistake("the property %s is not one of functions: there are docstring, folder, skipvalidation and view", p.name)
		}
	}
	if validate {
		if err := c.validate(fn, decl.at); err != nil {
			return err
		}
	}
	return c.save(fn)
}

func (c *call) save(f Function) error {
	note := jsonText(savedFunction{f.Params, f.Body, f.Folder, f.DocString})
	if err := c.o.Store.SetNotes("", store.Notes{functionNotes + f.Name: json.RawMessage(note)}); err != nil {
		return err
	}
	c.functionRow(f)
	return nil
}

// validate binds a function's body as if it were called, with some value for each
// parameter. One that takes a table of any columns can't be checked before it is
// called.
func (c *call) validate(f Function, at span) error {
	var arguments []string
	for _, p := range f.Parameters() {
		arg, ok := sample(p)
		if !ok {
			return nil
		}
		arguments = append(arguments, arg)
	}
	// The declaration stands where it does in the command, so that findings do.
	head := "let " + validated + "="
	text := c.st.text
	if at.from < len(head) {
		return nil // a command is longer than that
	}
	query := blank(text[:at.from-len(head)]) + head + text[at.from:at.to] + ";" + validated + "(" + strings.Join(arguments, ",") + ")"
	_, diags := c.o.Engine.Compile(query, withFunction{c.s.Catalog, f.Name, &bind.Function{Params: f.Params, Body: f.Body}})
	for _, d := range diags {
		if d.Severity == syntax.Error {
			for i := range diags {
				diags[i].Pos, diags[i].End = min(diags[i].Pos, len(text)), min(diags[i].End, len(text))
			}
			return &Error{Text: text, Diagnostics: diags}
		}
	}
	return nil
}

// validated is the name of a function while it is checked.
const validated = "f"

// withFunction is a catalog with a function that is about to be saved.
type withFunction struct {
	bind.Catalog
	name string
	f    *bind.Function
}

// Function implements bind.Catalog.
func (w withFunction) Function(name string) (*bind.Function, bool) {
	if name == w.name {
		return w.f, true
	}
	return w.Catalog.Function(name)
}

// sample returns some argument for a parameter.
func sample(p functions.Parameter) (string, bool) {
	if p.Table {
		if p.Open {
			return "", false
		}
		var cols []string
		for _, c := range p.Columns {
			cols = append(cols, bracketed(c.Name)+":"+c.Type)
		}
		return "(datatable(" + strings.Join(cols, ",") + ")[])", len(cols) > 0
	}
	if p.Default != "" {
		return p.Default, true
	}
	switch p.Type {
	case "string":
		return `"a"`, true
	case "datetime", "date":
		return "datetime(2020-01-01)", true
	case "timespan", "time":
		return "1h", true
	case "bool", "boolean":
		return "true", true
	case "dynamic":
		return "dynamic([])", true
	case "guid", "uuid", "uniqueid":
		return "guid(00000000-0000-0000-0000-000000000001)", true
	}
	return p.Type + "(1)", p.Type != ""
}

func alterFunctionText(_ ctx, c *call) error {
	name := c.args.text("name")
	f, ok, err := c.saved(name)
	switch {
	case err != nil:
		return err
	case !ok:
		return c.unknownFunction(name)
	}
	if c.args.has("folder") {
		f.Folder = c.args.text("string")
	} else {
		f.DocString = c.args.text("string")
	}
	return c.save(f)
}

func (c *call) dropFunctions(names []string) error {
	set := store.Notes{}
	for _, name := range names {
		_, ok, err := c.saved(name)
		if err != nil {
			return err
		}
		if !ok && !c.args.has("ifexists") {
			return c.unknownFunction(name)
		}
		set[functionNotes+name] = nil
	}
	return c.o.Store.SetNotes("", set)
}

func dropFunction(_ ctx, c *call) error {
	name := c.args.text("name")
	if err := c.dropFunctions([]string{name}); err != nil {
		return err
	}
	c.out.add(name)
	return nil
}

func dropFunctions(_ ctx, c *call) error {
	if err := c.dropFunctions(c.args.list("names")); err != nil {
		return err
	}
	all, err := SavedFunctions(c.o.Store)
	for _, f := range all {
		c.functionRow(f)
	}
	return err
}
