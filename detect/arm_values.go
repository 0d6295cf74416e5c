package detect

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// armValues are what a template's expressions stand for: its variables, and the values
// that parameters have if none is given.
type armValues struct {
	Parameters map[string]struct {
		DefaultValue json.RawMessage `json:"defaultValue"`
	} `json:"parameters"`
	Variables map[string]json.RawMessage `json:"variables"`
}

// reference is an expression that is a parameter or a variable and nothing else.
var reference = regexp.MustCompile(`^\[(parameters|variables)\('([^']+)'\)\]$`)

// of returns what a reference stands for; ok is false if the template does not say.
func (v *armValues) of(kind, name string) (json.RawMessage, bool) {
	value := v.Variables[name]
	if kind == "parameters" {
		value = v.Parameters[name].DefaultValue
	}
	return value, value != nil
}

// settle puts values in the place of references in the properties of a rule, which are
// at within in the file. Its errors are all references without one.
func (v *armValues) settle(file, within string, properties json.RawMessage, lines map[string]int) (json.RawMessage, error) {
	if !bytes.Contains(properties, []byte(`"[parameters('`)) && !bytes.Contains(properties, []byte(`"[variables('`)) {
		return properties, nil // as exports are
	}
	dec := json.NewDecoder(bytes.NewReader(properties))
	dec.UseNumber()
	var tree any
	if err := dec.Decode(&tree); err != nil {
		return properties, nil // whoever reads the rule says so
	}
	s := &armSettling{armValues: v, file: file, lines: lines}
	tree = s.value(within, tree, 0)
	if err := errors.Join(s.errs...); err != nil {
		return nil, err
	}
	return json.Marshal(tree)
}

type armSettling struct {
	*armValues
	file  string
	lines map[string]int
	errs  []error
}

// maxReferences bounds how far a reference may lead to others.
const maxReferences = 8

func (s *armSettling) value(path string, value any, depth int) any {
	switch x := value.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(x)) {
			x[name] = s.value(path+"."+name, x[name], depth)
		}
	case []any:
		for i := range x {
			x[i] = s.value(indexed(path, i), x[i], depth)
		}
	case string:
		m := reference.FindStringSubmatch(x)
		if m == nil {
			return value
		}
		raw, ok := s.of(m[1], m[2])
		var to any
		if !ok || depth == maxReferences || json.Unmarshal(raw, &to) != nil {
			s.errs = append(s.errs, fmt.Errorf("%s:%d: %s is %s, for which the template has no value: want a defaultValue, or the value here", s.file, max(s.lines[path], 1), lastName(path), x))
			return value
		}
		return s.value(path, to, depth+1)
	}
	return value
}

// lastName returns a path without what it is in.
func lastName(path string) string {
	if i := strings.LastIndex(path, "properties."); i >= 0 {
		return path[i+len("properties."):]
	}
	return path
}
