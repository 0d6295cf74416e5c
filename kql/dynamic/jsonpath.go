package dynamic

import (
	"fmt"
	"strconv"
	"strings"
)

// ParsePath reads the JSONPath that Kusto knows: $ for the root, .name,
// ['name'] or ["name"], and [n]. A name may follow the $ without a dot, as it
// does in many rules. Wildcards, slices, unions and recursion are errors.
//
// Source: the Kusto documentation, "JSONPath syntax".
func ParsePath(path string) ([]Step, error) {
	s, ok := strings.CutPrefix(path, "$")
	if !ok {
		return nil, fmt.Errorf("path %q does not begin with $", path)
	}
	var steps []Step
	for first := true; s != ""; first = false {
		var st Step
		switch {
		case s[0] == '[':
			st, s, ok = bracketStep(s[1:])
		case s[0] == '.':
			st, s, ok = nameStep(s[1:])
		default:
			st, s, ok = nameStep(s)
			ok = ok && first
		}
		if !ok {
			return nil, fmt.Errorf("path %q is not supported at %d", path, len(path)-len(s))
		}
		steps = append(steps, st)
	}
	return steps, nil
}

// nameStep reads up to the next dot or bracket.
func nameStep(s string) (st Step, rest string, ok bool) {
	n := strings.IndexAny(s, ".[")
	if n < 0 {
		n = len(s)
	}
	if n == 0 || s[:n] == "*" {
		return Step{}, s, false
	}
	return Name(s[:n]), s[n:], true
}

// bracketStep reads the inside of brackets and the closing one.
func bracketStep(s string) (st Step, rest string, ok bool) {
	if s != "" && (s[0] == '\'' || s[0] == '"') {
		name, rest, ok := strings.Cut(s[1:], s[:1]+"]")
		return Name(name), rest, ok
	}
	inside, rest, ok := strings.Cut(s, "]")
	n, err := strconv.Atoi(inside)
	if !ok || err != nil {
		return Step{}, s, false
	}
	return At(n), rest, true
}
