package syntax

import (
	"fmt"
	"reflect"
	"strings"
)

// Dump is the tree below n as text, a line for each node: its type, what it holds, and in
// front the field of its parent that it stands in. It leaves out places, so that texts that
// differ in blanks and comments only have the same dump. It is meant for tests.
func Dump(n Node) string {
	d := dumper{}
	d.node("", 0, reflect.ValueOf(n))
	return d.b.String()
}

type dumper struct{ b strings.Builder }

func (d *dumper) node(field string, depth int, v reflect.Value) {
	for v.Kind() == reflect.Interface || v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return
		}
		v = v.Elem()
	}
	d.b.WriteString(strings.Repeat("  ", depth))
	if field != "" {
		d.b.WriteString(field + ": ")
	}
	t := v.Type()
	d.b.WriteString(t.Name())
	for i := range t.NumField() {
		if t != reflect.TypeFor[Query]() {
			d.value(t.Field(i), v.Field(i))
		}
	}
	d.b.WriteByte('\n')
	for i := range t.NumField() {
		d.children(t.Field(i), depth+1, v.Field(i))
	}
}

// value writes a field that is no node, unless it has its zero value.
func (d *dumper) value(f reflect.StructField, v reflect.Value) {
	if !f.IsExported() || isPlace(f.Type) {
		return
	}
	if v.IsZero() && f.Name != "Op" && f.Name != "Kind" {
		return
	}
	if s, ok := v.Interface().(fmt.Stringer); ok && v.Kind() == reflect.Uint8 {
		d.b.WriteString(" " + s.String())
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		d.b.WriteString(" " + f.Name)
	case reflect.String:
		fmt.Fprintf(&d.b, " %s=%q", f.Name, v.String())
	case reflect.Int, reflect.Uint8:
		fmt.Fprintf(&d.b, " %s=%v", f.Name, v.Interface())
	}
}

func (d *dumper) children(f reflect.StructField, depth int, v reflect.Value) {
	switch {
	case !f.IsExported() || isPlace(f.Type):
	case v.Kind() == reflect.Interface || v.Kind() == reflect.Pointer:
		d.node(f.Name, depth, v)
	case v.Kind() == reflect.Slice:
		for i := range v.Len() {
			d.node(f.Name, depth, v.Index(i))
		}
	}
}

// isPlace says whether a field of type t is about the text rather than the tree.
func isPlace(t reflect.Type) bool {
	if t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	switch t {
	case reflect.TypeFor[Span](), reflect.TypeFor[Comment](), reflect.TypeFor[Token]():
		return true
	}
	return false
}
