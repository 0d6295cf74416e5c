package command

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
)

// A reader reads what the user gives at one place of a command. tables are the
// names of tables in it.
type reader func(c *cursor) (v any, tables []string, err error)

// kinds are the kinds of things that commands take, each with what is said to be wanted
// where it is missing.
var kinds = map[string]struct {
	read reader
	want string
}{
	"name":        {readName, "a name"},
	"names":       {readNames, "names in parentheses"},
	"database":    {readDatabase, "the name of the database"},
	"databases":   {readDatabases, "the name of the database"},
	"table":       {readTable, "the name of a table"},
	"tables":      {readTables, "names of tables in parentheses"},
	"column":      {readColumn, "a column, as Table.Column"},
	"columns":     {readColumns, "columns, as (name: type, …)"},
	"schemas":     {readSchemas, "tables with their columns, as T (name: type, …)"},
	"renames":     {readRenames, "New=Old"},
	"docstrings":  {readDocStrings, `texts for columns, as (name: "text", …)`},
	"string":      {readString, "a text in quotes"},
	"texts":       {readTexts, "a text in quotes"},
	"timespan":    {readTimeSpan, "a timespan, as 30d"},
	"guid":        {readGUID, "a guid"},
	"properties":  {readProperties, "properties, as (name=value, …)"},
	"declaration": {readDeclaration, "a function, as Name(a: long) { … }"},
	"bracketed":   {readBracketed, "[data]"},
	"rest":        {readRest, "a name"},
}

var errExpected = errors.New("not expected here")

func readName(c *cursor) (any, []string, error) {
	if name, ok := c.name(); ok {
		return name, nil, nil
	}
	return nil, nil, errExpected
}

func readDatabase(c *cursor) (any, []string, error) {
	at := c.at
	name, ok := c.name()
	if !ok {
		return nil, nil, errExpected
	}
	if !strings.EqualFold(name, Database) {
		c.at = at
		return nil, nil, noDatabase(name)
	}
	return name, nil, nil
}

func noDatabase(name string) error {
	return fmt.Errorf("there is no database %s: the one here is called %s", quoted(name), Database)
}

func readDatabases(c *cursor) (any, []string, error) {
	names, ok := c.names()
	if !ok {
		return nil, nil, errExpected
	}
	return names, nil, nil
}

// names reads names in parentheses.
func (c *cursor) names() (names []string, ok bool) {
	ok = c.list(func() bool {
		name, ok := c.name()
		names = append(names, name)
		return ok
	})
	return names, ok
}

// readTable reads the name of a table, behind that of the database if it is given.
func readTable(c *cursor) (any, []string, error) {
	at := c.at
	name, ok := c.name()
	if !ok {
		return nil, nil, errExpected
	}
	if c.peek().Text == "." {
		if !strings.EqualFold(name, Database) {
			c.at = at
			return nil, nil, noDatabase(name)
		}
		c.at++
		if name, ok = c.name(); !ok {
			return nil, nil, errExpected
		}
	}
	return name, []string{name}, nil
}

func readNames(c *cursor) (any, []string, error) {
	names, ok := c.names()
	if !ok || len(names) == 0 {
		return nil, nil, errExpected
	}
	return names, nil, nil
}

func readTables(c *cursor) (any, []string, error) {
	v, _, err := readNames(c)
	names, _ := v.([]string)
	return v, names, err
}

// A renaming gives a table another name.
type renaming struct {
	to, from string
	ifExists bool
}

func readRenames(c *cursor) (any, []string, error) {
	var out []renaming
	var names []string
	for {
		to, ok := c.name()
		if !ok || !c.accept("=") {
			return nil, nil, errExpected
		}
		from, ok := c.name()
		if !ok {
			return nil, nil, errExpected
		}
		out, names = append(out, renaming{to, from, c.accept("ifexists")}), append(names, to, from)
		if !c.accept(",") {
			return out, names, nil
		}
	}
}

// checkName says what is wrong with the name of a table, a column or a function.
//
// Source: the Kusto documentation, "Entity names".
func checkName(name string) error {
	const most = 1024
	if name == "" || len(name) > most {
		return fmt.Errorf("the name %s must have 1 to %d characters", quoted(name), most)
	}
	for _, r := range name {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("_ .-", r) {
			return fmt.Errorf("the name %s may have letters, digits, underscores, spaces, dots and dashes only", quoted(name))
		}
	}
	return nil
}
