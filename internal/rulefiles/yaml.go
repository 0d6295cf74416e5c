package rulefiles

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// YAMLLines returns how to find the line of a field of a YAML text by its path, as
// entityMappings[0].entityType; 0 if it is not there.
func YAMLLines(text []byte) func(path string) int {
	tree, err := parser.ParseBytes(text, 0)
	if err != nil {
		tree = &ast.File{}
	}
	return func(path string) int {
		y, err := yaml.PathString("$." + path)
		if err != nil {
			return 0
		}
		n, err := y.FilterFile(tree)
		if err != nil || n.GetToken() == nil {
			return 0
		}
		return n.GetToken().Position.Line
	}
}

// YAMLError says in one line, with its place, why a YAML text can't be read.
func YAMLError(file string, text []byte, err error) error {
	var e yaml.Error
	if !errors.As(err, &e) || e.GetToken() == nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	at := e.GetToken().Position.Line
	if lines := strings.Split(string(text), "\n"); at > 0 && at <= len(lines) {
		if why := inWords(lines[at-1], e.GetMessage()); why != "" {
			return fmt.Errorf("%s:%d: %s", file, at, why)
		}
	}
	field := fieldAt(text, e.GetToken())
	var form *yaml.UnexpectedNodeTypeError
	if errors.As(err, &form) && field != "" {
		return fmt.Errorf("%s:%d: %s: want a %s, not a %s", file, at, field, strings.ToLower(form.Expected.YAMLName()), strings.ToLower(form.Actual.YAMLName()))
	}
	var kind *yaml.TypeError
	if errors.As(err, &kind) && field != "" {
		return fmt.Errorf("%s:%d: %s: want %s, not %q", file, at, field, kindName(kind.DstType), e.GetToken().Value)
	}
	return fmt.Errorf("%s:%d: %s", file, at, e.GetMessage())
}

// inWords says what is often wrong with a line that YAML does not take; empty if it is
// nothing of that.
func inWords(line, message string) string {
	_, value, _ := strings.Cut(line, ":")
	value = strings.TrimSpace(value)
	switch {
	case strings.HasPrefix(line, "<<<<<<<"), strings.HasPrefix(line, "======="), strings.HasPrefix(line, ">>>>>>>"):
		return "a merge was not finished: take one of the two sides, and its marks away"
	case strings.HasPrefix(value, "{{"):
		return "a value that begins with {{ wants quotes around it in YAML"
	case strings.Contains(strings.TrimRight(line[:len(line)-len(strings.TrimLeft(line, " \t"))], " "), "\t"):
		return "a tab stands at the beginning of the line: YAML wants spaces"
	case strings.Contains(value, ": ") && strings.Contains(message, "mapping value"):
		return "a value with a colon in it wants quotes around it in YAML"
	case strings.Contains(message, "mapping value"):
		return "a field must not stand here: those of one mapping begin at the same column"
	}
	return ""
}

func kindName(t reflect.Type) string {
	switch under(t).Kind() {
	case reflect.String:
		return "a text"
	case reflect.Bool:
		return "true or false"
	case reflect.Struct, reflect.Map:
		return "a mapping"
	}
	return "a number"
}

// fieldAt returns the path of the field whose value has a token, empty if there is none.
func fieldAt(text []byte, t *token.Token) string {
	tree, err := parser.ParseBytes(text, 0)
	if err != nil || len(tree.Docs) == 0 || tree.Docs[0].Body == nil {
		return ""
	}
	f := &fieldOfToken{at: t.Position.Offset}
	ast.Walk(f, tree.Docs[0].Body)
	return strings.TrimPrefix(strings.TrimPrefix(f.path, "$"), ".")
}

// fieldOfToken looks for the outermost value that begins at an offset.
type fieldOfToken struct {
	at   int
	path string
}

// Visit implements ast.Visitor.
func (f *fieldOfToken) Visit(n ast.Node) ast.Visitor {
	if f.path != "" {
		return nil
	}
	if t := n.GetToken(); t != nil && t.Position.Offset == f.at {
		f.path = n.GetPath()
	}
	return f
}
