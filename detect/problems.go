package detect

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// yamlError says in one line, with its place, why a text is no rule.
func yamlError(file string, err error) error {
	var e yaml.Error
	if !errors.As(err, &e) || e.GetToken() == nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return fmt.Errorf("%s:%d: %s", file, e.GetToken().Position.Line, e.GetMessage())
}

// problems collects all that is wrong with a rule.
type problems struct {
	file string
	tree *ast.File // nil if the text has none
	errs []error
}

func newProblems(file string, text []byte) *problems {
	p := &problems{file: file}
	if tree, err := parser.ParseBytes(text, 0); err == nil {
		p.tree = tree
	}
	return p
}

// add notes what is wrong with the field at path, "entityMappings[0].entityType".
func (p *problems) add(path, format string, args ...any) {
	p.errs = append(p.errs, fmt.Errorf("%s:%d: %s %s", p.file, p.line(path), path, fmt.Sprintf(format, args...)))
}

func (p *problems) want(ok bool, path, otherwise string) {
	if !ok {
		p.add(path, "%s", otherwise)
	}
}

func (p *problems) err() error { return errors.Join(p.errs...) }

// line returns the line of the field at path, or of the nearest field around it
// that is there; 1 if none is.
func (p *problems) line(path string) int {
	for p.tree != nil && path != "" {
		if y, err := yaml.PathString("$." + path); err == nil {
			if n, err := y.FilterFile(p.tree); err == nil && n.GetToken() != nil {
				return n.GetToken().Position.Line
			}
		}
		path = path[:max(strings.LastIndexByte(path, '.'), 0)]
	}
	return 1
}

func (p *problems) duration(field, text string) time.Duration {
	if text == "" {
		p.add(field, "is missing")
		return 0
	}
	d, err := ParseDuration(text)
	if err != nil {
		p.add(field, "%v", err)
	} else if d <= 0 {
		p.add(field, "%q: want more than nothing", text)
	}
	return d
}
