package config

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/calypso-kql/calypso/internal/spelling"
)

// Read reads the file at path over the defaults. All that can't be read is one
// error, each mistake with its line.
func Read(path string) (Config, error) {
	c := Default()
	text, err := os.ReadFile(path)
	if err != nil {
		return c, err
	}
	c.places = places{file: path, lines: map[string]int{}}
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		return c, fmt.Errorf("%s: %s", path, yaml.FormatError(err, false, true))
	}
	r := &reading{places: &c.places}
	for i, doc := range file.Docs {
		switch {
		case doc.Body == nil:
		case i > 0:
			r.wrong(doc.Body, "", "there is a second document: want one")
		default:
			r.read(doc.Body, reflect.ValueOf(&c).Elem(), "")
		}
	}
	return c, errors.Join(r.errs...)
}

// places are the lines of a file that settings stand on.
type places struct {
	file  string
	lines map[string]int
}

// at returns what is put before a mistake of a setting: where it stands, if it
// stands in a file, and what it is called.
func (p *places) at(key string) string {
	shown := number.ReplaceAllStringFunc(key, func(s string) string {
		var n int
		_, _ = fmt.Sscanf(s, "[%d]", &n) // it matches
		return fmt.Sprintf(", number %d", n+1)
	})
	if line := p.lines[key]; line > 0 {
		return fmt.Sprintf("%s:%d: %s", p.file, line, shown)
	}
	return shown
}

var number = regexp.MustCompile(`\[\d+\]`)

type reading struct {
	*places
	errs []error
}

func (r *reading) wrong(n ast.Node, key, format string, args ...any) {
	line := n.GetToken().Position.Line
	if key != "" {
		key += ": "
	}
	r.errs = append(r.errs, fmt.Errorf("%s:%d: %s%s", r.file, line, key, fmt.Sprintf(format, args...)))
}

// read reads a node into a setting, or into those below it.
func (r *reading) read(n ast.Node, into reflect.Value, key string) {
	if key != "" && r.lines[key] == 0 {
		r.lines[key] = n.GetToken().Position.Line
	}
	switch {
	case n.Type() == ast.NullType: // nothing is said
	case into.Kind() == reflect.Pointer:
		into.Set(reflect.New(into.Type().Elem()))
		r.read(n, into.Elem(), key)
	case into.Kind() == reflect.Struct:
		r.section(n, into, key)
	case into.Kind() == reflect.Slice && into.Type().Elem().Kind() == reflect.Struct:
		list, ok := n.(*ast.SequenceNode)
		if !ok {
			r.wrong(n, key, "want a list, each of its items behind a dash")
			return
		}
		all := reflect.MakeSlice(into.Type(), len(list.Values), len(list.Values))
		for i, item := range list.Values {
			r.read(item, all.Index(i), fmt.Sprintf("%s[%d]", key, i))
		}
		into.Set(all)
	default:
		if err := yaml.NodeToValue(n, into.Addr().Interface(), yaml.Strict()); err != nil {
			r.wrong(n, key, "%s is no %s", strings.TrimSpace(n.String()), kindOf(into.Type()))
		}
	}
}

// section reads the settings of a section.
func (r *reading) section(n ast.Node, into reflect.Value, key string) {
	var values []*ast.MappingValueNode
	switch n := n.(type) {
	case *ast.MappingNode:
		values = n.Values
	case *ast.MappingValueNode:
		values = []*ast.MappingValueNode{n}
	default:
		r.wrong(n, key, "want settings, as name: value")
		return
	}
	fields := fieldsOf(into.Type())
	for _, v := range values {
		name := v.Key.String()
		i, ok := fields[name]
		if !ok {
			r.wrong(v.Key, strings.TrimPrefix(key+"."+name, "."), "there is no such setting%s", suggestion(name, fields))
			continue
		}
		inner := strings.TrimPrefix(key+"."+name, ".")
		r.lines[inner] = v.Key.GetToken().Position.Line
		r.read(v.Value, into.Field(i), inner)
	}
}

// fieldsOf returns the fields of a section by the names of their settings.
func fieldsOf(t reflect.Type) map[string]int {
	out := map[string]int{}
	for i := range t.NumField() {
		if name := t.Field(i).Tag.Get("yaml"); name != "" {
			out[name] = i
		}
	}
	return out
}

// suggestion names the setting of a section that was probably meant, or all.
func suggestion(name string, fields map[string]int) string {
	names := slices.Sorted(maps.Keys(fields))
	for _, have := range names {
		if spelling.Distance(have, name, 2) <= 2 {
			return ": did you mean " + have + "?"
		}
	}
	return ": there are " + strings.Join(names, ", ")
}

// kindOf says what the values of a setting are.
func kindOf(t reflect.Type) string {
	switch {
	case t == reflect.TypeFor[time.Duration]():
		return "duration, such as 30s or 5m"
	case t.Kind() == reflect.Bool:
		return "truth value: want true or false"
	case t.Kind() == reflect.Slice:
		return "list of texts, such as [a, b]"
	case t.Kind() == reflect.String:
		return "text"
	}
	return "number"
}
