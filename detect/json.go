package detect

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// jsonLines returns the line of every field of a JSON text by its path, as
// resources[0].properties.query.
func jsonLines(text []byte) map[string]int {
	w := &jsonWalk{dec: json.NewDecoder(bytes.NewReader(text)), text: text, lines: map[string]int{}, line: 1}
	w.value("")
	return w.lines
}

type jsonWalk struct {
	dec   *json.Decoder
	text  []byte
	lines map[string]int
	at    int // of the text, whose line is line
	line  int
	depth int
}

// maxJSONDepth bounds what is looked at; encoding/json has a limit of its own.
const maxJSONDepth = 200

// value reads a value and reports whether there was one.
func (w *jsonWalk) value(path string) bool {
	t, err := w.dec.Token()
	if err != nil || w.depth > maxJSONDepth {
		return false
	}
	if _, known := w.lines[path]; !known {
		w.lines[path] = w.here()
	}
	w.depth++
	defer func() { w.depth-- }()
	switch t {
	case json.Delim('{'):
		for w.dec.More() {
			key, err := w.dec.Token()
			name, ok := key.(string)
			if err != nil || !ok {
				return false
			}
			at := strings.TrimPrefix(path+"."+name, ".")
			w.lines[at] = w.here()
			if !w.value(at) {
				return false
			}
		}
	case json.Delim('['):
		for i := 0; w.dec.More(); i++ {
			if !w.value(indexed(path, i)) {
				return false
			}
		}
	default:
		return true
	}
	_, err = w.dec.Token() // the end
	return err == nil
}

// here returns the line of what was read last.
func (w *jsonWalk) here() int {
	to := int(w.dec.InputOffset())
	w.line += bytes.Count(w.text[w.at:to], []byte("\n"))
	w.at = to
	return w.line
}

// jsonError says in one line, with its place, why a text is no rule. lines has the lines of
// its fields by their paths within the part that was decoded; offsets count from the
// beginning of that part.
func jsonError(file string, text []byte, from int, lines func(path string) int, err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	lineAt := func(offset int64) int { return 1 + bytes.Count(text[:min(from+int(offset), len(text))], []byte("\n")) }
	switch {
	case errors.As(err, &syntax) && strings.HasPrefix(err.Error(), "invalid character '}' looking for beginning of object key"),
		errors.As(err, &syntax) && strings.HasPrefix(err.Error(), "invalid character ']' looking for beginning of value"):
		return fmt.Errorf("%s:%d: a comma stands after the last one: take it away", file, lineAt(syntax.Offset))
	case errors.As(err, &syntax):
		return fmt.Errorf("%s:%d: %v", file, lineAt(syntax.Offset), err)
	case errors.As(err, &kind):
		field := strings.TrimPrefix(kind.Field, "content.")
		return fmt.Errorf("%s:%d: %s is a JSON %s, want %s", file, cmp.Or(lines(field), lineAt(kind.Offset)), field, kind.Value, jsonKind(kind))
	}
	return fmt.Errorf("%s: %w", file, err)
}

func jsonKind(e *json.UnmarshalTypeError) string {
	switch e.Type.Kind().String() {
	case "string":
		return "a string"
	case "slice":
		return "an array"
	case "map", "struct":
		return "an object"
	case "bool":
		return "true or false"
	}
	return "a number"
}
