package builtin

import (
	"strings"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// pathKernel looks up a constant path in JSON text, without building the values
// that the path does not lead to.
func pathKernel[R column.Value](out types.Type, get func(l *dynamic.Lookup, text string) (R, bool)) function.Kernel {
	in := []types.Type{types.String, types.Dynamic}
	return transientKernel(in, out, func(c *function.Call, args []column.Column, n int) (column.Column, error) {
		text, path := column.ViewOf[string](args[0]), column.ViewOf[dynamic.Value](args[1])
		vals := make([]R, n)
		if n > 0 {
			l, err := lookupFor(c, path.At(0))
			if err != nil {
				return nil, err
			}
			for i := range vals {
				vals[i], _ = get(l, text.At(i))
			}
		}
		return column.NewVec(out, vals, nil), nil
	})
}

// lookupKey is the memo key of the look-up of a path.
type lookupKey struct{ path string }

// lookupFor returns the look-up of a path of names and positions.
func lookupFor(c *function.Call, path dynamic.Value) (*dynamic.Lookup, error) {
	return function.Memoize(c, lookupKey{path.Encoding()}, func() (*dynamic.Lookup, error) {
		return dynamic.NewLookup(pathSteps(path)), nil
	})
}

func pathSteps(path dynamic.Value) []dynamic.Step {
	var steps []dynamic.Step
	for _, e := range path.Elements() {
		if i, ok := e.AsLong(); ok {
			steps = append(steps, dynamic.At(int(i)))
		} else {
			steps = append(steps, dynamic.Name(e.String()))
		}
	}
	return steps
}

func extractJSON() function.Kernel {
	in := []types.Type{types.String, types.String}
	return transientKernel(in, types.String, func(c *function.Call, args []column.Column, n int) (column.Column, error) {
		path, text := column.ViewOf[string](args[0]), column.ViewOf[string](args[1])
		out := make([]string, n)
		if n > 0 {
			l, err := jsonPathFor(c, path.At(0))
			if err != nil {
				return nil, err
			}
			for i := range out {
				if l != nil {
					out[i] = l.Text(text.At(i))
				}
			}
		}
		return column.NewVec(types.String, out, nil), nil
	})
}

// jsonPathKey is the memo key of the look-up of a JSON path.
type jsonPathKey struct{ path string }

// jsonPathFor returns the look-up of a JSON path, nil if path is none.
func jsonPathFor(c *function.Call, path string) (*dynamic.Lookup, error) {
	return function.Memoize(c, jsonPathKey{path}, func() (*dynamic.Lookup, error) {
		steps, ok := parseJSONPath(path)
		if !ok {
			return nil, nil
		}
		return dynamic.NewLookup(steps), nil
	})
}

// parseJSONPath reads $.name['name']["name"][0]; !ok if path is none.
//
// Source: the Kusto documentation, "JSONPath expressions".
func parseJSONPath(path string) (steps []dynamic.Step, ok bool) {
	if !strings.HasPrefix(path, "$") {
		return nil, false
	}
	for path = path[1:]; path != ""; {
		var st pathStep
		if st, path, ok = cutPath(path); !ok {
			return nil, false
		}
		if st.position {
			steps = append(steps, dynamic.At(int(st.index)))
		} else {
			steps = append(steps, dynamic.Name(st.name))
		}
	}
	return steps, true
}

// A pathStep is one step of a JSON path: a name, or a position.
type pathStep struct {
	name     string
	index    int64
	position bool
}

// cutPath returns the first step of a path and what follows it.
func cutPath(path string) (st pathStep, rest string, ok bool) {
	if path[0] == '.' {
		end := strings.IndexAny(path[1:], ".[") + 1
		if end == 0 {
			end = len(path)
		}
		return pathStep{name: path[1:end]}, path[end:], end > 1
	}
	if path[0] != '[' || len(path) < 3 {
		return st, "", false
	}
	if q := path[1]; q == '\'' || q == '"' {
		end := strings.Index(path[2:], string(q)+"]")
		if end < 0 {
			return st, "", false
		}
		return pathStep{name: path[2 : 2+end]}, path[2+end+2:], true
	}
	end := strings.IndexByte(path, ']')
	if end < 0 {
		return st, "", false
	}
	i, ok := types.ParseLong(path[1:end])
	return pathStep{index: i, position: true}, path[end+1:], ok
}
