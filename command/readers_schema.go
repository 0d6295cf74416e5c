package command

import (
	"errors"
	"fmt"
	"strings"

	"github.com/calypso-kql/calypso/kql/types"
)

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
