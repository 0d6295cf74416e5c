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

// readers are the kinds of things that commands take.
var readers = map[string]reader{
	"name":        readName,
	"database":    readDatabase,
	"databases":   readDatabases,
	"table":       readTable,
	"tables":      readTables,
	"names":       readNames,
	"columns":     readColumns,
	"schemas":     readSchemas,
	"column":      readColumn,
	"renames":     readRenames,
	"docstrings":  readDocStrings,
	"string":      readString,
	"texts":       readTexts,
	"timespan":    readTimeSpan,
	"guid":        readGUID,
	"properties":  readProperties,
	"declaration": readDeclaration,
	"bracketed":   readBracketed,
	"rest":        readRest,
}

// describe says what is to be written for a kind.
func describe(kind string) string {
	switch kind {
	case "table":
		return "the name of a table"
	case "tables":
		return "names of tables in parentheses"
	case "columns":
		return "columns, as (name: type, …)"
	case "schemas":
		return "tables with their columns, as T (name: type, …)"
	case "column":
		return "a column, as Table.Column"
	case "renames":
		return "New=Old"
	case "string", "texts":
		return "a text in quotes"
	case "properties":
		return "properties, as (name=value, …)"
	case "declaration":
		return "a function, as Name(a: long) { … }"
	case "database", "databases":
		return "the name of the database"
	case "bracketed":
		return "[data]"
	case "timespan":
		return "a timespan, as 30d"
	case "guid":
		return "a guid"
	case "names":
		return "names in parentheses"
	case "docstrings":
		return `texts for columns, as (name: "text", …)`
	}
	return "a name"
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
	var names []string
	ok := c.list(func() bool {
		name, ok := c.name()
		names = append(names, name)
		return ok
	})
	if !ok {
		return nil, nil, errExpected
	}
	return names, nil, nil
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
	var names []string
	ok := c.list(func() bool {
		name, ok := c.name()
		names = append(names, name)
		return ok
	})
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
