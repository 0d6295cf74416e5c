// Package tabledef reads and writes the catalog's data files: text, one table
// or function per line, so that a change to a table is a readable diff.
//
// A line is a name followed by words, separated by single spaces:
//
//	AzureDiagnostics !open TenantId TimeGenerated:datetime DeviceDetail:dynamic
//
// A word that starts with '!' is an attribute of the line; every other word is
// a field, written name, name:type or name:type=default. A field without a
// type is a string, as four columns in five are. Lines that start with '#' and
// empty lines are comments.
package tabledef

import (
	"fmt"
	"slices"
	"strings"

	"github.com/calypso-kql/calypso/kql/types"
)

// A Field is a column of a table or a parameter of a function.
type Field struct {
	Name string
	Type types.Type
	// Default is the KQL text of a parameter's default value, without spaces;
	// empty if there is none.
	Default string
}

// A Line is one entry of a data file.
type Line struct {
	Name   string
	Attrs  []string // without the '!'
	Fields []Field
}

// Has reports whether the line carries the attribute.
func (l Line) Has(attr string) bool { return slices.Contains(l.Attrs, attr) }

// Index splits a data file into its entries: name to the words that follow.
// The strings share data's memory. It fails on a name that occurs twice.
func Index(data string) (map[string]string, error) {
	index := make(map[string]string, strings.Count(data, "\n"))
	for line := range strings.Lines(data) {
		line = strings.TrimSuffix(line, "\n")
		if line == "" || line[0] == '#' {
			continue
		}
		name, rest, _ := strings.Cut(line, " ")
		if _, dup := index[name]; dup {
			return nil, fmt.Errorf("catalog data: %q is defined twice", name)
		}
		index[name] = rest
	}
	return index, nil
}

// Parse reads the words that follow the name of an entry.
func Parse(name, rest string) (Line, error) {
	l := Line{Name: name}
	if rest == "" {
		return l, nil
	}
	l.Fields = make([]Field, 0, strings.Count(rest, " ")+1)
	for word := range strings.SplitSeq(rest, " ") {
		if attr, ok := strings.CutPrefix(word, "!"); ok {
			l.Attrs = append(l.Attrs, attr)
			continue
		}
		f, err := parseField(word)
		if err != nil {
			return Line{}, fmt.Errorf("catalog data: %s: %w", name, err)
		}
		l.Fields = append(l.Fields, f)
	}
	return l, nil
}

func parseField(word string) (Field, error) {
	decl, def, _ := strings.Cut(word, "=")
	name, typ, typed := strings.Cut(decl, ":")
	f := Field{Name: name, Type: types.String, Default: def}
	if typed {
		var ok bool
		if f.Type, ok = types.Lookup(typ); !ok {
			return Field{}, fmt.Errorf("field %q: unknown type %q", name, typ)
		}
	}
	if name == "" {
		return Field{}, fmt.Errorf("field %q has no name", word)
	}
	return f, nil
}

// Append writes the line to b, newline included. Parse reads it back.
func Append(b []byte, l Line) []byte {
	b = append(b, l.Name...)
	for _, a := range l.Attrs {
		b = append(append(b, " !"...), a...)
	}
	for _, f := range l.Fields {
		b = append(append(b, ' '), f.Name...)
		if f.Type != types.String || f.Default != "" {
			b = append(append(b, ':'), f.Type.String()...)
		}
		if f.Default != "" {
			b = append(append(b, '='), f.Default...)
		}
	}
	return append(b, '\n')
}
