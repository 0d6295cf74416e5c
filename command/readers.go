package command

import (
	"errors"
	"fmt"
	"strings"
	"unicode"

	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
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

// readColumns reads (name: type, …).
func readColumns(c *cursor) (any, []string, error) {
	var s types.Schema
	var wrong error
	ok := c.list(func() bool {
		name, ok := c.name()
		if !ok || !c.accept(":") {
			return false
		}
		at := c.at
		kind, ok := c.name()
		if !ok {
			return false
		}
		t, known := types.Lookup(strings.TrimPrefix(kind, "System."))
		switch {
		case !known:
			c.at, wrong = at, fmt.Errorf("%s is no type: there are bool, datetime, decimal, dynamic, guid, int, long, real, string and timespan", quoted(kind))
		case s.Index(name) >= 0:
			wrong = fmt.Errorf("the column %s is there twice", name)
		default:
			wrong = checkName(name)
		}
		s.Columns = append(s.Columns, types.Column{Name: name, Type: t})
		return wrong == nil
	})
	switch {
	case wrong != nil:
		return nil, nil, wrong
	case !ok || s.Len() == 0:
		return nil, nil, errExpected
	}
	return s, nil, nil
}

// A tableSchema is a table with its columns.
type tableSchema struct {
	name    string
	columns types.Schema
}

func readSchemas(c *cursor) (any, []string, error) {
	var out []tableSchema
	var names []string
	for {
		name, ok := c.name()
		if !ok {
			return nil, nil, errExpected
		}
		v, _, err := readColumns(c)
		if err != nil {
			return nil, nil, err
		}
		out, names = append(out, tableSchema{name, v.(types.Schema)}), append(names, name)
		if !c.accept(",") {
			return out, names, nil
		}
	}
}

// A columnName is a column of a table.
type columnName struct{ table, column string }

func readColumn(c *cursor) (any, []string, error) {
	at := c.at
	var parts []string
	for {
		name, ok := c.name()
		if !ok {
			return nil, nil, errExpected
		}
		if parts = append(parts, name); !c.accept(".") {
			break
		}
	}
	n := len(parts)
	if n == 3 && !strings.EqualFold(parts[0], Database) {
		c.at = at
		return nil, nil, noDatabase(parts[0])
	}
	if n != 2 && n != 3 {
		c.at = at
		return nil, nil, errors.New("want the table before the column, as Table.Column")
	}
	return columnName{parts[n-2], parts[n-1]}, []string{parts[n-2]}, nil
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

func readDocStrings(c *cursor) (any, []string, error) {
	docs := map[string]string{}
	ok := c.list(func() bool {
		name, ok := c.name()
		if !ok || !c.accept(":") {
			return false
		}
		docs[name], ok = c.text()
		return ok
	})
	if !ok {
		return nil, nil, errExpected
	}
	return docs, nil, nil
}

func readString(c *cursor) (any, []string, error) {
	if t := c.peek(); t.Kind == syntax.TokenString {
		c.at++
		return t.Value(), nil, nil
	}
	return nil, nil, errExpected
}

// readTexts reads a text that may stand in several literals, side by side.
func readTexts(c *cursor) (any, []string, error) {
	if s, ok := c.text(); ok {
		return s, nil, nil
	}
	return nil, nil, errExpected
}

// readTimeSpan reads 30d, timespan(30d) or time("30.00:00:00"), as ticks.
func readTimeSpan(c *cursor) (any, []string, error) {
	t := c.peek()
	text := t.Text
	if open := strings.IndexByte(text, '('); open >= 0 {
		text = strings.Trim(text[open+1:], `)'" `)
	}
	if t.Kind != syntax.TokenTimespan && t.Kind != syntax.TokenTyped {
		return nil, nil, errExpected
	}
	ticks, ok := types.ParseTimeSpan(text)
	if !ok {
		return nil, nil, errExpected
	}
	c.at++
	return ticks, nil, nil
}

func readGUID(c *cursor) (any, []string, error) {
	text := c.peek().Text
	if open := strings.IndexByte(text, '('); open >= 0 {
		text = text[open+1:]
	}
	g, ok := types.ParseGUID(strings.Trim(text, `)'" `))
	if !ok {
		return nil, nil, errExpected
	}
	c.at++
	return g, nil, nil
}

// properties are those of with (…), by their names in lower case.
type properties map[string]property

type property struct{ name, value string }

func readProperties(c *cursor) (any, []string, error) {
	out := properties{}
	ok := c.list(func() bool {
		name, ok := c.name()
		if !ok || !c.accept("=") {
			return false
		}
		value, ok := c.text()
		if !ok {
			t := c.peek()
			if t.Kind == syntax.TokenPunct || t.Kind == syntax.TokenEOF || t.Kind == syntax.TokenBad {
				return false
			}
			c.at++
			value = t.Text
		}
		out[strings.ToLower(name)] = property{name, value}
		return true
	})
	if !ok {
		return nil, nil, errExpected
	}
	return out, nil, nil
}

// A span is a part of a command's text.
type span struct{ from, to int }

// readDeclaration reads Name(parameters) { body }: the name, and where the rest is.
func readDeclaration(c *cursor) (any, []string, error) {
	name, ok := c.name()
	if !ok {
		return nil, nil, errExpected
	}
	if c.peek().Text != "(" {
		return nil, nil, fmt.Errorf("the function %s needs parameters, which may be none, and a body: write %s() { … }", name, name)
	}
	d := declaration{name: name, at: span{c.peek().From, c.tokens[len(c.tokens)-1].To}}
	c.at = len(c.tokens)
	return d, nil, nil
}

type declaration struct {
	name string
	at   span
}

// readBracketed reads [data] up to the last bracket, and where that is.
func readBracketed(c *cursor) (any, []string, error) {
	last := c.tokens[len(c.tokens)-1]
	if c.peek().Text != "[" || last.Text != "]" {
		return nil, nil, errExpected
	}
	at := span{c.peek().From, last.To}
	c.at = len(c.tokens)
	return at, nil, nil
}

func readRest(c *cursor) (any, []string, error) {
	c.at = len(c.tokens)
	return true, nil, nil
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
