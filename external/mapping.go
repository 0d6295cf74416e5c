package external

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/types"
)

// A field says where the value of a column comes from.
type field struct {
	ordinal  int            // of a delimited record; -1 if it comes from no field
	path     []dynamic.Step // into a JSON or Parquet record
	none     bool           // the mapping leaves the column out
	isConst  bool
	value    string // if isConst
	unix     int64  // ticks of the unit that a number counts since 1970, -1 for nanoseconds; 0 if it counts none
	where    bool   // it is the address of the file
	location string // of the file being read
}

// constant returns the text of a column that has the same in all rows of a file.
func (f field) constant() (string, bool) {
	switch {
	case f.where:
		return f.location, true
	case f.isConst:
		return f.value, true
	case f.none:
		return "", true
	}
	return "", false
}

// A mapped is one element of an ingestion mapping, in its newer form or in the older
// one, which has the properties beside the column.
type mapped struct {
	Column, Name                       string
	Properties                         map[string]any
	Path, Field, ConstValue, Transform string
	Ordinal                            any
}

// fieldsOf returns where the value of each column comes from: by order, or by name
// where the files have names, if there is no mapping.
//
// Source: the Kusto documentation, "Data mappings".
func fieldsOf(s types.Schema, mapping string, files []input) ([]field, error) {
	fields := make([]field, s.Len())
	for i, c := range s.Columns {
		fields[i] = field{ordinal: i, path: []dynamic.Step{dynamic.Name(c.Name)}, none: mapping != ""}
	}
	if mapping == "" {
		return fields, nil
	}
	elements, err := parseMapping(mapping)
	if err != nil {
		return nil, err
	}
	byOrder := len(files) > 0 && isText(files[0].format)
	for _, m := range elements {
		name := m.Column + m.Name
		i := s.Index(name)
		if i < 0 {
			return nil, fmt.Errorf("the mapping has a column %s that is not among those declared", name)
		}
		f, err := m.field(byOrder)
		if err != nil {
			return nil, fmt.Errorf("the mapping of %s: %w", name, err)
		}
		fields[i] = f
	}
	return fields, nil
}

func parseMapping(text string) ([]mapped, error) {
	var elements []mapped
	if err := json.Unmarshal([]byte(text), &elements); err != nil {
		var shape *json.UnmarshalTypeError
		if errors.As(err, &shape) {
			err = fmt.Errorf("a JSON %s stands where none can", shape.Value)
		}
		return nil, fmt.Errorf(`the mapping is not understood: %w; want [{"Column":"name","Properties":{"Path":"$.field"}}, …]`, err)
	}
	return elements, nil
}

// CheckMapping says what is wrong with an ingestion mapping, whatever the table:
// one by the order of fields (csv) or by their names.
func CheckMapping(text string, byOrder bool) error {
	elements, err := parseMapping(text)
	if err != nil {
		return err
	}
	for _, m := range elements {
		if m.Column+m.Name == "" {
			return fmt.Errorf("an element of the mapping has no Column")
		}
		if _, err := m.field(byOrder); err != nil {
			return fmt.Errorf("the mapping of %s: %w", m.Column+m.Name, err)
		}
	}
	return nil
}

// field reads the properties of an element.
func (m mapped) field(byOrder bool) (field, error) {
	f := field{ordinal: -1}
	props := map[string]string{"path": m.Path, "field": m.Field, "constvalue": m.ConstValue, "transform": m.Transform}
	if m.Ordinal != nil {
		props["ordinal"] = fmt.Sprint(m.Ordinal)
	}
	for name, v := range m.Properties {
		if v != nil {
			props[strings.ToLower(name)] = fmt.Sprint(v)
		}
	}
	if err := f.transform(props["transform"]); err != nil {
		return f, err
	}
	switch {
	case f.where:
		return f, nil
	case props["constvalue"] != "":
		f.isConst, f.value = true, props["constvalue"]
	case props["ordinal"] != "":
		n, err := strconv.Atoi(props["ordinal"])
		if err != nil || n < 0 || !byOrder {
			return f, fmt.Errorf("no field has the ordinal %s", props["ordinal"])
		}
		f.ordinal = n
	case byOrder:
		return f, fmt.Errorf("write its Ordinal, from 0")
	case props["field"] != "":
		f.path = []dynamic.Step{dynamic.Name(props["field"])}
	case strings.HasPrefix(props["path"], "$"):
		steps, err := dynamic.ParsePath(props["path"])
		if err != nil {
			return f, err
		}
		f.path = steps
	case props["path"] != "":
		f.isConst, f.value = true, props["path"]
	default:
		return f, fmt.Errorf("write its Path, as $.name")
	}
	return f, nil
}

// transform reads the name of a transformation.
func (f *field) transform(name string) error {
	switch strings.ToLower(name) {
	case "", "none":
	case "sourcelocation":
		f.where = true
	case "datetimefromunixseconds":
		f.unix = types.TicksPerSecond
	case "datetimefromunixmilliseconds":
		f.unix = types.TicksPerSecond / 1000
	case "datetimefromunixmicroseconds":
		f.unix = types.TicksPerSecond / 1000000
	case "datetimefromunixnanoseconds":
		f.unix = -1
	default:
		return fmt.Errorf("the transformation %s is not supported", name)
	}
	return nil
}

// at returns the value of a record that the field is.
func (f field) at(record dynamic.Value) dynamic.Value {
	v, ok := dynamic.Path(record, f.path...)
	if !ok {
		return dynamic.Value{}
	}
	if f.unix == 0 {
		return v
	}
	n, ok := v.ToLong()
	if !ok {
		return dynamic.Value{}
	}
	ticks := n / 100
	if f.unix > 0 {
		if ticks = n * f.unix; ticks/f.unix != n {
			return dynamic.Value{}
		}
	}
	if ticks, ok = types.AddTicks(types.DaysOfDate(1970, 1, 1)*types.TicksPerDay, ticks); !ok {
		return dynamic.Value{}
	}
	return dynamic.FromDateTime(ticks)
}
