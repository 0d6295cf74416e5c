package rulefiles

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/calypso-kql/calypso/internal/spelling"
)

// Unknown notes every field of the value at a path that a type has no place for, and where it
// belongs or what it may be meant to be. value is what a text says, as maps, lists and scalars;
// tag is the key of the type's tags, yaml or json. Names of JSON are compared as encoding/json
// does, in any case.
func (m *Mistakes) Unknown(at string, value any, of any, tag string) {
	f := fieldFinder{m: m, tag: tag, places: map[string]string{}}
	t := reflect.TypeOf(of)
	f.place(t, at, 0)
	f.value(value, t, at)
}

// A Former is a field that a text has in several forms, of which some are lists or objects
// of fields.
type Former interface {
	// Form returns a value of the type that these are of.
	Form() any
}

type fieldFinder struct {
	m   *Mistakes
	tag string
	// places has in which field a name belongs, if it is not one of the outermost.
	places map[string]string
}

// maxFieldDepth bounds how deep types are looked into; one may hold itself.
const maxFieldDepth = 6

// maxListed is how many fields there may be for all of them to be told.
const maxListed = 8

// place notes which fields the type has within others.
func (f *fieldFinder) place(t reflect.Type, path string, depth int) {
	if t = under(t); t.Kind() != reflect.Struct || depth > maxFieldDepth {
		return
	}
	for name, inner := range f.fields(t) {
		if _, known := f.places[name]; !known && path != "" {
			f.places[name] = path
		}
		f.place(inner, strings.TrimPrefix(path+"."+name, "."), depth+1)
	}
}

// under returns what a pointer or a list is of.
func under(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	return t
}

// fields returns the fields of a type by name.
func (f *fieldFinder) fields(t reflect.Type) map[string]reflect.Type {
	out := map[string]reflect.Type{}
	for i := range t.NumField() {
		field := t.Field(i)
		name, options, _ := strings.Cut(field.Tag.Get(f.tag), ",")
		switch {
		case name == "" && (field.Anonymous || options == "inline"):
			maps.Copy(out, f.fields(under(field.Type)))
		case name != "" && name != "-":
			out[name] = field.Type
		}
	}
	return out
}

func (f *fieldFinder) value(value any, t reflect.Type, path string) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if former, ok := reflect.Zero(t).Interface().(Former); ok {
		t = reflect.TypeOf(former.Form())
	}
	switch v := value.(type) {
	case []any:
		if t.Kind() != reflect.Slice {
			return
		}
		for i, x := range v {
			f.value(x, t.Elem(), fmt.Sprintf("%s[%d]", path, i))
		}
	case map[string]any:
		if t.Kind() == reflect.Map {
			for _, name := range slices.Sorted(maps.Keys(v)) {
				f.value(v[name], t.Elem(), path+"."+name)
			}
		}
		if t.Kind() != reflect.Struct {
			return
		}
		known := f.fields(t)
		for _, name := range slices.Sorted(maps.Keys(v)) {
			at := strings.TrimPrefix(path+"."+name, ".")
			inner, ok := known[name]
			for k := range known {
				if f.tag == "json" && !ok && strings.EqualFold(k, name) {
					inner, ok = known[k], true
				}
			}
			if !ok {
				f.m.Add(at, "is an unknown field%s", f.meant(name, path, known))
				continue
			}
			f.value(v[name], inner, at)
		}
	}
}

// meant says what a name may be meant to be.
func (f *fieldFinder) meant(name, path string, known map[string]reflect.Type) string {
	best, least := "", max(2, len(name)/3)+1
	for _, k := range slices.Sorted(maps.Keys(known)) {
		a, b := strings.ToLower(name), strings.ToLower(k)
		d := spelling.Distance(a, b, least)
		switch {
		case len(a) > 3 && (strings.HasPrefix(b, a) || strings.HasPrefix(a, b)):
			d = min(d, 1)
		case min(len(a), len(b)) > 3 && (strings.HasSuffix(b, a) || strings.HasSuffix(a, b)): // techniques, relevantTechniques
			d = min(d, 2)
		}
		if d < least {
			best, least = k, d
		}
	}
	place := f.places[name]
	switch {
	case best != "":
		return ": did you mean " + best + "?"
	case place != "" && place != path:
		return ": it belongs in " + place
	case len(known) <= maxListed:
		return ": want " + strings.Join(slices.Sorted(maps.Keys(known)), ", ")
	}
	return ""
}
